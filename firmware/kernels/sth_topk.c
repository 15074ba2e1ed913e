/*
 * The k largest of each row, by k rounds of the vector engine.
 *
 * Each element has a value and a key.  The values are finite: infinities
 * become +-MAX, and what was chosen becomes -inf.  The key settles ties: it is
 * level * LEVEL - column, where the level is 1 for -inf, 3 for +inf and 2 for
 * the rest, so that an infinity comes before what is now its equal, and lower
 * columns before higher ones.  Keys are whole numbers from 1 to 3 * 2^22: fp32
 * holds them exactly.  A round finds the largest value of the row, then the
 * largest key among its equals, and removes the element of that key.
 *
 * Equality is a sign.  x - m is +0 if x equals m and negative if it is less,
 * -0 where the difference is too small for a normal number; so 1 / (x - m) is
 * +inf if equal and otherwise -0 or below.  NaN spreads to the whole row.
 *
 * A row too long for the memories passes in chunks: the best of those before
 * come back from `out` and `indices` as more columns of the next.
 */
#include "sth_accept.h"
#include "sth_emit.h"
#include "sth_topk.h"

#define LEVEL STH_TOPK_COLS_MAX

/* fp32 bit patterns. */
#define MINUS 0x80000000u
#define HALF 0x3f000000u
#define TWO 0x40000000u
#define MAX 0x7f7fffffu            /* the largest finite number */
#define TINY 0x00800000u           /* 2^-126, the smallest normal one */
#define INV_128 0x3c000000u        /* 2^-7 */
#define LEVEL_BITS 0x4a800000u     /* 2^22 */
#define TWO_LEVELS 0x4b000000u     /* 2^23 */
#define INV_TWO_LEVELS 0x34000000u /* 2^-23 */
#define ONE_AND_HALF 0x3fc00001u   /* 1.5 + 2^-23 */

/* Row-tiles of a command that hide its latency, and the most it can have. */
#define TILES_GOOD 512u
#define TILES_MAX 16000u

/* Rows and columns of x that are handled together. */
struct place {
    uint32_t row0, rows;
    uint32_t col0, cols;
};

/* Columns of a block on chip: a chunk of x, then the best of those before. */
struct segment {
    uint32_t offset; /* lanes */
    uint32_t cols;
};

struct topk_state {
    struct sth_schedule *s;
    const struct sth_topk *op;
    uint32_t k, lanes_of_tile;
    uint32_t block_rows, block_cols, chunks;
    uint32_t lanes, carried_lanes;              /* of a row of the block */
    uint32_t scalars;                           /* rows for one in each round */
    struct sth_buffer *raw[2];                  /* as in memory, in turn */
    struct sth_buffer *carried, *carried_index; /* as in memory */
    struct sth_buffer *level, *key, *value;     /* of each element */
    struct sth_buffer *work;                    /* accumulator */
    struct sth_buffer *column;                  /* their numbers, in one row */
    struct sth_buffer *largest, *chosen;        /* packed scalars of rounds */
    struct sth_buffer *values[2], *columns[2];  /* results, in turn */
    uint32_t index;                             /* of the block */
    struct place at;
    struct segment segment[2];
    uint32_t segments;
};

/* ---- plan -------------------------------------------------------------- */

static bool fits(const struct topk_state *t, const struct sth_params *p)
{
    uint64_t es = sth_dtype_bytes(t->op->x->dtype);
    uint64_t rows = t->block_rows, word = sth_sp_word_bytes(p);
    uint64_t lanes = t->lanes + t->carried_lanes;
    uint64_t tiles = rows * lanes / p->array_cols;
    uint64_t sp, acc;

    sp = 2 * (rows * t->lanes * es + word);
    sp += rows * t->carried_lanes * (es + 4) + 2 * word;
    sp += rows * lanes * (1 + 4 + 4) + 3 * word;
    sp += 2 * ((uint64_t)t->scalars * p->array_cols * (es + 4) + 2 * word);
    acc = tiles > t->scalars ? tiles : t->scalars;
    acc += t->lanes / p->array_cols + 2ull * t->scalars;
    return sp <= p->sp_bytes && acc <= p->acc_bytes / sth_acc_row_bytes(p);
}

