/* Quantisation of rows to int8: a maximum pass and a scaling pass. */
#include <string.h>

#include "sth_accept.h"
#include "sth_quantize_play.h"

/* Rows `row0` on of block `block`. */
static struct sth_tile load_rows(struct sth_quantize_play *t, uint32_t chunk,
                                 uint32_t block, uint32_t row0, uint32_t rows,
                                 uint32_t *cols)
{
    bool hit = true;
    uint32_t col0 = chunk * t->plan.block_cols;
    uint32_t stride = t->lanes * sth_dtype_bytes(t->q->x->dtype);
    struct sth_block b = {
        .operand = t->q->x,
        .row = row0,
        .rows = rows,
        .col = col0,
        .cols = sth_min_u32(t->plan.block_cols, t->q->x->cols - col0),
        .buffer = t->given,
        .stride = stride};

    if (t->plan.slots != 0)
        b.buffer = sth_cache_get(&t->x, block * t->plan.chunks + chunk, &hit);
    if (!hit)
        sth_emit_load(t->s, &b);
    *cols = b.cols;
    return sth_tile_sp(t->s, b.buffer, 0, stride, t->q->x->dtype);
}

static struct sth_tile load_x(struct sth_quantize_play *t, uint32_t chunk,
                              uint32_t *cols)
{
    return load_rows(t, chunk, t->block, t->row0, t->rows, cols);
}

static void find_largest(struct sth_quantize_play *t)
{
    for (uint32_t i = 0; i < t->plan.chunks; i++) {
        struct sth_pass v = {.rows = t->rows,
                             .reduce = STH_REDUCE_ABSMAX,
                             .carry = i != 0,
                             .r = sth_tile_scalars(t->largest, 0)};

        v.x = load_x(t, i, &v.cols);
        sth_emit_vector(t->s, &v);
    }
}

/* scale = largest / 127 to memory, factor = 1 / scale. */
static void emit_scale(struct sth_quantize_play *t)
{
    bool hit;
    struct sth_block b = {.operand = t->q->scale,
                          .rows = 1,
                          .col = t->row0,
                          .cols = t->rows,
                          .buffer = sth_cache_get(&t->scale, t->block, &hit)};
    struct sth_pass scale = {.x = sth_tile_scalars(t->largest, 0),
                             .mul = STH_OPERAND_IMM,
                             .mul_imm = STH_CONST_INV_127,
                             .d = sth_tile_sp_scalars(b.buffer, 0)};
    struct sth_pass factor = {.x = sth_tile_scalars(t->largest, 0),
                              .mul = STH_OPERAND_IMM,
                              .mul_imm = STH_CONST_INV_127,
                              .func = STH_FUNC_RECIP,
                              .d = sth_tile_scalars(t->factor, 0)};

    sth_emit_scalars(t->s, &factor, t->rows);
    sth_emit_scalars(t->s, &scale, t->rows);
    sth_emit_store(t->s, &b);
}

static void emit_chunk(struct sth_quantize_play *t, uint32_t chunk)
{
    bool hit;
    struct sth_pass v = {.rows = t->rows,
                         .mul = STH_OPERAND_SCALAR,
                         .y = sth_tile_scalars(t->factor, 0)};
    struct sth_block b = {.operand = t->q->out,
                          .row = t->row0,
                          .rows = t->rows,
                          .col = chunk * t->plan.block_cols,
                          .buffer = sth_cache_get(
                              &t->out, t->block * t->plan.chunks + chunk, &hit),
                          .stride = t->lanes};

    v.x = load_x(t, chunk, &v.cols);
    b.cols = v.cols;
    v.d = sth_tile_sp(t->s, b.buffer, 0, t->lanes, STH_DTYPE_I8);
    sth_emit_vector(t->s, &v);
    sth_emit_store(t->s, &b);
}

void sth_quantize_play_init(struct sth_quantize_play *t, struct sth_schedule *s,
                            const struct sth_quantize *quantize,
                            const struct sth_rows_plan *plan)
{
    uint32_t cols = s->driver->params.array_cols;
    uint32_t groups = sth_ceil_div(plan->block_rows, cols);
    uint32_t elements;

    memset(t, 0, sizeof *t);
    t->s = s;
    t->q = quantize;
    t->plan = *plan;
    t->lanes = sth_round_up(t->plan.block_cols, cols);
    elements = t->plan.block_rows * t->lanes;
    t->largest = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    t->factor = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    sth_cache_init(&t->x, t->s, t->plan.slots,
                   elements * sth_dtype_bytes(t->q->x->dtype));
    sth_cache_init(&t->out, t->s, t->plan.depth, elements);
    sth_cache_init(&t->scale, t->s, t->plan.depth, groups * cols * 4);
}

bool sth_quantize_play_rows(struct sth_quantize_play *t)
{
    if (t->row0 >= t->q->x->rows || !sth_schedule_next_block(t->s))
        return false;
    t->rows = sth_min_u32(t->plan.block_rows, t->q->x->rows - t->row0);
    find_largest(t);
    emit_scale(t);
    for (uint32_t i = 0; i < t->plan.chunks; i++)
        emit_chunk(t, i);
    t->row0 += t->rows;
    t->block++;
    return true;
}

void sth_quantize_play_prefetch(struct sth_quantize_play *t)
{
    uint32_t cols;

    if (t->row0 < t->q->x->rows && sth_schedule_error(t->s) == STH_FW_ERR_OK)
        load_rows(t, 0, t->block, t->row0,
                  sth_min_u32(t->plan.block_rows, t->q->x->rows - t->row0),
                  &cols);
}

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    struct sth_quantize_play t;

    sth_schedule_begin_operation(s);
    sth_quantize_play_init(&t, s, job, plan);
    while (sth_quantize_play_rows(&t)) {
    }
}

static void plan_and_play(struct sth_schedule *s,
                          const struct sth_quantize *quantize)
{
    const struct sth_rows_shape shape = {
        .rows = quantize->x->rows,
        .cols = quantize->x->cols,
        .in_bytes = sth_dtype_bytes(quantize->x->dtype),
        .out_bytes = 1,
        .scalars = 2,
    };
    struct sth_rows_plan plan;

    if (sth_rows_plan(&plan, s, "quantize", &shape, play, quantize))
        play(s, quantize, &plan);
}

void sth_kernel_quantize(struct sth_schedule *s,
                         const struct sth_quantize *quantize)
{
    if (sth_accept_quantize(s, quantize))
        plan_and_play(s, quantize);
}
