/*
 * Rotary position embedding.
 *
 * Half heads lie in the scratchpad padded to whole tiles, whatever d is.  A
 * command takes one head of many tokens, or many heads of one token (then the
 * angles are the same row for all), whichever makes the longer command.
 */
#include "sth_accept.h"
#include "sth_choice.h"
#include "sth_emit.h"
#include "sth_rope.h"

#define TOKENS_MAX 64u
/* Row-tiles of half heads in a block: without a judge the first of these. */
static const uint32_t block_tiles[] = {256, 128, 64, 512, 32, 1024, 16};
enum { CANDIDATES = sizeof block_tiles / sizeof *block_tiles };

struct rope_state {
    struct sth_schedule *s;
    const struct sth_rope *r;
    uint32_t half;          /* columns of half a head */
    uint32_t padded;        /* the same in whole tiles */
    uint32_t tokens, heads; /* of a block */
    struct sth_cache x, out, cos, sin;
    struct sth_buffer *temporary; /* accumulator */
};

/* A block of tokens and heads, and its operands on chip. */
struct part {
    uint32_t index;
    uint32_t token0, tokens;
    uint32_t head0, heads;
    struct sth_buffer *x, *out, *cos, *sin;
};

static uint32_t half_bytes(const struct rope_state *t,
                           const struct sth_operand *operand)
{
    return t->padded * sth_dtype_bytes(operand->dtype);
}

static struct sth_groups groups_of(const struct rope_state *t,
                                   const struct part *p,
                                   const struct sth_operand *operand,
                                   struct sth_buffer *buffer)
{
    struct sth_groups g = {
        .block = {.operand = operand,
                  .row = p->token0,
                  .rows = p->tokens,
                  .col = p->head0 * 2 * t->half,
                  .cols = t->half,
                  .buffer = buffer,
                  .stride = 2 * t->heads * half_bytes(t, operand)},
        .groups = 2 * p->heads,
        .group_cols = t->half,
        .group_offset = half_bytes(t, operand),
    };

    return g;
}

static struct sth_buffer *load_angles(struct rope_state *t,
                                      struct sth_cache *cache,
                                      const struct sth_operand *operand,
                                      const struct part *p)
{
    bool hit;
    struct sth_block b = {.operand = operand,
                          .row = p->token0,
                          .rows = p->tokens,
                          .cols = t->half,
                          .buffer = sth_cache_get(cache, p->token0, &hit),
                          .stride = half_bytes(t, operand)};

    if (!hit)
        sth_emit_load(t->s, &b);
    return b.buffer;
}

/*
 * One command family: `rows` rows that are x_row bytes apart (in units of half
 * heads), from token and head; angles advance a row for each or not at all.
 */
struct run {
    uint32_t rows;
    uint32_t token, head;
    bool by_token;
};

static struct sth_tile half_tile(const struct rope_state *t,
                                 const struct run *run,
                                 const struct sth_operand *operand,
                                 struct sth_buffer *buffer, uint32_t which)
{
    uint32_t bytes = half_bytes(t, operand);
    uint32_t stride = run->by_token ? 2 * t->heads * bytes : 2 * bytes;
    uint32_t offset =
        (run->token * 2 * t->heads + 2 * run->head + which) * bytes;

    return sth_tile_sp(t->s, buffer, offset, stride, operand->dtype);
}

static struct sth_tile angle_tile(const struct rope_state *t,
                                  const struct run *run,
                                  const struct sth_operand *operand,
                                  struct sth_buffer *buffer)
{
    uint32_t bytes = half_bytes(t, operand);

    return sth_tile_sp(t->s, buffer, run->token * bytes,
                       run->by_token ? bytes : 0, operand->dtype);
}

