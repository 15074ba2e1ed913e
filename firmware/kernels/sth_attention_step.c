/* The commands of attention for one block of queries and one range of keys. */
#include "sth_attention_step.h"

/* ADDOP */
#define MINUS 1u
#define MAXIMUM 2u
/* fp32: the lowest finite number, the lowest hyperbolic tangent. */
#define LOWEST 0xff7fffffu
#define LOWEST_TANH 0xbf800000u

/* ---- scores ------------------------------------------------------------ */

/* Bytes from the start of a tile of k (0) or of v (1) to the part of a unit. */
static uint32_t unit_offset(const struct sth_attention_state *t,
                            const struct sth_attention_block *b, uint32_t which,
                            uint32_t unit)
{
    uint32_t units = b->kv_heads / t->plan.fold; /* of a sequence */

    return unit / units * t->plan.tile * t->plan.kv_stride[which] +
           unit % units * t->plan.unit_bytes[which];
}

void sth_attention_emit_scores(struct sth_attention_state *t,
                               const struct sth_attention_step *step,
                               uint32_t skip, struct sth_buffer *k)
{
    const struct sth_attention_block *b = &step->block;
    uint32_t cols = t->s->driver->params.array_cols;
    struct sth_product p = {.m = b->unit_rows,
                            .n = sth_min_u32(t->plan.tile, step->keys - skip),
                            .k = sth_attention_depth(&t->plan, &t->shape),
                            .lanes = t->plan.lanes,
                            .bf16 = true,
                            .west = true,
                            .a = b->q,
                            .w = k,
                            .acc = step->scores,
                            .a_stride = t->plan.q_stride,
                            .w_stride = t->plan.kv_stride[0],
                            .acc_tile = t->plan.acc_tile};

    for (uint32_t u = 0; u < b->rows / b->unit_rows; u++) {
        p.a_offset = u * b->unit_rows * t->plan.q_stride;
        p.w_offset = unit_offset(t, b, 0, u);
        p.acc_offset = u * b->unit_rows + skip / cols * t->plan.acc_tile;
        sth_emit_product(t->s, &p);
    }
}

/* ---- softmax ----------------------------------------------------------- */

/*
 * The mask of a step, the same for each head.  Where only the lower edge lies
 * in the step the upper one is put behind its last key.
 */
static void set_mask(const struct sth_attention_state *t,
                     const struct sth_attention_step *step, struct sth_pass *v)
{
    const struct sth_attention_block *b = &step->block;
    int32_t offset = (int32_t)(t->past + b->query0) - (int32_t)step->key0;
    int32_t beyond = offset - (int32_t)(step->keys - 1);

    if (beyond < 0)
        beyond = 0;
    v->mask = step->masked;
    v->mask_offset = offset - beyond;
    v->mask_rows = b->rows != b->queries ? b->queries : 0;
    v->mask_window = step->windowed ? t->shape.window - (uint32_t)beyond : 0;
}

/* A pass over so many rows of the scores of a step: *v says the rest. */
static void score_pass(struct sth_attention_state *t,
                       const struct sth_attention_step *step, uint32_t row,
                       uint32_t rows, struct sth_pass *v)
{
    v->rows = rows;
    v->cols = step->keys;
    v->x = sth_tile_acc(step->scores, row, t->plan.acc_tile, STH_DTYPE_FP32);
    set_mask(t, step, v);
    sth_emit_vector(t->s, v);
}

/* The largest values up to a step. */
static struct sth_tile largest(const struct sth_attention_state *t,
                               uint32_t index)
{
    return sth_tile_scalars(t->largest[index % 2], 0);
}

/* Whether each row sees a key of the step. */
static bool all_see(const struct sth_attention_state *t,
                    const struct sth_attention_step *step)
{
    uint32_t seen = t->past + step->block.query0 + 1; /* by the first query */

    return !step->masked ||
           (step->key0 < seen &&
            (!step->windowed || seen + step->block.queries - 1 <
                                    t->shape.window + step->key0 + step->keys));
}

/* What the exponentials take instead of the scores, and its maxima. */
static void emit_replaced(struct sth_attention_state *t,
                          const struct sth_attention_step *step,
                          struct sth_pass *v)
{
    uint32_t cols = t->s->driver->params.array_cols;
    const struct sth_attention_block *b = &step->block;
    uint32_t rows = b->rows, r = v->r.addr;

