/* What becomes of the sums of a block of a matrix product. */
#include "sth_gemm_epilogue.h"
#include "sth_gemm_rotate.h"

/* ---- buffers ------------------------------------------------------------ */

static uint32_t lanes_of(const struct sth_params *p,
                         const struct sth_gemm_plan *plan)
{
    return sth_round_up(plan->nb, p->array_cols);
}

/* Of an fp32 block between two passes. */
static uint32_t temporary_cols(const struct sth_gemm *g, uint32_t lanes)
{
    return g->cos != NULL ? lanes / 2 : lanes;
}

void sth_gemm_epilogue_init(struct sth_gemm_epilogue *e, struct sth_schedule *s,
                            const struct sth_gemm *g,
                            const struct sth_gemm_plan *plan)
{
    const struct sth_params *p = &s->driver->params;
    uint32_t lanes = lanes_of(p, plan), slots = plan->stage_slots;

    e->s = s;
    e->g = g;
    e->plan = plan;
    sth_cache_init(&e->out, s, slots, plan->mb * plan->out_stride);
    if (g->mul != NULL)
        sth_cache_init(&e->mul, s, slots, plan->mb * plan->mul_stride);
    if (g->residual != NULL)
        sth_cache_init(&e->residual, s, slots,
                       plan->mb * plan->residual_stride);
    if (g->act == STH_GEMM_ACT_GELU_TANH || g->cos != NULL)
        e->temporary = sth_schedule_alloc(
            s, STH_SCHEDULE_SP, plan->mb * temporary_cols(g, lanes) * 4);
    if (g->cos != NULL) {
        sth_cache_init(&e->cos, s, slots, plan->mb * plan->angle_cols * 4);
        sth_cache_init(&e->sin, s, slots, plan->mb * plan->angle_cols * 4);
    }
    if (g->bias != NULL)
        sth_cache_init(&e->bias, s, slots, lanes * 4);
    if (g->xscale != NULL) {
        sth_cache_init(&e->wscale, s, slots, lanes * 4);
        sth_cache_init(&e->xscale, s, slots,
                       sth_round_up(plan->mb, p->array_cols) * 4);
    }
}

uint64_t sth_gemm_epilogue_bytes(const struct sth_params *p,
                                 const struct sth_gemm_shape *s,
                                 const struct sth_gemm_plan *plan)
{
    uint64_t cols = lanes_of(p, plan), rows = plan->mb;
    uint64_t row = sth_schedule_sp_bytes(p, cols * 4);
    uint64_t column =
        sth_schedule_sp_bytes(p, sth_round_up(plan->mb, p->array_cols) * 4ull);
    uint64_t bytes = sth_schedule_sp_bytes(p, rows * plan->out_stride) +
                     sth_schedule_sp_bytes(p, rows * plan->mul_stride) +
                     sth_schedule_sp_bytes(p, rows * plan->residual_stride);

    if (s->bias)
        bytes += row;
    if (s->scaled)
        bytes += row + column;
    if (s->half != 0)
        bytes += 2 * sth_schedule_sp_bytes(p, rows * plan->angle_cols * 4);
    bytes *= plan->stage_slots;
    if (s->temporary)
        bytes += sth_schedule_sp_bytes(p, rows * cols * 4);
    if (s->half != 0)
        bytes += sth_schedule_sp_bytes(p, rows * cols / 2 * 4);
    return bytes;
}

/* ---- loads -------------------------------------------------------------- */

/* A piece of a row vector: scales. */
static struct sth_buffer *load_row(struct sth_gemm_epilogue *e,
                                   struct sth_cache *cache,
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
        sth_emit_load(e->s, &block);
    return buffer;
}

/* What belongs to the columns of a block: bias and scales. */
static struct sth_buffer *load_cols(struct sth_gemm_epilogue *e,
                                    struct sth_cache *cache,
                                    const struct sth_operand *operand,
                                    const struct sth_gemm_block *b)
{
    bool hit;
    struct sth_buffer *buffer;

    if (b->parts == 1)
        return load_row(e, cache, operand, b->ni, b->n0, b->cols);
    buffer = sth_cache_get(cache, b->ni, &hit);
    if (!hit)
        sth_gemm_rotate_load_row(e, b, operand, buffer);
    return buffer;
}

/* The block of an operand as large as the result. */
static struct sth_block block_of(struct sth_gemm_epilogue *e,
                                 struct sth_cache *cache,
                                 const struct sth_operand *operand,
                                 uint32_t stride,
                                 const struct sth_gemm_block *b)
{
    bool hit;
    struct sth_block block = {
        .operand = operand,
        .row = b->m0,
        .rows = b->rows,
        .col = b->n0,
        .cols = b->cols,
        .buffer = sth_cache_get(cache, b->mi * e->plan->ns + b->ni, &hit),
        .stride = stride};

    return block;
}

