/*
 * Attention with an online softmax.
 *
 * A block is `heads` query heads that share a key/value head, times `queries`
 * queries; its row hi * queries + si is query si of head hi.  Key tiles that
 * the causal mask hides from a whole block are never loaded.  For each tile:
 *
 *     s = q k^T                                            matrix
 *     m' = max(m, rowmax(s))                               vector
 *     a = exp(scale * m - scale * m')
 *     p = exp(scale * s - scale * m'),  l = l * a + rowsum(p)
 *     o = o * a                                            vector
 *     o = o + p v                                          matrix
 *
 * The scores of the next tile are emitted before the softmax of this one, so
 * that the array works while the vector engine does; and what is left of a
 * block, out = o / l, follows the first softmax of the next block.
 */
#include "sth_attention.h"
#include "sth_attention_plan.h"
#include "sth_emit.h"

#define SIGN 0x80000000u

/* A block of queries. */
struct query_block {
    uint32_t batch, kv_head;
    uint32_t head0, heads;
    uint32_t query0, queries;
    uint32_t rows;
    uint32_t index;
    struct sth_buffer *q;
    struct sth_buffer *o;
};

/* One key tile of a block. */
struct step {
    bool valid;
    struct query_block block;
    uint32_t tile;
    uint32_t key0, keys;
    bool first, last;
    bool masked;
    struct sth_buffer *scores;
};

struct attention_state {
    struct sth_schedule *s;
    const struct sth_attention *a;
    struct sth_attention_plan plan;
    uint32_t depth;
    struct sth_cache q, k, v, weights, out;
    struct sth_buffer *scores[2], *o[2];
    struct sth_buffer *largest, *scaled, *factor, *sum, *inverse; /* packed */
    uint32_t steps;
    struct step pending; /* scores emitted, softmax not */
    struct query_block ended;
    bool owes_output; /* of the block that ended last */
};

/* ---- loads ------------------------------------------------------------- */

static uint32_t total_keys(const struct attention_state *t)
{
    return t->a->past + t->a->seq;
}

/* The rectangle of q or out that belongs to a block. */
static struct sth_groups block_groups(const struct attention_state *t,
                                      const struct query_block *b,
                                      const struct sth_operand *operand,
                                      struct sth_buffer *buffer,
                                      uint32_t stride)
{
    struct sth_groups g = {
        .block = {.operand = operand,
                  .row = b->batch * t->a->seq + b->query0,
                  .rows = b->queries,
                  .col = b->head0 * t->depth,
                  .cols = t->depth,
                  .buffer = buffer,
                  .stride = stride},
        .groups = b->heads,
        .group_cols = t->depth,
        .group_offset = b->queries * stride,
    };

    return g;
}

static void load_q(struct attention_state *t, struct query_block *b)
{
    bool hit;
    struct sth_groups g;

    b->q = sth_cache_get(&t->q, b->index, &hit);
    g = block_groups(t, b, t->a->q, b->q, t->plan.q_stride);
    sth_emit_load_groups(t->s, &g);
}

/* A tile is loaded whole, whatever part of it this step uses. */
static struct sth_buffer *load_kv(struct attention_state *t,
                                  struct sth_cache *cache,
                                  const struct sth_operand *operand,
                                  const struct step *step)
{
    const struct query_block *b = &step->block;
    uint32_t tiles = sth_ceil_div(total_keys(t), t->plan.keys);
    uint32_t group = b->batch * t->a->kv_heads + b->kv_head;
    bool hit;
    struct sth_block block = {
        .operand = operand,
        .row = b->batch * total_keys(t) + step->key0,
        .rows = sth_min_u32(t->plan.keys, total_keys(t) - step->key0),
        .col = b->kv_head * t->depth,
        .cols = t->depth,
        .buffer = sth_cache_get(cache, group * tiles + step->tile, &hit),
        .stride = t->plan.kv_stride};

    if (!hit)
        sth_emit_load(t->s, &block);
    return block.buffer;
}

/* ---- products ---------------------------------------------------------- */

static void emit_scores(struct attention_state *t, struct step *step)
{
    struct sth_product p = {.m = step->block.rows,
                            .n = step->keys,
                            .k = t->depth,
                            .bf16 = true,
                            .west = true,
                            .a = step->block.q,
                            .acc = step->scores,
                            .a_stride = t->plan.q_stride,
                            .w_stride = t->plan.kv_stride,
                            .acc_tile = step->block.rows};

    p.w = load_kv(t, &t->k, t->a->k, step);
    sth_emit_product(t->s, &p);
}

static void emit_values(struct attention_state *t, const struct step *step,
                        struct sth_buffer *v, struct sth_buffer *weights)
{
    struct sth_product p = {.m = step->block.rows,
                            .n = t->depth,
                            .k = step->keys,
                            .bf16 = true,
                            .accumulate = !step->first,
                            .a = weights,
                            .w = v,
                            .acc = step->block.o,
                            .a_stride = t->plan.weight_stride,
                            .w_stride = t->plan.kv_stride,
                            .acc_tile = step->block.rows};

