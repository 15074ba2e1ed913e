/*
 * Fetch: one command a read, several of them outstanding, into a buffer in
 * front of the decoder.
 */
#ifndef STH_FETCH_H
#define STH_FETCH_H

#include "sth_bus.h"
#include "sth_command_ring.h"
#include "sth_faults.h"
#include "sth_ring.h"
#include "sth_status.h"

/* The buffer and the command being decoded. */
enum { STH_FETCH_MAX = STH_RING_PLACES(STH_MAX_FetchDepth + 1) };

/* Writes of TAIL that fetch has not seen yet: a host's access takes cycles. */
enum {
    STH_FETCH_DOORBELLS =
        (STH_LAT_FETCH_REQUEST + STH_LAT_FETCH_ADDRESS) / STH_LAT_REG_ACCESS + 1
};

struct sth_fetched {
    struct sth_command command;
    uint64_t arrival; /* cycle from which the decoder can have it, at least */
    uint64_t bursts;  /* of load that went out before it, since creation */
    uint32_t beats;   /* of fetch behind the last of them, its own included */
    bool error;       /* the bus answered with one */
};

struct sth_fetch {
    struct sth_clock *clock;
    struct sth_bus *bus;
    const struct sth_command_ring *ring;
    const struct sth_status *status;
    const struct sth_faults *faults;
    uint32_t depth; /* sth_fetch_ahead() */
    bool enabled;   /* CTRL.ENABLE */

    struct sth_fetched slot[STH_FETCH_MAX]; /* ring by index */
    uint32_t requested; /* commands asked for, since reset */
    uint32_t arrived;   /* HEAD as of the last look */
    uint32_t taken;     /* commands that left for the decoder */
    /* What fetch sees follows the registers with a delay. */
    struct {
        uint32_t tail; /* as it was */
        uint64_t from; /* cycle from which fetch sees the one after it */
    } doorbell[STH_FETCH_DOORBELLS]; /* ring: the last writes of TAIL */
    uint32_t doorbells;              /* so far */
    uint64_t enable_from;            /* ... the present CTRL.ENABLE */
    uint64_t room_from;              /* ... the place that was freed last */
};

/* Takes its turn on the clock, all members above `enabled` set. */
void sth_fetch_init(struct sth_fetch *fetch);

/* Holds nothing and is disabled. */
void sth_fetch_reset(struct sth_fetch *fetch);

/* HEAD. */
uint32_t sth_fetch_head(struct sth_fetch *fetch);

/* TAIL is about to change. */
void sth_fetch_ring_doorbell(struct sth_fetch *fetch);

/* CTRL.ENABLE. */
void sth_fetch_enable(struct sth_fetch *fetch, bool enabled);

/* The decoder takes the oldest command, which has arrived. */
void sth_fetch_take(struct sth_fetch *fetch);

/* Commands that were asked for since reset. */
static inline uint32_t sth_fetch_requested(const struct sth_fetch *fetch)
{
    return fetch->requested;
}

/* Commands that the decoder took since reset. */
static inline uint32_t sth_fetch_taken(const struct sth_fetch *fetch)
{
    return fetch->taken;
}

/* Whether no command is here or on its way. */
static inline bool sth_fetch_is_empty(const struct sth_fetch *fetch)
{
    return fetch->taken == fetch->requested;
}

/* The address of a command. */
static inline uint64_t sth_fetch_addr(const struct sth_fetch *fetch,
                                      uint32_t index)
{
    return sth_command_ring_addr(fetch->ring, index);
}

/* A command that was asked for, or the last one taken. */
static inline const struct sth_fetched *
sth_fetch_slot(const struct sth_fetch *fetch, uint32_t index)
{
    return &fetch->slot[index % STH_FETCH_MAX];
}

#endif
