/*
 * MATMUL on vectors of LANES lanes: the body of one file for each instruction
 * set, which defines KERNEL and includes the header of the set before this.
 *
 * One step is one row of the array: a bf16, expanded to fp32, or two int8,
 * expanded to a pair of 16 bits.
 */
#include "sth_matmul_impl.h"
#include "sth_simd.h"

#define ROW_BLOCK 8 /* rows of a that are computed together at most */
#define COL_BLOCK 2 /* vectors of columns, likewise */

struct tile {
    const struct sth_matmul *m;
    uint32_t cols;      /* array columns */
    uint32_t depth;     /* rows of this tile that exist */
    bool odd;           /* the last of them has one int8 */
    bool in_vectors;    /* a chunk of a is whole vectors */
    bool overwrite;     /* the accumulator's old value does not count */
    uint32_t first_col; /* of the block */
    uint32_t live_cols; /* of the array, from column 0 */
    const uint8_t *a;   /* row 0 of this depth tile */
    uint8_t *acc;       /* accumulator, and byte address of row 0 in it */
    uint32_t acc_addr;
    struct sth_digest *digest;
    /* (step, column) and (row, step) */
    _Alignas(64) uint32_t w[STH_MAX_LANES * COL_BLOCK * LANES];
    _Alignas(64) uint32_t rows[ROW_BLOCK][STH_MAX_LANES];
};

INLINE vi mac(bool bf16, vi sum, vi a, vi w)
{
    if (bf16)
        return (vi)((vf)sum + (vf)a * (vf)w);
    return (vi)((vu)sum + (vu)vi_multiply_pairs(a, w));
}

/* Expands `count` lanes of depth, `stride` apart in `to`. */
INLINE void expand(bool bf16, uint32_t *to, uint32_t stride,
                   const uint8_t *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint16_t raw;

        memcpy(&raw, from + 2 * i, sizeof raw);
        if (bf16)
            to[i * stride] = (uint32_t)raw << 16;
        else
            to[i * stride] = (uint32_t)(uint16_t)(int8_t)raw |
                             (uint32_t)(int8_t)(raw >> 8) << 16;
    }
}

INLINE vi expand_vector(bool bf16, const uint8_t *from)
{
    return bf16 ? vi_from_u16(from) << 16 : vi_pairs_from_i8(from);
}

/*
 * Expands a row of a.  In vectors that is the whole of its last vector, which
 * belongs to the chunk; what is beyond the depth meets no weights.
 */
INLINE void expand_row(const struct tile *t, bool bf16, uint32_t *to,
                       const uint8_t *from)
{
    if (!t->in_vectors) {
        expand(bf16, to, 1, from, t->depth);
        return;
    }
    for (uint32_t s = 0; s < t->depth; s += LANES)
        store_vi(to + s, expand_vector(bf16, from + 2 * s));
}

/* Weights of a column block that are stored by rows of w. */
INLINE void expand_north(struct tile *t, bool bf16, const uint8_t *w,
                         uint32_t width)
{
    for (uint32_t s = 0; s < t->depth; s++)
        for (uint32_t c = 0; c < width; c += LANES)
            store_vi(t->w + s * width + c,
                     expand_vector(bf16, w + s * t->m->w_row + 2 * c));
}

/* Weights of a column block that are stored by columns of w. */
INLINE void expand_west(struct tile *t, bool bf16, const uint8_t *w,
                        uint32_t width)
{
    for (uint32_t c = 0; c < width; c++) {
        if (t->first_col + c < t->live_cols)
            expand(bf16, t->w + c, width, w + c * t->m->w_row, t->depth);
        else
            for (uint32_t s = 0; s < t->depth; s++)
                t->w[s * width + c] = 0;
    }
}

/* A last pair of which only the first half belongs to the depth. */
INLINE void halve_last_step(struct tile *t, uint32_t width)
{
    uint32_t *last = t->w + (t->depth - 1) * width;

    for (uint32_t c = 0; c < width; c += LANES)
        store_vi(last + c, load_vi(last + c) & fill_vi(0xffff));
}

/* Adds a sum to the accumulator, or puts it there. */
INLINE void accumulate(const struct tile *t, bool bf16, uint32_t addr,
                       uint32_t col, vi sum)
{
    vi old = load_vi(t->acc + addr);

    if (bf16)
        sum = (vi)canonical_nan(t->overwrite ? (vf)sum : (vf)old + (vf)sum);
    else if (!t->overwrite)
        sum = (vi)((vu)sum + (vu)old);
    if (col + LANES <= t->live_cols) {
        store_vi(t->acc + addr, sum);
        add_to_digest(t->digest, addr, sum);
    } else {
        vi live = count_vi(col) < fill_vi(t->live_cols);

        store_vi(t->acc + addr, select_vi(live, sum, old));
        add_to_digest(t->digest, addr, sum & live);
    }
}

