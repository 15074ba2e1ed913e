/* The commands of attention for one block of queries and one range of keys. */
#include "sth_attention_step.h"

#define NO_TAG 0xffffffffu
/* ADDOP */
#define MINUS 1u
#define MAXIMUM 2u

/* ---- buffers and loads ------------------------------------------------- */

static struct sth_buffer *alloc_rows(struct sth_attention_state *t,
                                     uint32_t rows)
{
    return sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, rows);
}

void sth_attention_allocate(struct sth_attention_state *t)
{
    const struct sth_attention_plan *plan = &t->plan;
    uint32_t cols = t->s->driver->params.array_cols;
    uint32_t rows = sth_attention_rows(plan);
    uint32_t scalars = sth_ceil_div(rows, cols);

    for (uint32_t i = 0; i < plan->score_slots; i++)
        t->scores[i] =
            alloc_rows(t, plan->acc_tile * sth_ceil_div(plan->keys, cols));
    for (uint32_t i = 0; i < plan->o_slots; i++)
        t->o[i] = alloc_rows(t, plan->acc_tile * sth_ceil_div(t->depth, cols));
    t->largest[0] = alloc_rows(t, scalars);
    t->largest[1] = alloc_rows(t, scalars);
    t->sum = alloc_rows(t, scalars);
    t->part = alloc_rows(t, scalars);
    t->factor = alloc_rows(t, scalars);
    t->inverse = alloc_rows(t, scalars);
    sth_cache_init(&t->q, t->s, plan->q_slots, rows * plan->q_stride);
    sth_cache_init(&t->out, t->s, 2, rows * plan->out_stride);
    sth_cache_init(&t->weights, t->s, 2, rows * plan->weight_stride);
    sth_cache_init(&t->kv, t->s, plan->kv_slots,
                   plan->sequences * plan->tile * plan->kv_stride);
}

/* The rectangle of q or out that belongs to a sequence of a block. */
static struct sth_groups block_groups(const struct sth_attention_state *t,
                                      const struct sth_attention_block *b,
                                      uint32_t i,
                                      const struct sth_operand *operand,
                                      struct sth_buffer *buffer,
                                      uint32_t stride)
{
    uint32_t sharing = t->a->heads / t->a->kv_heads;
    struct sth_groups g = {
        .block = {.operand = operand,
                  .row = (b->sequence0 + i) * t->a->seq + b->query0,
                  .rows = b->queries,
                  .col = (b->kv_head0 * sharing + b->head0) * t->depth,
                  .cols = t->depth,
                  .buffer = buffer,
                  .offset = i * b->kv_heads * b->unit_rows * stride,
                  .stride = stride,
                  .continues = i != 0},
        .groups = b->kv_heads * b->heads,
        .group_cols = t->depth,
        .group_offset = b->queries * stride,
    };

    return g;
}

void sth_attention_load_q(struct sth_attention_state *t,
                          struct sth_attention_block *b)
{
    bool hit;

    b->q = sth_cache_get(&t->q, b->index, &hit);
    for (uint32_t i = 0; i < b->sequences; i++) {
        struct sth_groups g =
            block_groups(t, b, i, t->a->q, b->q, t->plan.q_stride);

        sth_emit_load_groups(t->s, &g);
    }
}

/*
 * Buffers are reused in turn: a tile that is there but whose turn comes before
 * its product is emitted is loaded again.
 */
static struct sth_buffer *get_tile(struct sth_attention_state *t, uint32_t tag,
                                   bool *hit)
{
    struct sth_cache *c = &t->kv;

    for (uint32_t i = 0; i < c->slots; i++) {
        uint32_t turn = (i + c->slots - c->next) % c->slots;

        if (c->tag[i] == tag && turn < t->plan.prefetch)
            c->tag[i] = NO_TAG;
    }
    return sth_cache_get(c, tag, hit);
}

struct sth_buffer *sth_attention_load_kv(struct sth_attention_state *t,
                                         uint32_t which,
                                         const struct sth_attention_block *b,
                                         uint32_t key0)
{
    const struct sth_attention_plan *plan = &t->plan;
    uint32_t tiles = sth_attention_tiles(plan, t->keys);
    uint32_t index = b->group * tiles + sth_attention_tiles(plan, key0);
    uint32_t left = sth_min_u32(plan->keys - key0 % plan->keys, t->keys - key0);
    bool hit;
    struct sth_groups g = {
        .block = {.operand = which == 0 ? t->a->k : t->a->v,
                  .rows = sth_min_u32(plan->tile, left),
                  .col = b->kv_head0 * t->depth,
                  .cols = t->depth,
                  .buffer = get_tile(t, 2 * index + which, &hit),
                  .stride = plan->kv_stride},
        .groups = b->kv_heads,
        .group_cols = t->depth,
        .group_offset = plan->head_bytes,
    };

    for (uint32_t i = 0; i < b->sequences && !hit; i++) {
        g.block.row = (b->sequence0 + i) * t->room + key0;
        g.block.offset = i * plan->tile * plan->kv_stride;
        g.block.continues = i != 0;
        sth_emit_load_groups(t->s, &g);
    }
    return g.block.buffer;
}

