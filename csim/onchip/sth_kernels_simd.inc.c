/*
 * The kernels on vectors of LANES lanes; included by one file for each
 * instruction set, which defines LANES, KERNELS, vf, vi and the few operations
 * that the compiler's vectors lack:
 *
 *   vi_from_i8, vi_from_u16    load LANES elements, extended to 32 bits
 *   vi_to_i8, vi_to_u16        store the low bits of values in range
 *   vi_round, vi_truncate      convert from fp32
 *   vi_multiply_pairs          sums of two 16-bit products in each lane
 *   vf_gather                  32-bit values at base + 4 * index
 *   vf_even, vf_odd            even or odd lanes of two vectors in a row
 *
 * The caller has set round to nearest and flush to zero for operands and
 * results, so that each float operation below is the chip's, but for the
 * pattern of a NaN: that is made canonical where a value is written.  Values
 * loaded into a vf are flushed there, because moving one is no operation.
 */
#include "sth_digest.h"
#include "sth_kernels_impl.h"
#include "sth_numerics.h"

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define INLINE static inline __attribute__((always_inline))

typedef uint32_t vu __attribute__((vector_size(4 * LANES)));

INLINE vi load_vi(const void *p)
{
    vi v;

    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store_vi(void *p, vi v)
{
    memcpy(p, &v, sizeof v);
}

INLINE vf load_vf(const void *p)
{
    return (vf)load_vi(p);
}

INLINE void store_vf(void *p, vf v)
{
    store_vi(p, (vi)v);
}

INLINE vi fill_vi(uint32_t bits)
{
    return (vi)((vu){0} + bits);
}

INLINE vf fill_vf(uint32_t bits)
{
    return (vf)fill_vi(bits);
}

INLINE vi select_vi(vi mask, vi yes, vi no)
{
    return (yes & mask) | (no & ~mask);
}

INLINE vf select_vf(vi mask, vf yes, vf no)
{
    return (vf)select_vi(mask, (vi)yes, (vi)no);
}

/* first, first + 1, ... */
INLINE vi count_vi(uint32_t first)
{
    static const int32_t lanes[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                      8, 9, 10, 11, 12, 13, 14, 15};

    return load_vi(lanes) + fill_vi(first);
}

INLINE vi is_nan(vf v)
{
    return (vi)(v != v);
}

INLINE vf canonical_nan(vf v)
{
    return select_vf(is_nan(v), fill_vf(STH_FP32_NAN), v);
}

/* Subnormals become zeros of their sign. */
INLINE vf flush(vf v)
{
    vi zero = ((vi)v & fill_vi(STH_FP32_INF)) == fill_vi(0);

    return (vf)((vi)v & ~(zero & fill_vi(~STH_FP32_SIGN)));
}

INLINE void add_to_digest(struct sth_digest *digest, uint32_t addr, vi v)
{
    uint32_t *to = sth_digest_vector(digest, addr, LANES);

    store_vi(to, load_vi(to) ^ v);
}

/* ---- MATMUL ---- */

/*
 * One step is one row of the array with bf16 operands, expanded to fp32, and
 * two rows with int8 operands, expanded to pairs of 16 bits.
 */
#define ROW_BLOCK 8 /* rows of a that are computed together at most */
#define COL_BLOCK 2 /* vectors of columns, likewise */

struct tile {
    const struct sth_matmul *m;
    uint32_t cols;      /* array columns */
    uint32_t depth;     /* rows of this tile that exist */
    uint32_t steps;     /* depth in steps */
    bool partial;       /* depth is less than the array's rows */
    bool overwrite;     /* the accumulator's old value does not count */
    uint32_t first_col; /* of the block */
    uint32_t live_cols; /* of the array, from column 0 */
    const uint8_t *a;   /* row 0 of this depth tile */
    uint8_t *acc;       /* accumulator, and byte address of row 0 in it */
    uint32_t acc_addr;
    struct sth_digest *digest;
    uint32_t w[STH_MAX_LANES * COL_BLOCK * LANES]; /* (step, column) */
    uint32_t rows[ROW_BLOCK][STH_MAX_LANES];       /* (row, step) */
};

INLINE vi mac(bool bf16, vi sum, vi a, vi w)
{
    if (bf16)
        return (vi)((vf)sum + (vf)a * (vf)w);
    return (vi)((vu)sum + (vu)vi_multiply_pairs(a, w));
}

/* Expands `count` elements with `stride` between their places in `to`. */
INLINE void expand(bool bf16, uint32_t *to, uint32_t stride,
                   const uint8_t *from, uint32_t count)
{
    if (bf16) {
        for (uint32_t i = 0; i < count; i++) {
            uint16_t raw;

            memcpy(&raw, from + 2 * i, sizeof raw);
            to[i * stride] = (uint32_t)raw << 16;
        }
        return;
    }
    for (uint32_t i = 0; i + 1 < count; i += 2)
        to[i / 2 * stride] = (uint32_t)(uint16_t)(int8_t)from[i] |
                             (uint32_t)(int8_t)from[i + 1] << 16;
    if (count % 2)
        to[count / 2 * stride] = (uint32_t)(uint16_t)(int8_t)from[count - 1];
}

/* Weights of a column block that are stored by rows of w. */
INLINE void expand_north(struct tile *t, bool bf16, const uint8_t *w,
                         uint32_t width)
{
    uint32_t step = t->m->w_row;

    for (uint32_t s = 0; s < t->steps; s++) {
        for (uint32_t c = 0; c < width; c += LANES) {
            uint32_t *to = t->w + s * width + c;

            if (bf16) {
                store_vi(to, vi_from_u16(w + s * step + 2 * c) << 16);
            } else {
                const uint8_t *from = w + 2 * s * step + c;
                vi low = vi_from_i8(from) & fill_vi(0xffff);

                if (2 * s + 1 < t->depth)
                    low |= vi_from_i8(from + step) << 16;
                store_vi(to, low);
            }
        }
    }
}

/* Weights of a column block that are stored by columns of w. */
INLINE void expand_west(struct tile *t, bool bf16, const uint8_t *w,
                        uint32_t width)
{
    for (uint32_t c = 0; c < width; c++) {
        if (t->first_col + c < t->live_cols)
            expand(bf16, t->w + c, width, w + c * t->m->w_row, t->depth);
        else
            for (uint32_t s = 0; s < t->steps; s++)
                t->w[s * width + c] = 0;
    }
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
        expand(bf16, t->rows[i], 1, t->a + (row + i) * t->m->a_row, t->depth);
    UNROLL for (uint32_t i = 0; i < height; i++)
        UNROLL for (uint32_t j = 0; j < vectors; j++) sum[i][j] = fill_vi(0);
    for (uint32_t s = 0; s < t->steps; s++) {
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
            /* Missing rows add +0, which only turns a -0 into +0. */
            if (bf16 && t->partial)
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

static uint32_t matmul(const struct sth_onchip *chip,
                       const struct sth_command *command)
{
    const struct sth_matmul m = sth_matmul_fields(command);
    const uint32_t rows = chip->params->array_rows;
    const uint32_t cols = chip->params->array_cols;
    const uint32_t width = cols > LANES ? 2 * LANES : LANES;
    const uint32_t bytes = m.bf16 ? 2 : 1;
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
    for (uint32_t nt = 0; nt * cols < m.n; nt++) {
        t.live_cols = m.n - nt * cols < cols ? m.n - nt * cols : cols;
        t.acc_addr = (m.acc + nt * m.acc_n) * 4 * cols;
        for (uint32_t kt = 0; kt * rows < m.k; kt++) {
            const uint8_t *w = chip->sp + m.w + nt * m.w_n + kt * m.w_k;

            t.depth = m.k - kt * rows < rows ? m.k - kt * rows : rows;
            t.steps = m.bf16 ? t.depth : (t.depth + 1) / 2;
            t.partial = t.depth < rows;
            t.overwrite = kt == 0 && !m.accumulate;
            t.a = chip->sp + m.a + kt * m.a_k;
            for (t.first_col = 0; t.first_col < t.live_cols;
                 t.first_col += width)
                multiply(&t, w + t.first_col * (m.west ? m.w_row : bytes));
        }
    }
    return sth_digest_value(&digest);
}

/* ---- VECTOR ---- */

/*
 * A block is some column tiles of one row, computed together: the stages run
 * over buffers of up to STH_MAX_LANES lanes.
 */
#define LANE_BUFFER(name)                                                      \
    uint32_t name[STH_MAX_LANES] __attribute__((aligned(64)))

INLINE vf max_vf(vf a, vf b)
{
    /* Order of the numbers in int32: magnitudes of negatives inverted. */
    vi key_a = (vi)a ^ (((vi)a >> 31) & 0x7fffffff);
    vi key_b = (vi)b ^ (((vi)b >> 31) & 0x7fffffff);
    vf greater = select_vf(key_a > key_b, a, b);

    return select_vf(is_nan(a) | is_nan(b), fill_vf(STH_FP32_NAN), greater);
}

/* Converts one chunk to fp32. */
static void load_chunk(uint32_t *to, const uint8_t *from, uint32_t type,
                       uint32_t lanes)
{
    switch (type) {
    case STH_DTYPE_I8:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i, __builtin_convertvector(vi_from_i8(from + i), vf));
        break;
    case STH_DTYPE_BF16:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i, flush((vf)(vi_from_u16(from + 2 * i) << 16)));
        break;
    case STH_DTYPE_I32:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i,
                     __builtin_convertvector(load_vi(from + 4 * i), vf));
        break;
    default:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i, flush(load_vf(from + 4 * i)));
        break;
    }
}

