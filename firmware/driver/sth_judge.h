/*
 * Who decides between plans that estimates cannot tell apart.
 *
 * A kernel proposes the best of its candidates; whoever holds a model of the
 * chip may play them and say what each takes.  On the chip's own processor
 * nobody does, and the estimate decides.
 */
#ifndef STH_JUDGE_H
#define STH_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_plan_memory.h"
#include "sth_spec.h"

struct sth_schedule;

/* Candidates of a choice at most. */
#define STH_TRIAL_PLANS 24

/* How a kernel plans for any chip and memory. */
struct sth_planning {
    /* Fills the best, the best estimate first, and returns how many. */
    uint32_t (*propose)(void *plans, const struct sth_params *params,
                        const struct sth_plan_memory *memory,
                        const void *shape);
    /* Fills the estimate of a plan that fits the chip. */
    void (*estimate)(void *plan, const struct sth_params *params,
                     const struct sth_plan_memory *memory, const void *shape);
};

/* One operation by one plan. */
struct sth_trial {
    const struct sth_planning *planning; /* NULL: it plans for no other chip */
    /* Emits it; the schedule has no judge. */
    void (*play)(struct sth_schedule *schedule, const void *job,
                 const void *plan);
    /* Fills estimate and blocks. */
    void (*size)(struct sth_trial *trial);
    const void *job;
    const void *plan;
    uint32_t number;   /* among the candidates of a choice, from 0 */
    uint64_t estimate; /* cycles */
    uint32_t blocks;   /* of about as much work each; 0: it is played whole */
};

/* What a plan depends on besides chip and memory. */
struct sth_plan_key {
    const char *kernel;
    const void *shape; /* without padding */
    size_t bytes;
};

struct sth_judge {
    void *user;
    /*
     * Cycles of the operation alone on a chip at rest; 0: not played.
     * Candidates come in order of their numbers.
     */
    uint64_t (*cycles)(void *user, const struct sth_trial *trial);
    /*
     * All candidates of the chip were asked for; *plan is the best, of `count`
     * plans.  May put another in its place that fits the chip.
     */
    void (*others)(void *user, const struct sth_plan_key *key,
                   struct sth_trial *trial, const void *plans, uint32_t count,
                   void *plan);
    /* The plan that was kept under a key; false: there is none. */
    bool (*recall)(void *user, const struct sth_plan_key *key, void *plan,
                   size_t plan_bytes);
    void (*keep)(void *user, const struct sth_plan_key *key, const void *plan,
                 size_t plan_bytes);
};

#endif
