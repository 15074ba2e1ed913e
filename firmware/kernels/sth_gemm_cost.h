/*
 * What a plan of a matrix product takes, in cycles.  Pure arithmetic.
 */
#ifndef STH_GEMM_COST_H
#define STH_GEMM_COST_H

#include "sth_gemm_plan.h"

/* What the parts of a block take, each alone. */
struct sth_gemm_times {
    uint64_t a, w; /* loads of a block of x and of w */
    uint64_t rest; /* loads of mul, residual, scales and bias */
    /* What memory takes for a, for w, and for rest and store, where it reads
     * and writes in turn. */
    uint64_t a_turn, w_turn, turn;
    uint64_t steps;      /* of the array, to take the first weights */
    uint64_t tile;       /* of the array, from one whole tile to the next */
    uint64_t product;    /* of the array, for all tiles of a product */
    uint64_t rows;       /* the stream of the last tile */
    uint64_t tiles;      /* weight tiles of a product */
    uint64_t drain;      /* last row to retirement of a product */
    uint64_t vector;     /* the epilogue */
    uint64_t store;      /* of the results */
    uint64_t latency;    /* of memory */
    uint64_t answer;     /* of memory, to a write */
    uint32_t fetch;      /* of the bus, for a command */
    uint32_t rest_loads; /* commands for them */
    uint32_t passes;     /* vector commands */
};

/* Of a block of these sizes; the plan says how rows lie on chip. */
void sth_gemm_times(struct sth_gemm_times *times,
                    const struct sth_gemm_plan *plan, uint32_t rows,
                    uint32_t cols, uint32_t depth,
                    const struct sth_params *params,
                    const struct sth_plan_memory *memory,
                    const struct sth_gemm_shape *shape);

/* What plans of the same blocks have in common. */
struct sth_gemm_blocks {
    struct sth_gemm_times mean, last;
    uint64_t tile; /* of whole blocks */
};

/* For the sizes and numbers of blocks of a plan. */
void sth_gemm_blocks_init(struct sth_gemm_blocks *blocks,
                          const struct sth_gemm_plan *plan,
                          const struct sth_params *params,
                          const struct sth_plan_memory *memory,
                          const struct sth_gemm_shape *shape);

/*
 * Fills cycles and bound: block after block passes at the pace of the slowest
 * part, behind what the first waits for, before what the last leaves to do.
 */
void sth_gemm_cost(struct sth_gemm_plan *plan,
                   const struct sth_gemm_blocks *blocks);

/*
 * Adds what the prelude costs: on its own all it takes, beside the product what
 * the array waits for the rows of the first blocks, for later ones that take
 * longer than the products before them, and for a vector engine with too much.
 */
void sth_gemm_add_prelude(struct sth_gemm_plan *plan,
                          const struct sth_params *params,
                          const struct sth_gemm_shape *shape);

/* Products that sth_gemm_pipe() follows, and at least some blocks. */
#define STH_GEMM_PIPE_STEPS 512u

/*
 * Betters cycles by following the commands of the first blocks with the queues,
 * the buffers and what waits for what; blocks behind them go at their pace.
 */
void sth_gemm_pipe(struct sth_gemm_plan *plan, const struct sth_params *params,
                   const struct sth_plan_memory *memory,
                   const struct sth_gemm_shape *shape);

#endif
