/* The k largest elements of each row, and where they are. */
#ifndef STH_TOPK_H
#define STH_TOPK_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the table of operations lets through. */
#define STH_TOPK_K_MAX 1024
#define STH_TOPK_COLS_MAX (1u << 22)

/*
 * The k largest of each row of x (m, n) into out (m, k), descending, and their
 * columns into indices (m, k); k is the columns of out, from 1 to n.  The order
 * is -inf < ... < -0 < +0 < ... < inf; equal elements come by ascending column.
 * A row that holds a NaN gives NaN for every value and every index.  x and out
 * are both i8, bf16 or fp32 and values are exact, with subnormals as zero of
 * their sign; indices are fp32, exact to STH_TOPK_COLS_MAX.  None overlap.
 *
 * Errors stick in the schedule: SPACE when the accumulator does not hold about
 * 3 k rows, or the scratchpad one row of k elements.
 */
struct sth_topk {
    const struct sth_operand *out;
    const struct sth_operand *indices;
    const struct sth_operand *x;
};

void sth_kernel_topk(struct sth_schedule *s, const struct sth_topk *topk);

#ifdef __cplusplus
}
#endif

#endif
