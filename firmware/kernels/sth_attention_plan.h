/*
 * How to cut attention into blocks of queries, steps of keys and tiles of k
 * and v.  Pure arithmetic: emits nothing.
 */
#ifndef STH_ATTENTION_PLAN_H
#define STH_ATTENTION_PLAN_H

#include <stdbool.h>

#include "sth_plan_memory.h"
#include "sth_spec.h"

/* What the plan depends on besides chip and memory; no padding: it is a key. */
struct sth_attention_shape {
    uint32_t batch;    /* sequences */
    uint32_t kv_heads; /* of a sequence */
    uint32_t sharing;  /* query heads that share a key/value head */
    uint32_t seq;      /* queries of a sequence */
    uint32_t keys;     /* of a sequence that any query sees */
    uint32_t depth;    /* columns of a head */
    uint32_t masked;   /* queries differ in the keys they see */
    uint32_t window;   /* keys that a query sees at most; 0: all up to it */
    uint32_t capped;   /* scores are bounded */
    uint32_t biased;   /* scores have a bias for each head and key */
};

struct sth_attention_plan {
    uint32_t lanes; /* of depth of a weight tile */
    /* Of a block, whose rows are the product of the four. */
    uint32_t sequences;
    uint32_t kv_heads; /* several only if each has all its query heads */
    uint32_t fold;     /* key/value heads of a unit, side by side in memory */
    uint32_t heads;    /* query heads of each key/value head */
    uint32_t queries;
    uint32_t keys;        /* in a step at most: a softmax each */
    uint32_t tile;        /* keys in a buffer of k or v */
    uint32_t kv_slots;    /* such buffers */
    uint32_t prefetch;    /* tiles loaded before the product of a tile */
    uint32_t q_slots;     /* buffers for queries */
    uint32_t score_slots; /* accumulators for the scores of a step */
    uint32_t ahead;       /* steps whose scores precede the values of a step */
    uint32_t o_slots;     /* accumulators for the output: 1 or 2 */
    uint32_t spread;      /* rows of k and v begin in all banks */
    uint32_t acc_tile;    /* rows of scores or output from a column tile on */
    /* Bytes between rows in the scratchpad. */
    uint32_t q_stride;
    uint32_t kv_stride[2];  /* of k, of v */
    uint32_t weight_stride; /* softmax weights */
    uint32_t out_stride;
    uint32_t bias_stride;
    uint32_t unit_bytes[2]; /* between units of a row of k, of v */
    uint64_t cycles;        /* estimate */
};

/* Most accumulators for scores, and tiles ahead. */
#define STH_ATTENTION_SCORES 3u
#define STH_ATTENTION_PREFETCH 2u
/* Buffers for biases beside one for each of the scores. */
#define STH_ATTENTION_BIASES 2u

/* Rows of a unit in a block, units, and rows of all. */
static inline uint32_t
sth_attention_unit_rows(const struct sth_attention_plan *plan)
{
    return plan->fold * plan->heads * plan->queries;
}

static inline uint32_t
sth_attention_units(const struct sth_attention_plan *plan)
{
    return plan->sequences * (plan->kv_heads / plan->fold);
}

/* Columns of k and v in a unit, and of its queries and output. */
static inline uint32_t
sth_attention_depth(const struct sth_attention_plan *plan,
                    const struct sth_attention_shape *s)
{
    return plan->fold * s->depth;
}

static inline uint32_t sth_attention_rows(const struct sth_attention_plan *plan)
{
    return sth_attention_units(plan) * sth_attention_unit_rows(plan);
}

/*
 * Rows of a block that share a row vector of biases: those of a head, or where
 * there is one query all of a sequence, a row vector each.
 */
static inline uint32_t
sth_attention_bias_rows(const struct sth_attention_plan *plan,
                        const struct sth_attention_shape *s)
{
    return s->seq == 1 ? plan->kv_heads * plan->heads : plan->queries;
}

/* Tiles of k up to a key: those of a step begin with its first key. */
static inline uint32_t
sth_attention_tiles(const struct sth_attention_plan *plan, uint32_t keys)
{
    uint32_t rest = keys % plan->keys, tile = plan->tile;

    return keys / plan->keys * ((plan->keys + tile - 1) / tile) +
           (rest + tile - 1) / tile;
}

/* Keys that so many queries see, from the beginning of a tile on. */
struct sth_attention_span {
    uint32_t first, end;
};

static inline struct sth_attention_span
sth_attention_span_of(const struct sth_attention_plan *plan,
                      const struct sth_attention_shape *s, uint32_t query0,
                      uint32_t queries)
{
    uint32_t seen = s->keys - s->seq + query0 + 1; /* by the first */
    uint32_t grid = plan->keys % plan->tile == 0 ? plan->tile : plan->keys;
    struct sth_attention_span span = {0, s->keys};

    if (s->masked != 0)
        span.end = seen - 1 + queries;
    if (s->window != 0 && seen > s->window)
        span.first = (seen - s->window) / grid * grid;
    return span;
}

