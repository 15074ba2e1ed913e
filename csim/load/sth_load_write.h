/*
 * Within the load engine: its state, and the writes of its data to the
 * scratchpad.  Vector's writes can hold those up, so they are followed in
 * arrears, when a command should retire or a slot is needed, and one by one
 * only while vector writes the scratchpad.
 */
#ifndef STH_LOAD_WRITE_H
#define STH_LOAD_WRITE_H

#include "sth_banks.h"
#include "sth_bus.h"
#include "sth_dma.h"
#include "sth_engine.h"

enum {
    STH_ARRIVALS = 256,  /* bursts whose data is followed */
    STH_BEATS_AHEAD = 5, /* beats accepted before a write */
    STH_WRITE_PIPE = 4   /* a beat on the bus to its write, and the write to
                            what retirement allows */
};

_Static_assert((int)STH_MAX_LoadSlots < (int)STH_ARRIVALS, "load slots");

/* A read burst whose data is on its way into the scratchpad. */
struct sth_arrival {
    uint64_t last; /* memory: cycle of its last beat */
    uint32_t beats;
    uint32_t bytes;
    uint32_t sp;      /* scratchpad address of its first byte */
    uint32_t skip;    /* bytes of the first bus word before that */
    uint64_t written; /* cycle of its last write, once that is known */
    uint64_t held;    /* what follows is on the bus after that cycle */
    uint32_t fetched; /* beats of fetch on the bus before it */
};

struct sth_writer {
    struct sth_arrival arrival[STH_ARRIVALS]; /* ring by number of burst */
    uint32_t sent;                            /* bursts asked for */
    uint32_t written;                         /* bursts followed to their end */
    uint32_t word;    /* of the present burst: the next one */
    uint64_t bus;     /* cycle of the last beat on the bus */
    uint64_t blocked; /* the next write is in no cycle before this one */
    uint64_t grant[STH_BEATS_AHEAD]; /* ring: cycles of the last writes */
    uint32_t grant_next;
};

struct sth_load {
    struct sth_engine_state engine; /* first */
    struct sth_bus *bus;
    struct sth_banks *banks;
    struct sth_dma dma;
    uint64_t done; /* last completion of the newest command */
    uint32_t bursts[STH_FLIGHTS_MAX]; /* of each flight: up to its last */
    struct sth_writer writer;
    /* Of each arrival, when each beat is there.  No room where beats are even:
     * it is nearly all that the engine takes. */
    uint64_t beats[][STH_BURST_BEATS];
};

/*
 * Follows the bursts below number `end`, but no further than to writes before
 * `horizon`: what vector writes from then on is not known yet.
 */
void sth_load_follow(struct sth_load *load, uint32_t end, uint64_t horizon);

/* Follows whole bursts below number `end` while vector is known to write
 * nothing, in one go. */
void sth_load_follow_undisturbed(struct sth_load *load, uint32_t end,
                                 uint64_t horizon);

/* Undisturbed, the last beat of the bursts below `end` is on the bus then, at
 * the earliest, and written then; there is one that is not written. */
uint64_t sth_load_undisturbed_bus(const struct sth_load *load, uint32_t end);
uint64_t sth_load_undisturbed_write(const struct sth_load *load, uint32_t end);

/* Undisturbed, the last beat of a burst is on the bus then: behind those on it
 * so far and those of fetch, when memory has it. */
static inline uint64_t sth_load_burst_end(uint64_t bus, uint32_t fetched,
                                          uint32_t beats, uint64_t last)
{
    return sth_max64(bus + fetched + beats, last);
}

static inline uint64_t sth_load_last_write(const struct sth_writer *writer)
{
    return writer
        ->grant[(writer->grant_next + STH_BEATS_AHEAD - 1) % STH_BEATS_AHEAD];
}

/* The last beat so far is on the bus in that cycle, and nothing was in the
 * way of those before it. */
static inline void sth_load_set_bus(struct sth_writer *writer, uint64_t bus)
{
    writer->bus = bus;
    for (uint32_t i = 0; i < STH_BEATS_AHEAD; i++)
        writer->grant[(writer->grant_next + i) % STH_BEATS_AHEAD] =
            bus + STH_WRITE_PIPE - (STH_BEATS_AHEAD - 1 - i);
}

/* Whether vector is known to write nothing that is to come. */
static inline bool sth_load_undisturbed(const struct sth_load *load)
{
    const struct sth_writer *writer = &load->writer;
    uint64_t written = writer->bus + STH_WRITE_PIPE;

    return writer->word == 0 && sth_load_last_write(writer) <= written &&
           sth_banks_vector_writes(load->banks)->latest <= written;
}

#endif
