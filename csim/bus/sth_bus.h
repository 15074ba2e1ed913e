/*
 * One core's side of the bus: whose address goes out when, and what the memory
 * behind it answers.  The read address channel is shared by fetch and load,
 * the read data channel carries beats in the order of addresses; writes are
 * store's alone.
 *
 * Nobody else of this core calls the memory for time, and the members are known
 * here alone.  Calls of one direction come in non-decreasing cycles, all before
 * clock->until, so that several cores can share a memory.
 */
#ifndef STH_BUS_H
#define STH_BUS_H

#include <assert.h>

#include "sth_clock.h"
#include "sth_mem_timing.h"

enum sth_bus_user { STH_BUS_FETCH, STH_BUS_LOAD, STH_BUS_STORE, STH_BUS_USERS };

/*
 * Load holds the read data channel while its data waits for a bank.  Returns
 * the cycle until the end of which it does behind its first `bursts` bursts
 * since creation, or, if that is not known yet, the earliest that it can be;
 * beats that follow are on the bus one by one after it.
 */
struct sth_bus_holder {
    uint64_t (*held)(void *load, uint64_t bursts);
    void *load;
};

struct sth_bus {
    struct sth_clock *clock;
    struct sth_mem *mem;
    uint32_t bytes;       /* of a beat */
    uint32_t beat_cycles; /* sth_mem_beat_cycles() */
    uint64_t read_free;   /* cycle from which a read address can go out */
    uint32_t fetched; /* beats of fetch on the bus since load's last burst */
    struct sth_bus_holder holder;
    uint32_t unsent;      /* write bursts whose data is not all on the bus */
    uint64_t closed_from; /* no address goes out from this cycle on */
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

/* Who tells how long it holds the read data channel. */
static inline void sth_bus_enlist_load(struct sth_bus *bus,
                                       struct sth_bus_holder holder)
{
    bus->holder = holder;
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

/* The clock of whoever uses it. */
static inline struct sth_clock *sth_bus_clock(const struct sth_bus *bus)
{
    return bus->clock;
}

/* The memory behind it: for data, never for time. */
static inline struct sth_mem *sth_bus_storage(const struct sth_bus *bus)
{
    return bus->mem;
}

/* Bytes of a beat. */
static inline uint32_t sth_bus_bytes(const struct sth_bus *bus)
{
    return bus->bytes;
}

/* Cycles from a beat of a burst to the next where they are always the same;
 * otherwise 0, and memory tells the cycle of each. */
static inline uint32_t sth_bus_beat_cycles(const struct sth_bus *bus)
{
    return bus->beat_cycles;
}

/* A soft reset keeps addresses off the bus from that cycle on. */
static inline void sth_bus_close(struct sth_bus *bus, uint64_t cycle)
{
    bus->closed_from = cycle;
}

/* Whether it does in a cycle; whether it does now. */
static inline bool sth_bus_closed_at(const struct sth_bus *bus, uint64_t cycle)
{
    return bus->closed_from <= cycle;
}

static inline bool sth_bus_closed(const struct sth_bus *bus)
{
    return sth_bus_closed_at(bus, bus->clock->now);
}

/* `bursts` more of a user's went out; the last beat or response of them is on
 * the bus in cycle `last`. */
static inline void sth_bus_note(struct sth_bus *bus, enum sth_bus_user user,
                                uint64_t bursts, uint64_t last)
{
    bus->bursts[user] += bursts;
    bus->last[user] = sth_max64(bus->last[user], last);
}

/* Bursts of a user since creation. */
static inline uint64_t sth_bus_bursts(const struct sth_bus *bus,
                                      enum sth_bus_user user)
{
    return bus->bursts[user];
}

/* The last beat or response of a user's that is known. */
static inline uint64_t sth_bus_last(const struct sth_bus *bus,
                                    enum sth_bus_user user)
{
    return bus->last[user];
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

/* Whether it answers some address with an error. */
static inline bool sth_bus_has_errors(const struct sth_bus *bus)
{
    return sth_mem_has_errors(bus->mem);
}

/*
 * Reads
 */

/* The cycle from which the next read address can go out. */
static inline uint64_t sth_bus_read_free(const struct sth_bus *bus)
{
    return bus->read_free;
}

/* The next read address goes out in that cycle at the earliest, at most until.
 */
static inline void sth_bus_set_read_free(struct sth_bus *bus, uint64_t cycle)
{
    bus->read_free = cycle;
}

/*
 * A read address goes out in `cycle`; beats as in sth_mem_read_burst().
 * Returns the cycle in which memory has its last beat.
 */
static inline uint64_t sth_bus_read(struct sth_bus *bus, uint64_t cycle,
                                    uint64_t addr, uint32_t beats,
                                    uint64_t *beat_cycle)
{
    assert(cycle >= bus->read_free && cycle < bus->clock->until);
    bus->read_free = cycle + 1;
    return sth_mem_read_burst(bus->mem, cycle, addr, beats, beat_cycle);
}

/*
 * The read data channel where reads depend on nothing else, NULL otherwise:
 * sth_bus_channel_read() does then what sth_bus_read() does to it.
 */
static inline struct sth_mem_channel *sth_bus_channel(const struct sth_bus *bus)
{
    return sth_mem_read_channel(bus->mem);
}

static inline uint64_t sth_bus_channel_read(struct sth_mem_channel *channel,
                                            uint64_t cycle, uint32_t beats)
{
    return sth_mem_channel_beats(channel, cycle + channel->latency, beats);
}

/* The address of a command goes out now.  Returns the cycle in which its last
 * beat is there. */
static inline uint64_t sth_bus_fetch(struct sth_bus *bus, uint64_t addr,
                                     uint32_t beats)
{
    uint64_t last = bus->clock->now;

    if (!bus->clock->instant) {
        bus->fetched += beats;
        last = sth_bus_read(bus, last, addr, beats, NULL);
    }
    sth_bus_note(bus, STH_BUS_FETCH, 1, last);
    return last;
}

/* Beats of fetch that come before those of load's next burst. */
static inline uint32_t sth_bus_fetched(const struct sth_bus *bus)
{
    return bus->fetched;
}

/* Beats of fetch behind load's first `bursts` bursts, of which the last is on
 * the bus in that cycle or later; a memory that waits for nobody had it then.
 */
static inline uint64_t sth_bus_fetch_last(const struct sth_bus *bus,
                                          uint64_t bursts, uint32_t beats,
                                          uint64_t last)
{
    uint64_t held = bus->holder.held(bus->holder.load, bursts);

    return sth_max64(last, held + beats);
}

/* The beats of fetch that sth_bus_fetched() tells; they come before those of
 * this burst, and no other. */
static inline uint32_t sth_bus_take_fetched(struct sth_bus *bus)
{
    uint32_t fetched = bus->fetched;

    bus->fetched = 0;
    return fetched;
}

/*
 * Writes
 */

/*
 * A write address goes out now.  Returns the cycle of its response and lets
 * *last be that of its last beat, both if data comes as early as memory takes
 * it; accepts[] receives the cycles of all, where sth_bus_beat_cycles() is 0.
 */
static inline uint64_t sth_bus_write(struct sth_bus *bus, uint64_t addr,
                                     uint32_t beats, uint64_t *accepts,
                                     uint64_t *last)
{
    uint64_t now = bus->clock->now;

    sth_bus_note(bus, STH_BUS_STORE, 1, 0);
    bus->unsent++;
    *last = now;
    if (bus->clock->instant)
        return now;
    assert(now < bus->clock->until);
    return sth_mem_write_burst(bus->mem, now, addr, beats,
                               bus->beat_cycles == 0 ? accepts : NULL, last);
}

/* All data of the oldest write burst is on its way; so is its response, which
 * comes in that cycle. */
static inline void sth_bus_write_sent(struct sth_bus *bus, uint64_t response)
{
    bus->unsent--;
    sth_bus_note(bus, STH_BUS_STORE, 0, response);
}

#endif