/* Few chunks before many rows; false when nothing fits. */
static bool make_plan(struct topk_state *t, const struct sth_params *p)
{
    const struct sth_operand *x = t->op->x;

    for (uint32_t count = 1;; count *= 2) {
        uint32_t tiles =
            sth_ceil_div(sth_ceil_div(x->cols, count), p->array_cols);

        t->lanes = tiles * p->array_cols;
        t->block_cols = sth_min_u32(t->lanes, x->cols);
        t->chunks = sth_ceil_div(x->cols, t->block_cols);
        t->carried_lanes =
            t->chunks > 1 ? sth_round_up(t->k, p->array_cols) : 0;
        if (t->block_cols < t->k)
            return false;
        t->block_rows =
            sth_min_u32(x->rows, sth_max_u32(TILES_GOOD / tiles, 1));
        for (; tiles <= TILES_MAX && t->lanes < 65536;
             t->block_rows = (t->block_rows + 1) / 2) {
            t->scalars = t->k * sth_ceil_div(t->block_rows, p->array_cols);
            if (fits(t, p))
                return true;
            if (t->block_rows == 1)
                break;
        }
        if (tiles == 1)
            return false;
    }
}

static void allocate(struct topk_state *t)
{
    uint32_t es = sth_dtype_bytes(t->op->x->dtype);
    uint32_t cols = t->lanes_of_tile;
    uint32_t elements = t->block_rows * (t->lanes + t->carried_lanes);
    uint32_t carried = t->block_rows * t->carried_lanes;
    struct sth_schedule *s = t->s;

    for (uint32_t i = 0; i < 2; i++) {
        t->raw[i] = sth_schedule_alloc(s, STH_SCHEDULE_SP,
                                       t->block_rows * t->lanes * es);
        t->values[i] =
            sth_schedule_alloc(s, STH_SCHEDULE_SP, t->scalars * cols * es);
        t->columns[i] =
            sth_schedule_alloc(s, STH_SCHEDULE_SP, t->scalars * cols * 4);
    }
    t->carried = sth_schedule_alloc(s, STH_SCHEDULE_SP, carried * es);
    t->carried_index = sth_schedule_alloc(s, STH_SCHEDULE_SP, carried * 4);
    t->level = sth_schedule_alloc(s, STH_SCHEDULE_SP, elements);
    t->key = sth_schedule_alloc(s, STH_SCHEDULE_SP, elements * 4);
    t->value = sth_schedule_alloc(s, STH_SCHEDULE_SP, elements * 4);
    t->work = sth_schedule_alloc(s, STH_SCHEDULE_ACC,
                                 sth_max_u32(elements / cols, t->scalars));
    t->column = sth_schedule_alloc(s, STH_SCHEDULE_ACC, t->lanes / cols);
    t->largest = sth_schedule_alloc(s, STH_SCHEDULE_ACC, t->scalars);
    t->chosen = sth_schedule_alloc(s, STH_SCHEDULE_ACC, t->scalars);
}

/* ---- operands ---------------------------------------------------------- */

/* A segment of the level, key, value or work of the block. */
static struct sth_tile tile_of(const struct topk_state *t,
                               const struct segment *g,
                               struct sth_buffer *buffer)
{
    uint32_t dtype = buffer == t->level ? STH_DTYPE_I8 : STH_DTYPE_FP32;
    uint32_t es = sth_dtype_bytes(dtype);

    if (buffer == t->work)
        return sth_tile_acc(buffer, t->at.rows * (g->offset / t->lanes_of_tile),
                            t->at.rows, dtype);
    return sth_tile_sp(t->s, buffer, g->offset * es,
                       (t->lanes + t->carried_lanes) * es, dtype);
}

static uint32_t groups_of(const struct topk_state *t)
{
    return sth_ceil_div(t->at.rows, t->lanes_of_tile);
}

/* The scalars of round j. */
static struct sth_tile round_of(const struct topk_state *t,
                                struct sth_buffer *buffer, uint32_t j)
{
    return sth_tile_scalars(buffer, j * groups_of(t));
}

/* d = x * mul + add of constants; larger: the larger of x * mul and add. */
static struct sth_pass affine(struct sth_tile x, uint32_t mul, bool larger,
                              uint32_t add, struct sth_tile d)
{
    struct sth_pass v = {.x = x, .mul = STH_OPERAND_IMM, .mul_imm = mul};

    v.add = STH_OPERAND_IMM;
    v.add_op = larger ? 2 : 0;
    v.add_imm = add;
    v.d = d;
    return v;
}

