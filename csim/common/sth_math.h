/* Arithmetic on 64-bit numbers that C lacks. */
#ifndef STH_MATH_H
#define STH_MATH_H

#include <stdint.h>

static inline uint64_t sth_min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t sth_max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* a / b rounded up; a + b does not overflow. */
static inline uint64_t sth_ceil_div64(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

#endif
