/*
 * One core's side of the bus: whose address goes out when, and what the memory
 * behind it answers.  The read address channel is shared by fetch and load,
 * the read data channel carries beats in the order of addresses; writes are
 * store's alone.
 *
 * Nobody else of this core calls the memory for time.  Calls of one direction
 * come in non-decreasing cycles, none later than clock->until, so that several
 * cores can share a memory.
 */
#ifndef STH_BUS_H
#define STH_BUS_H

#include "sth_clock.h"
#include "sth_mem.h"

enum sth_bus_user { STH_BUS_FETCH, STH_BUS_LOAD, STH_BUS_STORE, STH_BUS_USERS };

struct sth_bus {
    struct sth_clock *clock;
    struct sth_mem *mem;
    uint32_t bytes;       /* of a beat */
    uint32_t beat_cycles; /* sth_mem_beat_cycles() */
    uint64_t read_free;   /* cycle from which a read address can go out */
    uint32_t fetched; /* beats of fetch on the bus since load's last burst */
    uint32_t unsent;  /* write bursts whose data is not all on the bus */
    uint64_t closed_from;           /* no address goes out from this cycle on */
    uint64_t last[STH_BUS_USERS];   /* last beat or response of each */
    uint64_t bursts[STH_BUS_USERS]; /* since creation */
};

/* The clock and the memory outlive the bus. */
static inline void sth_bus_init(struct sth_bus *bus, struct sth_clock *clock,
                                struct sth_mem *mem, uint32_t bytes)
{
    *bus = (struct sth_bus){.clock = clock,
                            .mem = mem,
                            .bytes = bytes,
                            .beat_cycles = sth_mem_beat_cycles(mem),
                            .closed_from = STH_NEVER};
}

/* Nothing is on its way; the counts of bursts stay. */
static inline void sth_bus_reset(struct sth_bus *bus)
{
    bus->read_free = 0;
    bus->fetched = 0;
    bus->unsent = 0;
    bus->closed_from = STH_NEVER;
    for (int user = 0; user < STH_BUS_USERS; user++)
        bus->last[user] = 0;
}

/* Whether a soft reset keeps addresses off the bus. */
static inline bool sth_bus_closed(const struct sth_bus *bus)
{
    return bus->closed_from <= bus->clock->now;
}

/* Something of a user's is on the bus in that cycle. */
static inline void sth_bus_note(struct sth_bus *bus, enum sth_bus_user user,
                                uint64_t cycle)
{
    bus->last[user] = sth_max64(bus->last[user], cycle);
}

/* The cycle from which the bus is idle if no address goes out any more;
 * STH_NEVER: not known yet. */
static inline uint64_t sth_bus_idle(const struct sth_bus *bus)
{
    uint64_t data =
        sth_max64(bus->last[STH_BUS_LOAD], bus->last[STH_BUS_STORE]);

    if (bus->unsent > 0)
        return STH_NEVER;
    return sth_max64(bus->last[STH_BUS_FETCH], data + 1) + 1;
}

/* Whether the bus answers a burst of `beats` words with an error. */
static inline bool sth_bus_is_error(const struct sth_bus *bus, uint64_t addr,
                                    uint32_t beats)
{
    return sth_mem_is_error(bus->mem, addr, (uint64_t)beats * bus->bytes);
}

/*
 * A read address goes out in `cycle`; beats as in sth_mem_read_burst().
 * Returns the cycle in which memory has its last beat.
 */
static inline uint64_t sth_bus_read(struct sth_bus *bus, uint64_t cycle,
                                    uint64_t addr, uint32_t beats,
                                    uint64_t *beat_cycle)
{
    bus->read_free = cycle + 1;
    return sth_mem_read_burst(bus->mem, cycle, addr, beats, beat_cycle);
}

#endif
