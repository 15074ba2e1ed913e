/*
 * Operand pairs for tests of fp32 arithmetic: every pair of a list of special
 * values, then random pairs of kinds that reach the corners (near
 * cancellation, results around 2^-126 and 2^128, rounding ties, sparse and
 * dense fractions, integers).  The same seed gives the same pairs.
 */
#ifndef STH_VECTORS_H
#define STH_VECTORS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sth_vectors {
    uint64_t state; /* of the random generator */
    uint64_t count; /* pairs given so far */
};

void sth_vectors_init(struct sth_vectors *vectors, uint64_t seed);

/* Pairs of special values that come first. */
uint64_t sth_vectors_directed(void);

void sth_vectors_next(struct sth_vectors *vectors, uint32_t *a, uint32_t *b);

/* 32 random bits from the same generator; does not count as a pair. */
uint32_t sth_vectors_random(struct sth_vectors *vectors);

#ifdef __cplusplus
}
#endif

#endif
