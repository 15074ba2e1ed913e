/* How to cut attention: which plans there are, and whether they fit. */
#include "sth_attention_cost.h"
#include "sth_emit.h"
#include "sth_weight_tile.h"

/* Candidates that are left to the judge: all of short work, few of long. */
#define SHORT_CYCLES (1u << 16)
#define PLAYED 4u
/* One part of so many. */
#define CLEARLY 256u
/* Sizes that are followed with tiles of any size. */
#define REFINED 6u
#define KEYS_MAX 32768u
#define ROWS_MAX 32768u
/* Columns of a head at most: a field of MATMUL. */
#define DEPTH_MAX 65535u

/* What a search carries along. */
struct search {
    struct sth_attention_plans *plans;
    const struct sth_params *p;
    const struct sth_plan_memory *memory;
    const struct sth_attention_shape *s;
    uint32_t lanes;     /* of depth of a weight tile */
    uint32_t quantum;   /* of keys */
    uint32_t unit_rows; /* at least */
    uint64_t (*estimate)(const struct sth_attention_plan *plan,
                         const struct sth_params *params,
                         const struct sth_plan_memory *memory,
                         const struct sth_attention_shape *shape);
};

/* Whether two plans cut queries and keys alike. */
static bool is_alike(const struct sth_attention_plan *a,
                     const struct sth_attention_plan *b)
{
    return a->lanes == b->lanes && a->sequences == b->sequences &&
           a->kv_heads == b->kv_heads && a->fold == b->fold &&
           a->heads == b->heads && a->queries == b->queries &&
           a->keys == b->keys && a->score_slots == b->score_slots &&
           a->spread == b->spread;
}

/* Of equal estimates rows that begin in all banks. */
static bool is_better(const struct sth_attention_plan *a,
                      const struct sth_attention_plan *b)
{
    return a->cycles < b->cycles ||
           (a->cycles == b->cycles && a->spread >= b->spread);
}

/*
 * Enters a plan into the list, where plans that differ in no more than tiles
 * and buffers have one place: the first, whose tiles are the largest, leaves it
 * only to one that is clearly better.  Of equal plans the first stays first.
 */
static void enter(struct sth_attention_plans *list,
                  const struct sth_attention_plan *plan)
{
    uint32_t i = 0, end;

    while (i < list->count && is_better(&list->plan[i], plan)) {
        if (is_alike(&list->plan[i], plan))
            return;
        i++;
    }
    end = i;
    while (end < list->count && !is_alike(&list->plan[end], plan))
        end++;
    if (end < list->count &&
        list->plan[end].cycles - plan->cycles <= plan->cycles / CLEARLY)
        return;
    if (end == STH_ATTENTION_PLANS)
        end--;
    else if (end == list->count)
        list->count++;
    if (i == STH_ATTENTION_PLANS)
        return;
    for (; end > i; end--)
        list->plan[end] = list->plan[end - 1];
    list->plan[i] = *plan;
}

static void consider(struct search *t, const struct sth_attention_plan *sizes)
{
    for (uint32_t spread = 0; spread < 2; spread++) {
        struct sth_attention_plan plan = *sizes;

        plan.spread = spread;
        if (!sth_attention_place(&plan, t->p, t->s))
            return;
        plan.cycles = t->estimate(&plan, t->p, t->memory, t->s);
        if (plan.cycles != 0)
            enter(t->plans, &plan);
    }
}

static void search_slots(struct search *t, struct sth_attention_plan *plan)
{
    for (uint32_t slots = 1; slots <= STH_ATTENTION_SCORES; slots++) {
        plan->score_slots = slots;
        plan->ahead = sth_max_u32(slots - 1, 1);
        plan->prefetch = slots == 1 ? 0 : STH_ATTENTION_PREFETCH;
        consider(t, plan);
    }
}

/* Tiles of a step, ever smaller; those of a step that is cut are whole. */
static void search_tiles(struct search *t, struct sth_attention_plan *plan)
{
    for (uint32_t n = 1;; n *= 2) {
        plan->tile = sth_round_up(sth_ceil_div(plan->keys, n), t->quantum);
        plan->tile = sth_min_u32(plan->tile, plan->keys);
        if (n > 1 &&
            plan->tile % sth_max_u32(plan->lanes, t->p->array_cols) != 0)
            return;
        search_slots(t, plan);
        if (plan->tile <= t->quantum)
            return;
    }
}

/*
 * The mask of a block begins anew for each head, and no more than one edge of a
 * window that is wider than its field lies in a step.
 */
static bool is_maskable(const struct search *t,
                        const struct sth_attention_plan *plan)
{
    if (t->s->masked != 0 && sth_attention_rows(plan) != plan->queries &&
        plan->queries >> STH_VECTOR_MASK_ROWS_WIDTH != 0)
        return false;
    return t->s->window == 0 ||
           (plan->queries + plan->keys) >> STH_VECTOR_MASK_WINDOW_WIDTH == 0;
}

