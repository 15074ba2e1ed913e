/*
 * A decoded instruction.
 *
 * Decoding is a function of the encoding and of where it stands; what an
 * instruction does is for others.
 */
#ifndef STH_HART_OP_H
#define STH_HART_OP_H

#include <stdint.h>

enum {
    STH_HART_PAGE = 4096, /* bytes of memory decoded together */
    STH_HART_HALVES = STH_HART_PAGE / 2,
    STH_HART_NOWHERE = 32,     /* the register that x0 is written as */
    STH_HART_COMPRESSED = 0x80 /* in a code: it has 16 bits */
};

/* What is to be done: an instruction, or something in its place. */
enum sth_hart_code {
    STH_HART_CODE_DECODE,    /* nobody knows yet */
    STH_HART_CODE_PREFIX,    /* look at the prefix first */
    STH_HART_CODE_NEXT_PAGE, /* the page is over */
    STH_HART_CODE_NO_FETCH,  /* imm is where no instruction can be had */
    STH_HART_CODE_ILLEGAL,
#define FAST(name, mask, match, format, class) STH_HART_CODE_##name,
#define BRANCH(name, mask, match, format, class)                               \
    STH_HART_CODE_##name, STH_HART_CODE_##name##_FAR,
#include "sth_hart_isa.def"
    STH_HART_CODE_COUNT
};

/* Registers are 0 to 31; rd is STH_HART_NOWHERE for x0. */
struct sth_hart_op {
    uint8_t code; /* enum sth_hart_code, | STH_HART_COMPRESSED */
    uint8_t rd, rs1, rs2;
    /*
     * The immediate.  AUIPC: the value.  Branches and JAL: the target, _FAR as
     * an address, otherwise in halfwords from here.  CSR accesses: the number
     * of the register; rs1 is the immediate of CSRR?I.
     */
    int32_t imm;
};

/* Bytes of the instruction that begins with this halfword: 2 or 4. */
static inline uint32_t sth_hart_op_bytes(uint32_t half)
{
    return (half & 3) == 3 ? 4 : 2;
}

/* Decodes; of an instruction of 2 bytes the upper half of `bits` is passed
 * over.  What is no instruction is STH_HART_CODE_ILLEGAL. */
void sth_hart_op_decode(struct sth_hart_op *op, uint32_t bits, uint32_t pc);

#endif
