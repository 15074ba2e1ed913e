/*
 * Commands in the kernels' terms: rectangles of tensors, tiles of on-chip
 * buffers.  Each function emits commands through the scheduler, naming what
 * they touch; none waits and none decides a tiling.
 */
#ifndef STH_EMIT_H
#define STH_EMIT_H

#include "sth_schedule.h"

/* fp32 bit patterns of spec/functions.def and a few more. */
enum sth_const {
#define FCONST(name, bits, doc) STH_CONST_##name = (bits),
#define FUNC_ROW(table, row, c0, c1, c2)
#include "functions.def"
#undef FCONST
#undef FUNC_ROW
    STH_CONST_ONE = 0x3f800000,
    STH_CONST_INV_127 = 0x3c010204
};

static inline uint32_t sth_min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t sth_max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static inline uint64_t sth_max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint32_t sth_ceil_div(uint32_t a, uint32_t b)
{
    return a / b + (a % b != 0);
}

static inline uint64_t sth_ceil_div_u64(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

static inline uint32_t sth_round_up(uint32_t a, uint32_t b)
{
    return sth_ceil_div(a, b) * b;
}

/* Bytes of an element; 0: there is no operand. */
static inline uint32_t sth_operand_bytes(const struct sth_operand *operand)
{
    return operand == NULL ? 0 : sth_dtype_bytes(operand->dtype);
}

/* Cycles, as plans estimate them, from a command that retires to the start of
 * one of another engine that waits for its post. */
#define STH_HANDOVER 4u

/*
 * Stride of rows that the array streams, `bytes` each, read in chunks of
 * `chunk` bytes: an odd number of scratchpad words, so that successive rows
 * lie in different banks; rows shorter than a word are packed.
 */
static inline uint32_t sth_stream_stride(const struct sth_params *p,
                                         uint32_t bytes, uint32_t chunk)
{
    uint32_t word = sth_sp_word_bytes(p);
    uint32_t packed = sth_round_up(bytes, chunk);

    return packed < word ? packed : (sth_ceil_div(bytes, word) | 1u) * word;
}

/*
 * Stride of rows of weights: as above where it costs no more than an eighth,
 * otherwise packed.  Weights are read once for many rows of the stream, so a
 * bank that repeats does little harm.
 */
static inline uint32_t sth_weight_stride(const struct sth_params *p,
                                         uint32_t bytes, uint32_t chunk)
{
    uint32_t packed = sth_round_up(bytes, chunk);
    uint32_t odd = sth_stream_stride(p, bytes, chunk);

    return odd <= packed + packed / 8 ? odd : packed;
}

/* A matrix in an on-chip buffer, as vector commands address it. */
struct sth_tile {
    struct sth_buffer *buffer; /* NULL: no such operand */
    uint32_t addr;             /* accumulator row or scratchpad byte */
    uint32_t row;              /* units between rows */
    uint32_t tile;             /* units between column tiles */
    uint32_t dtype;
};

/*
 * Rows of lanes in the accumulator: element (r, c) at row
 * `offset + r + c / C * tile_rows` of the buffer.
 */
struct sth_tile sth_tile_acc(struct sth_buffer *buffer, uint32_t offset,
                             uint32_t tile_rows, uint32_t dtype);

/* Dense rows in the scratchpad, `stride` bytes apart, from byte `offset`. */
struct sth_tile sth_tile_sp(const struct sth_schedule *s,
                            struct sth_buffer *buffer, uint32_t offset,
                            uint32_t stride, uint32_t dtype);

/* The same row for every row of the command. */
struct sth_tile sth_tile_row(const struct sth_schedule *s,
                             struct sth_buffer *buffer, uint32_t offset,
                             uint32_t dtype);

/* Packed scalars: n-th at lane n % C of accumulator row `offset` + n / C. */
struct sth_tile sth_tile_scalars(struct sth_buffer *buffer, uint32_t offset);

/* Packed fp32 scalars at byte `offset` of a scratchpad buffer. */
struct sth_tile sth_tile_sp_scalars(struct sth_buffer *buffer, uint32_t offset);

/* A pass of the vector engine; zero members are the contract's defaults. */
struct sth_pass {
    uint32_t rows, cols;
    uint32_t func, gate, reduce;
    bool carry, mask;
    int32_t mask_offset;
    uint32_t mask_rows, mask_window;
    uint32_t mul, add, add_op; /* OPERAND values; add_op as ADDOP */
    uint32_t mul_imm, add_imm;
    struct sth_tile x, y, z, d;
    struct sth_tile r; /* accumulator rows */
};

/* One command, or one for each column tile where that is faster. */
void sth_emit_vector(struct sth_schedule *s, const struct sth_pass *v);

/*
 * A vector command over n packed scalars: rows and cols of *v are ignored, all
 * operands are packed accumulator rows (row = 1) or packed scratchpad scalars.
 */
void sth_emit_scalars(struct sth_schedule *s, const struct sth_pass *v,
                      uint32_t n);

/* A rectangle of a tensor and where it lies in a scratchpad buffer. */
struct sth_block {
    const struct sth_operand *operand;
    uint32_t row, rows;
    uint32_t col, cols;
    struct sth_buffer *buffer;
    uint32_t offset; /* bytes into the buffer */
    uint32_t stride; /* bytes between rows in the scratchpad */
    bool continues;  /* earlier loads filled other parts of the buffer */
};

void sth_emit_load(struct sth_schedule *s, const struct sth_block *b);
void sth_emit_store(struct sth_schedule *s, const struct sth_block *b);

/*
 * The same with the columns cut into groups: group g of `groups`, `cols` wide,
 * starts at column col + g * group_cols and at byte
 * offset + g * group_offset.
 */
struct sth_groups {
    struct sth_block block;
    uint32_t groups;
    uint32_t group_cols;
    uint32_t group_offset;
};

void sth_emit_load_groups(struct sth_schedule *s, const struct sth_groups *g);
void sth_emit_store_groups(struct sth_schedule *s, const struct sth_groups *g);

/*
 * acc[m][n] (+)= a * w; strides in bytes, acc_tile in rows.  An error TYPE if
 * the array does not multiply such operands.
 */
struct sth_product {
    uint32_t m, n, k;
    uint32_t lanes; /* of depth of a tile: array_rows, a half, a quarter ... */
    bool bf16, west, accumulate;
    struct sth_buffer *a, *w, *acc;
    uint32_t a_offset, a_stride;
    uint32_t w_offset, w_stride;
    uint32_t acc_offset, acc_tile;
};

void sth_emit_product(struct sth_schedule *s, const struct sth_product *p);

/*
 * A set of equal buffers that remembers which block each holds.  Buffers are
 * reused in turn.
 */
#define STH_CACHE_SLOTS 64

struct sth_cache {
    struct sth_buffer *slot[STH_CACHE_SLOTS];
    uint32_t tag[STH_CACHE_SLOTS];
    uint32_t slots;
    uint32_t next;
};

/* Allocates slots buffers of scratchpad, at most STH_CACHE_SLOTS; none holds
 * anything. */
void sth_cache_init(struct sth_cache *cache, struct sth_schedule *s,
                    uint32_t slots, uint32_t bytes);

/*
 * The buffer of the block tag (any value but 0xffffffff).  *hit says whether
 * it already holds the block; otherwise the caller must load it.
 */
struct sth_buffer *sth_cache_get(struct sth_cache *cache, uint32_t tag,
                                 bool *hit);

#endif
