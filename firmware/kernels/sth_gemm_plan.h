/*
 * How to cut a matrix product into blocks: a search over block sizes and loop
 * orders with a cost model in cycles.  Pure arithmetic: emits nothing.
 */
#ifndef STH_GEMM_PLAN_H
#define STH_GEMM_PLAN_H

#include <stdbool.h>

#include "sth_spec.h"

/* What the plan depends on. */
struct sth_gemm_shape {
    uint32_t m, n;
    uint32_t k;              /* lanes of depth: a bf16 or two i8 each */
    uint32_t out_bytes;      /* 2 or 4 */
    uint32_t residual_bytes; /* 0: none */
    uint32_t vector_passes;  /* vector commands for a block */
    bool transposed;         /* w is stored as [n][k] */
    bool scaled;             /* xscale and wscale */
    bool bias;
    bool temporary; /* an fp32 block for GELU */
};

struct sth_gemm_plan {
    uint32_t mb, nb, kb; /* rows, columns, lanes of depth of a block */
    uint32_t ms, ns, ks; /* number of blocks in each direction */
    bool w_stationary;   /* n outermost: a w panel stays, x streams */
    uint32_t a_slots, w_slots, acc_slots;
    uint32_t a_stride, w_stride;          /* bytes in the scratchpad */
    uint32_t out_stride, residual_stride; /* bytes in the scratchpad */
    uint64_t cycles;                      /* estimate */
};

/* False when nothing fits the on-chip memories. */
bool sth_gemm_plan_search(struct sth_gemm_plan *plan,
                          const struct sth_params *params,
                          const struct sth_gemm_shape *shape);

#endif
