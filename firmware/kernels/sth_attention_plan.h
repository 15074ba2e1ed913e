/*
 * How to cut attention into blocks of queries and tiles of keys.  Pure
 * arithmetic: emits nothing.
 */
#ifndef STH_ATTENTION_PLAN_H
#define STH_ATTENTION_PLAN_H

#include <stdbool.h>

#include "sth_spec.h"

struct sth_attention_shape {
    uint32_t groups;  /* key/value heads times sequences */
    uint32_t sharing; /* query heads that share a key/value head */
    uint32_t seq;     /* queries of a sequence */
    uint32_t keys;    /* of a sequence, the past included */
    uint32_t depth;   /* columns of a head */
    bool masked;      /* queries differ in the keys they see */
};

struct sth_attention_plan {
    uint32_t queries;  /* in a block */
    uint32_t heads;    /* in a block: rows = heads * queries */
    uint32_t keys;     /* in a tile */
    uint32_t kv_slots; /* buffers for k tiles, and as many for v tiles */
    uint32_t o_slots;  /* accumulators for the output: 1 or 2 */
    /* Bytes between rows in the scratchpad. */
    uint32_t q_stride;
    uint32_t kv_stride;
    uint32_t weight_stride; /* softmax weights */
    uint32_t out_stride;
    uint64_t cycles; /* estimate */
};

/* False when nothing fits. */
bool sth_attention_plan_search(struct sth_attention_plan *plan,
                               const struct sth_params *params,
                               const struct sth_attention_shape *shape);

#endif