/* Saturated, rounded to nearest even, NaN as 0. */
INLINE vi to_i32(vf v)
{
    const vf limit = fill_vf(0x4f000000u); /* 2^31 */
    vi integer = vi_round(v);              /* INT32_MIN when it does not fit */

    integer ^= (vi)(v >= limit);
    return integer & ~is_nan(v);
}

INLINE vi to_i8(vf v)
{
    const vf low = fill_vf(0xc3000000u);  /* -128 */
    const vf high = fill_vf(0x42fe0000u); /* 127 */
    vf clamped = select_vf((vi)(v > high), high, v);

    clamped = select_vf((vi)(clamped < low), low, clamped);
    return vi_round(clamped) & ~is_nan(v);
}

/* bf16 in the low half of each lane. */
INLINE vi to_bf16(vf v)
{
    vu bits = (vu)canonical_nan(v);

    return (vi)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

/* Converts one chunk from fp32. */
static void store_chunk(uint8_t *to, const uint32_t *from, uint32_t type,
                        uint32_t lanes)
{
    switch (type) {
    case STH_DTYPE_I8:
        for (uint32_t i = 0; i < lanes; i += LANES)
            vi_to_i8(to + i, to_i8(load_vf(from + i)));
        break;
    case STH_DTYPE_BF16:
        for (uint32_t i = 0; i < lanes; i += LANES)
            vi_to_u16(to + 2 * i, to_bf16(load_vf(from + i)));
        break;
    case STH_DTYPE_I32:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vi(to + 4 * i, to_i32(load_vf(from + i)));
        break;
    default:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + 4 * i, canonical_nan(load_vf(from + i)));
        break;
    }
}

