/*
 * What the kernels of all instruction sets share: commands taken apart, and
 * the table through which sth_kernels.c calls them.
 */
#ifndef STH_KERNELS_IMPL_H
#define STH_KERNELS_IMPL_H

#include "sth_kernels.h"

struct sth_kernels {
    uint32_t lanes; /* of a vector; array_cols must be at least that */
    uint32_t (*matmul)(const struct sth_onchip *chip,
                       const struct sth_command *command);
    uint32_t (*vector)(const struct sth_onchip *chip,
                       const struct sth_command *command);
};

extern const struct sth_kernels sth_kernels_portable;
#if defined(__x86_64__)
extern const struct sth_kernels sth_kernels_sse2;
extern const struct sth_kernels sth_kernels_avx2;
extern const struct sth_kernels sth_kernels_avx512;
#endif

/* MATMUL: the fields of the command. */
struct sth_matmul {
    uint32_t a, a_row, a_k;
    uint32_t w, w_row, w_k, w_n;
    uint32_t acc, acc_n;
    uint32_t m, n, k;
    bool bf16, west, accumulate;
};

static inline struct sth_matmul
sth_matmul_fields(const struct sth_command *command)
{
    return (struct sth_matmul){
        .a = STH_GET(command, MATMUL_A),
        .a_row = STH_GET(command, MATMUL_A_ROW),
        .a_k = STH_GET(command, MATMUL_A_K),
        .w = STH_GET(command, MATMUL_W),
        .w_row = STH_GET(command, MATMUL_W_ROW),
        .w_k = STH_GET(command, MATMUL_W_K),
        .w_n = STH_GET(command, MATMUL_W_N),
        .acc = STH_GET(command, MATMUL_ACC),
        .acc_n = STH_GET(command, MATMUL_ACC_N),
        .m = STH_GET(command, MATMUL_M),
        .n = STH_GET(command, MATMUL_N),
        .k = STH_GET(command, MATMUL_K),
        .bf16 = STH_GET(command, MATMUL_BF16) != 0,
        .west = STH_GET(command, MATMUL_WEST) != 0,
        .accumulate = STH_GET(command, MATMUL_ACCUMULATE) != 0,
    };
}

/* VECTOR: one operand, a stream of chunks of array_cols elements. */
struct sth_operand {
    uint8_t *base; /* chunk of row 0, tile 0 */
    uint32_t type; /* STH_DTYPE_* */
    uint32_t addr; /* byte address of base in its space */
    uint32_t row;  /* bytes between rows */
    uint32_t tile; /* bytes between column tiles */
};

static inline struct sth_operand
sth_operand_fields(const struct sth_onchip *chip,
                   const struct sth_command *command, unsigned word)
{
    /* X, Y, Z and D lay out their two words alike. */
    uint32_t addr = sth_command_get(command, word, STH_VECTOR_X_ADDR_LSB,
                                    STH_VECTOR_X_ADDR_WIDTH);
    uint32_t sp = sth_command_get(command, word, STH_VECTOR_X_SP_LSB,
                                  STH_VECTOR_X_SP_WIDTH);
    uint32_t row = sth_command_get(command, word + 1, STH_VECTOR_X_ROW_LSB,
                                   STH_VECTOR_X_ROW_WIDTH);
    uint32_t tile = sth_command_get(command, word + 1, STH_VECTOR_X_TILE_LSB,
                                    STH_VECTOR_X_TILE_WIDTH);
    uint32_t unit =
        sp ? chip->params->array_cols : sth_acc_row_bytes(chip->params);

    addr = sp ? addr : addr * unit;
    return (struct sth_operand){
        .base = (sp ? chip->sp : chip->acc) + addr,
        .type = sth_command_get(command, word, STH_VECTOR_X_TYPE_LSB,
                                STH_VECTOR_X_TYPE_WIDTH),
        .addr = addr,
        .row = row * unit,
        .tile = tile * unit,
    };
}

/* VECTOR: the fields of the command. */
struct sth_vector {
    uint32_t rows, cols;
    uint32_t func, gate, reduce, mulsel, addsel, addop;
    uint32_t imm_mul, imm_add;
    uint32_t r; /* byte address of the first accumulator row */
    int32_t mask_offset;
    bool carry, mask, write;
    struct sth_operand x, y, z, d; /* garbage where not used */
};

static inline struct sth_vector
sth_vector_fields(const struct sth_onchip *chip,
                  const struct sth_command *command)
{
    uint32_t offset = STH_GET(command, VECTOR_MASK_OFFSET);
    uint32_t sign = 1u << (STH_VECTOR_MASK_OFFSET_WIDTH - 1);

    return (struct sth_vector){
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
        .carry = STH_GET(command, VECTOR_CARRY) != 0,
        .mask = STH_GET(command, VECTOR_MASK) != 0,
        .write = STH_GET(command, VECTOR_WRITE) != 0,
        .x = sth_operand_fields(chip, command, STH_VECTOR_X_ADDR_WORD),
        .y = sth_operand_fields(chip, command, STH_VECTOR_Y_ADDR_WORD),
        .z = sth_operand_fields(chip, command, STH_VECTOR_Z_ADDR_WORD),
        .d = sth_operand_fields(chip, command, STH_VECTOR_D_ADDR_WORD),
    };
}

/* Columns of a row that the causal mask leaves, of v->cols. */
static inline uint32_t sth_vector_unmasked(const struct sth_vector *v,
                                           uint32_t row)
{
    int64_t count = (int64_t)row + v->mask_offset + 1;

    if (!v->mask || count > (int64_t)v->cols)
        return v->cols;
    return count < 0 ? 0 : (uint32_t)count;
}

/* The value that a reduction starts from and that masked lanes have. */
static inline uint32_t sth_reduce_neutral(uint32_t reduce)
{
    return reduce == STH_REDUCE_MAX ? 0xff800000u : 0;
}

#endif
