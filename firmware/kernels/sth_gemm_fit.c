/* What follows from the sizes of a plan, and whether it fits. */
#include "sth_gemm_epilogue.h"
#include "sth_gemm_rotate.h"
#include "sth_weight_tile.h"

void sth_gemm_plan_derive(struct sth_gemm_plan *plan,
                          const struct sth_params *p,
                          const struct sth_gemm_shape *s)
{
    const uint32_t es = STH_LANE_BYTES;
    uint32_t lanes = sth_round_up(plan->nb, p->array_cols);

    plan->ms = sth_ceil_div(s->m, plan->mb);
    plan->ns = sth_ceil_div(s->n, plan->nb);
    plan->ks = sth_ceil_div(s->k, plan->kb);
    plan->a_stride = sth_stream_stride(p, plan->kb * es, plan->lanes * es);
    plan->w_stride =
        s->transposed ? sth_weight_stride(p, plan->kb * es, plan->lanes * es)
                      : sth_weight_stride(p, plan->nb * es, p->array_cols * es);
    plan->out_stride = lanes * s->out_bytes;
    plan->mul_stride = lanes * s->mul_bytes;
    plan->residual_stride = lanes * s->residual_bytes;
    plan->angle_cols = sth_gemm_angle_cols(p, s->half, plan->nb / 2, plan->mb);
}

uint64_t sth_gemm_a_bytes(const struct sth_params *p,
                          const struct sth_gemm_plan *plan)
{
    return sth_schedule_sp_bytes(p, (uint64_t)plan->mb * plan->a_stride);
}

uint64_t sth_gemm_w_bytes(const struct sth_params *p,
                          const struct sth_gemm_shape *s,
                          const struct sth_gemm_plan *plan)
{
    uint32_t rows = s->transposed ? plan->nb : plan->kb;

    return sth_schedule_sp_bytes(p, (uint64_t)rows * plan->w_stride);
}

/* From 1 to `most` in steps of `step`, the last of which may be passed. */
static bool is_size(uint32_t size, uint32_t step, uint32_t most)
{
    return size != 0 && size % step == 0 && size <= STH_GEMM_BLOCK_MAX &&
           size <= sth_round_up(most, step);
}

void sth_gemm_beside(struct sth_params *left, const struct sth_params *p,
                     const struct sth_gemm_shape *s)
{
    *left = *p;
    left->sp_bytes -= s->prelude.sp_bytes;
    left->acc_bytes -= s->prelude.acc_rows * sth_acc_row_bytes(p);
}

/* Whether a chip can play the prelude of a shape beside anything. */
static bool leaves_room(const struct sth_params *p,
                        const struct sth_gemm_shape *s)
{
    return s->prelude.rows != 0 && s->prelude.sp_bytes < p->sp_bytes &&
           (uint64_t)s->prelude.acc_rows * sth_acc_row_bytes(p) < p->acc_bytes;
}

const char *sth_gemm_plan_complete(struct sth_gemm_plan *plan,
                                   const struct sth_params *chip,
                                   const struct sth_gemm_shape *s)
{
    const struct sth_params *p = chip;
    struct sth_params left;
    uint64_t acc_rows;
    uint32_t stride = plan->a_stride, tiles;
    uint64_t room;

    if (plan->beside > 1 || (plan->beside == 1 && !leaves_room(chip, s)))
        return "beside";
    if (plan->beside == 1) {
        sth_gemm_beside(&left, chip, s);
        p = &left;
    }
    if (s->half > s->n / 2)
        return "nb"; /* no shape has heads wider than it is */
    acc_rows = p->acc_bytes / sth_acc_row_bytes(p);
    if (!is_size(plan->mb, 1, s->m))
        return "mb";
    if (!is_size(plan->nb, p->array_cols * (s->half != 0 ? 2 : 1), s->n))
        return "nb";
    if (!sth_weight_tile_may_have(chip, plan->lanes))
        return "lanes";
    if (!is_size(plan->kb, plan->lanes, s->k))
        return "kb";
    if (plan->w_stationary > 1)
        return "w_stationary";
    sth_gemm_plan_derive(plan, p, s);
    /* Rows of part of a word may lie a word apart. */
    if (stride != plan->a_stride && (plan->a_stride > sth_sp_word_bytes(p) ||
                                     stride != sth_sp_word_bytes(p)))
        return "a_stride";
    plan->a_stride = stride;
    tiles = sth_ceil_div(plan->nb, p->array_cols);
    if (plan->acc_slots - 1 >= STH_GEMM_SUMS ||
        (uint64_t)plan->acc_slots * plan->mb * tiles > acc_rows)
        return "acc_slots";
    if (plan->acc_tile < plan->mb ||
        (uint64_t)plan->acc_slots * plan->acc_tile * tiles > acc_rows)
        return "acc_tile";
    /* What a block's epilogue reads is loaded before that of the one before. */
    if (plan->stage_slots - 1 >= STH_GEMM_SUMS ||
        (plan->stage_slots == 1 && plan->acc_slots > 1) ||
        sth_gemm_epilogue_bytes(p, s, plan) >= p->sp_bytes)
        return "stage_slots";
    room = p->sp_bytes - sth_gemm_epilogue_bytes(p, s, plan);
    if (plan->a_slots - 1 >= STH_CACHE_SLOTS ||
        plan->a_slots * sth_gemm_a_bytes(p, plan) > room)
        return "a_slots";
    room -= plan->a_slots * sth_gemm_a_bytes(p, plan);
    if (plan->w_slots - 1 >= STH_CACHE_SLOTS ||
        plan->w_slots * sth_gemm_w_bytes(p, s, plan) > room)
        return "w_slots";
    return NULL;
}
