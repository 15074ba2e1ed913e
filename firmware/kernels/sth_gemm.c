/*
 * Matrix product with its epilogue.
 *
 * Blocks of x and w pass through caches of scratchpad buffers, so that either
 * panel may stay while the other streams; the accumulator holds up to
 * STH_GEMM_SUMS blocks, so that the epilogue of one overlaps with the products
 * of the next.  To keep the array fed, the epilogue of a block is emitted after
 * the first products of the block that follows.
 */
#include <string.h>

#include "sth_accept.h"
#include "sth_choice.h"
#include "sth_gemm_epilogue.h"
#include "sth_prelude.h"

/* Fewer than so many are cut within; found by trial. */
#define WHOLE_BLOCKS 16u

struct state {
    struct sth_schedule *s;
    const struct sth_gemm *g;
    const struct sth_params *p;
    struct sth_gemm_plan plan;
    bool bf16;
    uint32_t lane; /* elements of a lane of depth */
    struct sth_cache a, w;
    struct sth_gemm_epilogue epilogue;
    /* With a prelude: the job, with x and xscale behind its stores so far. */
    struct sth_prelude_play prelude;
    struct sth_gemm behind;
    struct sth_operand x, xscale;
    uint32_t reached; /* rows that they have */
    /* What is made of the result: the same, with x behind the stores so far. */
    struct sth_prelude_play next;
    struct sth_prelude following;
    struct sth_norm next_norm;
    struct sth_quantize next_quantize;
    struct sth_operand next_x;
    uint32_t stored, stored_before; /* whole rows, and those a block earlier */
    struct sth_buffer *acc[STH_GEMM_SUMS];
    uint32_t blocks; /* so far: they take the accumulator in turn */
    struct sth_gemm_block pending; /* its epilogue is still to be emitted */
};

static void allocate(struct state *t)
{
    struct sth_schedule *s = t->s;
    const struct sth_gemm *g = t->g;
    const struct sth_gemm_plan *plan = &t->plan;
    uint32_t tiles = sth_ceil_div(plan->nb, t->p->array_cols);

    for (uint32_t i = 0; i < plan->acc_slots; i++)
        t->acc[i] =
            sth_schedule_alloc(s, STH_SCHEDULE_ACC, plan->acc_tile * tiles);
    sth_gemm_epilogue_init(&t->epilogue, s, g, plan);
    sth_cache_init(&t->a, s, plan->a_slots, plan->mb * plan->a_stride);
    sth_cache_init(&t->w, s, plan->w_slots,
                   (g->transposed ? plan->nb : plan->kb) * plan->w_stride);
}

/* ---- loads ------------------------------------------------------------- */

/* Elements of block ki of the depth. */
static uint32_t depth_of(const struct state *t, uint32_t ki)
{
    uint32_t most = t->plan.kb * t->lane;

    return sth_min_u32(most, t->g->x->cols - ki * most);
}

static struct sth_buffer *load_a(struct state *t,
                                 const struct sth_gemm_block *b, uint32_t ki)
{
    bool hit;
    struct sth_buffer *buffer =
        sth_cache_get(&t->a, b->mi * t->plan.ks + ki, &hit);
    struct sth_block block = {.operand = t->g->x,
                              .row = b->m0,
                              .rows = b->rows,
                              .col = ki * t->plan.kb * t->lane,
                              .cols = depth_of(t, ki),
                              .buffer = buffer,
                              .stride = t->plan.a_stride};

    if (!hit)
        sth_emit_load(t->s, &block);
    return buffer;
}

/* Columns of first halves and those of second halves, half a row further. */
static void load_halves(struct state *t, const struct sth_block *block,
                        const struct sth_gemm_block *b)
{
    struct sth_groups g = {
        .block = *block,
        .groups = 2,
        .group_cols =
            (uint32_t)(t->g->w->stride / 2 / sth_dtype_bytes(t->g->w->dtype)),
        .group_offset = b->part_lanes * STH_LANE_BYTES};

    g.block.col /= 2;
    g.block.cols /= 2;
    sth_emit_load_groups(t->s, &g);
}

