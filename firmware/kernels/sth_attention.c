/*
 * Attention with an online softmax.
 *
 * A block is `queries` queries of `heads` query heads of each of `kv_heads`
 * key/value heads of `sequences` sequences.  Row ((bi * kv_heads + ki) * heads
 * + hi) * queries + si of the block is query si of head hi.  A unit is the rows
 * of `fold` neighbouring key/value heads of a sequence, which multiply the k
 * and v of them all side by side, as they lie in memory: a row of q is zero
 * beside the columns of its own head, a row of o takes what stands in those.  A
 * step is a range of keys whose scores the accumulator holds:
 *
 *     s = q k^T                                            matrix
 *     m' = max(m, rowmax(scale * s))                       vector
 *     p = exp(scale * s - m'),  t = rowsum(p)
 *     a = exp(m - m'),  l = l * a + t
 *     o = o * a                                            vector
 *     o = o + p v                                          matrix
 *
 * In the first step of a block a is absent.  k and v come in tiles, each a
 * product of its own for every unit.  Tiles that the mask hides from a whole
 * block are never loaded; keys that a window hides from all queries do not even
 * count.  Where scores are bounded or biased,
 *
 *     s = tanh(scale * s),  m' = max(m, rowmax(s))         vector
 *     s = scale * s + bias, m' = max(m, rowmax(s))         vector
 *
 * replaces them by what the exponentials take, which the cap multiplies.
 *
 * Steps overlap: the scores of `ahead` further steps come before the values of
 * a step, so that the array works while the vector engine does, and the load of
 * a tile `prefetch` tiles before its product.  What is left of a block,
 * out = o / l, follows the first softmax of the next block.
 */
#include <string.h>

#include "sth_accept.h"
#include "sth_attention.h"
#include "sth_attention_cost.h"
#include "sth_attention_step.h"
#include "sth_choice.h"

/* Steps that are under way: ahead, in the line, and the present one. */
#define STEPS 8u
_Static_assert(STEPS >= STH_ATTENTION_SCORES + STH_ATTENTION_PREFETCH + 2,
               "a step is forgotten when its values are emitted");

/* What waits in line, its tile on the way. */
enum work_kind { WORK_SCORES, WORK_SOFTMAX, WORK_VALUES };

struct work {
    enum work_kind kind;
    struct sth_attention_step *step;
    uint32_t skip; /* keys of the step before the tile */
    struct sth_buffer *tile;
};

#define LINE (2 * STH_ATTENTION_PREFETCH + 2)

struct pipeline {
    struct sth_attention_state t;
    struct sth_attention_step step[STEPS];
    uint32_t steps, ended; /* begun, values in line or emitted */
    struct work line[LINE];
    uint32_t first, next; /* in line; indices modulo LINE */
    uint32_t tiles;       /* in line */
    uint32_t passage;     /* through all queries, of so many */
    uint32_t passages;
};

/* ---- the line ---------------------------------------------------------- */

static void emit_first(struct pipeline *p)
{
    const struct work *w = &p->line[p->first++ % LINE];

    switch (w->kind) {
    case WORK_SCORES:
        sth_attention_emit_scores(&p->t, w->step, w->skip, w->tile);
        p->tiles--;
        break;
    case WORK_SOFTMAX:
        sth_attention_emit_softmax(&p->t, w->step);
        break;
    case WORK_VALUES:
        sth_attention_emit_values(&p->t, w->step, w->skip, w->tile);
        p->tiles--;
        break;
    }
}

static void append(struct pipeline *p, enum work_kind kind,
                   struct sth_attention_step *step, uint32_t skip)
{
    struct work *w = &p->line[p->next++ % LINE];

    w->kind = kind;
    w->step = step;
    w->skip = skip;
    if (kind != WORK_SOFTMAX) {
        w->tile = sth_attention_load_kv(&p->t, kind == WORK_VALUES,
                                        &step->block, step->key0 + skip);
        p->tiles++;
    }
    while (
        p->tiles > p->t.plan.prefetch ||
        (p->first != p->next && p->line[p->first % LINE].kind == WORK_SOFTMAX))
        emit_first(p);
}

/* ---- steps ------------------------------------------------------------- */