static void search_keys(struct search *t, struct sth_attention_plan *plan)
{
    uint32_t keys = t->s->keys;

    for (uint32_t n = 1;; n++) {
        plan->keys = sth_round_up(sth_ceil_div(keys, n), t->quantum);
        plan->keys = sth_min_u32(plan->keys, keys);
        if (plan->keys <= KEYS_MAX && is_maskable(t, plan))
            search_tiles(t, plan);
        if (plan->keys <= t->quantum)
            return;
        /* Skip counts that give the same size. */
        n = sth_max_u32(n, sth_ceil_div(keys, plan->keys - t->quantum + 1) - 1);
        if (n > 4)
            n += n / 4;
    }
}

/* Each row vector of a bias is a command, whose scalars begin a row. */
static bool is_aligned(const struct search *t,
                       const struct sth_attention_plan *plan)
{
    uint32_t cols = t->p->array_cols;
    uint32_t rows = sth_attention_bias_rows(plan, t->s);

    return t->s->biased == 0 || sth_attention_rows(plan) == rows ||
           (rows % cols == 0 && (t->s->seq == 1 || t->s->seq % cols == 0));
}

/* Units are whole, and their rows lie alike in all blocks. */
static bool is_foldable(const struct search *t,
                        const struct sth_attention_plan *plan)
{
    const struct sth_attention_shape *s = t->s;

    return plan->fold == 1 ||
           (plan->heads == s->sharing && plan->kv_heads % plan->fold == 0 &&
            s->kv_heads % plan->fold == 0 && s->seq % plan->queries == 0 &&
            (uint64_t)plan->fold * s->depth <= DEPTH_MAX);
}

/* Ever more heads of a unit until they leave no lane empty. */
static void search_folds(struct search *t, struct sth_attention_plan *plan)
{
    uint32_t lanes = sth_max_u32(plan->lanes, t->p->array_cols);
    uint64_t heads = 0, room = 1; /* of the densest so far, in lanes */

    for (plan->fold = 1; plan->fold <= plan->kv_heads; plan->fold++) {
        uint64_t depth = (uint64_t)plan->fold * t->s->depth;
        uint64_t all = sth_ceil_div_u64(depth, lanes) * lanes;

        if (!is_foldable(t, plan) || plan->fold * room < heads * all ||
            sth_attention_unit_rows(plan) < t->unit_rows)
            continue;
        heads = plan->fold;
        room = all;
        search_keys(t, plan);
        if (depth == all)
            return;
    }
}

/* The next smaller number of so many heads that leaves no block short. */
static uint32_t fewer_heads(uint32_t all, uint32_t heads)
{
    if (all % 3 != 0)
        return sth_ceil_div(heads, 2);
    do
        heads--;
    while (all % heads != 0);
    return heads;
}

/* Several key/value heads only whole, several sequences only of all heads. */
static void search_units(struct search *t, struct sth_attention_plan *plan)
{
    const struct sth_attention_shape *s = t->s;
    bool whole = plan->heads == s->sharing;
    uint32_t kv_heads = whole ? s->kv_heads : 1;

    for (;; kv_heads = fewer_heads(s->kv_heads, kv_heads)) {
        uint32_t sequences = 1;

        if (whole && kv_heads == s->kv_heads && plan->queries == s->seq)
            sequences = s->batch;
        plan->kv_heads = kv_heads;
        for (;; sequences = sth_ceil_div(sequences, 2)) {
            plan->sequences = sequences;
            if (sth_attention_rows(plan) <= ROWS_MAX && is_aligned(t, plan))
                search_folds(t, plan);
            if (sequences == 1)
                break;
        }
        if (kv_heads == 1)
            return;
    }
}

/* Blocks of whole multiples of `quantum` queries, and of fewer where as many
 * heads are folded. */
static void search(struct search *t, uint32_t quantum)
{
    const struct sth_attention_shape *s = t->s;
    struct sth_attention_plan plan = {.lanes = t->lanes, .fold = 1};

    t->unit_rows = quantum;
    for (uint32_t i = 1; plan.queries != quantum; i *= 2) {
        plan.queries = sth_round_up(sth_ceil_div(s->seq, i), quantum);
        plan.heads = s->sharing;
        for (;; plan.heads = sth_ceil_div(plan.heads, 2)) {
            search_units(t, &plan);
            if (plan.heads == 1)
                break;
        }
    }
    plan.heads = s->sharing;
    while (plan.queries % 2 == 0 &&
           quantum / plan.queries * s->depth < t->p->array_cols) {
        plan.queries /= 2;
        search_units(t, &plan);
    }
}

/*
 * The list by what following each plan says, if all can be followed: the sizes
 * first, then the best of them with tiles of any size.
 */
