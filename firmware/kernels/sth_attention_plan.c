/* How to cut attention: which plans there are, and whether they fit. */
#include "sth_attention_cost.h"
#include "sth_emit.h"

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
/* Largest values, the same of the step before, sums, sums of a step, factors,
 * inverses. */
#define SCALAR_SETS 6u

/* Rows of the accumulator; o_slots and acc_tile are decided. */
static uint64_t acc_rows(const struct sth_attention_plan *plan,
                         const struct sth_params *p,
                         const struct sth_attention_shape *s)
{
    uint64_t rows = sth_attention_rows(plan);
    uint64_t tile = plan->acc_tile;
    uint64_t scores = tile * sth_ceil_div(plan->keys, p->array_cols);
    uint64_t output =
        tile * sth_ceil_div(sth_attention_depth(plan, s), p->array_cols);
    uint64_t scalars = (rows + p->array_cols - 1) / p->array_cols;

    return plan->score_slots * scores + plan->o_slots * output +
           SCALAR_SETS * scalars;
}

/*
 * The accumulator's part.  Vector goes through the tiles of a row, the array
 * through the rows of a tile: they keep apart once they are if neighbouring
 * tiles of a row lie in neighbouring banks.
 */
static bool place_acc(struct sth_attention_plan *plan,
                      const struct sth_params *p,
                      const struct sth_attention_shape *s)
{
    uint64_t capacity = p->acc_bytes / sth_acc_row_bytes(p);
    uint32_t rows = sth_attention_rows(plan);

    for (plan->o_slots = 2; plan->o_slots > 0; plan->o_slots--) {
        plan->acc_tile = sth_round_up(rows, p->acc_banks) + 1;
        if (acc_rows(plan, p, s) <= capacity)
            return true;
        plan->acc_tile = rows;
        if (acc_rows(plan, p, s) <= capacity)
            return true;
    }
    return false;
}

/*
 * Buffers that prefetch: between two uses of one are fewer commands than the
 * scheduler remembers.
 */
static uint32_t reach(const struct sth_attention_plan *plan)
{
    uint32_t commands = plan->sequences + sth_attention_units(plan);

    return sth_max_u32(STH_SCHEDULE_WINDOW / 4 * 3 / commands,
                       plan->prefetch + 2);
}

/*
 * Between rows of so many bytes that the array streams.  Weights that go from
 * bank to bank as fast as the rows do keep apart from them; faster ones are
 * stuck behind them.
 */
static uint32_t row_stride(const struct sth_attention_plan *plan,
                           const struct sth_params *p, uint32_t bytes,
                           uint32_t chunk)
{
    uint32_t word = sth_sp_word_bytes(p);

    return sth_stream_stride(p, plan->spread ? sth_max_u32(bytes, word) : bytes,
                             chunk);
}

