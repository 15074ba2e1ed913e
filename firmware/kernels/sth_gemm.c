/*
 * Matrix product with its epilogue.
 *
 * Blocks of x and w pass through caches of scratchpad buffers, so that either
 * panel may stay while the other streams; the accumulator holds two blocks, so
 * that the epilogue of one overlaps with the products of the next.  To keep
 * the array fed, the epilogue of a block is emitted after the first products
 * of the block that follows.
 */
#include "sth_choice.h"
#include "sth_emit.h"
#include "sth_gemm.h"
#include "sth_gemm_plan.h"

/* Products of the next block that are emitted before an epilogue. */
#define LEAD 2u

struct block {
    uint32_t mi, ni; /* block numbers */
    uint32_t m0, n0; /* first row and column */
    uint32_t rows, cols;
    struct sth_buffer *acc;
    struct sth_buffer *bias, *residual, *xscale, *wscale;
    bool valid;
};

struct state {
    struct sth_schedule *s;
    const struct sth_gemm *g;
    const struct sth_params *p;
    struct sth_gemm_plan plan;
    bool bf16;
    uint32_t lane; /* elements of a lane of depth */
    struct sth_cache a, w, out, bias, residual, xscale, wscale;
    struct sth_buffer *temporary;
    struct sth_buffer *acc[STH_GEMM_SUMS];
    uint32_t blocks;      /* so far: they take the accumulator in turn */
    struct block pending; /* its epilogue is still to be emitted */
};

static uint32_t bytes_of(const struct sth_operand *operand)
{
    return operand == NULL ? 0 : sth_dtype_bytes(operand->dtype);
}

/* Vector commands of one block; mirrors emit_epilogue(). */
static uint32_t count_passes(const struct sth_gemm *g)
{
    bool scaled = g->xscale != NULL;
    uint32_t passes = 1 + scaled;

    if (g->act == STH_GEMM_ACT_GELU)
        passes += scaled || g->bias != NULL ? 2 : 1;
    if (g->residual != NULL && (g->act != STH_GEMM_ACT_NONE || g->bias != NULL))
        passes++;
    return passes;
}

static void allocate(struct state *t)
{
    struct sth_schedule *s = t->s;
    const struct sth_gemm *g = t->g;
    const struct sth_gemm_plan *plan = &t->plan;
    uint32_t tiles = sth_ceil_div(plan->nb, t->p->array_cols);
    uint32_t lanes = tiles * t->p->array_cols;
    uint32_t slots = plan->stage_slots;

    for (uint32_t i = 0; i < plan->acc_slots; i++)
        t->acc[i] =
            sth_schedule_alloc(s, STH_SCHEDULE_ACC, plan->acc_tile * tiles);
    sth_cache_init(&t->out, s, slots, plan->mb * plan->out_stride);
    if (g->residual != NULL)
        sth_cache_init(&t->residual, s, slots,
                       plan->mb * plan->residual_stride);
    if (g->act == STH_GEMM_ACT_GELU)
        t->temporary =
            sth_schedule_alloc(s, STH_SCHEDULE_SP, plan->mb * lanes * 4);
    if (g->bias != NULL)
        sth_cache_init(&t->bias, s, slots, lanes * 4);
    if (g->xscale != NULL) {
        sth_cache_init(&t->wscale, s, slots, lanes * 4);
        sth_cache_init(&t->xscale, s, slots,
                       sth_round_up(plan->mb, t->p->array_cols) * 4);
    }
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

static struct sth_buffer *load_a(struct state *t, const struct block *b,
                                 uint32_t ki)
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

/* In rows of lanes, or transposed in rows of depth. */
static struct sth_buffer *load_w(struct state *t, const struct block *b,
                                 uint32_t ki)
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
    if (!hit)
        sth_emit_load(t->s, &block);
    return buffer;
}

/* A piece of a row vector: bias and scales. */
static struct sth_buffer *load_row(struct state *t, struct sth_cache *cache,
                                   const struct sth_operand *operand,
                                   uint32_t tag, uint32_t col, uint32_t cols)
{
    bool hit;
    struct sth_buffer *buffer = sth_cache_get(cache, tag, &hit);
    struct sth_block block = {.operand = operand,
                              .rows = 1,
                              .col = col,
                              .cols = cols,
                              .buffer = buffer};

    if (!hit)
        sth_emit_load(t->s, &block);
    return buffer;
}

