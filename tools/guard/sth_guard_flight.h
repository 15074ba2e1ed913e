/*
 * The commands that firmware has announced: those under way, and the history
 * of those before.
 */
#ifndef STH_GUARD_FLIGHT_H
#define STH_GUARD_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_guard.h"

enum { STH_GUARD_HEAT = 1 << 14 };

struct sth_guard_flight {
    struct sth_command command;
    struct sth_guard_place doorbell;
    uint32_t index;
    uint32_t engine; /* STH_ENGINE_COUNT: the chip refuses it */
    uint32_t order;  /* commands that had retired before it, if retired */
    bool valid, retired;
    bool known;          /* firmware has looked since then */
    bool rewritten;      /* its place was written since the doorbell */
    uint32_t reported;   /* bits by kind: found once */
    uint64_t slot;       /* where it lies in memory */
    uint64_t first, end; /* memory it reads or writes; end 0: none */
};

struct sth_guard_flights {
    struct sth_guard_flight *flight; /* by index modulo room */
    uint32_t room;                   /* power of two */
    uint32_t first, tail;            /* indices under way */
    uint32_t heat[STH_GUARD_HEAT];   /* pages of those under way, hashed */
};

bool sth_guard_flights_init(struct sth_guard_flights *flights);
void sth_guard_flights_fini(struct sth_guard_flights *flights);

/* After a soft reset. */
void sth_guard_flights_reset(struct sth_guard_flights *flights);

/* The place of the next command; the members besides index, order and the
 * marks are to be filled in, then it is announced.  NULL: out of memory. */
struct sth_guard_flight *
sth_guard_flights_next(struct sth_guard_flights *flights);
void sth_guard_flights_announce(struct sth_guard_flights *flights,
                                struct sth_guard_flight *flight);

/* A command under way or of the history; NULL: long past or not announced. */
struct sth_guard_flight *sth_guard_flights_at(struct sth_guard_flights *flights,
                                              uint32_t index);

/* Firmware knows that it has retired. */
void sth_guard_flights_know(struct sth_guard_flights *flights,
                            struct sth_guard_flight *flight);

/* False: no command under way has anything to do with these bytes. */
bool sth_guard_flights_is_hot(const struct sth_guard_flights *flights,
                              uint64_t addr, uint64_t bytes);

#endif
