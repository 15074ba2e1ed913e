/* Elementwise products and sums, copies, and rows by index. */
#ifndef STH_ELEMENTWISE_H
#define STH_ELEMENTWISE_H

#include "sth_schedule.h"

/* out = a * b or a + b; all (m, n), bf16 or fp32.  out may be a or b. */
struct sth_elementwise {
    const struct sth_operand *out;
    const struct sth_operand *a;
    const struct sth_operand *b;
    bool add; /* false: multiply */
};

void sth_kernel_elementwise(struct sth_schedule *s,
                            const struct sth_elementwise *op);

/* out = x, the same type and shape; they must not overlap. */
void sth_kernel_copy(struct sth_schedule *s, const struct sth_operand *out,
                     const struct sth_operand *x);

/* out[i] = x[rows[i]]; as many rows as out has. */
void sth_kernel_gather(struct sth_schedule *s, const struct sth_operand *out,
                       const struct sth_operand *x, const uint32_t *rows);

/*
 * out[rows[i]] += weights[i] * x[i] for every row of x; rows are distinct and
 * weights fp32 bit patterns.  bf16 or fp32.
 */
void sth_kernel_scatter_add(struct sth_schedule *s,
                            const struct sth_operand *out,
                            const struct sth_operand *x, const uint32_t *rows,
                            const uint32_t *weights);

#endif
