/*
 * Counters by interval: between two changes of state every cycle counts the
 * same, so a change first accounts for the cycles that have passed.
 */
#ifndef STH_COUNTERS_H
#define STH_COUNTERS_H

#include "sth_engine.h"
#include "sth_status.h"

struct sth_counters {
    const struct sth_clock *clock;
    const struct sth_status *status;
    struct sth_engine_state *const *engine;
    uint64_t counter[STH_CNT_COUNT];     /* engines add to their own */
    uint64_t counted;                    /* the cycles before this one */
    uint64_t commands[STH_ENGINE_COUNT]; /* retired since creation */
};

/* All counters but `commands` are zero and count from now on. */
void sth_counters_reset(struct sth_counters *counters);

/* Counts the cycles before now; call before any state changes. */
void sth_counters_advance(struct sth_counters *counters);

/* Bytes, products and commands of a retired command. */
void sth_counters_retire(struct sth_counters *counters, enum sth_engine engine,
                         const struct sth_command *command);

/* The counters by number (enum sth_counter), up to the last
 * sth_counters_advance(); engines count in them. */
static inline uint64_t *sth_counters_values(struct sth_counters *counters)
{
    return counters->counter;
}

/* Commands that each engine has retired since creation. */
static inline const uint64_t *
sth_counters_commands(const struct sth_counters *counters)
{
    return counters->commands;
}

#endif
