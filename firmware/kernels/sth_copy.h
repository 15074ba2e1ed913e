/* Copies. */
#ifndef STH_COPY_H
#define STH_COPY_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* out = x, the same type and shape; they must not overlap. */
struct sth_copy {
    const struct sth_operand *out;
    const struct sth_operand *x;
};

void sth_kernel_copy(struct sth_schedule *s, const struct sth_copy *op);

#ifdef __cplusplus
}
#endif

#endif