static struct sth_buffer *load_block(struct sth_gemm_epilogue *e,
                                     struct sth_cache *cache,
                                     const struct sth_operand *operand,
                                     uint32_t stride,
                                     const struct sth_gemm_block *b)
{
    struct sth_block block = block_of(e, cache, operand, stride, b);

    sth_emit_load(e->s, &block);
    return block.buffer;
}

void sth_gemm_epilogue_load(struct sth_gemm_epilogue *e,
                            struct sth_gemm_block *b)
{
    const struct sth_gemm *g = e->g;

    if (g->bias != NULL)
        b->bias = load_cols(e, &e->bias, g->bias, b);
    if (g->xscale != NULL) {
        b->wscale = load_cols(e, &e->wscale, g->wscale, b);
        b->xscale = load_row(e, &e->xscale, g->xscale, b->mi, b->m0, b->rows);
    }
    if (g->cos != NULL)
        sth_gemm_rotate_load(e, b);
    if (g->mul != NULL)
        b->mul = load_block(e, &e->mul, g->mul, e->plan->mul_stride, b);
    if (g->residual != NULL)
        b->residual = load_block(e, &e->residual, g->residual,
                                 e->plan->residual_stride, b);
}

/* ---- vector commands ---------------------------------------------------- */

/* The passes over a block: emitted, or only counted. */
struct passes {
    struct sth_schedule *s;
    bool dry;
    uint32_t count, functions;
    struct sth_pass v; /* the one under construction */
};

/* Sends the pass to d and starts the next from there. */
static void pass(struct passes *q, struct sth_tile d)
{
    struct sth_pass next = {.rows = q->v.rows, .cols = q->v.cols, .x = d};

    q->count++;
    q->functions += q->v.func != STH_FUNC_NONE;
    q->v.d = d;
    if (!q->dry)
        sth_emit_vector(q->s, &q->v);
    q->v = next;
}

static void add_gelu_tanh(struct passes *q, struct sth_tile acc,
                          struct sth_tile tmp)
{
    struct sth_pass *v = &q->v;

    if (v->mul != STH_OPERAND_NONE || v->add != STH_OPERAND_NONE)
        pass(q, acc);
    v->mul = STH_OPERAND_SELF;
    v->add = STH_OPERAND_IMM;
    v->add_imm = STH_CONST_GELU_BIAS;
    pass(q, tmp);
    v->x = acc;
    v->mul = STH_OPERAND_STREAM;
    v->y = tmp;
    v->func = STH_FUNC_GELU_TANH;
    v->gate = 2;
}

/* The factor of the argument needs the product's place, the gate the sum. */
static void add_quick_gelu(struct passes *q, struct sth_tile acc)
{
    struct sth_pass *v = &q->v;

    if (v->mul != STH_OPERAND_NONE || v->add != STH_OPERAND_NONE)
        pass(q, acc);
    v->mul = STH_OPERAND_IMM;
    v->mul_imm = STH_CONST_QUICK_GELU_SLOPE;
    v->func = STH_FUNC_SIGMOID;
    v->gate = 2;
}

/* The maximum takes the place of the sum; its gate squares. */
static void add_relu(struct passes *q, struct sth_tile acc, bool square)
{
    if (q->v.add != STH_OPERAND_NONE)
        pass(q, acc);
    q->v.add = STH_OPERAND_IMM;
    q->v.add_imm = 0;
    q->v.add_op = 2;
    q->v.gate = square;
}

/* All but the tanh form of GELU, which needs room. */
static void add_act(struct passes *q, struct sth_tile acc,
                    enum sth_gemm_act act)
{
    switch (act) {
    case STH_GEMM_ACT_GELU:
    case STH_GEMM_ACT_SILU:
    case STH_GEMM_ACT_SIGMOID:
        q->v.func = act == STH_GEMM_ACT_GELU ? STH_FUNC_PHI : STH_FUNC_SIGMOID;
        q->v.gate = act != STH_GEMM_ACT_SIGMOID;
        break;
    case STH_GEMM_ACT_QUICK_GELU:
        add_quick_gelu(q, acc);
        break;
    case STH_GEMM_ACT_RELU:
    case STH_GEMM_ACT_RELU2:
        add_relu(q, acc, act == STH_GEMM_ACT_RELU2);
        break;
    default:
        break;
    }
}

/*
 * All but the last, which is left under construction; over the columns of a
 * segment.
 */