/* What the epilogue of a block reads from memory. */
static void load_epilogue(struct state *t, struct block *b)
{
    const struct sth_gemm *g = t->g;
    bool hit;

    if (g->bias != NULL)
        b->bias = load_row(t, &t->bias, g->bias, b->ni, b->n0, b->cols);
    if (g->xscale != NULL) {
        b->wscale = load_row(t, &t->wscale, g->wscale, b->ni, b->n0, b->cols);
        b->xscale = load_row(t, &t->xscale, g->xscale, b->mi, b->m0, b->rows);
    }
    if (g->residual != NULL) {
        struct sth_block block = {.operand = g->residual,
                                  .row = b->m0,
                                  .rows = b->rows,
                                  .col = b->n0,
                                  .cols = b->cols,
                                  .stride = t->plan.residual_stride};

        b->residual =
            sth_cache_get(&t->residual, b->mi * t->plan.ns + b->ni, &hit);
        block.buffer = b->residual;
        if (!hit)
            sth_emit_load(t->s, &block);
    }
}

/* ---- epilogue ---------------------------------------------------------- */

/* Sends *v to d and starts the next command from there. */
static void pass(struct state *t, struct sth_pass *v, struct sth_tile d)
{
    struct sth_pass next = {.rows = v->rows, .cols = v->cols, .x = d};

    v->d = d;
    sth_emit_vector(t->s, v);
    *v = next;
}

static void emit_gelu(struct state *t, struct sth_pass *v, struct sth_tile acc)
{
    uint32_t stride = sth_round_up(t->plan.nb, t->p->array_cols) * 4;
    struct sth_tile tmp =
        sth_tile_sp(t->s, t->temporary, 0, stride, STH_DTYPE_FP32);

    if (v->mul != STH_OPERAND_NONE || v->add != STH_OPERAND_NONE)
        pass(t, v, acc);
    v->mul = STH_OPERAND_SELF;
    v->add = STH_OPERAND_IMM;
    v->add_imm = STH_CONST_GELU_BIAS;
    pass(t, v, tmp);
    v->x = acc;
    v->mul = STH_OPERAND_STREAM;
    v->y = tmp;
    v->func = STH_FUNC_GELU;
    v->gate = 2;
}

static void emit_epilogue(struct state *t, const struct block *b)
{
    const struct sth_gemm *g = t->g;
    struct sth_tile acc =
        sth_tile_acc(b->acc, 0, t->plan.acc_tile, STH_DTYPE_FP32);
    struct sth_pass v = {.rows = b->rows, .cols = b->cols, .x = acc};
    bool hit;
    struct sth_buffer *out =
        sth_cache_get(&t->out, b->mi * t->plan.ns + b->ni, &hit);
    struct sth_block store = {.operand = g->out,
                              .row = b->m0,
                              .rows = b->rows,
                              .col = b->n0,
                              .cols = b->cols,
                              .buffer = out,
                              .stride = t->plan.out_stride};

    if (!t->bf16) {
        v.x.dtype = STH_DTYPE_I32;
        v.mul = STH_OPERAND_SCALAR;
        v.y = sth_tile_sp_scalars(b->xscale, 0);
        pass(t, &v, acc);
        v.mul = STH_OPERAND_STREAM;
        v.y = sth_tile_row(t->s, b->wscale, 0, STH_DTYPE_FP32);
    }
    if (g->bias != NULL) {
        v.add = STH_OPERAND_STREAM;
        v.z = sth_tile_row(t->s, b->bias, 0, g->bias->dtype);
    }
    if (g->act == STH_GEMM_ACT_GELU)
        emit_gelu(t, &v, acc);
    if (g->act == STH_GEMM_ACT_SILU) {
        v.func = STH_FUNC_SIGMOID;
        v.gate = 1;
    }
    if (g->residual != NULL) {
        if (v.add != STH_OPERAND_NONE || v.func != STH_FUNC_NONE)
            pass(t, &v, acc);
        v.add = STH_OPERAND_STREAM;
        v.z = sth_tile_sp(t->s, b->residual, 0, t->plan.residual_stride,
                          g->residual->dtype);
    }
    pass(t, &v, sth_tile_sp(t->s, out, 0, t->plan.out_stride, g->out->dtype));
    sth_emit_store(t->s, &store);
}

