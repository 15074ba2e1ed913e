/* The buffers of attention, and what moves between them and memory. */
#include "sth_attention_step.h"

#define NO_TAG 0xffffffffu

static struct sth_buffer *alloc_rows(struct sth_attention_state *t,
                                     uint32_t rows)
{
    return sth_schedule_alloc(t->s, STH_SCHEDULE_ACC, rows);
}

static void allocate_kv(struct sth_attention_state *t)
{
    const struct sth_attention_plan *plan = &t->plan;
    uint32_t keys = plan->sequences * plan->tile;
    const uint32_t *stride = plan->kv_stride;

    t->apart = sth_attention_is_apart(plan, &t->shape);
    if (!t->apart) {
        sth_cache_init(&t->kv[0], t->s, plan->kv_slots,
                       keys * sth_max_u32(stride[0], stride[1]));
        return;
    }
    sth_cache_init(&t->kv[0], t->s, (plan->kv_slots + 1) / 2, keys * stride[0]);
    sth_cache_init(&t->kv[1], t->s, plan->kv_slots / 2, keys * stride[1]);
}

void sth_attention_allocate(struct sth_attention_state *t)
{
    const struct sth_attention_plan *plan = &t->plan;
    uint32_t cols = t->s->driver->params.array_cols;
    uint32_t rows = sth_attention_rows(plan);
    uint32_t scalars = sth_ceil_div(rows, cols);
    uint32_t depth = sth_attention_depth(plan, &t->shape);

    for (uint32_t i = 0; i < plan->score_slots; i++)
        t->scores[i] =
            alloc_rows(t, plan->acc_tile * sth_ceil_div(plan->keys, cols));
    for (uint32_t i = 0; i < plan->o_slots; i++)
        t->o[i] = alloc_rows(t, plan->acc_tile * sth_ceil_div(depth, cols));
    t->largest[0] = alloc_rows(t, scalars);
    t->largest[1] = alloc_rows(t, scalars);
    t->sum = alloc_rows(t, scalars);
    t->part = alloc_rows(t, scalars);
    t->factor = alloc_rows(t, scalars);
    t->inverse = alloc_rows(t, scalars);
    sth_cache_init(&t->q, t->s, plan->q_slots, rows * plan->q_stride);
    sth_cache_init(&t->out, t->s, 2, rows * plan->out_stride);
    sth_cache_init(&t->weights, t->s, 2, rows * plan->weight_stride);
    allocate_kv(t);
    if (t->a->alibi != NULL)
        sth_cache_init(&t->bias, t->s, plan->score_slots + STH_ATTENTION_BIASES,
                       plan->kv_heads * plan->heads * plan->bias_stride);
}

/*
 * Moves q or out of a block: with one command those query heads of a sequence
 * whose columns begin at one place of their unit, as far as they lie at one
 * distance, and of decode those of all sequences.
 */
static void move_block(const struct sth_attention_state *t,
                       const struct sth_attention_block *b,
                       const struct sth_operand *operand,
                       struct sth_buffer *buffer, uint32_t stride,
                       void (*emit)(struct sth_schedule *s,
                                    const struct sth_groups *g))
{
    uint32_t fold = t->plan.fold, depth = t->shape.depth;
    uint32_t parts = fold == 1 ? 1 : b->heads == 1 ? fold : b->kv_heads;
    uint32_t next = b->heads == 1 ? fold : 1; /* heads of a part are apart */
    uint32_t sequences = t->shape.seq == 1 ? 1 : b->sequences;
    uint32_t heads = b->kv_heads * b->heads;
    uint32_t first = b->kv_head0 * t->shape.sharing + b->head0;
    struct sth_groups g = {
        .block = {.operand = operand,
                  .rows = t->shape.seq == 1 ? b->sequences : b->queries,
                  .cols = depth,
                  .buffer = buffer,
                  .stride = t->shape.seq == 1 ? heads * stride : stride},
        .groups = heads / parts,
        .group_cols = next * depth,
        .group_offset = next * b->queries * stride,
    };

    for (uint32_t i = 0; i < sequences * parts; i++) {
        uint32_t sequence = i / parts, part = i % parts;
        uint32_t head = part * b->heads;
        uint32_t row = (sequence * heads + head) * b->queries;

        g.block.row = (b->sequence0 + sequence) * t->shape.seq + b->query0;
        g.block.col = (first + head) * depth;
        g.block.offset = row * stride + part % fold * depth * 2;
        g.block.continues = i != 0;
        emit(t->s, &g);
    }
}