static void emit(struct topk_state *t, struct sth_pass v, uint32_t rows,
                 uint32_t cols)
{
    v.rows = rows;
    v.cols = cols;
    sth_emit_vector(t->s, &v);
}

/* ---- the row of columns ------------------------------------------------ */

/* Its columns are the same for every row of a command. */
static struct sth_tile columns_of(const struct topk_state *t)
{
    struct sth_tile columns = sth_tile_acc(t->column, 0, 1, STH_DTYPE_FP32);

    columns.row = 0;
    return columns;
}

/* The fp32 bits of a whole number below 2^24. */
static uint32_t bits_of(uint32_t number)
{
    uint32_t exponent = 23 + 127;

    if (number == 0)
        return 0;
    for (; number < 1u << 23; number <<= 1)
        exponent--;
    return exponent << 23 | (number & 0x7fffffu);
}

/* Adds to `cols` columns into those from `tile` on. */
static void add_to_columns(struct topk_state *t, uint32_t bits, uint32_t tile,
                           uint32_t cols)
{
    struct sth_tile to = columns_of(t);

    to.addr += tile;
    emit(t, affine(columns_of(t), STH_CONST_ONE, false, bits, to), 1, cols);
}

/*
 * The columns of the chunk in one row: sums of ones below a causal mask are
 * packed as a row of lanes 0, 1, 2, ...; adding gives twice as many, and again.
 * Any byte serves to make ones.
 */
static void make_columns(struct topk_state *t)
{
    uint32_t cols = t->lanes_of_tile;
    uint32_t tiles = t->lanes / cols;
    struct sth_tile byte = sth_tile_row(t->s, t->raw[0], 0, STH_DTYPE_I8);
    struct sth_tile none = {0}, one = sth_tile_scalars(t->work, 0);
    struct sth_pass ones = affine(byte, 0, false, STH_CONST_ONE, none);
    struct sth_pass count = {.mask = true, .mask_offset = -1};

    ones.reduce = count.reduce = STH_REDUCE_SUM;
    ones.r = one;
    emit(t, ones, cols, 1);
    one.row = 0;
    count.x = one;
    count.r = sth_tile_scalars(t->column, 0);
    emit(t, count, cols, cols);
    add_to_columns(t, bits_of(t->at.col0), 0, cols);
    for (uint32_t have = 1; have < tiles; have *= 2)
        add_to_columns(t, bits_of(have * cols), have,
                       sth_min_u32(have, tiles - have) * cols);
}

/* ---- a block ----------------------------------------------------------- */

/* Values and keys of a segment whose elements and columns are given. */
static void prepare(struct topk_state *t, const struct segment *g,
                    struct sth_tile raw, struct sth_tile column)
{
    const uint32_t rows = t->at.rows, minus_one = STH_CONST_ONE | MINUS;
    struct sth_tile work = tile_of(t, g, t->work);
    struct sth_tile level = tile_of(t, g, t->level);
    struct sth_pass value =
        affine(work, minus_one, true, MAX | MINUS, tile_of(t, g, t->value));
    struct sth_pass key =
        affine(level, LEVEL_BITS | MINUS, false, 0, tile_of(t, g, t->key));

    /* value = max(-max(-x, -MAX), -MAX) */
    value.reduce = STH_REDUCE_MAX;
    value.carry = g->offset != 0;
    value.r = round_of(t, t->largest, 0);
    emit(t, affine(raw, minus_one, true, MAX | MINUS, work), rows, g->cols);
    emit(t, value, rows, g->cols);
    /* Finite: -4 to 4, which is 0 of 128; infinite: 127 or -128. */
    emit(t, affine(raw, TINY, false, 0, level), rows, g->cols);
    emit(t, affine(level, INV_128, false, TWO, level), rows, g->cols);
    /* The key with its sign changed. */
    key.add = STH_OPERAND_STREAM;
    key.z = column;
    emit(t, key, rows, g->cols);
}

