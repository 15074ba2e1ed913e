/* Draws for the property of plans. */
#ifndef STH_PLAN_DRAW_H
#define STH_PLAN_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_config.h"
#include "sth_random.h"

static inline uint32_t sth_plan_below(uint64_t *random, uint32_t n)
{
    return (uint32_t)(sth_random_next(random) >> 16) % n;
}

static inline bool sth_plan_chance(uint64_t *random, uint32_t percent)
{
    return sth_plan_below(random, 100) < percent;
}

/* From least to most, each doubling as likely; now and then a round number. */
static inline uint32_t sth_plan_spread(uint64_t *random, uint32_t least,
                                       uint32_t most)
{
    uint32_t doublings = 0, value;

    while (least << (doublings + 1) <= most)
        doublings++;
    value = least << sth_plan_below(random, doublings + 1);
    if (sth_plan_chance(random, 50))
        value += sth_plan_below(random, value);
    return value < most ? value : most;
}

/*
 * A legal chip of 4 to 256 PEs each way with memories of a few tiles up to
 * many, in front of any memory.
 */
void sth_plan_draw_chip(struct sth_config *config, uint64_t *random);

#endif