/* ---- scores ------------------------------------------------------------ */

/* Bytes from the start of a tile to the part of a unit. */
static uint32_t unit_offset(const struct sth_attention_state *t,
                            const struct sth_attention_block *b, uint32_t unit)
{
    return unit / b->kv_heads * t->plan.tile * t->plan.kv_stride +
           unit % b->kv_heads * t->plan.head_bytes;
}

void sth_attention_emit_scores(struct sth_attention_state *t,
                               const struct sth_attention_step *step,
                               uint32_t skip, struct sth_buffer *k)
{
    const struct sth_attention_block *b = &step->block;
    uint32_t cols = t->s->driver->params.array_cols;
    struct sth_product p = {.m = b->unit_rows,
                            .n = sth_min_u32(t->plan.tile, step->keys - skip),
                            .k = t->depth,
                            .bf16 = true,
                            .west = true,
                            .a = b->q,
                            .w = k,
                            .acc = step->scores,
                            .a_stride = t->plan.q_stride,
                            .w_stride = t->plan.kv_stride,
                            .acc_tile = t->plan.acc_tile};

    for (uint32_t u = 0; u < b->sequences * b->kv_heads; u++) {
        p.a_offset = u * b->unit_rows * t->plan.q_stride;
        p.w_offset = unit_offset(t, b, u);
        p.acc_offset = u * b->unit_rows + skip / cols * t->plan.acc_tile;
        sth_emit_product(t->s, &p);
    }
}

/* ---- softmax ----------------------------------------------------------- */

/*
 * A pass over the scores of a step, the same mask for each head: *v says the
 * rest.
 */
static void score_pass(struct sth_attention_state *t,
                       const struct sth_attention_step *step,
                       struct sth_pass *v)
{
    const struct sth_attention_block *b = &step->block;

    v->rows = b->rows;
    v->cols = step->keys;
    v->x = sth_tile_acc(step->scores, 0, t->plan.acc_tile, STH_DTYPE_FP32);
    v->mask = step->masked;
    v->mask_offset = (int32_t)(t->a->past + b->query0) - (int32_t)step->key0;
    v->mask_rows = b->rows != b->queries ? b->queries : 0;
    v->mul = STH_OPERAND_IMM;
    v->mul_imm = t->a->scale;
    sth_emit_vector(t->s, v);
}

/* The largest values up to a step. */
static struct sth_tile largest(const struct sth_attention_state *t,
                               uint32_t index)
{
    return sth_tile_scalars(t->largest[index % 2], 0);
}

/* A row that sees no key of the step keeps its value only as a carried one. */
static void emit_largest(struct sth_attention_state *t,
                         const struct sth_attention_step *step)
{
    struct sth_pass v = {.reduce = STH_REDUCE_MAX,
                         .r = largest(t, step->index)};

    if (!step->first &&
        (!step->masked || step->key0 <= t->a->past + step->block.query0)) {
        v.add = STH_OPERAND_SCALAR;
        v.add_op = MAXIMUM;
        v.z = largest(t, step->index - 1);
    } else if (!step->first) {
        struct sth_pass copy = {.x = largest(t, step->index - 1),
                                .d = largest(t, step->index)};

        sth_emit_scalars(t->s, &copy, step->block.rows);
        v.carry = true;
    }
    score_pass(t, step, &v);
}

static void emit_weights(struct sth_attention_state *t,
                         const struct sth_attention_step *step)
{
    struct sth_pass v = {
        .add = STH_OPERAND_SCALAR,
        .add_op = MINUS,
        .z = largest(t, step->index),
        .func = STH_FUNC_EXP,
        .reduce = STH_REDUCE_SUM,
        .d = sth_tile_sp(t->s, step->weights, 0, t->plan.weight_stride,
                         STH_DTYPE_BF16),
        .r = sth_tile_scalars(step->first ? t->sum : t->part, 0)};

    score_pass(t, step, &v);
}