/* The same command on every segment; a reduction carries on. */
static void emit_segments(struct topk_state *t, const struct sth_pass *what,
                          struct sth_buffer *x, struct sth_buffer *z,
                          struct sth_buffer *d)
{
    for (uint32_t i = 0; i < t->segments; i++) {
        const struct segment *g = &t->segment[i];
        struct sth_pass v = *what;

        v.carry = v.reduce != STH_REDUCE_NONE && i != 0;
        v.x = tile_of(t, g, x);
        if (z != NULL)
            v.z = tile_of(t, g, z);
        if (d != NULL)
            v.d = tile_of(t, g, d);
        emit(t, v, t->at.rows, g->cols);
    }
}

/* Round j: chooses an element, removes it, finds the largest of the others. */
static void play_round(struct topk_state *t, uint32_t j)
{
    /* 1 / (x - m): +inf for equals. */
    struct sth_pass compare = {.add = STH_OPERAND_SCALAR,
                               .add_op = 1,
                               .z = round_of(t, t->largest, j),
                               .func = STH_FUNC_RECIP};
    /* -key for equals, 0 or more for others. */
    struct sth_pass mark = {.mul = STH_OPERAND_IMM,
                            .mul_imm = STH_CONST_ONE | MINUS,
                            .add = STH_OPERAND_STREAM,
                            .add_op = 2};
    /* Twice the largest key. */
    struct sth_pass choose = {.mul = STH_OPERAND_IMM,
                              .mul_imm = TWO | MINUS,
                              .reduce = STH_REDUCE_MAX,
                              .r = round_of(t, t->chosen, j)};
    /* 1 / (2 (largest key - key)): inf for the chosen, else at most 1/2. */
    struct sth_pass match = {.mul = STH_OPERAND_IMM,
                             .mul_imm = TWO,
                             .add = STH_OPERAND_SCALAR,
                             .z = round_of(t, t->chosen, j),
                             .func = STH_FUNC_RECIP};
    /* -inf for the chosen; a half of 2^-126 is nothing. */
    struct sth_pass drop = {.mul = STH_OPERAND_IMM,
                            .mul_imm = TINY | MINUS,
                            .add = STH_OPERAND_STREAM,
                            .reduce = STH_REDUCE_MAX,
                            .r = round_of(t, t->largest, j + 1)};

    emit_segments(t, &compare, t->value, NULL, t->work);
    emit_segments(t, &mark, t->work, t->key, t->work);
    emit_segments(t, &choose, t->work, NULL, NULL);
    if (j + 1 == t->k)
        return;
    emit_segments(t, &match, t->work, NULL, t->work);
    emit_segments(t, &drop, t->work, t->value, t->value);
}

/* ---- results ----------------------------------------------------------- */

/* All rounds of packed scalars: a row of the command for each. */
static struct sth_tile rounds_of(const struct topk_state *t,
                                 struct sth_buffer *buffer, uint32_t dtype)
{
    uint32_t es = sth_dtype_bytes(dtype);
    uint32_t unit = buffer->space == STH_SCHEDULE_SP ? es : 1;

    return (struct sth_tile){buffer, buffer->addr, groups_of(t) * unit, unit,
                             dtype};
}

/* Rounds become columns. */
static void store_rounds(struct topk_state *t, const struct sth_operand *to,
                         struct sth_buffer *buffer)
{
    uint32_t es = sth_dtype_bytes(to->dtype);
    struct sth_groups store = {.block = {.operand = to,
                                         .row = t->at.row0,
                                         .rows = t->at.rows,
                                         .cols = 1,
                                         .buffer = buffer,
                                         .stride = es},
                               .groups = t->k,
                               .group_cols = 1,
                               .group_offset =
                                   groups_of(t) * t->lanes_of_tile * es};

    sth_emit_store_groups(t->s, &store);
}

/*
 * With twice the key, 2 (level * LEVEL - column), of each round: `side` is
 * 2 - level, 1 for -inf and -1 for +inf.  Then value = largest - side * MAX
 * and column = 2 LEVEL - side * LEVEL - key.
 */