/* Fills strides and slots; false when the block does not fit. */
static bool place(struct sth_attention_plan *plan, const struct sth_params *p,
                  const struct sth_attention_shape *s)
{
    uint64_t rows = sth_attention_rows(plan);
    uint64_t tiles = 2ull * sth_attention_tiles(plan, s->keys);
    uint32_t chunk = 2 * sth_max_u32(p->array_rows, p->array_cols);
    uint64_t heads = (uint64_t)plan->kv_heads * plan->heads;
    uint32_t depth = sth_attention_depth(plan, s);
    uint64_t sp, buffer, slots, held = 2ull * sth_attention_held(plan, s);

    /* Vector writes zeros to queries of a fold. */
    plan->q_stride = row_stride(plan, p, depth * 2,
                                plan->fold > 1 ? chunk : p->array_rows * 2);
    plan->unit_bytes = sth_round_up(depth * 2, chunk);
    plan->kv_stride = plan->kv_heads / plan->fold * plan->unit_bytes;
    if (plan->spread != 0)
        plan->kv_stride = row_stride(plan, p, plan->kv_stride, chunk);
    plan->weight_stride = row_stride(plan, p, plan->keys * 2, chunk);
    plan->out_stride = sth_round_up(depth, p->array_cols) * 2;
    plan->bias_stride =
        s->biased != 0 ? sth_round_up(plan->keys, p->array_cols) * 4 : 0;
    if (!place_acc(plan, p, s))
        return false;
    /* A block has two tiles at least, so that no more are under way. */
    plan->q_slots = 2 + sth_ceil_div(plan->prefetch, 2);
    sp = plan->q_slots * sth_schedule_sp_bytes(p, rows * plan->q_stride) +
         2 * (sth_schedule_sp_bytes(p, rows * plan->weight_stride) +
              sth_schedule_sp_bytes(p, rows * plan->out_stride));
    if (s->biased != 0)
        sp += (plan->score_slots + STH_ATTENTION_BIASES) *
              sth_schedule_sp_bytes(p, heads * plan->bias_stride);
    buffer = sth_schedule_sp_bytes(p, (uint64_t)plan->sequences * plan->tile *
                                          plan->kv_stride);
    if (sp + (plan->prefetch + 2) * buffer > p->sp_bytes)
        return false;
    slots = (p->sp_bytes - sp) / buffer;
    slots = sth_min_u32((uint32_t)slots, STH_CACHE_SLOTS);
    if (slots >= 2 * tiles) {
        slots = 2 * tiles;
    } else if (slots >= tiles) {
        /* Tiles that come early must leave those that stay alone. */
        slots = sth_min_u32((uint32_t)slots, (uint32_t)tiles + plan->prefetch);
        plan->prefetch = (uint32_t)(slots - tiles);
        plan->q_slots = 2 + sth_ceil_div(plan->prefetch, 2);
    } else if (s->window != 0 && slots >= held + plan->prefetch) {
        slots = held + plan->prefetch;
    } else {
        slots = sth_min_u32((uint32_t)slots, reach(plan));
    }
    plan->kv_slots = (uint32_t)slots;
    return true;
}

/* What a search carries along. */
struct search {
    struct sth_attention_plans *plans;
    const struct sth_params *p;
    const struct sth_plan_memory *memory;
    const struct sth_attention_shape *s;
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
    return a->sequences == b->sequences && a->kv_heads == b->kv_heads &&
           a->fold == b->fold && a->heads == b->heads &&
           a->queries == b->queries && a->keys == b->keys &&
           a->score_slots == b->score_slots && a->spread == b->spread;
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
        if (!place(&plan, t->p, t->s))
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
    uint32_t whole = sth_max_u32(t->p->array_rows, t->p->array_cols);

    for (uint32_t n = 1;; n *= 2) {
        plan->tile = sth_round_up(sth_ceil_div(plan->keys, n), t->quantum);
        plan->tile = sth_min_u32(plan->tile, plan->keys);
        if (n > 1 && plan->tile % whole != 0)
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
    uint32_t lanes = sth_max_u32(t->p->array_rows, t->p->array_cols);
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
    struct sth_attention_plan plan = {.fold = 1};

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
void sth_attention_plan_search(struct sth_attention_plans *plans,
                               const struct sth_params *p,
                               const struct sth_plan_memory *memory,
                               const struct sth_attention_shape *s)
{
    struct search t = {.plans = plans,
                       .p = p,
                       .memory = memory,
                       .s = s,
                       .estimate = sth_attention_cost};
    uint32_t cols = p->array_cols;

    plans->count = 0;
    t.quantum = sth_max_u32(p->array_rows, cols);
    search(&t, s->seq % cols == 0 ? cols : 1);
    while (plans->count == 0 && t.quantum > 1) {
        t.quantum /= 2;
        search(&t, 1);
    }
    follow(&t);
    shorten(plans);
}

/* Several key/value heads only whole, several sequences only of all heads. */
static const char *check_block(const struct search *t,
                               const struct sth_attention_plan *plan)
{
    const struct sth_attention_shape *s = t->s;

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
         plan->tile % sth_max_u32(p->array_rows, p->array_cols) != 0))
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
    if (!place(&most, p, s))
        return "keys";
    if (plan->kv_slots < 2 || plan->kv_slots > most.kv_slots)
        return "kv_slots";
    most.kv_slots = plan->kv_slots;
    *plan = most;
    return NULL;
}
