/* What VECTOR's kernels of all instruction sets share. */
#ifndef STH_VECTOR_KERNEL_IMPL_H
#define STH_VECTOR_KERNEL_IMPL_H

#include <stdbool.h>

#include "sth_command_operand.h"
#include "sth_digest.h"
#include "sth_numerics.h"
#include "sth_onchip.h"

/* One for each instruction set; array_cols is at least its lanes. */
#define ISA(name, suffix, lanes) extern sth_kernel sth_vector_kernel_##suffix;
STH_ISA_TABLE(ISA)
#undef ISA

/* One operand, a stream of chunks of array_cols elements. */
struct sth_vector_operand {
    uint8_t *memory;
    uint32_t type; /* STH_DTYPE_* */
    uint32_t addr; /* byte address in memory of the chunk of row 0, tile 0 */
    uint32_t row;  /* bytes between rows */
    uint32_t tile; /* bytes between column tiles */
};

static inline struct sth_vector_operand
sth_vector_operand_fields(const struct sth_onchip *chip,
                          const struct sth_command *command, unsigned word)
{
    struct sth_command_operand o = sth_command_get_operand(command, word);
    uint32_t unit =
        o.sp ? chip->params->array_cols : sth_acc_row_bytes(chip->params);

    return (struct sth_vector_operand){
        .memory = o.sp ? chip->sp : chip->acc,
        .type = o.type,
        .addr = o.sp ? o.addr : o.addr * unit,
        .row = o.row * unit,
        .tile = o.tile * unit,
    };
}

/* The fields of the command. */
struct sth_vector_fields {
    uint32_t rows, cols;
    uint32_t func, gate, reduce, mulsel, addsel, addop;
    uint32_t imm_mul, imm_add;
    uint32_t r; /* byte address of the first accumulator row */
    int32_t mask_offset;
    uint32_t mask_rows, mask_window;
    bool carry, mask, write;
    struct sth_vector_operand x, y, z, d; /* garbage where not used */
};

static inline struct sth_vector_fields
sth_vector_read_fields(const struct sth_onchip *chip,
                       const struct sth_command *command)
{
    uint32_t offset = STH_GET(command, VECTOR_MASK_OFFSET);
    uint32_t sign = 1u << (STH_VECTOR_MASK_OFFSET_WIDTH - 1);

    return (struct sth_vector_fields){
        .rows = STH_GET(command, VECTOR_ROWS),
        .cols = STH_GET(command, VECTOR_COLS),
        .func = STH_GET(command, VECTOR_FUNC),
        .gate = STH_GET(command, VECTOR_GATE),
        .reduce = STH_GET(command, VECTOR_REDUCE),
        .mulsel = STH_GET(command, VECTOR_MULSEL),
        .addsel = STH_GET(command, VECTOR_ADDSEL),
        .addop = STH_GET(command, VECTOR_ADDOP),
        .imm_mul = STH_GET(command, VECTOR_IMM_MUL),
        .imm_add = STH_GET(command, VECTOR_IMM_ADD),
        .r = STH_GET(command, VECTOR_R_ADDR) * sth_acc_row_bytes(chip->params),
        .mask_offset = (int32_t)(offset ^ sign) - (int32_t)sign,
        .mask_rows = STH_GET(command, VECTOR_MASK_ROWS),
        .mask_window = STH_GET(command, VECTOR_MASK_WINDOW),
        .carry = STH_GET(command, VECTOR_CARRY) != 0,
        .mask = STH_GET(command, VECTOR_MASK) != 0,
        .write = STH_GET(command, VECTOR_WRITE) != 0,
        .x = sth_vector_operand_fields(chip, command, STH_VECTOR_X_ADDR_WORD),
        .y = sth_vector_operand_fields(chip, command, STH_VECTOR_Y_ADDR_WORD),
        .z = sth_vector_operand_fields(chip, command, STH_VECTOR_Z_ADDR_WORD),
        .d = sth_vector_operand_fields(chip, command, STH_VECTOR_D_ADDR_WORD),
    };
}

/* Byte address in the accumulator of a row's reduction; cols: of the array. */
static inline uint32_t sth_vector_result_addr(const struct sth_vector_fields *v,
                                              uint32_t row, uint32_t cols)
{
    return v->r + row / cols * 4 * cols + row % cols * 4;
}

/* Columns of a row that count: from `first` up to `end`, no more than cols. */
struct sth_vector_span {
    uint32_t first, end;
};

static inline uint32_t sth_vector_clamp(int64_t column, uint32_t cols)
{
    return column < 0 ? 0 : column > (int64_t)cols ? cols : (uint32_t)column;
}

static inline struct sth_vector_span
sth_vector_unmasked(const struct sth_vector_fields *v, uint32_t row)
{
    uint32_t m = v->mask_rows != 0 ? row % v->mask_rows : row;
    int64_t end = (int64_t)m + v->mask_offset + 1;

    if (!v->mask)
        return (struct sth_vector_span){0, v->cols};
    return (struct sth_vector_span){
        .first = v->mask_window == 0
                     ? 0
                     : sth_vector_clamp(end - v->mask_window, v->cols),
        .end = sth_vector_clamp(end, v->cols),
    };
}

/* The value that a reduction starts from and that masked lanes have. */
static inline uint32_t sth_vector_neutral(uint32_t reduce)
{
    return reduce == STH_REDUCE_MAX ? 0xff800000u : 0;
}

/*
 * The partial values of a row's reduction, which step s of its tiles continues
 * in the place s modulo their number.
 */
struct sth_vector_partials {
    uint32_t value[STH_DEPTH_VECTOR_PARTIALS];
};

/* Those of a row without steps: neutral, but for the first of a carried row. */
static inline struct sth_vector_partials
sth_vector_begin_row(const struct sth_onchip *chip,
                     const struct sth_vector_fields *v, uint32_t r_addr)
{
    struct sth_vector_partials p;

    for (uint32_t i = 0; i < STH_DEPTH_VECTOR_PARTIALS; i++)
        p.value[i] = sth_vector_neutral(v->reduce);
    if (v->reduce != STH_REDUCE_NONE && v->carry)
        p.value[0] = sth_fp32_canonical(sth_onchip_get(chip->acc + r_addr, 4));
    return p;
}

/* Runs a command row by row and returns its digest. */
static inline uint32_t
sth_vector_run(const struct sth_onchip *chip, const struct sth_command *command,
               void (*run_row)(const struct sth_onchip *chip,
                               const struct sth_vector_fields *v, uint32_t row,
                               struct sth_digest *digest))
{
    const struct sth_vector_fields v = sth_vector_read_fields(chip, command);
    struct sth_digest digest;

    sth_digest_init(&digest);
    for (uint32_t row = 0; row < v.rows; row++)
        run_row(chip, &v, row, &digest);
    return sth_digest_value(&digest);
}

#endif
