/*
 * The clock of one core: the present cycle, and who acts next.
 *
 * Time jumps from event to event.  Everything in a core that acts has a turn
 * and says in next[] when it will have something to do; the event loop takes
 * the smallest of these cycles and lets all that are due act.  It knows them
 * by their step function alone.
 *
 * An actor may go on by itself, moving `now`, up to the cycle in which another
 * may act (sth_clock_alone()).  Nothing outside of the core acts on what the
 * core sees, memory included, before `until`: with several cores on one memory
 * whoever runs them sets it to where the next of the others begins.
 */
#ifndef STH_CLOCK_H
#define STH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"
#include "sth_time.h"

/*
 * The order in one cycle.  Whatever one actor does reaches another in the next
 * cycle at the earliest, so it matters in three places alone: memory sees
 * addresses in the order of the bus (fetch's read first; load's waits while
 * there is one), a place that an engine frees in its queue can be
 * filled at once, and posts of one cycle count together.
 */
enum sth_turn {
    STH_TURN_FETCH,
    STH_TURN_ENGINE, /* the first of them, in the order of enum sth_engine */
    STH_TURN_DISPATCH = STH_TURN_ENGINE + STH_ENGINE_COUNT,
    STH_TURN_SEMAPHORES,
    STH_TURN_CONTROL,
    STH_TURNS
};

/* Why nobody may go on by itself: the core is watched event by event. */
enum sth_hold {
    STH_HOLD_IN_ORDER = 1, /* always, for tests */
    STH_HOLD_IRQ = 2,      /* the interrupt line is high */
    STH_HOLD_FAULT = 4,    /* a fault was detected */
    STH_HOLD_RESET = 8     /* a soft reset waits for the bus */
};

struct sth_actor {
    void (*step)(void *block);
    void *block;
};

struct sth_clock {
    uint64_t now;   /* the present cycle; its events are still to come */
    uint64_t until; /* the end of what is known from outside */
    uint64_t next[STH_TURNS];
    uint32_t holds; /* enum sth_hold */
    bool instant;   /* data only: work takes hardly any cycles */
    struct sth_actor actor[STH_TURNS];
};

/* Cycle 0, nobody on it. */
static inline void sth_clock_init(struct sth_clock *clock)
{
    *clock = (struct sth_clock){0};
    for (int turn = 0; turn < STH_TURNS; turn++)
        clock->next[turn] = STH_NEVER;
}

/* From now on step(block) is called when next[turn] is reached. */
static inline void sth_clock_enlist(struct sth_clock *clock, int turn,
                                    void (*step)(void *block), void *block)
{
    clock->actor[turn] = (struct sth_actor){step, block};
}

/* Lets an actor act in `cycle` at the latest. */
static inline void sth_clock_wake(struct sth_clock *clock, int turn,
                                  uint64_t cycle)
{
    clock->next[turn] = sth_min64(clock->next[turn], cycle);
}

/* The cycle of the next event. */
static inline uint64_t sth_clock_next(const struct sth_clock *clock)
{
    uint64_t next = clock->next[0];

    for (int turn = 1; turn < STH_TURNS; turn++)
        next = sth_min64(next, clock->next[turn]);
    return next;
}

static inline void sth_clock_hold(struct sth_clock *clock, enum sth_hold why,
                                  bool on)
{
    clock->holds = on ? clock->holds | why : clock->holds & ~(uint32_t)why;
}

/* Whether a soft reset waits for the bus: no command is dispatched or starts.
 */
static inline bool sth_clock_resets(const struct sth_clock *clock)
{
    return (clock->holds & STH_HOLD_RESET) != 0;
}

/*
 * The cycle before which nobody but the actor has anything to do, as long as
 * it wakes nobody itself: it may go on until then.  What an engine wakes others
 * by is a retirement, and a start while the decoder waits for its queue.  At
 * most now when somebody is due.
 */
static inline uint64_t sth_clock_alone(const struct sth_clock *clock, int turn)
{
    uint64_t alone = clock->until;

    if (clock->holds != 0)
        return clock->now;
    for (int other = 0; other < STH_TURNS; other++) {
        if (other != turn)
            alone = sth_min64(alone, clock->next[other]);
    }
    return alone;
}

#endif
