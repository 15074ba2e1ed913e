/*
 * Which commands happened before which, by vector clocks.
 *
 * A semaphore's n-th post pairs with its n-th wait, which has a meaning as long
 * as one engine posts it and one waits for it.  A wait learns what the posting
 * command knew.
 */
#ifndef STH_ORDER_H
#define STH_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"

enum {
    STH_ORDER_POSTS_MAX = 256, /* of one semaphore, not yet waited for */
    STH_ORDER_NO_ENGINE = 0xff
};

/* before[e]: commands of engine e below this index happened before. */
struct sth_order_clock {
    uint32_t before[STH_ENGINE_COUNT];
};

struct sth_order_semaphore {
    struct sth_order_clock post[STH_ORDER_POSTS_MAX]; /* ring */
    uint32_t first;
    uint32_t count;
    uint8_t poster, waiter; /* the first that did */
    bool misused;
};

struct sth_order {
    struct sth_order_clock clock[STH_ENGINE_COUNT];
    struct sth_order_semaphore semaphore[STH_SEMAPHORES];
};

/* No command has run. */
void sth_order_reset(struct sth_order *order);

/*
 * A command of an engine takes its waits, or posts with what it knew.  Both
 * return the semaphores that are misused as of now: another engine posted or
 * waited before.  Each is returned once.
 */
uint32_t sth_order_wait(struct sth_order *order, uint32_t engine,
                        uint32_t waits);
uint32_t sth_order_post(struct sth_order *order, uint32_t engine,
                        uint32_t posts, const struct sth_order_clock *clock);

/* The commands below an index have retired, and no other had been announced:
 * they happened before all that follow. */
void sth_order_drained(struct sth_order *order, uint32_t index);

/* Whether a command happened before what `engine` now runs. */
static inline bool sth_order_before(const struct sth_order *order,
                                    uint32_t engine, uint32_t other_engine,
                                    uint32_t other_index)
{
    return other_index < order->clock[engine].before[other_engine];
}

#endif