/* What bit slicing makes of a prescaled argument; sth_numerics.c. */
struct slices {
    vi row, exponent, sign;
    vf m, centre;
    vi is_special;
    vf special;
};

INLINE void slice_segment(struct slices *s, vi row, vi fraction, int bits)
{
    vi top = fraction & fill_vi(0x7fffffu & ~(0x7fffffu >> bits));

    s->row = row + (fraction >> (23 - bits));
    s->m = (vf)(fraction | fill_vi(STH_FP32_ONE));
    s->centre = (vf)(top | fill_vi(STH_FP32_ONE | 0x800000u >> (bits + 1)));
}

INLINE void slice_exp(struct slices *s, vf u)
{
    const vi exponent = ((vi)u >> 23) & 0xff;
    vi fixed = vi_truncate(u * fill_vf(0x4b000000u)); /* 2^23 */

    slice_segment(s, fill_vi(STH_FUNC_ROW_EXP), fixed & 0x7fffff, 5);
    s->exponent = fixed >> 23;
    s->sign = fill_vi(0);
    s->is_special = exponent >= 127 + 8;
    s->special = (vf)(~((vi)u >> 31) & fill_vi(STH_FP32_INF));
}

INLINE void slice_recip(struct slices *s, vf u)
{
    const vi exponent = ((vi)u >> 23) & 0xff;
    const vi zero = exponent == 0;

    s->sign = (vi)u & fill_vi(STH_FP32_SIGN);
    slice_segment(s, fill_vi(STH_FUNC_ROW_RECIP), (vi)u & 0x7fffff, 6);
    s->exponent = 127 - exponent;
    s->is_special = zero | (exponent == 255);
    s->special = (vf)(s->sign | (zero & fill_vi(STH_FP32_INF)));
}

