/* Weighted rows added to rows by index. */
#ifndef STH_SCATTER_ADD_H
#define STH_SCATTER_ADD_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * out[rows[i]] += weights[i] * x[i] for every row of x; rows are distinct and
 * weights fp32 bit patterns.  bf16 or fp32.
 */
struct sth_scatter_add {
    const struct sth_operand *out;
    const struct sth_operand *x;
    const uint32_t *rows;
    const uint32_t *weights;
};

void sth_kernel_scatter_add(struct sth_schedule *s,
                            const struct sth_scatter_add *op);

#ifdef __cplusplus
}
#endif

#endif
