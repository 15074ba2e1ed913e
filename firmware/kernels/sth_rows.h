/*
 * How to cut row-wise operations (normalisation, quantisation, elementwise)
 * into blocks of rows and chunks of columns.
 */
#ifndef STH_ROWS_H
#define STH_ROWS_H

#include <stdbool.h>

#include "sth_schedule.h"

/* What the plan depends on besides chip and memory; no padding: it is a key. */
struct sth_rows_shape {
    uint32_t rows, cols;
    uint32_t in_bytes;    /* of an element, summed over the inputs */
    uint32_t out_bytes;   /* of an element of the output */
    uint32_t row_vectors; /* fp32 rows that belong to a chunk: gamma, beta */
    uint32_t scalars;     /* packed scalars for each row, in the accumulator */
    uint32_t temporary;   /* 1: an fp32 block in the accumulator */
};

struct sth_rows_plan {
    uint32_t block_rows; /* rows handled together */
    uint32_t block_cols; /* columns of a chunk: whole tiles, or all of them */
    uint32_t chunks;     /* in a row */
    uint32_t slots;      /* input buffers; at least chunks if they all fit */
    uint32_t depth;      /* buffers of results, and of inputs that stream */
    uint32_t blocks;     /* of all chunks of rows, or of one without scalars */
    uint32_t cycles;     /* of vector engine and bus, whatever the blocks */
};

/*
 * Plans an operation that play() emits by a plan, with the judge's word where
 * there is a judge.  False, and the error SPACE sticks, when nothing fits.
 */
bool sth_rows_plan(struct sth_rows_plan *plan, struct sth_schedule *schedule,
                   const char *kernel, const struct sth_rows_shape *shape,
                   void (*play)(struct sth_schedule *, const void *job,
                                const void *plan),
                   const void *job);

/*
 * Derives the rest of a plan of which block_rows, block_cols, slots and depth
 * are given.  NULL, or the name of a member that no plan for the shape and the
 * chip may have.
 */
const char *sth_rows_plan_complete(struct sth_rows_plan *plan,
                                   const struct sth_params *params,
                                   const struct sth_rows_shape *shape);

#endif
