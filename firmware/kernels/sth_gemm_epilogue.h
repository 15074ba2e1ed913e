/*
 * What becomes of the sums of a block of a matrix product: the vector commands
 * from the accumulator to the result, with the loads and the store around them.
 */
#ifndef STH_GEMM_EPILOGUE_H
#define STH_GEMM_EPILOGUE_H

#include "sth_emit.h"
#include "sth_gemm.h"
#include "sth_gemm_plan.h"

/* A block of the result, its sums and what its epilogue reads. */
struct sth_gemm_block {
    uint32_t mi, ni; /* block numbers */
    uint32_t m0, n0; /* first row and column */
    uint32_t rows, cols;
    /* With halves of heads the columns are two parts, each in whole tiles. */
    uint32_t parts, part_cols, part_lanes;
    struct sth_buffer *acc;
    struct sth_buffer *cos, *sin;
    struct sth_buffer *bias, *mul, *residual, *xscale, *wscale;
    bool valid;
};

struct sth_gemm_epilogue {
    struct sth_schedule *s;
    const struct sth_gemm *g;
    const struct sth_gemm_plan *plan;
    struct sth_cache out, bias, mul, residual, xscale, wscale, cos, sin;
    struct sth_buffer *temporary;
};

/*
 * Columns of a block that lie side by side: all, or each part where the last
 * tile of the first is not full.
 */
static inline uint32_t sth_gemm_segments(const struct sth_gemm_block *block)
{
    return block->part_cols == block->part_lanes ? 1 : block->parts;
}

/* The members of a shape that the epilogue decides. */
void sth_gemm_epilogue_shape(struct sth_gemm_shape *shape,
                             const struct sth_schedule *s,
                             const struct sth_gemm *gemm);

/* Takes its buffers; as many bytes as sth_gemm_epilogue_bytes() says. */
void sth_gemm_epilogue_init(struct sth_gemm_epilogue *e, struct sth_schedule *s,
                            const struct sth_gemm *gemm,
                            const struct sth_gemm_plan *plan);

/* Of scratchpad. */
uint64_t sth_gemm_epilogue_bytes(const struct sth_params *params,
                                 const struct sth_gemm_shape *shape,
                                 const struct sth_gemm_plan *plan);

/* Loads what the block's epilogue reads from memory. */
void sth_gemm_epilogue_load(struct sth_gemm_epilogue *e,
                            struct sth_gemm_block *block);

/* Makes the result of the sums and stores it. */
void sth_gemm_epilogue_emit(struct sth_gemm_epilogue *e,
                            const struct sth_gemm_block *block);

#endif
