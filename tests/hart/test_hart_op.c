/* The table of instructions, and what is made of an encoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hart_asm.h"
#include "hart_stream.h"
#include "sth_hart_op.h"

#define PC 0x80000800u

static struct sth_hart_op decoded(uint32_t bits)
{
    struct sth_hart_op op;

    sth_hart_op_decode(&op, bits, PC);
    return op;
}

static uint32_t code(uint32_t bits)
{
    return decoded(bits).code & ~(uint32_t)STH_HART_COMPRESSED;
}

/* No word is two instructions, and each row is in its own mask. */
static void test_rows_are_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < HART_ROWS; i++) {
        const struct hart_row *a = &hart_rows[i];

        assert_int_equal(a->match & ~a->mask, 0);
        assert_int_equal(a->match & 3, 3);
        for (size_t j = 0; j < i; j++) {
            const struct hart_row *b = &hart_rows[j];

            if (((a->match ^ b->match) & a->mask & b->mask) == 0)
                fail_msg("%s and %s overlap", a->name, b->name);
        }
    }
}

/* What RV32 reserves, or other extensions have. */
static void test_reserved_is_illegal(void **state)
{
    static const uint32_t reserved[] = {
        0x0000,                                     /* none at all */
        0x0004,                                     /* addi4spn of 0 */
        0x2000,     0x6000,     0xa000,     0xe000, /* floating point */
        0x2002,     0x6002,     0xa002,     0xe002,     0x8000, /* nothing yet
                                                                 */
        0x6001,     0x6081,     0x6101,             /* lui, addi16sp of 0 */
        0x9001,     0x9401,                         /* shifts by 32 and more */
        0x1002,     0x9c01,     0x9c21,     0x9c41, /* of 64 bits */
        0x4002,                                     /* lwsp to x0 */
        0x8002,                                     /* jr x0 */
        0x00003003, 0x00006003, 0x00007003, 0x00003023, 0x00002063, 0x00003063,
        0x00001067, 0x0000202b, 0x02001013, 0x40001013, 0x20000033, 0x04000033,
        0x1010202f, /* lr with a source */
        0x1000302f, 0x00004073, 0x10200073, 0x00200073, 0x12000073, 0x7b200073,
        0x00100f73, 0x0000001f, 0x0000003b, 0x00000053, 0x00000007, 0xffffffff,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
        if (code(reserved[i]) != STH_HART_CODE_ILLEGAL)
            fail_msg("%08x is code %u", (unsigned)reserved[i],
                     (unsigned)code(reserved[i]));
}

/* Compressed ones are what the assembler makes of the long ones. */
static void test_compressed(void **state)
{
    static const struct {
        uint16_t half;
        struct sth_hart_op op;
    } row[] = {
        {0x0001, {STH_HART_CODE_ADDI, 32, 0, 0, 0}},      /* nop */
        {0x1141, {STH_HART_CODE_ADDI, 2, 2, 0, -16}},     /* addi sp */
        {0x0808, {STH_HART_CODE_ADDI, 10, 2, 0, 16}},     /* addi4spn */
        {0x7139, {STH_HART_CODE_ADDI, 2, 2, 0, -64}},     /* addi16sp */
        {0x557d, {STH_HART_CODE_ADDI, 10, 0, 0, -1}},     /* li */
        {0x6785, {STH_HART_CODE_LUI, 15, 0, 0, 0x1000}},  /* lui */
        {0x77fd, {STH_HART_CODE_LUI, 15, 0, 0, -0x1000}}, /* lui */
        {0x4188, {STH_HART_CODE_LW, 10, 11, 0, 0}},       /* lw */
        {0x5dfc, {STH_HART_CODE_LW, 15, 11, 0, 124}},     /* lw */
        {0xdde8, {STH_HART_CODE_SW, 32, 11, 10, 124}},    /* sw */
        {0x50fe, {STH_HART_CODE_LW, 1, 2, 0, 252}},       /* lwsp */
        {0xdf86, {STH_HART_CODE_SW, 32, 2, 1, 252}},      /* swsp */
        {0x857d, {STH_HART_CODE_SRAI, 10, 10, 0, 31}},    /* srai */
        {0x817d, {STH_HART_CODE_SRLI, 10, 10, 0, 31}},    /* srli */
        {0x057e, {STH_HART_CODE_SLLI, 10, 10, 0, 31}},    /* slli */
        {0x997d, {STH_HART_CODE_ANDI, 10, 10, 0, -1}},    /* andi */
        {0x8d0d, {STH_HART_CODE_SUB, 10, 10, 11, 0}},     /* sub */
        {0x8d2d, {STH_HART_CODE_XOR, 10, 10, 11, 0}},     /* xor */
        {0x8d4d, {STH_HART_CODE_OR, 10, 10, 11, 0}},      /* or */
        {0x8d6d, {STH_HART_CODE_AND, 10, 10, 11, 0}},     /* and */
        {0x852e, {STH_HART_CODE_ADD, 10, 0, 11, 0}},      /* mv */
        {0x952e, {STH_HART_CODE_ADD, 10, 10, 11, 0}},     /* add */
        {0x8082, {STH_HART_CODE_JALR, 32, 1, 0, 0}},      /* ret */
        {0x9582, {STH_HART_CODE_JALR, 1, 11, 0, 0}},      /* jalr */
        {0x9002, {STH_HART_CODE_EBREAK, 32, 0, 0, 0}},    /* ebreak */
        {0xbffd, {STH_HART_CODE_JAL, 32, 0, 0, -1}},      /* j -2 */
        {0x3ffd, {STH_HART_CODE_JAL, 1, 0, 0, -1}},       /* jal -2 */
        {0xd97d, {STH_HART_CODE_BEQ, 32, 10, 0, -5}},     /* beqz -10 */
        {0xed19, {STH_HART_CODE_BNE, 32, 10, 0, 15}},     /* bnez 30 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
        struct sth_hart_op want = row[i].op;
        const struct sth_hart_op op = decoded(0xffff0000u | row[i].half);

        want.code |= STH_HART_COMPRESSED;
        if (memcmp(&op, &want, sizeof(op)) != 0)
            fail_msg("%04x: code %u, rd %u, rs1 %u, rs2 %u, imm %d",
                     row[i].half, op.code, op.rd, op.rs1, op.rs2, (int)op.imm);
    }
}

static void test_targets(void **state)
{
    struct sth_hart_op op;

    (void)state;
    op = decoded(beq(A0, A1, -0x800));
    assert_int_equal(op.code, STH_HART_CODE_BEQ);
    assert_int_equal(op.imm, -0x400);
    op = decoded(beq(A0, A1, -0x802));
    assert_int_equal(op.code, STH_HART_CODE_BEQ_FAR);
    assert_int_equal((uint32_t)op.imm, PC - 0x802);
    op = decoded(jal(RA, 0x7fe));
    assert_int_equal(op.code, STH_HART_CODE_JAL);
    assert_int_equal(op.imm, 0x3ff);
    op = decoded(jal(RA, 0x800));
    assert_int_equal(op.code, STH_HART_CODE_JAL_FAR);
    assert_int_equal((uint32_t)op.imm, PC + 0x800);
    op = decoded(jal(RA, -0x100000));
    assert_int_equal((uint32_t)op.imm, PC - 0x100000);
    op = decoded(0x12345517); /* auipc */
    assert_int_equal(op.code, STH_HART_CODE_AUIPC);
    assert_int_equal((uint32_t)op.imm, PC + 0x12345000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_apart),
        cmocka_unit_test(test_reserved_is_illegal),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_targets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