    if (step->bias != NULL)
        rows = t->shape.seq == 1 ? b->kv_heads * b->heads : b->queries;
    else
        v->func = STH_FUNC_TANH;
    for (uint32_t row = 0; row < b->rows; row += rows) {
        if (step->bias != NULL) {
            uint32_t head =
                t->shape.seq == 1 ? 0 : row / rows % (b->kv_heads * b->heads);

            v->add = STH_OPERAND_STREAM;
            v->z = sth_tile_sp(t->s, step->bias, head * t->plan.bias_stride,
                               t->shape.seq == 1 ? t->plan.bias_stride : 0,
                               STH_DTYPE_FP32);
        }
        v->d =
            sth_tile_acc(step->scores, row, t->plan.acc_tile, STH_DTYPE_FP32);
        v->r.addr = r + row / cols;
        score_pass(t, step, row, rows, v);
    }
}

/*
 * A row that sees no key of the step keeps its value only as a carried one; in
 * the first step it gets a lowest one, of which differences are numbers.
 */
static void emit_largest(struct sth_attention_state *t,
                         const struct sth_attention_step *step)
{
    bool replaced = t->a->cap != 0 || step->bias != NULL;
    bool seen = all_see(t, step);
    struct sth_pass v = {.reduce = STH_REDUCE_MAX,
                         .mul = STH_OPERAND_IMM,
                         .mul_imm = t->a->scale,
                         .r = largest(t, step->index)};

    if (!step->first && seen && !replaced) {
        v.add = STH_OPERAND_SCALAR;
        v.add_op = MAXIMUM;
        v.z = largest(t, step->index - 1);
    } else if (!step->first) {
        struct sth_pass copy = {.x = largest(t, step->index - 1),
                                .d = largest(t, step->index)};

        sth_emit_scalars(t->s, &copy, step->block.rows);
        v.carry = true;
    }
    if (replaced)
        emit_replaced(t, step, &v);
    else
        score_pass(t, step, 0, step->block.rows, &v);
    if (step->first && !seen) {
        struct sth_pass raise = {.x = largest(t, step->index),
                                 .add = STH_OPERAND_IMM,
                                 .add_op = MAXIMUM,
                                 .add_imm =
                                     t->a->cap != 0 ? LOWEST_TANH : LOWEST,
                                 .d = largest(t, step->index)};

        sth_emit_scalars(t->s, &raise, step->block.rows);
    }
}

/* What is subtracted from what the exponentials take; those of a cap in place
 * of the factor, which is not there yet. */
static struct sth_tile emit_subtracted(struct sth_attention_state *t,
                                       const struct sth_attention_step *step)
{
    struct sth_pass v = {.x = largest(t, step->index),
                         .mul = STH_OPERAND_IMM,
                         .mul_imm = t->a->cap,
                         .d = sth_tile_scalars(t->factor, 0)};

    if (t->a->cap == 0)
        return largest(t, step->index);
    sth_emit_scalars(t->s, &v, step->block.rows);
    return v.d;
}

static void emit_weights(struct sth_attention_state *t,
                         const struct sth_attention_step *step)
{
    struct sth_tile subtracted = emit_subtracted(t, step);
    struct sth_pass v = {
        .mul = step->bias != NULL ? STH_OPERAND_NONE : STH_OPERAND_IMM,
        .mul_imm = t->a->cap != 0 ? t->a->cap : t->a->scale,
        .add = STH_OPERAND_SCALAR,
        .add_op = MINUS,
        .z = subtracted,
        .func = STH_FUNC_EXP,
        .reduce = STH_REDUCE_SUM,
        .d = sth_tile_sp(t->s, step->weights, 0, t->plan.weight_stride,
                         STH_DTYPE_BF16),
        .r = sth_tile_scalars(step->first ? t->sum : t->part, 0)};

    score_pass(t, step, 0, step->block.rows, &v);
}

static void emit_factor(struct sth_attention_state *t,
                        const struct sth_attention_step *step)
{
    struct sth_pass v = {.x = largest(t, step->index - 1),
                         .add = STH_OPERAND_STREAM,
                         .add_op = MINUS,
                         .z = largest(t, step->index),
                         .func = STH_FUNC_EXP,
                         .d = sth_tile_scalars(t->factor, 0)};

    if (t->a->cap != 0) {
        v.mul = STH_OPERAND_IMM;
        v.mul_imm = t->a->cap;
        v.z = v.d;
    }

    sth_emit_scalars(t->s, &v, step->block.rows);
}

