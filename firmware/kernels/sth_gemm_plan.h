/*
 * How to cut a matrix product into blocks: a search over block sizes and loop
 * orders with a cost model in cycles.  Pure arithmetic: emits nothing.
 */
#ifndef STH_GEMM_PLAN_H
#define STH_GEMM_PLAN_H

#include <stdbool.h>

#include "sth_plan_memory.h"
#include "sth_judge.h"
#include "sth_prelude_plan.h"
#include "sth_spec.h"

/* What the plan depends on besides chip and memory; no padding: it is a key. */
struct sth_gemm_shape {
    uint32_t m, n;
    uint32_t k;              /* lanes of depth: a bf16 or two i8 each */
    uint32_t out_bytes;      /* 2 or 4 */
    uint32_t mul_bytes;      /* 0: none */
    uint32_t residual_bytes; /* 0: none */
    uint32_t vector_passes;  /* vector commands for a block */
    uint32_t vector_turns;   /* steps of them all for a row-tile of lanes */
    uint32_t half; /* columns of half a head that is rotated; 0: none */
    struct sth_prelude_plan prelude;
    uint8_t transposed; /* w is stored as [n][k] */
    uint8_t scaled;     /* xscale and wscale */
    uint8_t bias;
    uint8_t temporary; /* an fp32 block for GELU's tanh form */
};

/* What bounds the steady state of a plan. */
enum sth_gemm_bound {
    STH_GEMM_BOUND_LOAD,
    STH_GEMM_BOUND_ARRAY,
    STH_GEMM_BOUND_VECTOR,
    STH_GEMM_BOUND_STORE,
    STH_GEMM_BOUND_FRONT,
    STH_GEMM_BOUND_SUMS,  /* blocks wait for the accumulator */
    STH_GEMM_BOUND_STAGE, /* blocks wait for the buffers of results */
    STH_GEMM_BOUND_COUNT
};

struct sth_gemm_plan {
    uint32_t mb, nb, kb;   /* rows, columns, lanes of depth of a block */
    uint32_t lanes;        /* of depth of a weight tile */
    uint32_t ms, ns, ks;   /* number of blocks in each direction */
    uint32_t w_stationary; /* n outermost: a w panel stays, x streams */
    uint32_t a_slots, w_slots, acc_slots;
    uint32_t acc_tile;    /* rows of sums from one column tile to the next */
    uint32_t stage_slots; /* of results, residuals, rows */
    uint32_t a_stride, w_stride; /* bytes in the scratchpad */
    uint32_t out_stride, mul_stride, residual_stride;
    uint32_t angle_cols;     /* of a row of cos and sin on chip: whole tiles */
    uint32_t bound;          /* enum sth_gemm_bound */
    uint32_t beside;         /* the prelude is played beside the product */
    uint64_t prelude_cycles; /* of these, what the array waits for it */
    uint64_t cycles;         /* estimate */
};

/* Rows, columns or lanes of a block at most. */
#define STH_GEMM_BLOCK_MAX 32768u

/* Products of a block that come before the epilogue of the one before. */
#define STH_GEMM_LEAD 2u

/* Blocks of sums in the accumulator at most. */
#define STH_GEMM_SUMS 8

/* The best candidates, the best estimate first. */
#define STH_GEMM_PLANS STH_TRIAL_PLANS

struct sth_gemm_plans {
    uint32_t count;
    struct sth_gemm_plan plan[STH_GEMM_PLANS];
};

/* Leaves no plan when nothing fits the on-chip memories. */
void sth_gemm_plan_search(struct sth_gemm_plans *plans,
                          const struct sth_params *params,
                          const struct sth_plan_memory *memory,
                          const struct sth_gemm_shape *shape);

/* Fills the estimate of a complete plan. */
void sth_gemm_plan_estimate(struct sth_gemm_plan *plan,
                            const struct sth_params *params,
                            const struct sth_plan_memory *memory,
                            const struct sth_gemm_shape *shape);

/* Fills numbers of blocks, strides and angle_cols for mb, nb and kb. */
void sth_gemm_plan_derive(struct sth_gemm_plan *plan,
                          const struct sth_params *params,
                          const struct sth_gemm_shape *shape);

/* What the prelude of a shape leaves of a chip. */
void sth_gemm_beside(struct sth_params *left, const struct sth_params *params,
                     const struct sth_gemm_shape *shape);

/* Of scratchpad, for a block of x and one of w. */
uint64_t sth_gemm_a_bytes(const struct sth_params *params,
                          const struct sth_gemm_plan *plan);
uint64_t sth_gemm_w_bytes(const struct sth_params *params,
                          const struct sth_gemm_shape *shape,
                          const struct sth_gemm_plan *plan);

/*
 * Derives the rest of a plan of which sizes, a_stride, slots, acc_tile,
 * w_stationary and beside are given.  NULL, or the name of a member that no
 * plan for the shape and the chip may have.
 */
const char *sth_gemm_plan_complete(struct sth_gemm_plan *plan,
                                   const struct sth_params *params,
                                   const struct sth_gemm_shape *shape);

#endif
