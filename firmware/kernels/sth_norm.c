/*
 * Layer and RMS normalisation.
 *
 * Statistics of all rows of a block are packed scalars in the accumulator.
 * Where a row does not fit the scratchpad it passes in chunks, once for each
 * statistic, and the reductions carry from chunk to chunk.
 */
#include <string.h>

#include "sth_accept.h"
#include "sth_norm_play.h"

struct chunk {
    uint32_t index, col0, cols;
};

static struct chunk chunk_at(const struct sth_norm_play *t, uint32_t index)
{
    struct chunk c = {index, index * t->plan.block_cols, 0};

    c.cols = sth_min_u32(t->plan.block_cols, t->n->x->cols - c.col0);
    return c;
}

/* Rows `row0` on of block `block`. */
static struct sth_tile load_rows(struct sth_norm_play *t, const struct chunk *c,
                                 uint32_t block, uint32_t row0, uint32_t rows)
{
    bool hit;
    uint32_t stride = t->lanes * sth_dtype_bytes(t->n->x->dtype);
    struct sth_block b = {
        .operand = t->n->x,
        .row = row0,
        .rows = rows,
        .col = c->col0,
        .cols = c->cols,
        .buffer = sth_cache_get(&t->x, block * t->plan.chunks + c->index, &hit),
        .stride = stride};

    if (!hit)
        sth_emit_load(t->s, &b);
    return sth_tile_sp(t->s, b.buffer, 0, stride, t->n->x->dtype);
}

static struct sth_tile load_x(struct sth_norm_play *t, const struct chunk *c)
{
    return load_rows(t, c, t->block, t->row0, t->rows);
}

static struct sth_tile load_vector(struct sth_norm_play *t,
                                   struct sth_cache *cache,
                                   const struct sth_operand *operand,
                                   const struct chunk *c)
{
    bool hit;
    struct sth_block b = {.operand = operand,
                          .rows = 1,
                          .col = c->col0,
                          .cols = c->cols,
                          .buffer = sth_cache_get(cache, c->index, &hit)};

    if (!hit)
        sth_emit_load(t->s, &b);
    return sth_tile_row(t->s, b.buffer, 0, operand->dtype);
}

/* One reduction pass over the row; v names what is summed besides x. */
static void reduce(struct sth_norm_play *t, const struct sth_pass *what,
                   struct sth_buffer *into)
{
    for (uint32_t i = 0; i < t->plan.chunks; i++) {
        struct chunk c = chunk_at(t, i);
        struct sth_pass v = *what;

        v.rows = t->rows;
        v.cols = c.cols;
        v.x = load_x(t, &c);
        v.reduce = STH_REDUCE_SUM;
        v.carry = i != 0;
        v.r = sth_tile_scalars(into, 0);
        sth_emit_vector(t->s, &v);
    }
}

/* rstd = 1 / sqrt(sum * inv_n + eps), in place. */
static void finish_rstd(struct sth_norm_play *t)
{
    struct sth_pass v = {.x = sth_tile_scalars(t->rstd, 0),
                         .mul = STH_OPERAND_IMM,
                         .mul_imm = t->n->inv_n,
                         .add = STH_OPERAND_IMM,
                         .add_imm = t->n->eps,
                         .func = STH_FUNC_RSQRT,
                         .d = sth_tile_scalars(t->rstd, 0)};

    sth_emit_scalars(t->s, &v, t->rows);
}

static void layer_statistics(struct sth_norm_play *t)
{
    struct sth_pass sum = {0};
    struct sth_pass mean = {.x = sth_tile_scalars(t->mean, 0),
                            .mul = STH_OPERAND_IMM,
                            .mul_imm = t->n->inv_n,
                            .d = sth_tile_scalars(t->mean, 0)};
    /* (x - mean)^2: the gate multiplies the value with itself. */
    struct sth_pass squares = {.add = STH_OPERAND_SCALAR,
                               .add_op = 1,
                               .z = sth_tile_scalars(t->mean, 0),
                               .gate = 1};
    struct sth_pass shift = {.x = sth_tile_scalars(t->mean, 0),
                             .mul = STH_OPERAND_STREAM,
                             .y = sth_tile_scalars(t->rstd, 0),
                             .d = sth_tile_scalars(t->shift, 0)};

    reduce(t, &sum, t->mean);
    sth_emit_scalars(t->s, &mean, t->rows);
    reduce(t, &squares, t->rstd);
    finish_rstd(t);
    sth_emit_scalars(t->s, &shift, t->rows);
}

static void rms_statistics(struct sth_norm_play *t)
{
    struct sth_pass squares = {.mul = STH_OPERAND_SELF};

    reduce(t, &squares, t->rstd);
    finish_rstd(t);
}

