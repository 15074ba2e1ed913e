/*
 * What the four engines have in common: the queue in front, starting commands
 * whose semaphores are there, and retiring in order.
 *
 * An engine is a struct whose first member is a struct sth_engine_state, and a
 * table of what it does.  The rooms above it (front, core) see no more of it
 * than the functions below; it sees of them what struct sth_engine_port says.
 */
#ifndef STH_ENGINE_H
#define STH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_clock.h"
#include "sth_spec.h"

struct sth_mem;
struct sth_onchip;
struct sth_engine_state;

enum {
    STH_QUEUE_MAX = STH_MAX_QueueDepth,
    STH_FLIGHTS_MAX = STH_DEPTH_MATRIX_COMMANDS /* of any engine */
};

_Static_assert((int)STH_DEPTH_LOAD_COMMANDS <= (int)STH_FLIGHTS_MAX, "load");
_Static_assert((int)STH_DEPTH_STORE_COMMANDS <= (int)STH_FLIGHTS_MAX, "store");

/* A command that waits in front of an engine. */
struct sth_queued {
    struct sth_command command;
    uint32_t index;
    uint64_t visible; /* cycle from which the engine sees it */
};

/* A command that an engine has started. */
struct sth_flight {
    struct sth_command command;
    uint32_t index;
    uint64_t start;
    uint64_t done; /* cycle in which it may retire; STH_NEVER: not known yet */
    uint64_t waited; /* cycles up to start in which it lacked a semaphore */
    bool error;      /* the bus answered a burst at error_addr with an error */
    uint64_t error_addr;
};

/*
 * Semaphores, retirement and counters, as engines see them.  Each is called in
 * the present cycle.
 */
struct sth_engine_port {
    void *above;
    /* Counts the cycles before now: something that counters depend on is
     * about to change, or to be forgotten. */
    void (*account)(void *above);
    /* The cycle from which it can take all these semaphores: now, the next one
     * because another engine takes one of them now, or STH_NEVER because one
     * is zero. */
    uint64_t (*semaphores_from)(void *above, uint32_t mask);
    /* A command has left the queue: takes its semaphores. */
    void (*started)(void *above, const struct sth_engine_state *engine,
                    const struct sth_flight *flight);
    /* The oldest command is over: has its effect, or its error is a fault. */
    void (*retired)(void *above, struct sth_engine_state *engine,
                    const struct sth_flight *flight);
};

/* What an engine does.  NULL: nothing, where that is said. */
struct sth_engine_ops {
    uint32_t flights; /* commands that it can have started */
    /* While it has so many it takes one only in the cycle after it retires. */
    bool full_waits;
    /* A command was taken: sets its done cycle, sooner or later, and the cycle
     * from which the engine can take another one. */
    void (*start)(struct sth_engine_state *engine, struct sth_flight *flight);
    /* Before it is looked at what retires: the oldest command's done cycle may
     * be later than was thought.  NULL: never. */
    void (*settle)(struct sth_engine_state *engine);
    /* Acts; called when the cycle that next() gives is reached.  NULL: never */
    void (*step)(struct sth_engine_state *engine);
    uint64_t (*next)(const struct sth_engine_state *engine);
    /* Adds what happened in [from, to) to its counters.  NULL: no such. */
    void (*count)(struct sth_engine_state *engine, uint64_t from, uint64_t to);
    /* What a command does to the memories; returns its digest.  Not SYNC. */
    uint32_t (*execute)(const struct sth_onchip *chip,
                        const struct sth_command *command, struct sth_mem *mem);
    /* Holds no command. */
    void (*reset)(struct sth_engine_state *engine);
};

/* Where an engine is: outlives it. */
struct sth_engine_site {
    const struct sth_params *params;
    struct sth_clock *clock;
    const struct sth_engine_port *port;
    uint64_t *counter; /* the counters; an engine adds to its own alone */
};

struct sth_engine_state {
    const struct sth_engine_ops *ops;
    const struct sth_params *params;
    struct sth_clock *clock;
    const struct sth_engine_port *port;
    uint64_t *counter;
    enum sth_engine number;
    int turn;

