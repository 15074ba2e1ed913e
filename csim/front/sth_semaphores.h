/* Sixteen counters of 0 to 255: taken at start, posted at retirement. */
#ifndef STH_SEMAPHORES_H
#define STH_SEMAPHORES_H

#include "sth_engine.h"
#include "sth_faults.h"

/* A post of this cycle. */
struct sth_post {
    uint32_t index;
    enum sth_engine engine;
    uint32_t mask;
};

struct sth_semaphores {
    struct sth_clock *clock;
    struct sth_faults *faults;
    struct sth_engine_state *const *engine;
    uint8_t count[STH_SEMAPHORES];
    uint32_t taken; /* those taken in the cycle taken_in */
    uint64_t taken_in;
    struct sth_post post[STH_ENGINE_COUNT];
    uint32_t posts;
};

/* Takes its turn on the clock, all its other members set. */
void sth_semaphores_init(struct sth_semaphores *semaphores);

/* All are zero. */
void sth_semaphores_reset(struct sth_semaphores *semaphores);

/* Whether all of a mask are above zero. */
bool sth_semaphores_ready(const struct sth_semaphores *semaphores,
                          uint32_t mask);

/*
 * The cycle from which a command can take all of a mask: now; the next one, all
 * being above zero but one taken now by another; or STH_NEVER.
 */
uint64_t sth_semaphores_from(const struct sth_semaphores *semaphores,
                             uint32_t mask);

/* Takes one of each, as may be done now. */
void sth_semaphores_take(struct sth_semaphores *semaphores, uint32_t mask);

/*
 * A retired command posts to each of a mask, which is visible in the next
 * cycle; at most one command of each engine in a cycle.  What goes beyond 255
 * is lost and a fault of those that posted there.
 */
void sth_semaphores_post(struct sth_semaphores *semaphores,
                         enum sth_engine engine, uint32_t index, uint32_t mask);

#endif
