/* Normalisation and quantisation of rows. */
#ifndef STH_NORM_H
#define STH_NORM_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Layer normalisation when beta is given, RMS normalisation when it is NULL:
 *     out = (x - mean) / sqrt(var + eps) * gamma + beta
 *     out = x / sqrt(mean(x^2) + eps) * gamma
 * over the columns of each row.  x and out (t, n), gamma and beta (1, n), all
 * bf16 or fp32; eps and inv_n = 1 / n are fp32 bit patterns.  out may be x.
 */
struct sth_norm {
    const struct sth_operand *out;
    const struct sth_operand *x;
    const struct sth_operand *gamma;
    const struct sth_operand *beta;
    uint32_t eps;
    uint32_t inv_n;
};

void sth_kernel_norm(struct sth_schedule *s, const struct sth_norm *norm);

#ifdef __cplusplus
}
#endif

#endif
