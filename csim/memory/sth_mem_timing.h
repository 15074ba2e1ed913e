/*
 * What the model and its tools know of a memory's time beyond sth_mem.h: fixed
 * timing as a channel that can be followed inline, and when time repeats.
 */
#ifndef STH_MEM_TIMING_H
#define STH_MEM_TIMING_H

#include "sth_mem.h"

/*
 * One direction of a bus with fixed timing: after a latency each beat keeps it
 * for bus_bytes / rate cycles, counted exactly in fractions of 1 / rate.
 */
struct sth_mem_channel {
    uint64_t free;      /* when it is, in 1 / rate cycles */
    uint64_t latency;   /* of reads, cycles */
    uint32_t bus_bytes; /* of a beat */
    uint32_t rate;      /* bytes per cycle, 1..bus_bytes */
    unsigned rate_log2; /* of that, if it is a power of two */
};

/* Beats from cycle `first` on: returns the cycle of the last. */
static inline uint64_t sth_mem_channel_beats(struct sth_mem_channel *channel,
                                             uint64_t first, uint32_t beats)
{
    uint64_t rate = channel->rate;
    uint64_t from = first * rate;
    uint64_t last;

    if (from < channel->free)
        from = channel->free;
    channel->free = from + (uint64_t)beats * channel->bus_bytes;
    last = channel->free - channel->bus_bytes + rate - 1;
    return UINT64_C(1) << channel->rate_log2 == rate
               ? last >> channel->rate_log2
               : last / rate;
}

/*
 * The read channel, if reads are no more than that: sth_mem_channel_beats()
 * from latency after the address on is then what sth_mem_read_burst() does.
 * NULL where sth_mem_beat_cycles() is 0.
 */
struct sth_mem_channel *sth_mem_read_channel(struct sth_mem *mem);

/*
 * Timing depends on addresses modulo the first of these, which is a power of
 * two, provided that what is placed apart shares no unit of that size, and on
 * cycles modulo the second.
 */
uint64_t sth_mem_address_period(const struct sth_mem *mem);
uint64_t sth_mem_cycle_period(const struct sth_mem *mem);

/*
 * Whether nothing of what happened before cycle now, a multiple of the cycle
 * period, can delay or hasten any burst from then on: two memories at rest
 * behave alike.  Never with random stalls, which number the beats.
 */
bool sth_mem_is_at_rest(const struct sth_mem *mem, uint64_t now);

/*
 * Cycles from a beat of a burst to the next, in both directions, where they
 * are always the same: no stalls, no DRAM, no fraction of a cycle.  Otherwise
 * 0.
 */
uint32_t sth_mem_beat_cycles(const struct sth_mem *mem);

#endif
