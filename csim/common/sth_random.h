/*
 * SplitMix64: the one generator of pseudo-random numbers, for stalls, test
 * programs, seeded tensors and test vectors.  Equal seeds give equal numbers
 * everywhere.
 */
#ifndef STH_RANDOM_H
#define STH_RANDOM_H

#include <stdint.h>

#define STH_RANDOM_STEP UINT64_C(0x9e3779b97f4a7c15)

/* The number that a state stands for. */
static inline uint64_t sth_random_mix(uint64_t state)
{
    state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    state = (state ^ (state >> 27)) * UINT64_C(0x94d049bb133111eb);
    return state ^ (state >> 31);
}

/* Steps on and returns the next number. */
static inline uint64_t sth_random_next(uint64_t *state)
{
    *state += STH_RANDOM_STEP;
    return sth_random_mix(*state);
}

#endif
