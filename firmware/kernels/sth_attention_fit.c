/* What follows from the sizes of a plan of attention, and whether it fits. */
#include "sth_attention_plan.h"
#include "sth_emit.h"

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

/* Rows of k are read along the depth, rows of v along the columns. */
static void place_kv(struct sth_attention_plan *plan,
                     const struct sth_params *p,
                     const struct sth_attention_shape *s)
{
    const uint32_t chunks[2] = {2 * plan->lanes, 2 * p->array_cols};

    for (int i = 0; i < 2; i++) {
        plan->unit_bytes[i] =
            sth_round_up(sth_attention_depth(plan, s) * 2, chunks[i]);
        plan->kv_stride[i] = plan->kv_heads / plan->fold * plan->unit_bytes[i];
        if (plan->spread != 0)
            plan->kv_stride[i] =
                row_stride(plan, p, plan->kv_stride[i], chunks[i]);
    }
}

/* Bytes of a tile of k (0) or of v (1) in the scratchpad. */
static uint64_t tile_bytes(const struct sth_attention_plan *plan,
                           const struct sth_params *p, int which)
{
    return sth_schedule_sp_bytes(p, (uint64_t)plan->sequences * plan->tile *
                                        plan->kv_stride[which]);
}

/* Of all but tiles. */
static uint64_t other_bytes(const struct sth_attention_plan *plan,
                            const struct sth_params *p,
                            const struct sth_attention_shape *s)
{
    uint64_t rows = sth_attention_rows(plan);
    uint64_t heads = (uint64_t)plan->kv_heads * plan->heads;
    uint64_t sp =
        plan->q_slots * sth_schedule_sp_bytes(p, rows * plan->q_stride) +
        2 * (sth_schedule_sp_bytes(p, rows * plan->weight_stride) +
             sth_schedule_sp_bytes(p, rows * plan->out_stride));

    if (s->biased != 0)
        sp += (plan->score_slots + STH_ATTENTION_BIASES) *
              sth_schedule_sp_bytes(p, heads * plan->bias_stride);
    return sp;
}

uint64_t sth_attention_sp_bytes(const struct sth_attention_plan *plan,
                                const struct sth_params *p,
                                const struct sth_attention_shape *s)
{
    const uint64_t k = tile_bytes(plan, p, 0), v = tile_bytes(plan, p, 1);
    const uint64_t slots = plan->kv_slots;

    return other_bytes(plan, p, s) + (sth_attention_is_apart(plan, s)
                                          ? (slots + 1) / 2 * k + slots / 2 * v
                                          : slots * sth_max_u64(k, v));
}

bool sth_attention_place(struct sth_attention_plan *plan,
                         const struct sth_params *p,
                         const struct sth_attention_shape *s)
{
    uint64_t tiles = 2ull * sth_attention_tiles(plan, s->keys);
    uint32_t chunk = 2 * sth_max_u32(plan->lanes, p->array_cols);
    uint32_t depth = sth_attention_depth(plan, s), early = 1;
    uint64_t sp, k, v, slots, held = 2ull * sth_attention_held(plan, s);

    /* Vector writes zeros to queries of a fold. */
    plan->q_stride = row_stride(plan, p, depth * 2,
                                plan->fold > 1 ? chunk : plan->lanes * 2);
    place_kv(plan, p, s);
    plan->weight_stride = row_stride(plan, p, plan->keys * 2, chunk);
    plan->out_stride = sth_round_up(depth, p->array_cols) * 2;
    plan->bias_stride =
        s->biased != 0 ? sth_round_up(plan->keys, p->array_cols) * 4 : 0;
    if (!place_acc(plan, p, s))
        return false;
    /* A block has two tiles at least, so that no more are under way. */
    plan->q_slots = 2 + sth_ceil_div(plan->prefetch, 2);
    sp = other_bytes(plan, p, s);
    k = tile_bytes(plan, p, 0);
    v = tile_bytes(plan, p, 1);
    if (sp + (plan->prefetch + 2) * sth_max_u64(k, v) > p->sp_bytes)
        return false;
    slots = (p->sp_bytes - sp) / sth_max_u64(k, v);
    if (plan->kv_stride[0] != plan->kv_stride[1] &&
        (p->sp_bytes - sp) / (k + v) >= tiles / 2) {
        slots = (p->sp_bytes - sp) / (k + v) * 2;
        early = 2;
    }
    slots = sth_min_u32((uint32_t)slots, STH_CACHE_SLOTS);
    if (slots >= 2 * tiles) {
        slots = 2 * tiles;
    } else if (slots >= tiles) {
        /* Tiles that come early must leave those that stay alone. */
        slots = sth_min_u32((uint32_t)slots,
                            (uint32_t)tiles + early * plan->prefetch);
        plan->prefetch = (uint32_t)(slots - tiles) / early;
        plan->q_slots = 2 + sth_ceil_div(plan->prefetch, 2);
    } else if (s->window != 0 && slots >= held + plan->prefetch) {
        slots = held + plan->prefetch;
    } else {
        slots = sth_min_u32((uint32_t)slots, reach(plan));
    }
    plan->kv_slots = (uint32_t)slots;
    return true;
}
