/* How to cut a matrix product into blocks. */
#include "sth_gemm_cost.h"
#include "sth_gemm_epilogue.h"
#include "sth_gemm_rotate.h"
#include "sth_weight_tile.h"

/* Slots beyond these prefetch no further. */
#define STREAM_SLOTS 8u

/* Plans that are looked at more closely. */
#define SHORT_LIST 64u

/* Blocks of rows at most of which the last is tried at a quarter. */
#define SHORT_LAST_COUNT 16u
/* Rows of a block from which on all numbers of rows are tried. */
#define SMALL_BLOCK 12u
/* Rows of weight tiles at most of work that is short. */
#define SHORT_WORK 16384u

_Static_assert(sizeof(struct sth_gemm_shape) == 15 * sizeof(uint32_t),
               "no padding in a key");

struct search {
    struct sth_gemm_plan list[SHORT_LIST]; /* the best by closed form */
    uint32_t count;
    const struct sth_params *p;
    const struct sth_plan_memory *memory;
    const struct sth_gemm_shape *s;
    uint32_t lanes; /* of depth of a weight tile */
    bool beside;    /* plans that leave room for the prelude */
};

/* The next number of blocks to try: 1 2 3 4 6 8 12 16 ... */
static uint32_t next_count(uint32_t n)
{
    if (n < 3)
        return n + 1;
    return (n & (n - 1)) == 0 ? n + n / 2 : n / 3 * 4;
}

/*
 * Size of a block when dim is cut into about count blocks of whole quanta;
 * the last block may be smaller.
 */
static uint32_t block_size(uint32_t dim, uint32_t count, uint32_t quantum)
{
    return sth_round_up(sth_ceil_div(dim, count), quantum);
}

/*
 * Decides the slots of one loop order: the panel of the outer dimension stays
 * if it fits, everything else streams through what is left.
 */
static bool assign_slots(struct sth_gemm_plan *plan, uint64_t room,
                         uint64_t stay_bytes, uint64_t stream_bytes,
                         uint32_t outer, uint32_t inner, uint32_t *stay,
                         uint32_t *stream)
{
    uint32_t panel = plan->ks + (plan->ks < 4 && outer > 1);
    uint64_t all = (uint64_t)inner * plan->ks;
    uint64_t least = all == 1 ? 1 : 2;
    uint64_t left;

    if (panel > STH_CACHE_SLOTS ||
        panel * stay_bytes + least * stream_bytes > room)
        panel = sth_min_u32(2, plan->ks * outer);
    if (panel * stay_bytes + least * stream_bytes > room) {
        panel = 1;
        least = 1;
    }
    if (panel * stay_bytes + least * stream_bytes > room)
        return false;
    left = (room - panel * stay_bytes) / stream_bytes;
    if (left >= all && all <= STH_CACHE_SLOTS)
        left = all;
    else if (left > STREAM_SLOTS)
        left = STREAM_SLOTS;
    *stay = panel;
    *stream = (uint32_t)left;
    return true;
}

/*
 * Whether plans differ in no more than what the estimate does not see, and the
 * second has no fewer buffers.
 */
static bool alike(const struct sth_gemm_plan *a, const struct sth_gemm_plan *b)
{
    return a->a_slots <= b->a_slots && a->w_slots <= b->w_slots &&
           a->mb == b->mb && a->nb == b->nb && a->kb == b->kb &&
           a->lanes == b->lanes && a->beside == b->beside &&
           a->a_stride == b->a_stride && a->w_stationary == b->w_stationary &&
           a->cycles == b->cycles;
}

/*
 * What plans are ordered by: a cycle a block beside the estimate, since smaller
 * blocks that are hardly better have more commands and shorter runs of bytes.
 */
static uint64_t rank(const struct sth_gemm_plan *plan)
{
    return plan->cycles + (uint64_t)plan->ms * plan->ns * plan->ks;
}

/*
 * Keeps the plan in order if it is among the `most` best.  Of those alike the
 * last stays: it has the most buffers.
 */
static void keep(struct sth_gemm_plan *list, uint32_t *count, uint32_t most,
                 const struct sth_gemm_plan *plan)
{
    const uint64_t own = rank(plan);
    uint32_t i = *count;

    while (i > 0 && rank(&list[i - 1]) > own)
        i--;
    for (uint32_t j = i; j > 0 && rank(&list[j - 1]) == own; j--) {
        if (alike(&list[j - 1], plan)) {
            list[j - 1] = *plan;
            return;
        }
    }
    if (i == most)
        return;
    if (*count < most)
        ++*count;
    for (uint32_t j = *count - 1; j > i; j--)
        list[j] = list[j - 1];
    list[i] = *plan;
}

