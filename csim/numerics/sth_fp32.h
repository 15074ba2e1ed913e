/*
 * fp32 as bit patterns: what the chip tells apart, and the parts of a number.
 * See sth_numerics.h.
 */
#ifndef STH_FP32_H
#define STH_FP32_H

#include <stdbool.h>
#include <stdint.h>

#define STH_FP32_NAN 0x7fc00000u
#define STH_FP32_INF 0x7f800000u
#define STH_FP32_SIGN 0x80000000u
#define STH_FP32_ONE 0x3f800000u
#define STH_FP32_HALF 0x3f000000u
#define STH_FP32_FRACTION 0x007fffffu
#define STH_FP32_HIDDEN 0x00800000u /* the bit above the fraction */

static inline bool sth_fp32_is_nan(uint32_t v)
{
    return (v & ~STH_FP32_SIGN) > STH_FP32_INF;
}

static inline bool sth_fp32_is_inf(uint32_t v)
{
    return (v & ~STH_FP32_SIGN) == STH_FP32_INF;
}

/* Zero or subnormal, which the chip does not tell apart. */
static inline bool sth_fp32_is_zero(uint32_t v)
{
    return (v & STH_FP32_INF) == 0;
}

/* v as the chip holds it: subnormals are signed zeros, one NaN. */
static inline uint32_t sth_fp32_canonical(uint32_t v)
{
    if (sth_fp32_is_nan(v))
        return STH_FP32_NAN;
    return sth_fp32_is_zero(v) ? v & STH_FP32_SIGN : v;
}

/* The biased exponent, 0 to 255. */
static inline int sth_fp32_exponent(uint32_t v)
{
    return (int)((v >> 23) & 0xff);
}

/* The 24-bit significand; 0 for zeros and subnormals. */
static inline uint32_t sth_fp32_significand(uint32_t v)
{
    return sth_fp32_is_zero(v) ? 0 : (v & STH_FP32_FRACTION) | STH_FP32_HIDDEN;
}

/* A number with the given biased exponent, which may be out of range. */
static inline uint32_t sth_fp32_pack(uint32_t sign, int exponent,
                                     uint32_t fraction)
{
    if (exponent <= 0)
        return sign;
    if (exponent >= 255)
        return sign | STH_FP32_INF;
    return sign | (uint32_t)exponent << 23 | fraction;
}

#endif
