/* Elementwise products and sums. */
#ifndef STH_ELEMENTWISE_H
#define STH_ELEMENTWISE_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* out = a * b or a + b; all (m, n), bf16 or fp32.  out may be a or b. */
struct sth_elementwise {
    const struct sth_operand *out;
    const struct sth_operand *a;
    const struct sth_operand *b;
    bool add; /* false: multiply */
};

void sth_kernel_elementwise(struct sth_schedule *s,
                            const struct sth_elementwise *op);

#ifdef __cplusplus
}
#endif

#endif
