/* Copies. */
#ifndef STH_COPY_H
#define STH_COPY_H

#include "sth_schedule.h"

/* out = x, the same type and shape; they must not overlap. */
struct sth_copy {
    const struct sth_operand *out;
    const struct sth_operand *x;
};

void sth_kernel_copy(struct sth_schedule *s, const struct sth_copy *op);

#endif