static void rescale_output(struct sth_attention_state *t,
                           const struct sth_attention_step *step)
{
    uint32_t rows = step->block.rows;
    struct sth_tile o =
        sth_tile_acc(step->block.o, 0, t->plan.acc_tile, STH_DTYPE_FP32);
    struct sth_pass v = {.rows = rows,
                         .cols = sth_attention_depth(&t->plan, &t->shape),
                         .x = o,
                         .mul = STH_OPERAND_SCALAR,
                         .y = sth_tile_scalars(t->factor, 0),
                         .d = o};

    sth_emit_vector(t->s, &v);
}

static void update_sum(struct sth_attention_state *t,
                       const struct sth_attention_step *step)
{
    struct sth_pass v = {.x = sth_tile_scalars(t->sum, 0),
                         .mul = STH_OPERAND_STREAM,
                         .y = sth_tile_scalars(t->factor, 0),
                         .add = STH_OPERAND_STREAM,
                         .z = sth_tile_scalars(t->part, 0),
                         .d = sth_tile_scalars(t->sum, 0)};

    sth_emit_scalars(t->s, &v, step->block.rows);
}

/* 1 / l: the block's sums make way for those of the next. */
static void end_block(struct sth_attention_state *t,
                      const struct sth_attention_block *b)
{
    struct sth_pass inverse = {.x = sth_tile_scalars(t->sum, 0),
                               .func = STH_FUNC_RECIP,
                               .d = sth_tile_scalars(t->inverse, 0)};

    sth_emit_scalars(t->s, &inverse, b->rows);
    t->ended = *b;
    t->owes_output = true;
}

/* out = o / l */
void sth_attention_emit_output(struct sth_attention_state *t)
{
    const struct sth_attention_block *b = &t->ended;
    bool hit;
    struct sth_buffer *out;
    struct sth_pass v;

    if (!t->owes_output)
        return;
    out = sth_cache_get(&t->out, b->index, &hit);
    v = (struct sth_pass){
        .rows = b->rows,
        .cols = sth_attention_depth(&t->plan, &t->shape),
        .x = sth_tile_acc(b->o, 0, t->plan.acc_tile, STH_DTYPE_FP32),
        .mul = STH_OPERAND_SCALAR,
        .y = sth_tile_scalars(t->inverse, 0),
        .d = sth_tile_sp(t->s, out, 0, t->plan.out_stride, STH_DTYPE_BF16)};

    sth_emit_vector(t->s, &v);
    sth_attention_store(t, b, out);
    t->owes_output = false;
}

void sth_attention_emit_softmax(struct sth_attention_state *t,
                                struct sth_attention_step *step)
{
    bool hit;

    step->weights = sth_cache_get(&t->weights, step->index, &hit);
    emit_largest(t, step);
    emit_weights(t, step);
    if (!step->first)
        emit_factor(t, step);
    sth_attention_emit_output(t);
    if (!step->first)
        rescale_output(t, step);
}

/* ---- values ------------------------------------------------------------ */

void sth_attention_emit_values(struct sth_attention_state *t,
                               const struct sth_attention_step *step,
                               uint32_t skip, struct sth_buffer *v)
{
    const struct sth_attention_block *b = &step->block;
    struct sth_product p = {.m = b->unit_rows,
                            .n = sth_attention_depth(&t->plan, &t->shape),
                            .k = sth_min_u32(t->plan.tile, step->keys - skip),
                            .lanes = t->plan.lanes,
                            .bf16 = true,
                            .accumulate = !step->first || skip != 0,
                            .a = step->weights,
                            .w = v,
                            .acc = b->o,
                            .a_stride = t->plan.weight_stride,
                            .w_stride = t->plan.kv_stride[1],
                            .acc_tile = t->plan.acc_tile};

    for (uint32_t u = 0; u < b->rows / b->unit_rows; u++) {
        p.a_offset = u * b->unit_rows * t->plan.weight_stride + 2 * skip;
        p.w_offset = unit_offset(t, b, 1, u);
        p.acc_offset = u * b->unit_rows;
        sth_emit_product(t->s, &p);
    }
    if (skip + t->plan.tile < step->keys)
        return;
    if (!step->first)
        update_sum(t, step);
    if (step->last)
        end_block(t, b);
}