static void flush_pending(struct state *t)
{
    if (t->pending.valid)
        emit_epilogue(t, &t->pending);
    t->pending.valid = false;
}

/* ---- blocks ------------------------------------------------------------ */

static void emit_block(struct state *t, uint32_t mi, uint32_t ni)
{
    const struct sth_gemm_plan *plan = &t->plan;
    const struct sth_gemm *g = t->g;
    struct block b = {.mi = mi, .ni = ni, .valid = true};

    b.m0 = mi * plan->mb;
    b.n0 = ni * plan->nb;
    b.rows = sth_min_u32(plan->mb, g->out->rows - b.m0);
    b.cols = sth_min_u32(plan->nb, g->out->cols - b.n0);
    if (plan->acc_slots == 1)
        flush_pending(t);
    b.acc = t->acc[t->blocks++ % plan->acc_slots];
    for (uint32_t ki = 0; ki < plan->ks; ki++) {
        struct sth_buffer *w = load_w(t, &b, ki);
        struct sth_buffer *a = load_a(t, &b, ki);
        struct sth_product product = {.m = b.rows,
                                      .n = b.cols,
                                      .k = depth_of(t, ki),
                                      .bf16 = t->bf16,
                                      .west = g->transposed,
                                      .accumulate = ki != 0,
                                      .a = a,
                                      .w = w,
                                      .acc = b.acc,
                                      .a_stride = plan->a_stride,
                                      .w_stride = plan->w_stride,

                                      .acc_tile = plan->acc_tile};

        if (ki + 1 == plan->ks)
            load_epilogue(t, &b);
        sth_emit_product(t->s, &product);
        if (ki + 1 == LEAD)
            flush_pending(t);
    }
    flush_pending(t);
    t->pending = b;
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
    sth_schedule_begin_operation(s);
    allocate(&t);
    for (uint32_t i = 0; i < outer; i++) {
        for (uint32_t j = 0; j < inner; j++) {
            if (sth_schedule_error(s) != STH_FW_ERR_OK)
                return;
            if (t.plan.w_stationary)
                emit_block(&t, j, i);
            else
                emit_block(&t, i, j);
        }
    }
    flush_pending(&t);
}

static uint64_t estimate_of(const void *plan)
{
    return ((const struct sth_gemm_plan *)plan)->cycles;
}

static void shape_of(struct sth_gemm_shape *shape, const struct sth_gemm *g)
{
    *shape = (struct sth_gemm_shape){
        .m = g->out->rows,
        .n = g->out->cols,
        .k = sth_depth_lanes(g->x->cols, g->x->dtype == STH_DTYPE_BF16),
        .out_bytes = bytes_of(g->out),
        .residual_bytes = bytes_of(g->residual),
        .vector_passes = count_passes(g),
        .vector_turns =
            count_passes(g) +
            (g->act != STH_GEMM_ACT_NONE ? STH_DEPTH_VECTOR_SHARE - 1 : 0),
        .transposed = g->transposed,
        .scaled = g->xscale != NULL,
        .bias = g->bias != NULL,
        .temporary = g->act == STH_GEMM_ACT_GELU,
    };
}

void sth_kernel_gemm(struct sth_schedule *s, const struct sth_gemm *gemm)
{
    struct sth_trial trial = {.play = play, .job = gemm};
    struct sth_gemm_plans plans;
    struct sth_gemm_shape shape;
    struct sth_plan_key key = {"gemm", &shape, sizeof shape};
    struct sth_gemm_plan plan;

    shape_of(&shape, gemm);
    if (!sth_choice_recall(s, &key, &plan, sizeof plan)) {
        sth_gemm_plan_search(&plans, &s->driver->params, &s->memory, &shape);
        if (!sth_choice_take(s, &key, &trial, plans.plan, plans.count,
                             estimate_of, &plan, sizeof plan))
            return;
    }
    play(s, gemm, &plan);
}