/* `height` rows of a from `row` on times `vectors` vectors of columns. */
INLINE void multiply_block(struct tile *t, bool bf16, uint32_t row,
                           const uint32_t height, const uint32_t vectors)
{
    vi sum[ROW_BLOCK][COL_BLOCK];

    for (uint32_t i = 0; i < height; i++)
        expand_row(t, bf16, t->rows[i], t->a + (row + i) * t->m->a_row);
    UNROLL for (uint32_t i = 0; i < height; i++)
        UNROLL for (uint32_t j = 0; j < vectors; j++) sum[i][j] = fill_vi(0);
    for (uint32_t s = 0; s < t->depth; s++) {
        vi w[COL_BLOCK];

        UNROLL for (uint32_t j = 0; j < vectors; j++) w[j] =
            load_vi(t->w + (s * vectors + j) * LANES);
        UNROLL for (uint32_t i = 0; i < height; i++)
        {
            vi a = fill_vi(t->rows[i][s]);

            UNROLL for (uint32_t j = 0; j < vectors; j++) sum[i][j] =
                mac(bf16, sum[i][j], a, w[j]);
        }
    }
    UNROLL for (uint32_t i = 0; i < height; i++)
    {
        UNROLL for (uint32_t j = 0; j < vectors; j++)
        {
            uint32_t col = t->first_col + j * LANES;
            vi result = sum[i][j];

            if (col >= t->live_cols)
                continue;
            /* Only turns a -0 into +0. */
            if (bf16)
                result = (vi)((vf)result + fill_vf(0));
            accumulate(t, bf16, t->acc_addr + (row + i) * 4 * t->cols + 4 * col,
                       col, result);
        }
    }
}

/* All rows of a times one column block of a weight tile. */
INLINE void multiply_tile(struct tile *t, bool bf16, const uint8_t *w,
                          const uint32_t vectors, const uint32_t height)
{
    uint32_t row = 0;

    if (t->m->west)
        expand_west(t, bf16, w, vectors * LANES);
    else
        expand_north(t, bf16, w, vectors * LANES);
    if (t->odd)
        halve_last_step(t, vectors * LANES);
    for (; row + height <= t->m->m; row += height)
        multiply_block(t, bf16, row, height, vectors);
    for (; row < t->m->m; row++)
        multiply_block(t, bf16, row, 1, vectors);
}

/* Once for each type and block size, so that the blocks stay in registers. */
static void multiply_bf16_wide(struct tile *t, const uint8_t *w)
{
    multiply_tile(t, true, w, 2, 4);
}

static void multiply_bf16_narrow(struct tile *t, const uint8_t *w)
{
    multiply_tile(t, true, w, 1, ROW_BLOCK);
}

static void multiply_int8_wide(struct tile *t, const uint8_t *w)
{
    multiply_tile(t, false, w, 2, 4);
}

static void multiply_int8_narrow(struct tile *t, const uint8_t *w)
{
    multiply_tile(t, false, w, 1, ROW_BLOCK);
}

uint32_t KERNEL(const struct sth_onchip *chip,
                const struct sth_command *command)
{
    const struct sth_matmul m = sth_matmul_fields(command);
    const uint32_t rows = sth_tile_lanes(chip->params, command);
    const uint32_t cols = chip->params->array_cols;
    const uint32_t width = cols > LANES ? 2 * LANES : LANES;
    void (*multiply)(struct tile *, const uint8_t *) =
        m.bf16 ? cols > LANES ? multiply_bf16_wide : multiply_bf16_narrow
        : cols > LANES ? multiply_int8_wide
                       : multiply_int8_narrow;
    struct sth_digest digest;
    struct tile t;

    sth_digest_init(&digest);
    t.m = &m;
    t.cols = cols;
    t.acc = chip->acc;
    t.digest = &digest;
    t.in_vectors = rows >= LANES;
    for (uint32_t nt = 0; nt * cols < m.n; nt++) {
        t.live_cols = m.n - nt * cols < cols ? m.n - nt * cols : cols;
        t.acc_addr = (m.acc + nt * m.acc_n) * 4 * cols;
        for (uint32_t kt = 0; kt * rows < m.lanes; kt++) {
            const uint8_t *w = chip->sp + m.w + nt * m.w_n + kt * m.w_k;

            const uint32_t left = m.lanes - kt * rows;

            t.depth = left < rows ? left : rows;
            t.odd = !m.bf16 && m.k % 2 != 0 && t.depth == left;
            t.overwrite = kt == 0 && !m.accumulate;
            t.a = chip->sp + m.a + kt * m.a_k;
            for (t.first_col = 0; t.first_col < t.live_cols;
                 t.first_col += width)
                multiply(&t, w + t.first_col * (m.west ? m.w_row : 2));
        }
    }
    return sth_digest_value(&digest);
}