/* In rows of lanes, or transposed in rows of depth. */
static struct sth_buffer *load_w(struct state *t,
                                 const struct sth_gemm_block *b, uint32_t ki)
{
    bool hit;
    struct sth_buffer *buffer =
        sth_cache_get(&t->w, b->ni * t->plan.ks + ki, &hit);
    struct sth_block block = {.operand = t->g->w,
                              .row = ki * t->plan.kb,
                              .rows = sth_depth_lanes(depth_of(t, ki), t->bf16),
                              .col = b->n0 * t->lane,
                              .cols = b->cols * t->lane,
                              .buffer = buffer,
                              .stride = t->plan.w_stride};

    if (t->g->transposed) {
        block.row = b->n0;
        block.rows = b->cols;
        block.col = ki * t->plan.kb * t->lane;
        block.cols = depth_of(t, ki);
    }
    if (hit)
        return buffer;
    if (b->parts == 2)
        load_halves(t, &block, b);
    else
        sth_emit_load(t->s, &block);
    return buffer;
}

static void flush_pending(struct state *t)
{
    const struct sth_gemm_block *b = &t->pending;

    if (b->valid) {
        sth_gemm_epilogue_emit(&t->epilogue, b);
        t->stored_before = t->stored;
        if (b->ni + 1 == t->plan.ns)
            t->stored = b->m0 + b->rows;
    }
    t->pending.valid = false;
}

/* ---- blocks ------------------------------------------------------------ */

/* In one command where the columns lie side by side. */
static void emit_product(struct state *t, const struct sth_gemm_block *b,
                         struct sth_product *product)
{
    uint32_t segments = sth_gemm_segments(b);

    product->n = b->cols / segments;
    for (uint32_t i = 0; i < segments; i++) {
        product->w_offset = i * b->part_lanes * STH_LANE_BYTES;
        product->acc_offset =
            i * b->part_lanes / t->p->array_cols * t->plan.acc_tile;
        sth_emit_product(t->s, product);
    }
}

/* ---- the prelude --------------------------------------------------------- */

/* x and xscale wait for its stores so far. */
static void follow_prelude(struct state *t)
{
    t->x.before = t->x.tensor->bands;
    if (t->g->xscale != NULL)
        t->xscale.before = t->xscale.tensor->bands;
}

/*
 * Emits it up to so many rows.  x waits for the stores of those and no more, so
 * that it is in time for rows that share a band of the tensor with later ones.
 */
static void reach(struct state *t, uint32_t rows)
{
    if (t->g->prelude == NULL || rows <= t->reached)
        return;
    t->reached = rows;
    sth_prelude_reach(&t->prelude, rows);
    follow_prelude(t);
}

/*
 * Behind a product of block b: the rows of the next blocks, so many that they
 * are all there an eighth before they are needed.
 */
static void pace(struct state *t, const struct sth_gemm_block *b, uint32_t ki)
{
    const struct sth_gemm_plan *plan = &t->plan;
    uint64_t all = (uint64_t)plan->ks * (plan->w_stationary ? 1 : plan->ns);
    uint64_t done = (uint64_t)b->ni * plan->ks + ki + 1;
    uint64_t ahead = plan->mb * done * 8 / (all * 7);

    if (t->g->prelude != NULL)
        sth_prelude_reach(&t->prelude,
                          b->m0 + plan->mb +
                              (ahead < plan->mb ? (uint32_t)ahead : plan->mb));
}

/* Its buffers, or all of its commands. */
static void begin_prelude(struct state *t, const struct sth_gemm *gemm)
{
    struct sth_prelude_plan plan;

    t->behind = *gemm;
    t->x = *gemm->x;
    t->behind.x = &t->x;
    if (gemm->xscale != NULL) {
        t->xscale = *gemm->xscale;
        t->behind.xscale = &t->xscale;
    }
    t->g = &t->behind;
    if (t->plan.beside) {
        sth_schedule_begin_operation(t->s);
        sth_prelude_plan(&plan, t->p, gemm->prelude);
        /* The first block waits for whole steps. */
        plan.rows =
            sth_ceil_div(t->plan.mb, sth_ceil_div(t->plan.mb, plan.rows));
        sth_prelude_init(&t->prelude, t->s, gemm->prelude, &plan);
        return;
    }
    sth_prelude_run(t->s, gemm->prelude);
    t->behind.prelude = NULL;
    follow_prelude(t);
    sth_schedule_begin_operation(t->s);
}

