#include "sth_hart_op.h"

#include <stdbool.h>
#include <stddef.h>

_Static_assert((int)STH_HART_CODE_COUNT <= (int)STH_HART_COMPRESSED,
               "a code and its compressed kind take 8 bits");

enum format {
    NONE,
    R,
    I,
    S,
    B,
    U,
    UPC,
    J,
    SHIFT,
    CSR,
    CIW,
    CL,
    CS,
    CI,
    CLI,
    CI16,
    CLUI,
    CBS,
    CBI,
    CA,
    CJ,
    CJAL,
    CB,
    CSH,
    CLSP,
    CSSP,
    CJR,
    CJALR,
    CMV,
    CADD
};

struct row {
    uint32_t mask, match;
    uint8_t code, format;
};

static const struct row full[] = {
#define FAST(name, mask, match, format, class)                                 \
    {mask, match, STH_HART_CODE_##name, format},
#include "sth_hart_isa.def"
};

static const struct row compressed[] = {
#define COMPRESSED(name, mask, match, format)                                  \
    {mask, match, STH_HART_CODE_##name, format},
#include "sth_hart_isa.def"
};

/* Bits high to low of a word, at their place from bit `at` on. */
static uint32_t bits(uint32_t word, unsigned high, unsigned low, unsigned at)
{
    return ((word >> low) & ((2u << (high - low)) - 1)) << at;
}

/* A number of so many bits, with sign. */
static int32_t extend(uint32_t value, unsigned width)
{
    const uint32_t sign = 1u << (width - 1);

    return (int32_t)((value ^ sign) - sign);
}

static void set(struct sth_hart_op *op, uint32_t rd, uint32_t rs1, uint32_t rs2,
                int32_t imm)
{
    op->rd = (uint8_t)(rd == 0 ? STH_HART_NOWHERE : rd);
    op->rs1 = (uint8_t)rs1;
    op->rs2 = (uint8_t)rs2;
    op->imm = imm;
}

/* To pc + offset: near, or far. */
static void aim(struct sth_hart_op *op, uint32_t pc, int32_t offset)
{
    const uint32_t target = pc + (uint32_t)offset;

    if ((target ^ pc) < STH_HART_PAGE) {
        op->imm = offset / 2;
    } else {
        op->imm = (int32_t)target;
        op->code++;
    }
}

static void fields(struct sth_hart_op *op, enum format format, uint32_t w,
                   uint32_t pc)
{
    const uint32_t rd = bits(w, 11, 7, 0);
    const uint32_t rs1 = bits(w, 19, 15, 0);
    const uint32_t rs2 = bits(w, 24, 20, 0);

    switch (format) {
    case R:
        set(op, rd, rs1, rs2, 0);
        break;
    case I:
        set(op, rd, rs1, 0, extend(w >> 20, 12));
        break;
    case S:
        set(op, 0, rs1, rs2, extend(bits(w, 31, 25, 5) | rd, 12));
        break;
    case B:
        set(op, 0, rs1, rs2, 0);
        aim(op, pc,
            extend(bits(w, 31, 31, 12) | bits(w, 7, 7, 11) |
                       bits(w, 30, 25, 5) | bits(w, 11, 8, 1),
                   13));
        break;
    case U:
        set(op, rd, 0, 0, (int32_t)(w & 0xfffff000));
        break;
    case UPC:
        set(op, rd, 0, 0, (int32_t)(pc + (w & 0xfffff000)));
        break;
    case J:
        set(op, rd, 0, 0, 0);
        aim(op, pc,
            extend(bits(w, 31, 31, 20) | bits(w, 19, 12, 12) |
                       bits(w, 20, 20, 11) | bits(w, 30, 21, 1),
                   21));
        break;
    case SHIFT:
        set(op, rd, rs1, 0, (int32_t)rs2);
        break;
    case CSR:
        set(op, rd, rs1, 0, (int32_t)(w >> 20));
        break;
    default:
        break;
    }
}

static int32_t jump_offset(uint32_t w)
{
    return extend(bits(w, 12, 12, 11) | bits(w, 11, 11, 4) | bits(w, 10, 9, 8) |
                      bits(w, 8, 8, 10) | bits(w, 7, 7, 6) | bits(w, 6, 6, 7) |
                      bits(w, 5, 3, 1) | bits(w, 2, 2, 5),
                  12);
}

static void short_fields(struct sth_hart_op *op, enum format format, uint32_t w,
                         uint32_t pc)
{
    const uint32_t rd = bits(w, 11, 7, 0);
    const uint32_t rs2 = bits(w, 6, 2, 0);
    const uint32_t low = 8 + bits(w, 4, 2, 0); /* x8 to x15 */
    const uint32_t high = 8 + bits(w, 9, 7, 0);
    const int32_t imm = extend(bits(w, 12, 12, 5) | rs2, 6);
    const int32_t word =
        (int32_t)(bits(w, 12, 10, 3) | bits(w, 6, 6, 2) | bits(w, 5, 5, 6));

    switch (format) {
    case CIW:
        set(op, low, 2, 0,
            (int32_t)(bits(w, 12, 11, 4) | bits(w, 10, 7, 6) |
                      bits(w, 6, 6, 2) | bits(w, 5, 5, 3)));
        break;
    case CL:
        set(op, low, high, 0, word);
        break;
    case CS:
        set(op, 0, high, low, word);
        break;
    case CI:
        set(op, rd, rd, 0, imm);
        break;
    case CLI:
        set(op, rd, 0, 0, imm);
        break;
    case CI16:
        set(op, 2, 2, 0,
            extend(bits(w, 12, 12, 9) | bits(w, 6, 6, 4) | bits(w, 5, 5, 6) |
                       bits(w, 4, 3, 7) | bits(w, 2, 2, 5),
                   10));
        break;
    case CLUI:
        set(op, rd, 0, 0, (int32_t)((uint32_t)imm << 12));
        break;
    case CBS:
    case CBI:
        set(op, high, high, 0, imm);
        break;
    case CA:
        set(op, high, high, low, 0);
        break;
    case CJ:
        set(op, 0, 0, 0, 0);
        aim(op, pc, jump_offset(w));
        break;
    case CJAL:
        set(op, 1, 0, 0, 0);
        aim(op, pc, jump_offset(w));
        break;
    case CB:
        set(op, 0, high, 0, 0);
        aim(op, pc,
            extend(bits(w, 12, 12, 8) | bits(w, 11, 10, 3) | bits(w, 6, 5, 6) |
                       bits(w, 4, 3, 1) | bits(w, 2, 2, 5),
                   9));
        break;
    case CSH:
        set(op, rd, rd, 0, imm);
        break;
    case CLSP:
        set(op, rd, 2, 0,
            (int32_t)(bits(w, 12, 12, 5) | bits(w, 6, 4, 2) |
                      bits(w, 3, 2, 6)));
        break;
    case CSSP:
        set(op, 0, 2, rs2, (int32_t)(bits(w, 12, 9, 2) | bits(w, 8, 7, 6)));
        break;
    case CJR:
        set(op, 0, rd, 0, 0);
        break;
    case CJALR:
        set(op, 1, rd, 0, 0);
        break;
    case CMV:
        set(op, rd, 0, rs2, 0);
        break;
    case CADD:
        set(op, rd, rd, rs2, 0);
        break;
    default:
        set(op, 0, 0, 0, 0);
        break;
    }
}

static const struct row *find(const struct row *row, size_t rows, uint32_t word)
{
    for (size_t i = 0; i < rows; i++)
        if ((word & row[i].mask) == row[i].match)
            return &row[i];
    return NULL;
}

void sth_hart_op_decode(struct sth_hart_op *op, uint32_t word, uint32_t pc)
{
    const bool is_short = sth_hart_op_bytes(word) == 2;
    const struct row *row =
        is_short ? find(compressed, sizeof(compressed) / sizeof(*compressed),
                        word & 0xffff)
                 : find(full, sizeof(full) / sizeof(*full), word);

    *op = (struct sth_hart_op){.code = STH_HART_CODE_ILLEGAL,
                               .rd = STH_HART_NOWHERE};
    if (row) {
        op->code = row->code;
        if (is_short)
            short_fields(op, row->format, word & 0xffff, pc);
        else
            fields(op, row->format, word, pc);
    }
    if (is_short)
        op->code |= STH_HART_COMPRESSED;
}
