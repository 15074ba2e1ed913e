/* Rotation of the halves of heads in the epilogue of a matrix product. */
#include "sth_gemm_rotate.h"

/* Row-tiles that hide the latency of a command. */
#define TILES_MIN 64u

/* Columns after which heads and tiles begin together again. */
static uint64_t period_of(const struct sth_params *p, uint32_t half)
{
    uint32_t a = p->array_cols, b = half;

    while (b != 0) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return (uint64_t)p->array_cols / a * half;
}

uint32_t sth_gemm_angle_cols(const struct sth_params *p, uint32_t half,
                             uint32_t part_cols, uint32_t rows)
{
    uint64_t period, cols;

    if (half == 0)
        return 0;
    period = period_of(p, half);
    cols = period;
    if (period != p->array_cols)
        cols *=
            sth_ceil_div(TILES_MIN, (uint32_t)(sth_min_u32(TILES_MIN, rows) *
                                               (period / p->array_cols)));
    return cols < part_cols ? (uint32_t)cols
                            : sth_round_up(part_cols, p->array_cols);
}

/* Whether one tile of angles serves all. */
static bool repeats(const struct sth_params *p, uint32_t half,
                    uint32_t angle_cols)
{
    return angle_cols == p->array_cols && p->array_cols % half == 0;
}

uint32_t sth_gemm_rotate_chunks(const struct sth_params *p, uint32_t half,
                                uint32_t part_cols, uint32_t angle_cols)
{
    return repeats(p, half, angle_cols) ? 1
                                        : sth_ceil_div(part_cols, angle_cols);
}

static uint32_t half_of(const struct sth_gemm *g)
{
    return g->out->cols / g->heads / 2;
}

/* ---- moves --------------------------------------------------------------- */

typedef void (*emit_groups)(struct sth_schedule *, const struct sth_groups *);

/*
 * Columns [first, first + cols) of the halves `part` of all heads: the end of a
 * head, whole ones, the beginning of one.
 */
static void move_part(struct sth_schedule *s, const struct sth_block *base,
                      uint32_t half, uint32_t part, uint32_t first,
                      uint32_t cols, emit_groups emit)
{
    uint32_t es = sth_dtype_bytes(base->operand->dtype);

    for (uint32_t done = 0; done < cols;) {
        uint32_t at = (first + done) % half, head = (first + done) / half;
        uint32_t run = sth_min_u32(half - at, cols - done);
        struct sth_groups g = {.block = *base,
                               .groups = run == half ? (cols - done) / half : 1,
                               .group_cols = 2 * half,
                               .group_offset = half * es};

        g.block.col = (2 * head + part) * half + at;
        g.block.cols = run;
        g.block.offset += done * es;
        g.block.continues = base->continues || done != 0;
        emit(s, &g);
        done += run * g.groups;
    }
}

/* Both parts of a block, side by side on chip. */
static void move_parts(struct sth_gemm_epilogue *e,
                       const struct sth_gemm_block *b,
                       const struct sth_block *whole, emit_groups emit)
{
    uint32_t es = sth_dtype_bytes(whole->operand->dtype);

    for (uint32_t part = 0; part < 2; part++) {
        struct sth_block base = *whole;

        base.offset = part * b->part_lanes * es;
        base.continues = part != 0;
        move_part(e->s, &base, half_of(e->g), part, b->n0 / 2, b->part_cols,
                  emit);
    }
}

void sth_gemm_rotate_load_row(struct sth_gemm_epilogue *e,
                              const struct sth_gemm_block *b,
                              const struct sth_operand *operand,
                              struct sth_buffer *buffer)
{
    struct sth_block row = {.operand = operand, .rows = 1, .buffer = buffer};

    move_parts(e, b, &row, sth_emit_load_groups);
}

/* Blocks after which the angles of a row of blocks are the same again. */
static uint32_t blocks_of_period(const struct sth_gemm_epilogue *e)
{
    uint32_t half = half_of(e->g), part = e->plan->nb / 2, blocks = 1;

    while ((uint64_t)blocks * part % half != 0 && blocks < e->plan->ns)
        blocks++;
    return blocks;
}