/* ---- what is made of the result ------------------------------------------ */

static void begin_next(struct state *t, const struct sth_prelude *next)
{
    struct sth_prelude_plan plan;

    if (next == NULL || t->s->trial)
        return;
    sth_prelude_plan(&plan, t->p, next);
    if (plan.rows == 0 ||
        plan.sp_bytes > sth_schedule_room(t->s, STH_SCHEDULE_SP) ||
        plan.acc_rows > sth_schedule_room(t->s, STH_SCHEDULE_ACC))
        return;
    t->following = *next;
    if (next->norm != NULL) {
        t->next_norm = *next->norm;
        t->next_x = *next->norm->x;
        t->next_norm.x = &t->next_x;
        t->following.norm = &t->next_norm;
    } else {
        t->next_quantize = *next->quantize;
        t->next_x = *next->quantize->x;
        t->next_quantize.x = &t->next_x;
        t->following.quantize = &t->next_quantize;
    }
    sth_prelude_init(&t->next, t->s, &t->following, &plan);
}

/*
 * A step behind a block of the later half, of rows that are stored: a fifth
 * of all, which is what the next operation would wait for.
 */
static void play_next(struct state *t)
{
    struct sth_prelude_play *next = &t->next;

    if (next->prelude == NULL ||
        2ull * t->blocks < (uint64_t)t->plan.ms * t->plan.ns)
        return;
    next->rows = sth_min_u32(t->stored_before, t->g->out->rows / 5);
    if (next->done + next->step > next->rows)
        return;
    t->next_x.before = t->next_x.tensor->bands;
    sth_prelude_reach(next, next->done + next->step);
    *t->g->next_rows = next->done;
}

/* ---- blocks of products -------------------------------------------------- */

/* A trial of few blocks is cut between their products. */
static bool is_cut_within(const struct sth_gemm_plan *plan)
{
    return plan->ms * plan->ns < WHOLE_BLOCKS;
}

/* False: a trial ends here. */
static bool emit_block(struct state *t, uint32_t mi, uint32_t ni)
{
    const struct sth_gemm_plan *plan = &t->plan;
    const struct sth_gemm *g = t->g;
    struct sth_gemm_block b = {.mi = mi, .ni = ni, .valid = true};

    b.m0 = mi * plan->mb;
    b.n0 = ni * plan->nb;
    b.rows = sth_min_u32(plan->mb, g->out->rows - b.m0);
    b.cols = sth_min_u32(plan->nb, g->out->cols - b.n0);
    b.parts = g->cos != NULL ? 2 : 1;
    b.part_cols = b.cols / b.parts;
    b.part_lanes = sth_round_up(b.part_cols, t->p->array_cols);
    if (t->blocks == 0)
        load_w(t, &b, 0); /* which waits for no row */
    reach(t, b.m0 + b.rows);
    if (plan->acc_slots == 1)
        flush_pending(t);
    b.acc = t->acc[t->blocks++ % plan->acc_slots];
    for (uint32_t ki = 0; ki < plan->ks; ki++) {
        struct sth_product product = {.m = b.rows,
                                      .k = depth_of(t, ki),
                                      .lanes = plan->lanes,
                                      .bf16 = t->bf16,
                                      .west = g->transposed,
                                      .accumulate = ki != 0,
                                      .acc = b.acc,
                                      .a_stride = plan->a_stride,
                                      .w_stride = plan->w_stride,
                                      .acc_tile = plan->acc_tile};

        if (is_cut_within(plan) && !sth_schedule_next_block(t->s))
            return false;
        product.w = load_w(t, &b, ki);
        product.a = load_a(t, &b, ki);
        if (ki + 1 == plan->ks)
            sth_gemm_epilogue_load(&t->epilogue, &b);
        emit_product(t, &b, &product);
        if (ki + 1 == STH_GEMM_LEAD)
            flush_pending(t);
        pace(t, &b, ki);
    }
    flush_pending(t);
    play_next(t);
    t->pending = b;
    return true;
}