static void finish(struct topk_state *t)
{
    const uint32_t rows = t->at.rows;
    struct sth_buffer *values = t->values[t->index % 2];
    struct sth_buffer *columns = t->columns[t->index % 2];
    struct sth_tile key = rounds_of(t, t->chosen, STH_DTYPE_FP32);
    struct sth_tile side = rounds_of(t, t->work, STH_DTYPE_I32);
    struct sth_tile rest = rounds_of(t, t->work, STH_DTYPE_FP32);
    struct sth_pass value = affine(side, MAX | MINUS, false, 0,
                                   rounds_of(t, values, t->op->out->dtype));
    struct sth_pass less = affine(side, TWO_LEVELS | MINUS, false, 0, rest);

    value.add = less.add = STH_OPERAND_STREAM;
    value.z = rounds_of(t, t->largest, STH_DTYPE_FP32);
    less.add_op = 1;
    less.z = key;
    emit(t, affine(key, INV_TWO_LEVELS | MINUS, false, ONE_AND_HALF, side),
         t->k, rows);
    emit(t, value, t->k, rows);
    emit(t, less, t->k, rows);
    emit(t,
         affine(rest, HALF, false, TWO_LEVELS,
                rounds_of(t, columns, STH_DTYPE_FP32)),
         t->k, rows);
    store_rounds(t, t->op->out, values);
    store_rounds(t, t->op->indices, columns);
}

/* ---- the run ----------------------------------------------------------- */

static struct place place_of(const struct topk_state *t, uint32_t index)
{
    const struct sth_operand *x = t->op->x;
    struct place p = {.row0 = index / t->chunks * t->block_rows,
                      .col0 = index % t->chunks * t->block_cols};

    p.rows = sth_min_u32(t->block_rows, x->rows - p.row0);
    p.cols = sth_min_u32(t->block_cols, x->cols - p.col0);
    return p;
}

/* Loads elements behind all stores so far, the operation's own too. */
static struct sth_tile load(struct topk_state *t,
                            const struct sth_operand *from, struct place p,
                            struct sth_buffer *buffer, uint32_t lanes)
{
    uint32_t stride = lanes * sth_dtype_bytes(from->dtype);
    struct sth_operand now = *from;
    struct sth_block b = {.operand = &now,
                          .row = p.row0,
                          .rows = p.rows,
                          .col = p.col0,
                          .cols = p.cols,
                          .buffer = buffer,
                          .stride = stride};

    now.before = from->tensor->bands;
    sth_emit_load(t->s, &b);
    return sth_tile_sp(t->s, buffer, 0, stride, from->dtype);
}

static void prepare_block(struct topk_state *t, struct sth_tile raw)
{
    struct place carried = {t->at.row0, t->at.rows, 0, t->k};

    if (t->index == 0 || t->chunks > 1)
        make_columns(t);
    t->segment[0] = (struct segment){0, t->at.cols};
    t->segments = 1;
    prepare(t, &t->segment[0], raw, columns_of(t));
    if (t->at.col0 == 0)
        return;
    t->segment[1] = (struct segment){t->lanes, t->k};
    t->segments = 2;
    raw = load(t, t->op->out, carried, t->carried, t->carried_lanes);
    prepare(
        t, &t->segment[1], raw,
        load(t, t->op->indices, carried, t->carried_index, t->carried_lanes));
}

static void plan_and_play(struct sth_schedule *s, const struct sth_topk *topk)
{
    struct topk_state t = {.s = s,
                           .op = topk,
                           .k = topk->out->cols,
                           .lanes_of_tile = s->driver->params.array_cols};
    struct sth_tile raw;
    uint32_t blocks;

    if (!make_plan(&t, &s->driver->params)) {
        sth_schedule_fail(s, STH_FW_ERR_SPACE);
        return;
    }
    sth_schedule_begin_operation(s);
    allocate(&t);
    blocks = sth_ceil_div(topk->x->rows, t.block_rows) * t.chunks;
    raw = load(&t, topk->x, place_of(&t, 0), t.raw[0], t.lanes);
    for (; t.index < blocks && !sth_schedule_error(s); t.index++) {
        t.at = place_of(&t, t.index);
        prepare_block(&t, raw);
        /* The next load is ahead of the rounds, so as not to wait for them. */
        if (t.index + 1 < blocks)
            raw = load(&t, topk->x, place_of(&t, t.index + 1),
                       t.raw[(t.index + 1) % 2], t.lanes);
        for (uint32_t j = 0; j < t.k; j++)
            play_round(&t, j);
        finish(&t);
    }
}

void sth_kernel_topk(struct sth_schedule *s, const struct sth_topk *topk)
{
    if (sth_accept_topk(s, topk))
        plan_and_play(s, topk);
}
