/* Rows by index. */
#ifndef STH_GATHER_H
#define STH_GATHER_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* out[i] = x[rows[i]]; as many rows as out has. */
struct sth_gather {
    const struct sth_operand *out;
    const struct sth_operand *x;
    const uint32_t *rows;
};

void sth_kernel_gather(struct sth_schedule *s, const struct sth_gather *op);

#ifdef __cplusplus
}
#endif

#endif
