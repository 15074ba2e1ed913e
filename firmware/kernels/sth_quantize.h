/* Quantisation of rows to int8. */
#ifndef STH_QUANTIZE_H
#define STH_QUANTIZE_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * For each row: scale = max |x| / 127 and out = round(x / scale), saturated; a
 * row of zeros gives zeros and a scale of zero.  x (m, k) bf16 or fp32,
 * out (m, k) i8, scale (1, m) fp32.
 */
struct sth_quantize {
    const struct sth_operand *out;
    const struct sth_operand *scale;
    const struct sth_operand *x;
};

void sth_kernel_quantize(struct sth_schedule *s,
                         const struct sth_quantize *quantize);

#ifdef __cplusplus
}
#endif

#endif