/* ---- the plan ----------------------------------------------------------- */

/* Plays it by a plan that fits. */
static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    const struct sth_gemm *gemm = job;
    struct state t = {.s = s,
                      .g = gemm,
                      .p = &s->driver->params,
                      .plan = *(const struct sth_gemm_plan *)plan,
                      .bf16 = gemm->x->dtype == STH_DTYPE_BF16};
    uint32_t outer = t.plan.w_stationary ? t.plan.ns : t.plan.ms;
    uint32_t inner = t.plan.w_stationary ? t.plan.ms : t.plan.ns;

    t.lane = t.bf16 ? 1 : 2;
    if (gemm->prelude != NULL)
        begin_prelude(&t, gemm);
    else
        sth_schedule_begin_operation(s);
    allocate(&t);
    begin_next(&t, gemm->next);
    for (uint32_t i = 0; i < outer; i++) {
        for (uint32_t j = 0; j < inner; j++) {
            uint32_t mi = t.plan.w_stationary ? j : i;
            uint32_t ni = t.plan.w_stationary ? i : j;

            if (!is_cut_within(&t.plan) && !sth_schedule_next_block(s))
                return;
            if (!emit_block(&t, mi, ni))
                return;
        }
    }
    flush_pending(&t);
}

/* A prelude comes before the first blocks alone. */
static void size(struct sth_trial *trial)
{
    const struct sth_gemm_plan *plan = trial->plan;
    const struct sth_gemm *gemm = trial->job;

    trial->estimate = plan->cycles;
    trial->blocks = gemm->prelude != NULL ? 0
                    : is_cut_within(plan) ? plan->ms * plan->ns * plan->ks
                                          : plan->ms * plan->ns;
}

static void shape_of(struct sth_gemm_shape *shape, const struct sth_schedule *s,
                     const struct sth_gemm *g)
{
    memset(shape, 0, sizeof *shape);
    shape->m = g->out->rows;
    shape->n = g->out->cols;
    shape->k = sth_depth_lanes(g->x->cols, g->x->dtype == STH_DTYPE_BF16);
    shape->transposed = g->transposed;
    if (g->prelude != NULL)
        sth_prelude_plan(&shape->prelude, &s->driver->params, g->prelude);
    sth_gemm_epilogue_shape(shape, s, g);
}

static uint32_t propose(void *to, const struct sth_params *p,
                        const struct sth_plan_memory *memory, const void *shape)
{
    struct sth_gemm_plans plans;

    sth_gemm_plan_search(&plans, p, memory, shape);
    memcpy(to, plans.plan, plans.count * sizeof *plans.plan);
    return plans.count;
}

static void estimate(void *plan, const struct sth_params *p,
                     const struct sth_plan_memory *memory, const void *shape)
{
    sth_gemm_plan_estimate(plan, p, memory, shape);
}

static const struct sth_planning planning = {propose, estimate};

static void plan_and_play(struct sth_schedule *s, const struct sth_gemm *gemm)
{
    struct sth_trial trial = {
        .planning = &planning, .play = play, .size = size, .job = gemm};
    struct sth_gemm_plans plans;
    struct sth_gemm_shape shape;
    struct sth_plan_key key = {"gemm", &shape, sizeof shape};
    struct sth_gemm_plan plan;

    shape_of(&shape, s, gemm);
    if (!sth_choice_recall(s, &key, &plan, sizeof plan)) {
        sth_gemm_plan_search(&plans, &s->driver->params, &s->memory, &shape);
        if (!sth_choice_take(s, &key, &trial, plans.plan, plans.count, &plan,
                             sizeof plan))
            return;
    }
    play(s, gemm, &plan);
}

void sth_kernel_gemm(struct sth_schedule *s, const struct sth_gemm *gemm)
{
    if (sth_accept_gemm(s, gemm))
        plan_and_play(s, gemm);
}
