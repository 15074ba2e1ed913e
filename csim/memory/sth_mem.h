/*
 * The memory behind the bus: storage and timing in one component, used by the
 * C model and by the RTL's testbench alike, so that a comparison of the two is
 * a comparison of the core alone.
 *
 * Storage is sparse (pages appear when first written; the rest reads as zero)
 * and covers the 40-bit space.  Timing is at burst granularity: the caller
 * says in which cycle a burst was accepted and learns the earliest cycle of
 * each of its beats.  Calls must come in non-decreasing order of `now` for
 * each direction.
 */
#ifndef STH_MEM_H
#define STH_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_mem_config.h"
#include "sth_mem_ops.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_mem;

/* NULL when out of memory.  timing_only: writes are dropped, reads give 0. */
struct sth_mem *sth_mem_create(const struct sth_mem_config *config,
                               uint32_t bus_bytes, bool timing_only);
void sth_mem_destroy(struct sth_mem *mem);

void sth_mem_read(struct sth_mem *mem, uint64_t addr, void *to, size_t bytes);
void sth_mem_write(struct sth_mem *mem, uint64_t addr, const void *from,
                   size_t bytes);

/* The functions of this header that a bus needs, as a table. */
extern const struct sth_mem_ops sth_mem_ops;

/* Whether the host was out of memory for a write, which was dropped then. */
bool sth_mem_failed(const struct sth_mem *mem);

/* Accesses to [first, last] answer with a bus error; one range at a time. */
void sth_mem_set_error_range(struct sth_mem *mem, uint64_t first,
                             uint64_t last);
/* Whether there is an address for which sth_mem_is_error() can hold. */
bool sth_mem_has_errors(const struct sth_mem *mem);
bool sth_mem_is_error(const struct sth_mem *mem, uint64_t addr, uint64_t bytes);

/*
 * A read burst of `beats` bus words from the bus-aligned address addr, whose
 * address was accepted in cycle now.  Returns the cycle in which its last beat
 * is on the bus; when beat_cycle is not NULL it receives the cycle of each.
 */
uint64_t sth_mem_read_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                            uint32_t beats, uint64_t *beat_cycle);

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
 * A write burst whose address and first data are offered in cycle now.
 * beat_cycle, when not NULL, receives the earliest cycle in which each beat is
 * accepted; *last_beat the last of them.  Returns the cycle of the response.
 */
uint64_t sth_mem_write_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                             uint32_t beats, uint64_t *beat_cycle,
                             uint64_t *last_beat);

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

/* Forgets timing state (queues, open rows); storage stays. */
void sth_mem_reset_timing(struct sth_mem *mem);

#ifdef __cplusplus
}
#endif

#endif