/* A candidate whose sizes and stage slots are decided. */
static void consider(struct search *q, const struct sth_gemm_plan *sizes,
                     const struct sth_gemm_blocks *blocks, bool w_stationary)
{
    struct sth_gemm_plan plan = *sizes;
    uint64_t a_bytes = sth_gemm_a_bytes(q->p, &plan);
    uint64_t w_bytes = sth_gemm_w_bytes(q->p, q->s, &plan);
    uint64_t staging = sth_gemm_epilogue_bytes(q->p, q->s, &plan);
    bool fits;

    if (staging >= q->p->sp_bytes)
        return;
    plan.w_stationary = w_stationary;
    plan.beside = q->beside;
    if (w_stationary)
        fits = assign_slots(&plan, q->p->sp_bytes - staging, w_bytes, a_bytes,
                            plan.ns, plan.ms, &plan.w_slots, &plan.a_slots);
    else
        fits = assign_slots(&plan, q->p->sp_bytes - staging, a_bytes, w_bytes,
                            plan.ms, plan.ns, &plan.a_slots, &plan.w_slots);
    if (!fits)
        return;
    sth_gemm_cost(&plan, blocks);
    sth_gemm_add_prelude(&plan, q->p, q->s);
    keep(q->list, &q->count, SHORT_LIST, &plan);
}

/*
 * Whether the epilogue takes the accumulator about as long as the products do:
 * then tiles of a row had better begin in different banks.
 */
static bool is_vector_work(const struct search *q)
{
    return 2 * q->s->vector_turns * sth_vector_steps(q->p) >=
           sth_ceil_div(q->s->k, q->lanes);
}

/* All numbers of buffers and orders of blocks of those sizes and strides. */
static void consider_slots(struct search *q, const struct sth_gemm_plan *sizes)
{
    const struct sth_params *p = q->p;
    uint32_t acc_rows = p->acc_bytes / sth_acc_row_bytes(p);
    uint32_t tiles = sth_ceil_div(sizes->nb, p->array_cols);
    struct sth_gemm_plan plan = *sizes;
    uint64_t blocks = (uint64_t)plan.ms * plan.ns;
    struct sth_gemm_blocks times;

    sth_gemm_blocks_init(&times, &plan, p, q->memory, q->s);
    for (uint32_t slots = 1; slots <= STH_GEMM_SUMS; slots *= 2) {
        if (slots > 1 && slots / 2 >= blocks)
            return;
        plan.acc_slots = plan.stage_slots = slots;
        plan.acc_tile = tiles > 1 && is_vector_work(q) ? plan.mb | 1 : plan.mb;
        if ((uint64_t)slots * plan.acc_tile * tiles > acc_rows)
            plan.acc_tile = plan.mb;
        if ((uint64_t)slots * plan.mb * tiles > acc_rows)
            return;
        /* Where one side is whole the order is the same. */
        if (plan.ns > 1 || plan.ms == 1)
            consider(q, &plan, &times, false);
        if (plan.ms > 1)
            consider(q, &plan, &times, true);
    }
}

static void consider_sizes(struct search *q, uint32_t mb, uint32_t nb,
                           uint32_t kb)
{
    const struct sth_params *p = q->p;
    const uint32_t word = sth_sp_word_bytes(p);
    uint32_t steps = q->s->transposed ? p->array_cols : q->lanes;
    struct sth_gemm_plan plan = {
        .mb = mb, .nb = nb, .kb = kb, .lanes = q->lanes};

    sth_gemm_plan_derive(&plan, p, q->s);
    consider_slots(q, &plan);
    /* Weights that catch up with rows of part of a word go at their pace. */
    if (plan.a_stride < word &&
        sth_weight_tile_cycles(p, mb, plan.a_stride, steps, plan.w_stride) >
            sth_weight_tile_cycles(p, mb, word, steps, plan.w_stride)) {
        plan.a_stride = word;
        consider_slots(q, &plan);
    }
}

