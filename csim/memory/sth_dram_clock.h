/* Cycles of the core and ticks, without rounding. */
#ifndef STH_DRAM_CLOCK_H
#define STH_DRAM_CLOCK_H

#include <stdint.h>

/* A cycle of the core. */
struct sth_dram_clock {
    uint64_t cycle;   /* in ticks */
    uint64_t inverse; /* 2^64 divided by that, rounded down */
    uint64_t ps;      /* a picosecond in ticks */
};

/* The last cycle that begins no later than time t. */
static inline uint64_t sth_dram_cycle(const struct sth_dram_clock *clock,
                                      uint64_t t)
{
    /* Below 2^63 the product is short of the quotient by less than one half. */
    uint64_t cycle = (uint64_t)((unsigned __int128)t * clock->inverse >> 64);

    return cycle + (t - cycle * clock->cycle >= clock->cycle);
}

/* The first cycle that begins no earlier than time t. */
static inline uint64_t sth_dram_cycle_up(const struct sth_dram_clock *clock,
                                         uint64_t t)
{
    return sth_dram_cycle(clock, t + clock->cycle - 1);
}

static inline int64_t sth_dram_time(const struct sth_dram_clock *clock,
                                    uint64_t cycle)
{
    return (int64_t)(cycle * clock->cycle);
}

#endif