static void add_passes(struct passes *q, const struct sth_gemm_epilogue *e,
                       const struct sth_gemm_block *b, uint32_t segment)
{
    const struct sth_gemm *g = e->g;
    const struct sth_gemm_plan *plan = e->plan;
    uint32_t lane = segment * b->part_lanes;
    struct sth_tile acc = sth_tile_acc(
        b->acc, lane / e->s->driver->params.array_cols * plan->acc_tile,
        plan->acc_tile, STH_DTYPE_FP32);
    struct sth_pass *v = &q->v;

    *v = (struct sth_pass){
        .rows = b->rows, .cols = b->cols / sth_gemm_segments(b), .x = acc};
    if (g->xscale != NULL) {
        v->x.dtype = STH_DTYPE_I32;
        v->mul = STH_OPERAND_SCALAR;
        v->y = sth_tile_sp_scalars(b->xscale, 0);
        pass(q, acc);
        v->mul = STH_OPERAND_STREAM;
        v->y = sth_tile_row(e->s, b->wscale, lane * 4, STH_DTYPE_FP32);
    }
    if (g->bias != NULL) {
        v->add = STH_OPERAND_STREAM;
        v->z =
            sth_tile_row(e->s, b->bias, lane * sth_dtype_bytes(g->bias->dtype),
                         g->bias->dtype);
    }
    if (g->act == STH_GEMM_ACT_GELU_TANH)
        add_gelu_tanh(q, acc,
                      sth_tile_sp(e->s, e->temporary, 0,
                                  lanes_of(&e->s->driver->params, plan) * 4,
                                  STH_DTYPE_FP32));
    else
        add_act(q, acc, g->act);
    if (g->mul != NULL) {
        if (v->mul != STH_OPERAND_NONE || v->add != STH_OPERAND_NONE ||
            v->func != STH_FUNC_NONE)
            pass(q, acc);
        v->mul = STH_OPERAND_STREAM;
        v->y = sth_tile_sp(e->s, b->mul, 0, plan->mul_stride, g->mul->dtype);
    }
    if (g->residual != NULL) {
        if (v->add != STH_OPERAND_NONE || v->func != STH_FUNC_NONE)
            pass(q, acc);
        v->add = STH_OPERAND_STREAM;
        v->z = sth_tile_sp(e->s, b->residual, 0, plan->residual_stride,
                           g->residual->dtype);
    }
}

/* What is to be done before sums are rotated. */
static void finish_sums(struct passes *q)
{
    if (q->v.mul != STH_OPERAND_NONE || q->v.add != STH_OPERAND_NONE)
        pass(q, q->v.x);
}

void sth_gemm_epilogue_emit(struct sth_gemm_epilogue *e,
                            const struct sth_gemm_block *b)
{
    struct sth_block store =
        block_of(e, &e->out, e->g->out, e->plan->out_stride, b);
    struct passes q = {.s = e->s};

    if (e->g->cos != NULL) {
        for (uint32_t i = 0; i < sth_gemm_segments(b); i++) {
            add_passes(&q, e, b, i);
            finish_sums(&q);
        }
        sth_gemm_rotate_emit(e, b, &store);
        return;
    }
    add_passes(&q, e, b, 0);
    pass(&q,
         sth_tile_sp(e->s, store.buffer, 0, store.stride, e->g->out->dtype));
    sth_emit_store(e->s, &store);
}

/* ---- what a plan must know ---------------------------------------------- */

void sth_gemm_epilogue_shape(struct sth_gemm_shape *shape,
                             const struct sth_schedule *s,
                             const struct sth_gemm *g)
{
    static const struct sth_gemm_plan no_plan;
    struct sth_buffer none = {STH_SCHEDULE_SP, 0, 0, {{0}, {0}}};
    struct sth_gemm_epilogue e = {.s = (struct sth_schedule *)s,
                                  .g = g,
                                  .plan = &no_plan,
                                  .temporary = &none};
    struct sth_gemm_block block = {.parts = 1,
                                   .acc = &none,
                                   .bias = &none,
                                   .mul = &none,
                                   .residual = &none,
                                   .xscale = &none,
                                   .wscale = &none};
    struct passes q = {.dry = true};

    add_passes(&q, &e, &block, 0);
    if (g->cos != NULL)
        finish_sums(&q);
    else
        pass(&q, (struct sth_tile){0});
    shape->out_bytes = sth_operand_bytes(g->out);
    shape->mul_bytes = sth_operand_bytes(g->mul);
    shape->residual_bytes = sth_operand_bytes(g->residual);
    shape->vector_passes = q.count;
    shape->vector_turns =
        q.count + q.functions * (s->driver->params.vector_share - 1);
    if (g->cos != NULL) {
        shape->half = g->out->cols / g->heads / 2;
        shape->vector_passes += 4; /* over half of the columns each */
        shape->vector_turns += 2;
    }
    shape->scaled = g->xscale != NULL;
    shape->bias = g->bias != NULL;
    shape->temporary = g->act == STH_GEMM_ACT_GELU_TANH;
}