static void append_tiles(struct pipeline *p, enum work_kind kind,
                         struct sth_attention_step *step)
{
    for (uint32_t skip = 0; skip < step->keys; skip += p->t.plan.tile)
        append(p, kind, step, skip);
}

static struct sth_attention_step *oldest(struct pipeline *p)
{
    return &p->step[p->ended % STEPS];
}

/*
 * Softmax of the oldest step, scores of this one, values of the oldest: vector
 * has its commands before the array's queue is full.
 */
static void append_step(struct pipeline *p, struct sth_attention_step *step)
{
    bool full = p->steps - p->ended > p->t.plan.ahead;

    if (full)
        append(p, WORK_SOFTMAX, oldest(p), 0);
    append_tiles(p, WORK_SCORES, step);
    if (full) {
        append_tiles(p, WORK_VALUES, oldest(p));
        p->ended++;
    }
}

static void flush(struct pipeline *p)
{
    for (; p->ended != p->steps; p->ended++) {
        append(p, WORK_SOFTMAX, oldest(p), 0);
        append_tiles(p, WORK_VALUES, oldest(p));
    }
    while (p->first != p->next)
        emit_first(p);
    sth_attention_emit_output(&p->t);
}

/* ---- loops ------------------------------------------------------------- */

/* Which edges of the mask lie in a step; with neither, all of it counts. */
static void set_mask(const struct sth_attention_state *t,
                     struct sth_attention_step *step)
{
    uint32_t seen = t->past + step->block.query0 + 1; /* by the first query */

    step->windowed = t->shape.window != 0 && seen + step->block.queries - 1 >
                                                 t->shape.window + step->key0;
    step->masked = step->windowed ||
                   (t->shape.masked != 0 && step->key0 + step->keys > seen);
}

static void emit_query_block(struct pipeline *p, struct sth_attention_block *b)
{
    struct sth_attention_state *t = &p->t;
    struct sth_attention_span span =
        sth_attention_span_of(&t->plan, &t->shape, b->query0, b->queries);
    uint32_t keys = sth_attention_step_keys(&t->plan, span.end - span.first);

    b->unit_rows = t->plan.fold * b->heads * b->queries;
    b->rows = b->sequences * b->kv_heads * b->heads * b->queries;
    b->o = t->o[b->index % t->plan.o_slots];
    if (b->index == 0 && t->plan.fold > 1) {
        sth_attention_clear_q(t);
        /* The first keys come meanwhile. */
        (void)sth_attention_load_kv(t, 0, b, span.first);
    }
    sth_attention_load_q(t, b);
    for (uint32_t key0 = span.first; key0 < span.end; key0 += keys) {
        struct sth_attention_step *step = &p->step[p->steps % STEPS];

        step->block = *b;
        step->index = p->steps++;
        step->key0 = key0;
        step->keys = sth_min_u32(keys, span.end - key0);
        step->first = key0 == span.first;
        step->last = key0 + step->keys == span.end;
        set_mask(t, step);
        step->scores = t->scores[step->index % t->plan.score_slots];
        sth_attention_load_bias(t, step);
        append_step(p, step);
    }
    b->index++;
}

/* All queries of some heads. */
static void emit_queries(struct pipeline *p, struct sth_attention_block *b)
{
    const struct sth_attention_state *t = &p->t;
    uint32_t queries = t->plan.queries, seq = t->a->seq;
    uint32_t blocks = sth_ceil_div(seq, queries);
    enum sth_attention_order order =
        sth_attention_order_of(&t->plan, &t->shape, p->passage++, p->passages);

    for (uint32_t i = 0; i < blocks; i++) {
        if (sth_schedule_error(t->s) != STH_FW_ERR_OK)
            return;
        b->query0 = sth_attention_block_at(order, i, blocks) * queries;
        b->queries = sth_min_u32(queries, seq - b->query0);
        emit_query_block(p, b);
    }
}

/* All blocks that share keys and values. */
static void emit_group(struct pipeline *p, struct sth_attention_block *b)
{
    const struct sth_attention_state *t = &p->t;
    uint32_t sharing = t->a->heads / t->a->kv_heads;

    for (b->head0 = 0; b->head0 < sharing; b->head0 += t->plan.heads) {
        b->heads = sth_min_u32(t->plan.heads, sharing - b->head0);
        emit_queries(p, b);
    }
    b->group++;
}