static void emit_factor(struct sth_attention_state *t,
                        const struct sth_attention_step *step)
{
    struct sth_pass v = {.x = largest(t, step->index - 1),
                         .add = STH_OPERAND_STREAM,
                         .add_op = MINUS,
                         .z = largest(t, step->index),
                         .func = STH_FUNC_EXP,
                         .d = sth_tile_scalars(t->factor, 0)};

    sth_emit_scalars(t->s, &v, step->block.rows);
}

static void rescale_output(struct sth_attention_state *t,
                           const struct sth_attention_step *step)
{
    uint32_t rows = step->block.rows;
    struct sth_tile o =
        sth_tile_acc(step->block.o, 0, t->plan.acc_tile, STH_DTYPE_FP32);
    struct sth_pass v = {.rows = rows,
                         .cols = t->depth,
                         .x = o,
                         .mul = STH_OPERAND_SCALAR,
                         .y = sth_tile_scalars(t->factor, 0),
                         .d = o};

    sth_emit_vector(t->s, &v);
}

static void update_sum(struct sth_attention_state *t,
                       const struct sth_attention_step *step)
{
    struct sth_pass v = {.x = sth_tile_scalars(t->sum, 0),
                         .mul = STH_OPERAND_STREAM,
                         .y = sth_tile_scalars(t->factor, 0),
                         .add = STH_OPERAND_STREAM,
                         .z = sth_tile_scalars(t->part, 0),
                         .d = sth_tile_scalars(t->sum, 0)};

    sth_emit_scalars(t->s, &v, step->block.rows);
}

/* 1 / l: the block's sums make way for those of the next. */
static void end_block(struct sth_attention_state *t,
                      const struct sth_attention_block *b)
{
    struct sth_pass inverse = {.x = sth_tile_scalars(t->sum, 0),
                               .func = STH_FUNC_RECIP,
                               .d = sth_tile_scalars(t->inverse, 0)};

    sth_emit_scalars(t->s, &inverse, b->rows);
    t->ended = *b;
    t->owes_output = true;
}

/* out = o / l */
void sth_attention_emit_output(struct sth_attention_state *t)
{
    const struct sth_attention_block *b = &t->ended;
    bool hit;
    struct sth_buffer *out;
    struct sth_pass v;

    if (!t->owes_output)
        return;
    out = sth_cache_get(&t->out, b->index, &hit);
    v = (struct sth_pass){
        .rows = b->rows,
        .cols = t->depth,
        .x = sth_tile_acc(b->o, 0, t->plan.acc_tile, STH_DTYPE_FP32),
        .mul = STH_OPERAND_SCALAR,
        .y = sth_tile_scalars(t->inverse, 0),
        .d = sth_tile_sp(t->s, out, 0, t->plan.out_stride, STH_DTYPE_BF16)};

    sth_emit_vector(t->s, &v);
    for (uint32_t i = 0; i < b->sequences; i++) {
        struct sth_groups g =
            block_groups(t, b, i, t->a->out, out, t->plan.out_stride);

        sth_emit_store_groups(t->s, &g);
    }
    t->owes_output = false;
}

void sth_attention_emit_softmax(struct sth_attention_state *t,
                                struct sth_attention_step *step)
{
    bool hit;

    step->weights = sth_cache_get(&t->weights, step->index, &hit);
    emit_largest(t, step);
    emit_weights(t, step);
    if (!step->first)
        emit_factor(t, step);
    sth_attention_emit_output(t);
    if (!step->first)
        rescale_output(t, step);
}

/* ---- values ------------------------------------------------------------ */

void sth_attention_emit_values(struct sth_attention_state *t,
                               const struct sth_attention_step *step,
                               uint32_t skip, struct sth_buffer *v)
{
    const struct sth_attention_block *b = &step->block;
    struct sth_product p = {.m = b->unit_rows,
                            .n = t->depth,
                            .k = sth_min_u32(t->plan.tile, step->keys - skip),
                            .bf16 = true,
                            .accumulate = !step->first || skip != 0,
                            .a = step->weights,
                            .w = v,
                            .acc = b->o,
                            .a_stride = t->plan.weight_stride,
                            .w_stride = t->plan.kv_stride,
                            .acc_tile = t->plan.acc_tile};

    for (uint32_t u = 0; u < b->sequences * b->kv_heads; u++) {
        p.a_offset = u * b->unit_rows * t->plan.weight_stride + 2 * skip;
        p.w_offset = unit_offset(t, b, u);
        p.acc_offset = u * b->unit_rows;
        sth_emit_product(t->s, &p);
    }
    if (skip + t->plan.tile < step->keys)
        return;
    if (!step->first)
        update_sum(t, step);
    if (step->last)
        end_block(t, b);
}