/*
 * Tiles of k, and as many of v, that stay on chip if they find room: those of
 * all keys, or under a window of the longest span.
 */
static inline uint32_t sth_attention_held(const struct sth_attention_plan *plan,
                                          const struct sth_attention_shape *s)
{
    uint32_t all = sth_attention_tiles(plan, s->keys), span;

    if (s->window == 0)
        return all;
    span = s->window + plan->queries + plan->keys;
    return span < s->keys ? sth_attention_tiles(plan, span) + 1 : all;
}

/*
 * Whether k and v have buffers of their own, half of kv_slots each: where their
 * rows take unlike room and all keys stay.
 */
static inline bool sth_attention_is_apart(const struct sth_attention_plan *plan,
                                          const struct sth_attention_shape *s)
{
    return plan->kv_stride[0] != plan->kv_stride[1] &&
           plan->kv_slots >= 2 * sth_attention_tiles(plan, s->keys);
}

/*
 * Keys in each step but the last of a block that sees so many: steps of about
 * one size, since the output is rescaled in a step when the values of the one
 * before are in it.
 */
static inline uint32_t
sth_attention_step_keys(const struct sth_attention_plan *plan, uint32_t seen)
{
    uint32_t steps = (seen + plan->keys - 1) / plan->keys;
    uint32_t tiles = ((seen + steps - 1) / steps + plan->tile - 1) / plan->tile;

    /* Tiles are the same for all blocks. */
    return plan->keys % plan->tile == 0 ? tiles * plan->tile : plan->keys;
}

/*
 * The order of blocks of queries.  Under a mask late queries see more keys, and
 * neighbours should see about as many: vector, which has the softmax of a block
 * before the output of the one before, does not wait for many values behind a
 * short softmax.
 */
enum sth_attention_order {
    STH_ATTENTION_UP,
    STH_ATTENTION_DOWN,
    /* Down by twos, up by twos: long blocks while the next keys come. */
    STH_ATTENTION_TURN
};

/*
 * That of a passage through all queries.  The first waits for its own keys and
 * goes up, the last ends with a short block.  Where the next keys and values
 * have no room beside those that stay, all go up; so they do under a window,
 * whose keys are those of the block before but for a few.
 */
static inline enum sth_attention_order
sth_attention_order_of(const struct sth_attention_plan *plan,
                       const struct sth_attention_shape *s, uint32_t passage,
                       uint32_t passages)
{
    uint32_t tiles = 2 * sth_attention_tiles(plan, s->keys);

    if (passage == 0 || s->window != 0 ||
        (plan->kv_slots >= tiles && plan->kv_slots < 2 * tiles))
        return STH_ATTENTION_UP;
    return passage + 1 == passages ? STH_ATTENTION_DOWN : STH_ATTENTION_TURN;
}

/* Which of so many blocks is number i of a passage. */
static inline uint32_t sth_attention_block_at(enum sth_attention_order order,
                                              uint32_t i, uint32_t blocks)
{
    uint32_t down = (blocks + 1) / 2;

    if (order == STH_ATTENTION_UP)
        return i;
    if (order == STH_ATTENTION_DOWN)
        return blocks - 1 - i;
    return i < down ? blocks - 1 - 2 * i
                    : 2 * (i - down) + (blocks % 2 == 0 ? 0 : 1);
}

/* The best candidates, the best estimate first. */
#define STH_ATTENTION_PLANS 16

struct sth_attention_plans {
    uint32_t count;
    struct sth_attention_plan plan[STH_ATTENTION_PLANS];
};

/* Leaves no plan when nothing fits the on-chip memories. */
void sth_attention_plan_search(struct sth_attention_plans *plans,
                               const struct sth_params *params,
                               const struct sth_plan_memory *memory,
                               const struct sth_attention_shape *shape);

/*
 * Fills strides and slots of a plan whose sizes are given; kv_slots are the
 * most. False when a block does not fit.
 */
bool sth_attention_place(struct sth_attention_plan *plan,
                         const struct sth_params *params,
                         const struct sth_attention_shape *shape);

/* Bytes of scratchpad that a plan takes. */
uint64_t sth_attention_sp_bytes(const struct sth_attention_plan *plan,
                                const struct sth_params *params,
                                const struct sth_attention_shape *shape);

/*
 * Derives the rest of a plan of which the members up to `prefetch`,
 * score_slots, ahead and spread are given.  NULL, or the name of a member that
 * no plan for the shape and the chip may have.
 */
const char *
sth_attention_plan_complete(struct sth_attention_plan *plan,
                            const struct sth_params *params,
                            const struct sth_attention_shape *shape);

#endif