static void emit_groups(struct pipeline *p)
{
    const struct sth_attention *a = p->t.a;
    const struct sth_attention_plan *plan = &p->t.plan;
    struct sth_attention_block b = {0};

    for (; b.sequence0 < a->batch; b.sequence0 += plan->sequences) {
        b.sequences = sth_min_u32(plan->sequences, a->batch - b.sequence0);
        b.kv_head0 = 0;
        for (; b.kv_head0 < a->kv_heads; b.kv_head0 += plan->kv_heads) {
            b.kv_heads = sth_min_u32(plan->kv_heads, a->kv_heads - b.kv_head0);
            emit_group(p, &b);
        }
    }
}

/* Keys before the first that any query sees. */
static uint32_t base_of(const struct sth_attention *a)
{
    uint32_t seen = a->past + 1; /* by the first query */

    return a->window != 0 && seen > a->window ? seen - a->window : 0;
}

static struct sth_attention_shape shape_of(const struct sth_attention *a)
{
    struct sth_attention_shape shape = {
        .batch = a->batch,
        .kv_heads = a->kv_heads,
        .sharing = a->heads / a->kv_heads,
        .seq = a->seq,
        .keys = a->past + a->seq - base_of(a),
        .depth = a->q->cols / a->heads,
        .masked = a->causal && a->seq > 1,
        .capped = a->cap != 0,
        .biased = a->alibi != NULL,
    };

    if (a->window < shape.keys)
        shape.window = a->window;
    return shape;
}

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    const struct sth_attention *a = job;
    struct pipeline p = {.t = {.s = s,
                               .a = a,
                               .shape = shape_of(a),
                               .base = base_of(a),
                               .room = a->room}};

    memcpy(&p.t.plan, plan, sizeof p.t.plan);
    p.t.past = a->past - p.t.base;
    p.passages = sth_ceil_div(a->batch, p.t.plan.sequences) *
                 sth_ceil_div(a->kv_heads, p.t.plan.kv_heads) *
                 sth_ceil_div(a->heads / a->kv_heads, p.t.plan.heads);
    if (p.t.room == 0)
        p.t.room = a->past + a->seq;
    sth_schedule_begin_operation(s);
    sth_attention_allocate(&p.t);
    emit_groups(&p);
    flush(&p);
}

static void size(struct sth_trial *trial)
{
    trial->estimate = ((const struct sth_attention_plan *)trial->plan)->cycles;
    trial->blocks = 0;
}

static uint32_t propose(void *to, const struct sth_params *p,
                        const struct sth_plan_memory *memory, const void *shape)
{
    struct sth_attention_plans plans;

    sth_attention_plan_search(&plans, p, memory, shape);
    memcpy(to, plans.plan, plans.count * sizeof *plans.plan);
    return plans.count;
}

static void estimate(void *to, const struct sth_params *p,
                     const struct sth_plan_memory *memory, const void *shape)
{
    struct sth_attention_plan *plan = to;

    plan->cycles = sth_attention_pipe(plan, p, memory, shape);
    if (plan->cycles == 0)
        plan->cycles = sth_attention_cost(plan, p, memory, shape);
}

static const struct sth_planning planning = {propose, estimate};

static void plan_and_play(struct sth_schedule *s, const struct sth_attention *a)
{
    const struct sth_attention_shape shape = shape_of(a);
    struct sth_plan_key key = {"attention", &shape, sizeof shape};
    struct sth_trial trial = {
        .planning = &planning, .play = play, .size = size, .job = a};
    struct sth_attention_plans plans;
    struct sth_attention_plan plan;

    if (!sth_choice_recall(s, &key, &plan, sizeof plan)) {
        sth_attention_plan_search(&plans, &s->driver->params, &s->memory,
                                  &shape);
        if (!sth_choice_take(s, &key, &trial, plans.plan, plans.count, &plan,
                             sizeof plan))
            return;
    }
    play(s, a, &plan);
}

void sth_kernel_attention(struct sth_schedule *s, const struct sth_attention *a)
{
    if (sth_accept_attention(s, a))
        plan_and_play(s, a);
}
