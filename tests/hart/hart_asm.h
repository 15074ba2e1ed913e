/* Encodings of what tests are written in. */
#ifndef HART_ASM_H
#define HART_ASM_H

#include <stdint.h>

enum { ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5 };

enum {
    CSR_MSTATUS = 0x300,
    CSR_MISA = 0x301,
    CSR_MIE = 0x304,
    CSR_MTVEC = 0x305,
    CSR_MSCRATCH = 0x340,
    CSR_MEPC = 0x341,
    CSR_MCAUSE = 0x342,
    CSR_MTVAL = 0x343,
    CSR_MIP = 0x344,
    CSR_MCYCLE = 0xb00,
    CSR_MINSTRET = 0xb02,
    CSR_MCYCLEH = 0xb80,
    CSR_MINSTRETH = 0xb82,
    CSR_TIME = 0xc01,
    CSR_TIMEH = 0xc81
};

#define NOP 0x00000013u
#define ECALL 0x00000073u
#define EBREAK 0x00100073u
#define MRET 0x30200073u
#define WFI 0x10500073u
#define FENCE_I 0x0000100fu
#define LOOP 0x0000006fu /* here for ever */

static inline uint32_t asm_i(uint32_t base, uint32_t rd, uint32_t rs1, int imm)
{
    return base | rd << 7 | rs1 << 15 | (uint32_t)imm << 20;
}

static inline uint32_t asm_r(uint32_t base, uint32_t rd, uint32_t rs1,
                             uint32_t rs2)
{
    return base | rd << 7 | rs1 << 15 | rs2 << 20;
}

static inline uint32_t asm_s(uint32_t base, uint32_t rs2, uint32_t rs1, int imm)
{
    const uint32_t bits = (uint32_t)imm;

    return base | (bits & 31) << 7 | rs1 << 15 | rs2 << 20 |
           (bits >> 5 & 127) << 25;
}

static inline uint32_t addi(uint32_t rd, uint32_t rs1, int imm)
{
    return asm_i(0x13, rd, rs1, imm);
}

static inline uint32_t lui(uint32_t rd, uint32_t value)
{
    return 0x37 | rd << 7 | (value & 0xfffff000);
}

static inline uint32_t lw(uint32_t rd, int imm, uint32_t rs1)
{
    return asm_i(0x2003, rd, rs1, imm);
}

static inline uint32_t lh(uint32_t rd, int imm, uint32_t rs1)
{
    return asm_i(0x1003, rd, rs1, imm);
}

static inline uint32_t lb(uint32_t rd, int imm, uint32_t rs1)
{
    return asm_i(0x0003, rd, rs1, imm);
}

static inline uint32_t sw(uint32_t rs2, int imm, uint32_t rs1)
{
    return asm_s(0x2023, rs2, rs1, imm);
}

static inline uint32_t sh(uint32_t rs2, int imm, uint32_t rs1)
{
    return asm_s(0x1023, rs2, rs1, imm);
}

static inline uint32_t sb(uint32_t rs2, int imm, uint32_t rs1)
{
    return asm_s(0x0023, rs2, rs1, imm);
}

static inline uint32_t add(uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    return asm_r(0x33, rd, rs1, rs2);
}

static inline uint32_t mul(uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    return asm_r(0x02000033, rd, rs1, rs2);
}

static inline uint32_t mulh(uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    return asm_r(0x02001033, rd, rs1, rs2);
}

static inline uint32_t divide(uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    return asm_r(0x02004033, rd, rs1, rs2);
}

static inline uint32_t rem(uint32_t rd, uint32_t rs1, uint32_t rs2)
{
    return asm_r(0x02006033, rd, rs1, rs2);
}

static inline uint32_t amoadd(uint32_t rd, uint32_t rs2, uint32_t rs1)
{
    return asm_r(0x0000202f, rd, rs1, rs2);
}

static inline uint32_t lr(uint32_t rd, uint32_t rs1)
{
    return asm_r(0x1000202f, rd, rs1, 0);
}

static inline uint32_t sc(uint32_t rd, uint32_t rs2, uint32_t rs1)
{
    return asm_r(0x1800202f, rd, rs1, rs2);
}

static inline uint32_t csrrw(uint32_t rd, uint32_t csr, uint32_t rs1)
{
    return asm_i(0x1073, rd, rs1, (int)csr);
}

static inline uint32_t csrrs(uint32_t rd, uint32_t csr, uint32_t rs1)
{
    return asm_i(0x2073, rd, rs1, (int)csr);
}

static inline uint32_t jalr(uint32_t rd, int imm, uint32_t rs1)
{
    return asm_i(0x67, rd, rs1, imm);
}

static inline uint32_t jal(uint32_t rd, int offset)
{
    const uint32_t bits = (uint32_t)offset;

    return 0x6f | rd << 7 | (bits & 0xff000) | (bits >> 11 & 1) << 20 |
           (bits >> 1 & 1023) << 21 | (bits >> 20 & 1) << 31;
}

static inline uint32_t asm_b(uint32_t base, uint32_t rs1, uint32_t rs2,
                             int offset)
{
    const uint32_t bits = (uint32_t)offset;

    return base | (bits >> 11 & 1) << 7 | (bits >> 1 & 15) << 8 | rs1 << 15 |
           rs2 << 20 | (bits >> 5 & 63) << 25 | (bits >> 12 & 1) << 31;
}

static inline uint32_t beq(uint32_t rs1, uint32_t rs2, int offset)
{
    return asm_b(0x63, rs1, rs2, offset);
}

static inline uint32_t bne(uint32_t rs1, uint32_t rs2, int offset)
{
    return asm_b(0x1063, rs1, rs2, offset);
}

#endif