    sth_emit_product(t->s, &p);
}

/* ---- softmax ----------------------------------------------------------- */

/*
 * A pass over the scores of a step.  Under a mask each head is a command of
 * its own, since the mask counts rows from the first of the command.
 */
static void score_pass(struct attention_state *t, const struct step *step,
                       const struct sth_pass *pass, struct sth_buffer *weights)
{
    const struct query_block *b = &step->block;
    uint32_t cols = t->s->driver->params.array_cols;
    uint32_t parts = step->masked ? b->heads : 1;
    uint32_t rows = b->rows / parts;

    for (uint32_t i = 0; i < parts; i++) {
        struct sth_pass v = *pass;

        v.rows = rows;
        v.cols = step->keys;
        v.x = sth_tile_acc(step->scores, i * rows, b->rows, STH_DTYPE_FP32);
        v.mask = step->masked;
        v.mask_offset = (int32_t)(t->a->past + b->query0) - (int32_t)step->key0;
        v.r.addr += i * rows / cols;
        v.z.addr += i * rows / cols;
        if (weights != NULL)
            v.d = sth_tile_sp(t->s, weights, i * rows * t->plan.weight_stride,
                              t->plan.weight_stride, STH_DTYPE_BF16);
        sth_emit_vector(t->s, &v);
    }
}

/* m, then a and the scaled maximum, then l * a. */
static void update_maximum(struct attention_state *t, const struct step *step)
{
    struct sth_pass largest = {.reduce = STH_REDUCE_MAX,
                               .carry = !step->first,
                               .r = sth_tile_scalars(t->largest, 0)};
    struct sth_pass factor = {.x = sth_tile_scalars(t->largest, 0),
                              .mul = STH_OPERAND_IMM,
                              .mul_imm = t->a->scale ^ SIGN,
                              .add = STH_OPERAND_STREAM,
                              .z = sth_tile_scalars(t->scaled, 0),
                              .func = STH_FUNC_EXP,
                              .d = sth_tile_scalars(t->factor, 0)};
    struct sth_pass scaled = {.x = sth_tile_scalars(t->largest, 0),
                              .mul = STH_OPERAND_IMM,
                              .mul_imm = t->a->scale,
                              .d = sth_tile_scalars(t->scaled, 0)};
    struct sth_pass sum = {.x = sth_tile_scalars(t->sum, 0),
                           .mul = STH_OPERAND_STREAM,
                           .y = sth_tile_scalars(t->factor, 0),
                           .d = sth_tile_scalars(t->sum, 0)};

    score_pass(t, step, &largest, NULL);
    if (!step->first)
        sth_emit_scalars(t->s, &factor, step->block.rows);
    sth_emit_scalars(t->s, &scaled, step->block.rows);
    if (!step->first)
        sth_emit_scalars(t->s, &sum, step->block.rows);
}

static void emit_weights(struct attention_state *t, const struct step *step,
                         struct sth_buffer *weights)
{
    struct sth_pass v = {.mul = STH_OPERAND_IMM,
                         .mul_imm = t->a->scale,
                         .add = STH_OPERAND_SCALAR,
                         .add_op = 1,
                         .z = sth_tile_scalars(t->scaled, 0),
                         .func = STH_FUNC_EXP,
                         .reduce = STH_REDUCE_SUM,
                         .carry = !step->first,
                         .r = sth_tile_scalars(t->sum, 0)};

    score_pass(t, step, &v, weights);
}

static void rescale_output(struct attention_state *t, const struct step *step)
{
    uint32_t rows = step->block.rows;
    struct sth_tile o = sth_tile_acc(step->block.o, 0, rows, STH_DTYPE_FP32);
    struct sth_pass v = {.rows = rows,
                         .cols = t->depth,
                         .x = o,
                         .mul = STH_OPERAND_SCALAR,
                         .y = sth_tile_scalars(t->factor, 0),
                         .d = o};

    sth_emit_vector(t->s, &v);
}

/* 1 / l: the block's sums make way for those of the next. */
static void end_block(struct attention_state *t, const struct query_block *b)
{
    struct sth_pass inverse = {.x = sth_tile_scalars(t->sum, 0),
                               .func = STH_FUNC_RECIP,
                               .d = sth_tile_scalars(t->inverse, 0)};

    sth_emit_scalars(t->s, &inverse, b->rows);
    t->ended = *b;
    t->owes_output = true;
}

/* out = o / l of the block that ended last. */
static void emit_output(struct attention_state *t)
{
    const struct query_block *b = &t->ended;
    bool hit;
    struct sth_buffer *out = sth_cache_get(&t->out, b->index, &hit);
    struct sth_groups store =
        block_groups(t, b, t->a->out, out, t->plan.out_stride);
    struct sth_pass v = {
        .rows = b->rows,
        .cols = t->depth,
        .x = sth_tile_acc(b->o, 0, b->rows, STH_DTYPE_FP32),
        .mul = STH_OPERAND_SCALAR,
        .y = sth_tile_scalars(t->inverse, 0),
        .d = sth_tile_sp(t->s, out, 0, t->plan.out_stride, STH_DTYPE_BF16)};

    sth_emit_vector(t->s, &v);
    sth_emit_store_groups(t->s, &store);
    t->owes_output = false;
}