/* Masked elements are zeros, whatever numbers they stand for. */
void sth_attention_clear_q(struct sth_attention_state *t)
{
    const struct sth_attention_plan *plan = &t->plan;
    struct sth_block row = {.operand = t->a->q,
                            .rows = 1,
                            .cols = sth_attention_depth(plan, &t->shape),
                            .buffer = t->out.slot[0]};
    struct sth_pass v = {.rows = sth_attention_rows(plan),
                         .cols = row.cols,
                         .x = sth_tile_row(t->s, row.buffer, 0, STH_DTYPE_BF16),
                         .mask = true,
                         .mask_offset = -(int32_t)sth_attention_rows(plan)};

    sth_emit_load(t->s, &row);
    for (uint32_t i = 0; i < t->q.slots; i++) {
        v.d =
            sth_tile_sp(t->s, t->q.slot[i], 0, plan->q_stride, STH_DTYPE_BF16);
        sth_emit_vector(t->s, &v);
    }
}

void sth_attention_load_q(struct sth_attention_state *t,
                          struct sth_attention_block *b)
{
    bool hit;

    b->q = sth_cache_get(&t->q, b->index, &hit);
    move_block(t, b, t->a->q, b->q, t->plan.q_stride, sth_emit_load_groups);
}

void sth_attention_store(struct sth_attention_state *t,
                         const struct sth_attention_block *b,
                         struct sth_buffer *out)
{
    move_block(t, b, t->a->out, out, t->plan.out_stride, sth_emit_store_groups);
}

/*
 * Buffers are reused in turn: a tile that is there but whose turn comes before
 * its product is emitted is loaded again.
 */
static struct sth_buffer *get_tile(struct sth_attention_state *t,
                                   uint32_t which, uint32_t tag, bool *hit)
{
    struct sth_cache *c = &t->kv[t->apart ? which : 0];

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
    uint32_t tiles = sth_attention_tiles(plan, t->shape.keys);
    uint32_t index = b->group * tiles + sth_attention_tiles(plan, key0);
    uint32_t left =
        sth_min_u32(plan->keys - key0 % plan->keys, t->shape.keys - key0);
    uint32_t depth = sth_attention_depth(plan, &t->shape);
    bool hit;
    struct sth_groups g = {
        .block = {.operand = which == 0 ? t->a->k : t->a->v,
                  .rows = sth_min_u32(plan->tile, left),
                  .col = b->kv_head0 * t->shape.depth,
                  .cols = depth,
                  .buffer = get_tile(t, which, 2 * index + which, &hit),
                  .stride = plan->kv_stride[which]},
        .groups = b->kv_heads / plan->fold,
        .group_cols = depth,
        .group_offset = plan->unit_bytes[which],
    };

    for (uint32_t i = 0; i < b->sequences && !hit; i++) {
        g.block.row = (b->sequence0 + i) * t->room + t->base + key0;
        g.block.offset = i * plan->tile * plan->kv_stride[which];
        g.block.continues = i != 0;
        sth_emit_load_groups(t->s, &g);
    }
    return g.block.buffer;
}

void sth_attention_load_bias(struct sth_attention_state *t,
                             struct sth_attention_step *step)
{
    const struct sth_attention_block *b = &step->block;
    struct sth_block block = {
        .operand = t->a->alibi,
        .row = b->kv_head0 * t->shape.sharing + b->head0,
        .rows = b->kv_heads * b->heads,
        .col = t->base + step->key0,
        .cols = step->keys,
        .stride = t->plan.bias_stride,
    };
    bool hit;

    step->bias = NULL;
    if (t->a->alibi == NULL)
        return;
    step->bias = sth_cache_get(&t->bias, step->index, &hit);
    block.buffer = step->bias;
    sth_emit_load(t->s, &block);
}
