/* How far the C model's cycles of whole programs are off the RTL's. */
#ifndef STH_LATENESS_H
#define STH_LATENESS_H

#include <stdbool.h>
#include <stdint.h>

/* Over the programs of a campaign; set to zero before the first one. */
struct sth_lateness_sum {
    uint64_t programs;
    double error, worst; /* sum and largest, as fractions of the RTL's cycles */
};

/* Whether csim's cycles may stand for rtl's: no more than 2 % off. */
bool sth_lateness_allows(uint64_t csim, uint64_t rtl);

/* Adds a program that took so many cycles; none on rtl is no error. */
void sth_lateness_add(struct sth_lateness_sum *sum, uint64_t csim,
                      uint64_t rtl);

/* The mean error as a fraction, 0 without a program. */
double sth_lateness_mean(const struct sth_lateness_sum *sum);

#endif