static void flush_pending(struct attention_state *t)
{
    const struct step *step = &t->pending;
    struct sth_buffer *v, *weights;
    bool hit;

    if (!step->valid)
        return;
    v = load_kv(t, &t->v, t->a->v, step);
    weights = sth_cache_get(&t->weights, t->steps, &hit);
    update_maximum(t, step);
    emit_weights(t, step, weights);
    if (t->owes_output)
        emit_output(t);
    if (!step->first)
        rescale_output(t, step);
    emit_values(t, step, v, weights);
    if (step->last)
        end_block(t, &step->block);
    t->pending.valid = false;
}

/* ---- loops ------------------------------------------------------------- */

static void emit_query_block(struct attention_state *t, struct query_block *b)
{
    uint32_t visible = total_keys(t);
    uint32_t tiles;

    if (t->a->causal)
        visible = t->a->past + b->query0 + b->queries;
    tiles = sth_ceil_div(visible, t->plan.keys);
    b->rows = b->heads * b->queries;
    b->o = t->o[b->index % t->plan.o_slots];
    load_q(t, b);
    for (uint32_t i = 0; i < tiles; i++) {
        struct step step = {.valid = true,
                            .block = *b,
                            .tile = i,
                            .key0 = i * t->plan.keys,
                            .first = i == 0,
                            .last = i + 1 == tiles,
                            .scores = t->scores[t->steps % 2]};

        step.keys = sth_min_u32(t->plan.keys, visible - step.key0);
        /* The first query of the block sees fewer keys than the last. */
        step.masked =
            t->a->causal && step.key0 + step.keys > t->a->past + b->query0 + 1;
        emit_scores(t, &step);
        flush_pending(t);
        t->pending = step;
        t->steps++;
    }
}

static void emit_kv_head(struct attention_state *t, struct query_block *b)
{
    uint32_t sharing = t->a->heads / t->a->kv_heads;

    for (uint32_t h = 0; h < sharing; h += t->plan.heads) {
        b->head0 = b->kv_head * sharing + h;
        b->heads = sth_min_u32(t->plan.heads, sharing - h);
        for (b->query0 = 0; b->query0 < t->a->seq;
             b->query0 += t->plan.queries) {
            if (sth_schedule_error(t->s) != STH_FW_ERR_OK)
                return;
            b->queries = sth_min_u32(t->plan.queries, t->a->seq - b->query0);
            emit_query_block(t, b);
            b->index++;
        }
    }
}

static void allocate(struct attention_state *t)
{
    const struct sth_params *p = &t->s->driver->params;
    const struct sth_attention_plan *plan = &t->plan;
    uint32_t rows = plan->heads * plan->queries;
    uint32_t groups = sth_ceil_div(rows, p->array_cols);
    uint32_t key_tiles = sth_ceil_div(plan->keys, p->array_cols);
    uint32_t depth_tiles = sth_ceil_div(t->depth, p->array_cols);

    for (uint32_t i = 0; i < 2; i++)
        t->scores[i] =
            sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, rows * key_tiles);
    for (uint32_t i = 0; i < plan->o_slots; i++)
        t->o[i] =
            sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, rows * depth_tiles);
    t->largest = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    t->scaled = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    t->factor = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    t->sum = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    t->inverse = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, groups);
    sth_cache_init(&t->q, t->s, 2, rows * plan->q_stride);
    sth_cache_init(&t->out, t->s, 2, rows * plan->out_stride);
    sth_cache_init(&t->weights, t->s, 2, rows * plan->weight_stride);
    sth_cache_init(&t->k, t->s, plan->kv_slots, plan->keys * plan->kv_stride);
    sth_cache_init(&t->v, t->s, plan->kv_slots, plan->keys * plan->kv_stride);
}

void sth_kernel_attention(struct sth_schedule *s, const struct sth_attention *a)
{
    struct attention_state t = {.s = s, .a = a};
    struct query_block b = {0};
    struct sth_attention_shape shape = {
        .groups = a->batch * a->kv_heads,
        .sharing = a->heads / a->kv_heads,
        .seq = a->seq,
        .keys = a->past + a->seq,
        .depth = a->q->cols / a->heads,
        .masked = a->causal && a->seq > 1,
    };

    t.depth = shape.depth;
    if (!sth_attention_plan_search(&t.plan, &s->driver->params, &shape)) {
        sth_schedule_fail(s, STH_FW_ERR_SPACE);
        return;
    }
    sth_schedule_begin_operation(s);
    allocate(&t);
    for (b.batch = 0; b.batch < a->batch; b.batch++)
        for (b.kv_head = 0; b.kv_head < a->kv_heads; b.kv_head++)
            emit_kv_head(&t, &b);
    flush_pending(&t);
    if (t.owes_output)
        emit_output(&t);
}