INLINE void slice_rsqrt(struct slices *s, vf u)
{
    const vi exponent = ((vi)u >> 23) & 0xff;
    const vi odd = ~exponent & 1;
    const vi zero = exponent == 0;
    const vi negative = (vi)u >> 31;
    const vi sign = (vi)u & fill_vi(STH_FP32_SIGN);

    slice_segment(s, fill_vi(STH_FUNC_ROW_RSQRT) + (odd << 6), (vi)u & 0x7fffff,
                  6);
    s->exponent = (127 - exponent + odd) >> 1;
    s->sign = fill_vi(0);
    s->is_special = zero | negative | (exponent == 255);
    s->special = (vf)select_vi(zero, sign | fill_vi(STH_FP32_INF),
                               negative & fill_vi(STH_FP32_NAN));
}

INLINE void slice_tanh(struct slices *s, vf u)
{
    const vi octave = (((vi)u >> 23) & 0xff) - 127;
    const vi fraction = (vi)u & 0x7fffff;
    const vi high = octave >= -2;
    const vi big = octave >= 3;
    struct slices low;

    slice_segment(&low, fill_vi(STH_FUNC_ROW_TANH) + ((octave + 10) << 3),
                  fraction, 3);
    slice_segment(s, fill_vi(STH_FUNC_ROW_TANH_HIGH) + ((octave + 2) << 5),
                  fraction, 5);
    s->row = select_vi(high, s->row, low.row);
    s->centre = select_vf(high, s->centre, low.centre);
    s->exponent = fill_vi(0);
    s->sign = (vi)u & fill_vi(STH_FP32_SIGN);
    s->is_special = (octave < -10) | big;
    s->special = (vf)select_vi(big, s->sign | fill_vi(STH_FP32_ONE), (vi)u);
}

/* The segment's polynomial, and what happens to its exponent and sign. */
INLINE vf evaluate_slices(const struct slices *s, vf u)
{
    /* Rows of special lanes are out of range: take row 0. */
    const vi index = (s->row & ~(s->is_special | is_nan(u))) * 3;
    const vf d = s->m - s->centre;
    vf p = vf_gather(&sth_func_rows[0].c2, index) * d;
    vi exponent, bits;

    p = p + vf_gather(&sth_func_rows[0].c1, index);
    p = p * d;
    p = p + vf_gather(&sth_func_rows[0].c0, index);
    exponent = (((vi)p >> 23) & 0xff) + s->exponent;
    bits = ((vi)p & 0x7fffff) | exponent << 23;
    bits = select_vi(exponent >= 255, fill_vi(STH_FP32_INF), bits);
    bits &= exponent > 0;
    p = select_vf(s->is_special, s->special, (vf)(bits | s->sign));
    return select_vf(is_nan(u), u, p);
}