    struct sth_queued queue[STH_QUEUE_MAX];
    uint32_t queue_first;
    uint32_t queue_count;
    struct sth_flight flight[STH_FLIGHTS_MAX];
    uint32_t flight_first;
    uint32_t flight_count;
    uint64_t ready;      /* cycle from which it can take a command */
    uint64_t room_from;  /* the place in the queue that was left last is free */
    uint64_t last_done;  /* of any command: retirements are in order */
    uint64_t stop_from;  /* a fault: starts no command from then on */
    bool waits;          /* its oldest command lacks a semaphore */
    uint64_t waits_from; /* the cycle in which that was found */
    bool awaited;        /* the decoder holds a command for its full queue */
};

/*
 * For the engines themselves.
 */

/* Puts the engine into its turn, its queue empty. */
void sth_engine_init(struct sth_engine_state *engine,
                     const struct sth_engine_site *site, enum sth_engine number,
                     const struct sth_engine_ops *ops);

/* Does what is due now; an engine's step in its turn. */
void sth_engine_step(struct sth_engine_state *engine);

/* The started command that retires next; there is one. */
static inline struct sth_flight *sth_engine_oldest(struct sth_engine_state *e)
{
    return &e->flight[e->flight_first];
}

/* The command started last; there is one. */
static inline struct sth_flight *sth_engine_newest(struct sth_engine_state *e)
{
    return &e->flight[(e->flight_first + e->flight_count - 1) %
                      STH_FLIGHTS_MAX];
}

/* The place of a started command, below STH_FLIGHTS_MAX, as long as it is. */
static inline uint32_t sth_engine_place(const struct sth_engine_state *e,
                                        const struct sth_flight *flight)
{
    return (uint32_t)(flight - e->flight);
}

/* The command may retire in `done`, or as soon as the one before has. */
static inline void sth_engine_finish(struct sth_engine_state *engine,
                                     struct sth_flight *flight, uint64_t done)
{
    engine->last_done = sth_max64(engine->last_done + 1, done);
    flight->done = engine->last_done;
}

/*
 * For the rooms above.
 */

/* Holds no command, started or queued. */
void sth_engine_reset(struct sth_engine_state *engine);

/* Frees the engine; NULL is none. */
void sth_engine_destroy(struct sth_engine_state *engine);

/* After a fault: starts no command from the next cycle on. */
void sth_engine_stop(struct sth_engine_state *engine);

/* Queues a command; there must be room. */
void sth_engine_push(struct sth_engine_state *engine,
                     const struct sth_command *command, uint32_t index);

/* A place that was left in this cycle is not free yet. */
static inline bool sth_engine_full(const struct sth_engine_state *engine)
{
    uint32_t held = engine->room_from > engine->clock->now ? 1 : 0;

    return engine->queue_count + held >= engine->params->queue_depth;
}

/* Whether the decoder holds a command for its full queue: dispatch then acts
 * when a place is free. */
static inline void sth_engine_await(struct sth_engine_state *engine,
                                    bool awaited)
{
    engine->awaited = awaited;
    if (awaited && engine->room_from > engine->clock->now)
        sth_clock_wake(engine->clock, STH_TURN_DISPATCH, engine->room_from);
}

/* Semaphores were posted: it looks again in that cycle if it lacked one. */
static inline void sth_engine_posted(struct sth_engine_state *engine,
                                     uint64_t cycle)
{
    if (engine->waits)
        sth_clock_wake(engine->clock, engine->turn, cycle);
}

/* Whether it holds a started command. */
static inline bool sth_engine_busy(const struct sth_engine_state *engine)
{
    return engine->flight_count > 0;
}

/* Whether its oldest queued command was found to lack a semaphore. */
static inline bool sth_engine_waits(const struct sth_engine_state *engine)
{
    return engine->waits;
}

/* The i-th of the queued commands, the oldest first; NULL: fewer. */
static inline const struct sth_queued *
sth_engine_queued(const struct sth_engine_state *engine, uint32_t i)
{
    if (i >= engine->queue_count)
        return NULL;
    return &engine->queue[(engine->queue_first + i) % STH_QUEUE_MAX];
}

/* Whether it starts no command any more. */
static inline bool sth_engine_stopped(const struct sth_engine_state *engine)
{
    return engine->stop_from != STH_NEVER;
}

/* Finds the index of its oldest command, started or not; false: it has none. */
static inline bool sth_engine_first(const struct sth_engine_state *engine,
                                    uint32_t *index)
{
    if (engine->flight_count > 0)
        *index = engine->flight[engine->flight_first].index;
    else if (engine->queue_count > 0)
        *index = engine->queue[engine->queue_first].index;
    return engine->flight_count > 0 || engine->queue_count > 0;
}

#endif
