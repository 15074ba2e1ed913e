/* What a plan for attention takes, in cycles.  Pure arithmetic. */
#ifndef STH_ATTENTION_COST_H
#define STH_ATTENTION_COST_H

#include <stdbool.h>

#include "sth_attention_plan.h"

struct sth_attention_model {
    const struct sth_attention_plan *plan;
    const struct sth_params *p;
    const struct sth_plan_memory *memory;
    const struct sth_attention_shape *s;
    uint32_t rows, units, unit_rows;
    uint32_t depth;    /* of a unit */
    uint32_t parts;    /* blocks of the query heads of a key/value head */
    uint32_t queued;   /* commands of the array in its queue and under way */
    uint32_t decode;   /* of a command, fetched no faster */
    uint32_t reducing; /* latency of a reduction beyond its result */
    /* Of the array, to take the first weights. */
    uint32_t score_steps, value_steps;
    /* From the last row of a product to its retirement. */
    uint32_t score_drain, value_drain;
    uint64_t clear; /* the zeros of all buffers for queries, if there are any */
    /* Of a block. */
    uint64_t q, output, inverse, store;
};

/* A step; each part alone. */
struct sth_attention_times {
    uint64_t tiles;             /* of k, and as many of v */
    uint64_t scores, values;    /* of the array */
    uint64_t softmax;           /* of vector, to the weights and factor */
    uint64_t rescaling, update; /* of vector, not of a first step */
    uint64_t load[2];           /* of a tile of k, of v */
    uint64_t bias;              /* its load */
    uint64_t passes;            /* vector commands, output not among them */
    uint64_t commands;          /* of all engines */
};

void sth_attention_model_init(struct sth_attention_model *model,
                              const struct sth_attention_plan *plan,
                              const struct sth_params *params,
                              const struct sth_plan_memory *memory,
                              const struct sth_attention_shape *shape);

/* A step over so many keys from key0 on, the first of a block or not. */
void sth_attention_times(struct sth_attention_times *times,
                         const struct sth_attention_model *model, uint32_t key0,
                         uint32_t keys, bool first);

/* Keys that block b of a sequence sees. */
struct sth_attention_span
sth_attention_seen(const struct sth_attention_model *model, uint32_t b);

/* Whether each key of a group is loaded once. */
bool sth_attention_stays(const struct sth_attention_model *model);

/* Groups of keys and values. */
uint32_t sth_attention_groups(const struct sth_attention_model *model);

/* Cycles of a plan that fits: each step at the pace of the slowest part. */
uint64_t sth_attention_cost(const struct sth_attention_plan *plan,
                            const struct sth_params *params,
                            const struct sth_plan_memory *memory,
                            const struct sth_attention_shape *shape);

/*
 * The same by following each step of the first groups, with what waits for
 * what; 0 when these are too many.
 */
uint64_t sth_attention_pipe(const struct sth_attention_plan *plan,
                            const struct sth_params *params,
                            const struct sth_plan_memory *memory,
                            const struct sth_attention_shape *shape);

#endif