/* out = (x * rstd - mean * rstd) * gamma + beta for one chunk. */
static void apply(struct sth_norm_play *t, const struct chunk *c)
{
    const struct sth_operand *out = t->n->out;
    uint32_t stride = t->lanes * sth_dtype_bytes(out->dtype);
    struct sth_tile middle =
        sth_tile_acc(t->temporary, 0, t->rows, STH_DTYPE_FP32);
    struct sth_pass v = {.rows = t->rows,
                         .cols = c->cols,
                         .x = load_x(t, c),
                         .mul = STH_OPERAND_SCALAR,
                         .y = sth_tile_scalars(t->rstd, 0),
                         .d = middle};
    struct sth_pass w = {.rows = t->rows,
                         .cols = c->cols,
                         .x = middle,
                         .mul = STH_OPERAND_STREAM,
                         .y = load_vector(t, &t->gamma, t->n->gamma, c)};
    bool hit;
    struct sth_block b = {
        .operand = out,
        .row = t->row0,
        .rows = t->rows,
        .col = c->col0,
        .cols = c->cols,
        .buffer =
            sth_cache_get(&t->out, t->block * t->plan.chunks + c->index, &hit),
        .stride = stride};

    if (t->n->beta != NULL) {
        v.add = STH_OPERAND_SCALAR;
        v.add_op = 1;
        v.z = sth_tile_scalars(t->shift, 0);
        w.add = STH_OPERAND_STREAM;
        w.z = load_vector(t, &t->beta, t->n->beta, c);
    }
    w.d = sth_tile_sp(t->s, b.buffer, 0, stride, out->dtype);
    sth_emit_vector(t->s, &v);
    sth_emit_vector(t->s, &w);
    sth_emit_store(t->s, &b);
    t->result = b.buffer;
}

void sth_norm_play_init(struct sth_norm_play *t, struct sth_schedule *s,
                        const struct sth_norm *norm,
                        const struct sth_rows_plan *plan)
{
    uint32_t cols = s->driver->params.array_cols;
    uint32_t groups = sth_ceil_div(plan->block_rows, cols);
    uint32_t vectors = sth_min_u32(plan->chunks, 2);
    uint32_t elements;

    memset(t, 0, sizeof *t);
    t->s = s;
    t->n = norm;
    t->plan = *plan;
    t->lanes = sth_round_up(plan->block_cols, cols);
    elements = plan->block_rows * t->lanes;
    t->temporary = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, elements / cols);
    t->rstd = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    t->mean = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    t->shift = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    sth_cache_init(&t->x, t->s, plan->slots,
                   elements * sth_dtype_bytes(t->n->x->dtype));
    sth_cache_init(&t->out, t->s, t->plan.depth,
                   elements * sth_dtype_bytes(t->n->out->dtype));
    sth_cache_init(&t->gamma, t->s, vectors, t->lanes * 4);
    if (t->n->beta != NULL)
        sth_cache_init(&t->beta, t->s, vectors, t->lanes * 4);
}

bool sth_norm_play_rows(struct sth_norm_play *t)
{
    if (t->row0 >= t->n->x->rows || !sth_schedule_next_block(t->s))
        return false;
    t->rows = sth_min_u32(t->plan.block_rows, t->n->x->rows - t->row0);
    if (t->n->beta != NULL)
        layer_statistics(t);
    else
        rms_statistics(t);
    for (uint32_t i = 0; i < t->plan.chunks; i++) {
        struct chunk c = chunk_at(t, i);

        apply(t, &c);
    }
    t->row0 += t->rows;
    t->block++;
    return true;
}

void sth_norm_play_prefetch(struct sth_norm_play *t)
{
    struct chunk c = chunk_at(t, 0);

    if (t->row0 < t->n->x->rows && sth_schedule_error(t->s) == STH_FW_ERR_OK)
        load_rows(t, &c, t->block, t->row0,
                  sth_min_u32(t->plan.block_rows, t->n->x->rows - t->row0));
}

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    struct sth_norm_play t;

    sth_schedule_begin_operation(s);
    sth_norm_play_init(&t, s, job, plan);
    while (sth_norm_play_rows(&t)) {
    }
}

static void plan_and_play(struct sth_schedule *s, const struct sth_norm *norm)
{
    const struct sth_rows_shape shape = {
        .rows = norm->x->rows,
        .cols = norm->x->cols,
        .in_bytes = sth_dtype_bytes(norm->x->dtype),
        .out_bytes = sth_dtype_bytes(norm->out->dtype),
        .row_vectors = 2,
        .scalars = 3,
        .temporary = 1,
    };
    struct sth_rows_plan plan;

    if (sth_rows_plan(&plan, s, "norm", &shape, play, norm))
        play(s, norm, &plan);
}

void sth_kernel_norm(struct sth_schedule *s, const struct sth_norm *norm)
{
    if (sth_accept_norm(s, norm))
        plan_and_play(s, norm);
}