/* The angles of a block's columns, again and again for head after head. */
static struct sth_buffer *load_angles(struct sth_gemm_epilogue *e,
                                      struct sth_cache *cache,
                                      const struct sth_operand *angles,
                                      const struct sth_gemm_block *b)
{
    bool hit;
    uint32_t half = half_of(e->g), es = sth_dtype_bytes(angles->dtype);
    uint32_t cols = sth_min_u32(e->plan->angle_cols, e->plan->nb / 2);
    struct sth_buffer *buffer = sth_cache_get(
        cache, b->mi * e->plan->ns + b->ni % blocks_of_period(e), &hit);

    for (uint32_t done = 0; done < cols && !hit;) {
        uint32_t at = (b->n0 / 2 + done) % half;
        uint32_t run = sth_min_u32(half - at, cols - done);
        struct sth_groups g = {.block = {.operand = angles,
                                         .row = b->m0,
                                         .rows = b->rows,
                                         .col = at,
                                         .cols = run,
                                         .buffer = buffer,
                                         .offset = done * es,
                                         .stride = e->plan->angle_cols * es,
                                         .continues = done != 0},
                               .groups = run == half ? (cols - done) / half : 1,
                               .group_offset = half * es};

        sth_emit_load_groups(e->s, &g);
        done += run * g.groups;
    }
    return buffer;
}

void sth_gemm_rotate_load(struct sth_gemm_epilogue *e, struct sth_gemm_block *b)
{
    b->cos = load_angles(e, &e->cos, e->g->cos, b);
    b->sin = load_angles(e, &e->sin, e->g->sin, b);
}

/* ---- vector commands ----------------------------------------------------- */

/* Columns [col, col + cols) of the parts of a block. */
struct chunk {
    uint32_t col, cols;
    const struct sth_block *out;
};

static struct sth_tile sums_of(const struct sth_gemm_epilogue *e,
                               const struct sth_gemm_block *b,
                               const struct chunk *c, uint32_t part)
{
    uint32_t tile =
        (part * b->part_lanes + c->col) / e->s->driver->params.array_cols;

    return sth_tile_acc(b->acc, tile * e->plan->acc_tile, e->plan->acc_tile,
                        STH_DTYPE_FP32);
}

static struct sth_tile angles_of(const struct sth_gemm_epilogue *e,
                                 const struct sth_operand *angles,
                                 struct sth_buffer *buffer)
{
    struct sth_tile tile = sth_tile_sp(
        e->s, buffer, 0, e->plan->angle_cols * sth_dtype_bytes(angles->dtype),
        angles->dtype);

    if (repeats(&e->s->driver->params, half_of(e->g), e->plan->angle_cols))
        tile.tile = 0;
    return tile;
}

/* d = x_part * cos -/+ x_other * sin */
static void rotate(struct sth_gemm_epilogue *e, const struct sth_gemm_block *b,
                   const struct chunk *c, uint32_t part)
{
    const struct sth_operand *out = c->out->operand;
    uint32_t es = sth_dtype_bytes(out->dtype);
    struct sth_tile middle =
        sth_tile_sp(e->s, e->temporary, 0, e->plan->nb / 2 * 4, STH_DTYPE_FP32);
    struct sth_pass sine = {.rows = b->rows,
                            .cols = c->cols,
                            .x = sums_of(e, b, c, 1 - part),
                            .mul = STH_OPERAND_STREAM,
                            .y = angles_of(e, e->g->sin, b->sin),
                            .d = middle};
    struct sth_pass cosine = {
        .rows = b->rows,
        .cols = c->cols,
        .x = sums_of(e, b, c, part),
        .mul = STH_OPERAND_STREAM,
        .y = angles_of(e, e->g->cos, b->cos),
        .add = STH_OPERAND_STREAM,
        .add_op = part == 0 ? 1 : 0,
        .z = middle,
        .d = sth_tile_sp(e->s, c->out->buffer,
                         (part * b->part_lanes + c->col) * es, c->out->stride,
                         out->dtype)};

    sth_emit_vector(e->s, &sine);
    sth_emit_vector(e->s, &cosine);
}

void sth_gemm_rotate_emit(struct sth_gemm_epilogue *e,
                          const struct sth_gemm_block *b,
                          const struct sth_block *store)
{
    uint32_t step = e->plan->angle_cols;

    if (repeats(&e->s->driver->params, half_of(e->g), step))
        step = b->part_lanes;
    for (uint32_t col = 0; col < b->part_cols; col += step) {
        struct chunk c = {col, sth_min_u32(step, b->part_cols - col), store};

        rotate(e, b, &c, 0);
        rotate(e, b, &c, 1);
    }
    move_parts(e, b, store, sth_emit_store_groups);
}