INLINE vf function_vf(uint32_t func, vf v)
{
    const vf half = fill_vf(STH_FP32_HALF);
    struct slices s;

    switch (func) {
    case STH_FUNC_EXP:
        v = v * fill_vf(STH_FCONST_LOG2E);
        slice_exp(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_RECIP:
        slice_recip(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_RSQRT:
        slice_rsqrt(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_TANH:
        slice_tanh(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_SIGMOID:
        v = v * half;
        slice_tanh(&s, v);
        return evaluate_slices(&s, v) * half + half;
    case STH_FUNC_GELU:
        v = v * fill_vf(STH_FCONST_GELU_HALF_SLOPE);
        slice_tanh(&s, v);
        return evaluate_slices(&s, v) * half + half;
    default:
        return v;
    }
}

static void apply_function(uint32_t func, uint32_t *to, const uint32_t *from,
                           uint32_t lanes)
{
#define CASE(code)                                                             \
    case code:                                                                 \
        for (uint32_t i = 0; i < lanes; i += LANES)                            \
            store_vf(to + i, function_vf(code, load_vf(from + i)));            \
        break;
    switch (func) {
        CASE(STH_FUNC_EXP)
        CASE(STH_FUNC_RECIP)
        CASE(STH_FUNC_RSQRT)
        CASE(STH_FUNC_TANH)
        CASE(STH_FUNC_SIGMOID)
        CASE(STH_FUNC_GELU)
    default:
        memcpy(to, from, lanes * sizeof *to);
        break;
    }
#undef CASE
}

enum combination { MULTIPLY, ADD, SUBTRACT, MAXIMUM };

/* to = to (operation) with, lane by lane. */
INLINE void combine_lanes(enum combination operation, uint32_t *to,
                          const uint32_t *with, uint32_t lanes)
{
    for (uint32_t i = 0; i < lanes; i += LANES) {
        vf a = load_vf(to + i), b = load_vf(with + i);

        store_vf(to + i, operation == MULTIPLY   ? a * b
                         : operation == ADD      ? a + b
                         : operation == SUBTRACT ? a - b
                                                 : max_vf(a, b));
    }
}

static void combine(enum combination operation, uint32_t *to,
                    const uint32_t *with, uint32_t lanes)
{
    switch (operation) {
    case MULTIPLY:
        combine_lanes(MULTIPLY, to, with, lanes);
        break;
    case ADD:
        combine_lanes(ADD, to, with, lanes);
        break;
    case SUBTRACT:
        combine_lanes(SUBTRACT, to, with, lanes);
        break;
    case MAXIMUM:
        combine_lanes(MAXIMUM, to, with, lanes);
        break;
    }
}

/* Where a block lies. */
struct block {
    uint32_t row;
    uint32_t tile;  /* the first */
    uint32_t tiles; /* how many */
    uint32_t cols;  /* lanes of a tile */
};

/* Element (row, col) of each lane. */
static void load_stream(uint32_t *to, const struct sth_operand *o,
                        const struct block *b)
{
    const uint8_t *from = o->base + b->row * o->row + b->tile * o->tile;

    for (uint32_t i = 0; i < b->tiles; i++)
        load_chunk(to + i * b->cols, from + i * o->tile, o->type, b->cols);
}

static void fill_lanes(uint32_t *to, vf value, const struct block *b)
{
    for (uint32_t i = 0; i < b->tiles * b->cols; i += LANES)
        store_vf(to + i, value);
}

/* y or z of each lane. */
static void load_second(uint32_t *to, const struct sth_operand *o,
                        uint32_t select, uint32_t imm, const struct block *b)
{
    uint32_t bytes, raw = 0;
    const uint8_t *from;

    switch (select) {
    case STH_OPERAND_STREAM:
        load_stream(to, o, b);
        break;
    case STH_OPERAND_SCALAR:
        bytes = sth_dtype_bytes(o->type);
        from = o->base + b->row / b->cols * o->row + b->row % b->cols * bytes;
        memcpy(&raw, from, bytes);
        fill_lanes(to, fill_vf(sth_fp32_from_type(o->type, raw)), b);
        break;
    default:
        fill_lanes(to, fill_vf(sth_fp32_canonical(imm)), b);
        break;
    }
}

/* The function unit's result for each lane of a block. */
static void compute_block(const struct sth_vector *v, const struct block *b,
                          uint32_t *result)
{
    uint32_t lanes = b->tiles * b->cols;
    LANE_BUFFER(x);
    LANE_BUFFER(sum);
    LANE_BUFFER(other);

    load_stream(x, &v->x, b);
    memcpy(sum, x, lanes * sizeof *sum);
    if (v->mulsel == STH_OPERAND_SELF) {
        combine(MULTIPLY, sum, x, lanes);
    } else if (v->mulsel != STH_OPERAND_NONE) {
        load_second(other, &v->y, v->mulsel, v->imm_mul, b);
        combine(MULTIPLY, sum, other, lanes);
    }
    if (v->addsel != STH_OPERAND_NONE) {
        load_second(other, &v->z, v->addsel, v->imm_add, b);
        combine(v->addop == 0   ? ADD
                : v->addop == 1 ? SUBTRACT
                                : MAXIMUM,
                sum, other, lanes);
    }
    apply_function(v->func, result, sum, lanes);
    if (v->gate == 1)
        combine(MULTIPLY, result, sum, lanes);
    else if (v->gate == 2)
        combine(MULTIPLY, result, x, lanes);
}

/* Lanes from `first` on get the value. */
static void set_from(uint32_t *lane, uint32_t first, uint32_t value,
                     const struct block *b)
{
    for (; first < b->tiles * b->cols; first++)
        lane[first] = value;
}

/* Adds the 32-bit lanes of a chunk, which is aligned in its space. */
static void digest_chunk(struct sth_digest *digest, uint32_t addr,
                         const uint8_t *chunk, uint32_t bytes)
{
    uint32_t i = 0;

    if (bytes >= 4 * LANES) {
        for (; i < bytes; i += 4 * LANES)
            add_to_digest(digest, addr + i, load_vi(chunk + i));
        return;
    }
    for (; i < bytes; i += 4) {
        uint32_t data;

        memcpy(&data, chunk + i, sizeof data);
        sth_digest_add(digest, addr + i, data);
    }
}

/*
 * Writes the lanes of a block that are columns of the command; the others are
 * zero, so that they add nothing to the digest.
 */
static void write_block(const struct sth_vector *v, const struct block *b,
                        const uint32_t *lane, struct sth_digest *digest)
{
    uint32_t bytes = sth_dtype_bytes(v->d.type);
    uint32_t offset = b->row * v->d.row + b->tile * v->d.tile;
    LANE_BUFFER(partial);

    for (uint32_t i = 0; i < b->tiles; i++, offset += v->d.tile) {
        uint32_t left = v->cols - (b->tile + i) * b->cols;
        uint8_t *to = v->d.base + offset, *written = to;

        if (left >= b->cols) {
            store_chunk(to, lane + i * b->cols, v->d.type, b->cols);
        } else {
            written = (uint8_t *)partial;
            store_chunk(written, lane + i * b->cols, v->d.type, b->cols);
            memcpy(to, written, left * bytes);
        }
        digest_chunk(digest, v->d.addr + offset, written, b->cols * bytes);
    }
}

/* The balanced tree over `lanes` lanes; overwrites them. */
INLINE float reduce_tree(enum combination operation, uint32_t *lane,
                         uint32_t lanes)
{
    vf v;

    for (; lanes > LANES; lanes /= 2) {
        for (uint32_t i = 0; i < lanes / 2; i += LANES) {
            vf a = load_vf(lane + 2 * i), b = load_vf(lane + 2 * i + LANES);
            vf even = vf_even(a, b), odd = vf_odd(a, b);

            store_vf(lane + i,
                     operation == ADD ? even + odd : max_vf(even, odd));
        }
    }
    v = load_vf(lane);
    UNROLL for (uint32_t n = LANES; n > 1; n /= 2) v =
        operation == ADD ? vf_even(v, v) + vf_odd(v, v)
                         : max_vf(vf_even(v, v), vf_odd(v, v));
    return v[0];
}

static uint32_t bits_of(float v)
{
    uint32_t bits;

    memcpy(&bits, &v, sizeof bits);
    return bits;
}

/* Continues a row's reduction with the tiles of a block. */
static uint32_t reduce_block(uint32_t reduce, uint32_t running, uint32_t *lane,
                             const struct block *b)
{
    if (reduce == STH_REDUCE_ABSMAX)
        for (uint32_t i = 0; i < b->tiles * b->cols; i++)
            lane[i] &= ~STH_FP32_SIGN;
    for (uint32_t i = 0; i < b->tiles; i++) {
        uint32_t *tile = lane + i * b->cols;

        if (reduce == STH_REDUCE_SUM)
            running = bits_of(
                (fill_vf(running) + reduce_tree(ADD, tile, b->cols))[0]);
        else
            running = sth_fp32_max(
                running, bits_of(reduce_tree(MAXIMUM, tile, b->cols)));
    }
    return running;
}

static void vector_row(const struct sth_onchip *chip,
                       const struct sth_vector *v, uint32_t row,
                       struct sth_digest *digest)
{
    const uint32_t cols = chip->params->array_cols;
    const uint32_t tiles = (v->cols + cols - 1) / cols;
    const uint32_t unmasked = sth_vector_unmasked(v, row);
    const uint32_t neutral = sth_reduce_neutral(v->reduce);
    const uint32_t r_addr = v->r + row / cols * 4 * cols + row % cols * 4;
    struct block b = {.row = row, .cols = cols};
    uint32_t running = neutral;

    if (v->reduce != STH_REDUCE_NONE && v->carry) {
        memcpy(&running, chip->acc + r_addr, sizeof running);
        running = sth_fp32_canonical(running);
    }
    for (b.tile = 0; b.tile < tiles; b.tile += b.tiles) {
        uint32_t first = b.tile * cols, masked;
        LANE_BUFFER(lane);

        b.tiles = STH_MAX_LANES / cols;
        if (b.tiles > tiles - b.tile)
            b.tiles = tiles - b.tile;
        compute_block(v, &b, lane);
        masked = unmasked > first ? unmasked - first : 0;
        if (v->write) {
            set_from(lane, masked, 0, &b);
            write_block(v, &b, lane, digest);
        }
        if (v->reduce != STH_REDUCE_NONE) {
            set_from(lane, masked, neutral, &b);
            running = reduce_block(v->reduce, running, lane, &b);
        }
    }
    if (v->reduce != STH_REDUCE_NONE) {
        running = sth_fp32_canonical(running);
        memcpy(chip->acc + r_addr, &running, sizeof running);
        sth_digest_add(digest, r_addr, running);
    }
}

static uint32_t vector(const struct sth_onchip *chip,
                       const struct sth_command *command)
{
    const struct sth_vector v = sth_vector_fields(chip, command);
    struct sth_digest digest;

    sth_digest_init(&digest);
    for (uint32_t row = 0; row < v.rows; row++)
        vector_row(chip, &v, row, &digest);
    return sth_digest_value(&digest);
}

const struct sth_kernels KERNELS = {
    .lanes = LANES,
    .matmul = matmul,
    .vector = vector,
};
