/*
 * How to cut row-wise operations (normalisation, quantisation, elementwise)
 * into blocks of rows and chunks of columns.  Pure arithmetic: emits nothing.
 */
#ifndef STH_ROWS_H
#define STH_ROWS_H

#include <stdbool.h>

#include "sth_spec.h"

struct sth_rows_shape {
    uint32_t rows, cols;
    uint32_t in_bytes;    /* of an element, summed over the inputs */
    uint32_t out_bytes;   /* of an element of the output */
    uint32_t row_vectors; /* fp32 rows that belong to a chunk: gamma, beta */
    uint32_t scalars;     /* packed scalars for each row, in the accumulator */
    bool temporary;       /* an fp32 block in the accumulator */
};

struct sth_rows_plan {
    uint32_t block_rows; /* rows handled together */
    uint32_t block_cols; /* columns of a chunk: whole tiles, or all of them */
    uint32_t chunks;     /* in a row */
    uint32_t slots;      /* input buffers; at least chunks if they all fit */
};

/* False when nothing fits. */
bool sth_rows_plan(struct sth_rows_plan *plan, const struct sth_params *params,
                   const struct sth_rows_shape *shape);

#endif
