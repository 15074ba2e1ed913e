/*
 * Cycles: 64 bits, counted from creation.
 */
#ifndef STH_TIME_H
#define STH_TIME_H

#include <stdint.h>

/* Later than everything: what is not known, or does not happen. */
#define STH_NEVER UINT64_MAX

static inline uint64_t sth_min64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t sth_max64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