static void follow(struct search *t)
{
    struct sth_attention_plans list = *t->plans;
    struct sth_attention_plans *plans = t->plans;

    for (uint32_t i = 0; i < list.count; i++) {
        struct sth_attention_plan *plan = &list.plan[i];

        plan->cycles = sth_attention_pipe(plan, t->p, t->memory, t->s);
        if (plan->cycles == 0)
            return;
    }
    plans->count = 0;
    for (uint32_t i = 0; i < list.count; i++)
        enter(plans, &list.plan[i]);
    list = *plans;
    t->estimate = sth_attention_pipe;
    for (uint32_t i = 0; i < sth_min_u32(list.count, REFINED); i++)
        search_tiles(t, &list.plan[i]);
}

/* Of long work those behind by more than an eighth are not worth playing. */
static void shorten(struct sth_attention_plans *plans)
{
    if (plans->count == 0 || plans->plan[0].cycles < SHORT_CYCLES)
        return;
    plans->count = sth_min_u32(plans->count, PLAYED);
    while (plans->count > 1 &&
           plans->plan[plans->count - 1].cycles >
               plans->plan[0].cycles + plans->plan[0].cycles / 8)
        plans->count--;
}

/* Whole tiles of queries and keys if they fit, ever smaller ones if not. */
static void search_lanes(struct search *t)
{
    t->estimate = sth_attention_cost;
    t->plans->count = 0;
    t->quantum = sth_max_u32(t->lanes, t->p->array_cols);
    search(t, t->s->seq % t->p->array_cols == 0 ? t->p->array_cols : 1);
    while (t->plans->count == 0 && t->quantum > 1) {
        t->quantum /= 2;
        search(t, 1);
    }
    follow(t);
}

/* Weight tiles as deep as the array, as a head, and less where that tells. */
void sth_attention_plan_search(struct sth_attention_plans *plans,
                               const struct sth_params *p,
                               const struct sth_plan_memory *memory,
                               const struct sth_attention_shape *s)
{
    struct sth_attention_plans list;
    struct search t = {.plans = &list, .p = p, .memory = memory, .s = s};
    uint32_t needed = sth_exit_rows(s->depth), i;

    plans->count = list.count = 0;
    t.lanes = p->array_rows;
    do {
        search_lanes(&t);
        for (i = 0; i < list.count; i++)
            enter(plans, &list.plan[i]);
        t.lanes = sth_min_u32(t.lanes / 2, needed);
    } while (t.lanes >= STH_TILE_LANES_MIN &&
             (t.lanes == needed || plans->count == 0 ||
              sth_weight_tile_tells(p, plans->plan[0].cycles)));
    shorten(plans);
}

/* Several key/value heads only whole, several sequences only of all heads. */
static const char *check_block(const struct search *t,
                               const struct sth_attention_plan *plan)
{
    const struct sth_attention_shape *s = t->s;

    if (!sth_weight_tile_may_have(t->p, plan->lanes))
        return "lanes";
    if (s->depth - 1 >= DEPTH_MAX || plan->queries - 1 >= s->seq)
        return "queries";
    if (plan->heads - 1 >= s->sharing)
        return "heads";
    if (plan->kv_heads - 1 >= s->kv_heads ||
        (plan->kv_heads > 1 && plan->heads != s->sharing))
        return "kv_heads";
    if (plan->fold == 0 || !is_foldable(t, plan))
        return "fold";
    if (plan->sequences - 1 >= s->batch ||
        (plan->sequences > 1 &&
         (plan->kv_heads != s->kv_heads || plan->heads != s->sharing ||
          plan->queries != s->seq)))
        return "sequences";
    return sth_attention_rows(plan) <= ROWS_MAX && is_aligned(t, plan)
               ? NULL
               : "queries";
}

const char *sth_attention_plan_complete(struct sth_attention_plan *plan,
                                        const struct sth_params *p,
                                        const struct sth_attention_shape *s)
{
    const struct search t = {.p = p, .s = s};
    const char *bad = check_block(&t, plan);
    struct sth_attention_plan most;

    if (bad != NULL)
        return bad;
    if (plan->keys - 1 >= sth_min_u32(s->keys, KEYS_MAX) ||
        !is_maskable(&t, plan))
        return "keys";
    if (plan->tile - 1 >= plan->keys ||
        (plan->tile != plan->keys &&
         plan->tile % sth_max_u32(plan->lanes, p->array_cols) != 0))
        return "tile";
    if (plan->score_slots - 1 >= STH_ATTENTION_SCORES)
        return "score_slots";
    if (plan->ahead - 1 >= sth_max_u32(plan->score_slots - 1, 1))
        return "ahead";
    if (plan->prefetch > STH_ATTENTION_PREFETCH)
        return "prefetch";
    if (plan->spread > 1)
        return "spread";
    most = *plan;
    if (!sth_attention_place(&most, p, s))
        return "keys";
    if (plan->kv_slots < 2 || plan->kv_slots > most.kv_slots)
        return "kv_slots";
    most.kv_slots = plan->kv_slots;
    if (sth_attention_sp_bytes(&most, p, s) > p->sp_bytes)
        return "kv_slots";
    *plan = most;
    return NULL;
}