/* d = x_which * cos -/+ x_other * sin. */
static void rotate(struct rope_state *t, const struct part *p,
                   const struct run *run, uint32_t which)
{
    const struct sth_rope *r = t->r;
    struct sth_tile middle =
        sth_tile_acc(t->temporary, 0, run->rows, STH_DTYPE_FP32);
    struct sth_pass sine = {
        .rows = run->rows,
        .cols = t->half,
        .x = half_tile(t, run, r->x, p->x, 1 - which),
        .mul = STH_OPERAND_STREAM,
        .y = angle_tile(t, run, r->sin, p->sin),
        .d = middle,
    };
    struct sth_pass cosine = {
        .rows = run->rows,
        .cols = t->half,
        .x = half_tile(t, run, r->x, p->x, which),
        .mul = STH_OPERAND_STREAM,
        .y = angle_tile(t, run, r->cos, p->cos),
        .add = STH_OPERAND_STREAM,
        .add_op = which == 0 ? 1 : 0,
        .z = middle,
        .d = half_tile(t, run, r->out, p->out, which),
    };

    sth_emit_vector(t->s, &sine);
    sth_emit_vector(t->s, &cosine);
}

static void emit_part(struct rope_state *t, struct part *p)
{
    bool hit;
    struct sth_groups load, store;
    uint32_t runs;

    p->x = sth_cache_get(&t->x, p->index, &hit);
    p->out = sth_cache_get(&t->out, p->index, &hit);
    load = groups_of(t, p, t->r->x, p->x);
    store = groups_of(t, p, t->r->out, p->out);
    sth_emit_load_groups(t->s, &load);
    p->cos = load_angles(t, &t->cos, t->r->cos, p);
    p->sin = load_angles(t, &t->sin, t->r->sin, p);
    runs = sth_min_u32(p->tokens, p->heads);
    for (uint32_t i = 0; i < runs; i++) {
        struct run run = {.by_token = p->tokens >= p->heads};

        run.rows = run.by_token ? p->tokens : p->heads;
        run.head = run.by_token ? i : 0;
        run.token = run.by_token ? 0 : i;
        rotate(t, p, &run, 0);
        rotate(t, p, &run, 1);
    }
    sth_emit_store_groups(t->s, &store);
}

static bool fits(const struct sth_params *p, const struct sth_rope_shape *s,
                 uint64_t tokens, uint64_t heads)
{
    uint64_t padded = sth_round_up(s->half, p->array_cols);
    uint64_t sp =
        2 * (2 * tokens * heads * padded * (s->x_bytes + s->out_bytes) +
             tokens * padded * s->angle_bytes) +
        8ull * sth_sp_word_bytes(p);
    uint64_t acc = (tokens > heads ? tokens : heads) * (padded / p->array_cols);

    return sp <= p->sp_bytes && acc <= p->acc_bytes / sth_acc_row_bytes(p);
}

const char *sth_rope_plan_complete(struct sth_rope_plan *plan,
                                   const struct sth_params *p,
                                   const struct sth_rope_shape *s)
{
    if (plan->heads == 0 || plan->heads > s->heads)
        return "heads";
    if (plan->tokens == 0 || plan->tokens > TOKENS_MAX ||
        !fits(p, s, plan->tokens, plan->heads))
        return "tokens";
    return NULL;
}

/*
 * Halves the larger of tokens and heads until a block fits; then the heads, and
 * the tokens of one head, until there are enough blocks to overlap loads,
 * rotation and stores.
 */
static bool cut(struct rope_state *t, const struct sth_rope_shape *s,
                uint32_t most)
{
    uint32_t tiles = t->padded / t->s->driver->params.array_cols;

    t->tokens = sth_min_u32(t->r->x->rows, TOKENS_MAX);
    t->heads = t->r->heads;
    while (!fits(&t->s->driver->params, s, t->tokens, t->heads)) {
        if (t->tokens == 1 && t->heads == 1)
            return false;
        if (t->tokens > t->heads)
            t->tokens = (t->tokens + 1) / 2;
        else
            t->heads = (t->heads + 1) / 2;
    }
    while (t->heads > 1 && t->tokens * t->heads * tiles > most)
        t->heads = (t->heads + 1) / 2;
    while (most < block_tiles[0] && t->tokens > 1 && t->tokens * tiles > most)
        t->tokens = (t->tokens + 1) / 2;
    return true;
}