/* All depths of blocks of those sizes. */
static void consider_depths(struct search *q, uint32_t mb, uint32_t nb)
{
    uint32_t acc_rows = q->p->acc_bytes / sth_acc_row_bytes(q->p);

    if (nb > STH_GEMM_BLOCK_MAX ||
        (uint64_t)mb * (nb / q->p->array_cols) > acc_rows)
        return;
    for (uint32_t l = 1, kb = 0; kb != q->lanes; l = next_count(l)) {
        kb = block_size(q->s->k, l, q->lanes);
        if (kb <= STH_GEMM_BLOCK_MAX)
            consider_sizes(q, mb, nb, kb);
    }
}

/* All widths of blocks of that many rows. */
static void consider_widths(struct search *q, uint32_t mb)
{
    uint32_t cols = q->p->array_cols * (q->s->half != 0 ? 2 : 1);

    if (mb > q->p->acc_bytes / sth_acc_row_bytes(q->p) ||
        mb > STH_GEMM_BLOCK_MAX)
        return;
    for (uint32_t j = 1, nb = 0; nb != cols; j = next_count(j)) {
        nb = block_size(q->s->n, j, cols);
        consider_depths(q, mb, nb);
    }
}

static bool is_short_work(const struct search *q)
{
    return (uint64_t)q->s->m * sth_ceil_div(q->s->n, q->p->array_cols) *
               sth_ceil_div(q->s->k, q->p->array_rows) <=
           SHORT_WORK;
}

/* All numbers of rows of blocks. */
static void consider_rows(struct search *q)
{
    const struct sth_gemm_shape *s = q->s;
    bool is_short = is_short_work(q);

    for (uint32_t i = 1, mb = 0; mb != 1; i = next_count(i)) {
        /* Where few rows fit one more is much. */
        while (is_short && mb > 2 && mb <= SMALL_BLOCK &&
               mb - 1 > block_size(s->m, i, 1))
            consider_widths(q, --mb);
        mb = block_size(s->m, i, 1);
        consider_widths(q, mb);
        /* A short last block leaves less to do at the end of short work. */
        if (i > 1 && i <= SHORT_LAST_COUNT && is_short)
            consider_widths(q, sth_ceil_div(4 * s->m, 4 * i - 3));
    }
}

/* The best of the short list, by a closer look. */
static void look_closely(const struct search *q, struct sth_gemm_plans *plans)
{
    for (uint32_t i = 0; i < q->count; i++) {
        struct sth_gemm_plan plan = q->list[i];

        plan.cycles -= plan.prelude_cycles;
        sth_gemm_pipe(&plan, q->p, q->memory, q->s);
        sth_gemm_add_prelude(&plan, q->p, q->s);
        keep(plans->plan, &plans->count, STH_GEMM_PLANS, &plan);
    }
}

/*
 * All plans of a chip, or of what the prelude leaves of it: weight tiles as
 * deep as the array, no deeper than the product, and less deep where that may
 * tell.
 */
static void consider_lanes(struct search *q, struct sth_gemm_plans *plans)
{
    uint32_t needed = sth_exit_rows(q->s->k);

    q->lanes = q->p->array_rows;
    do {
        q->count = 0;
        consider_rows(q);
        look_closely(q, plans);
        q->lanes = sth_min_u32(q->lanes / 2, needed);
    } while (q->lanes >= STH_TILE_LANES_MIN &&
             (q->lanes == needed || plans->count == 0 ||
              sth_weight_tile_tells(q->p, plans->plan[0].cycles)));
}

void sth_gemm_plan_estimate(struct sth_gemm_plan *plan,
                            const struct sth_params *chip,
                            const struct sth_plan_memory *memory,
                            const struct sth_gemm_shape *s)
{
    struct sth_gemm_blocks blocks;
    struct sth_params left;
    const struct sth_params *p = chip;

    if (plan->beside) {
        sth_gemm_beside(&left, chip, s);
        p = &left;
    }
    sth_gemm_blocks_init(&blocks, plan, p, memory, s);
    sth_gemm_cost(plan, &blocks);
    sth_gemm_pipe(plan, p, memory, s);
    sth_gemm_add_prelude(plan, p, s);
}

void sth_gemm_plan_search(struct sth_gemm_plans *plans,
                          const struct sth_params *p,
                          const struct sth_plan_memory *memory,
                          const struct sth_gemm_shape *s)
{
    struct sth_params left;
    struct search q = {.p = p, .memory = memory, .s = s};

    plans->count = 0;
    consider_lanes(&q, plans);
    if (s->prelude.rows == 0)
        return;
    sth_gemm_beside(&left, p, s);
    q.p = &left;
    q.beside = true;
    consider_lanes(&q, plans);
}