static void allocate(struct rope_state *t)
{
    uint32_t halves = 2 * t->tokens * t->heads;
    uint32_t tiles = t->padded / t->s->driver->params.array_cols;

    t->temporary = sth_schedule_alloc(t->s, STH_SCHEDULE_ACC,
                                      sth_max_u32(t->tokens, t->heads) * tiles);
    sth_cache_init(&t->x, t->s, 2, halves * half_bytes(t, t->r->x));
    sth_cache_init(&t->out, t->s, 2, halves * half_bytes(t, t->r->out));
    sth_cache_init(&t->cos, t->s, 2, t->tokens * half_bytes(t, t->r->cos));
    sth_cache_init(&t->sin, t->s, 2, t->tokens * half_bytes(t, t->r->sin));
}

static void begin(struct rope_state *t, struct sth_schedule *s,
                  const struct sth_rope *rope)
{
    t->s = s;
    t->r = rope;
    t->half = rope->x->cols / rope->heads / 2;
    t->padded = sth_round_up(t->half, s->driver->params.array_cols);
}

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    const struct sth_rope *rope = job;
    const struct sth_rope_plan *sizes = plan;
    struct rope_state t;
    struct part p = {0};

    begin(&t, s, rope);
    t.tokens = sizes->tokens;
    t.heads = sizes->heads;
    sth_schedule_begin_operation(s);
    allocate(&t);
    for (; p.token0 < rope->x->rows; p.token0 += t.tokens) {
        p.tokens = sth_min_u32(t.tokens, rope->x->rows - p.token0);
        for (p.head0 = 0; p.head0 < rope->heads; p.head0 += t.heads) {
            if (!sth_schedule_next_block(s))
                return;
            p.heads = sth_min_u32(t.heads, rope->heads - p.head0);
            emit_part(&t, &p);
            p.index++;
        }
    }
}

static void size(struct sth_trial *trial)
{
    const struct sth_rope_plan *plan = trial->plan;
    const struct sth_rope *rope = trial->job;

    trial->estimate = plan->cycles;
    trial->blocks = sth_ceil_div(rope->x->rows, plan->tokens) *
                    sth_ceil_div(rope->heads, plan->heads);
}

/* The candidates, the one to take without a judge first. */
static uint32_t propose(struct rope_state *t, const struct sth_rope_shape *s,
                        struct sth_rope_plan *plans)
{
    const struct sth_params *p = &t->s->driver->params;
    uint64_t cycles =
        4ull * t->r->x->rows * t->r->heads * t->padded / p->vector_lanes;
    uint32_t count = 0;

    for (uint32_t i = 0; i < CANDIDATES && cut(t, s, block_tiles[i]); i++) {
        bool old = false;

        for (uint32_t j = 0; j < count; j++)
            old = old ||
                  (plans[j].tokens == t->tokens && plans[j].heads == t->heads);
        if (!old)
            plans[count++] = (struct sth_rope_plan){
                t->tokens, t->heads,
                cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX};
    }
    return count;
}

static void plan_and_play(struct sth_schedule *s, const struct sth_rope *rope)
{
    struct rope_state t;
    struct sth_rope_plan plans[CANDIDATES];
    struct sth_trial trial = {.play = play, .size = size, .job = rope};
    const struct sth_rope_shape shape = {
        .tokens = rope->x->rows,
        .heads = rope->heads,
        .half = rope->x->cols / rope->heads / 2,
        .x_bytes = sth_dtype_bytes(rope->x->dtype),
        .out_bytes = sth_dtype_bytes(rope->out->dtype),
        .angle_bytes = sth_dtype_bytes(rope->cos->dtype) +
                       sth_dtype_bytes(rope->sin->dtype),
    };
    const struct sth_plan_key key = {"rope", &shape, sizeof shape};
    struct sth_rope_plan plan;

    if (!sth_choice_recall(s, &key, &plan, sizeof plan)) {
        begin(&t, s, rope);
        if (!sth_choice_take(s, &key, &trial, plans, propose(&t, &shape, plans),
                             &plan, sizeof plan))
            return;
    }
    play(s, rope, &plan);
}

void sth_kernel_rope(struct sth_schedule *s, const struct sth_rope *rope)
{
    if (sth_accept_rope(s, rope))
        plan_and_play(s, rope);
}
