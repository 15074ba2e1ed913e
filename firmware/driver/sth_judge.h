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

struct sth_schedule;

/* One operation by one plan. */
struct sth_trial {
    /* Emits it; the schedule has no judge. */
    void (*play)(struct sth_schedule *schedule, const void *job,
                 const void *plan);
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
    /* The plan that was kept under a key; false: there is none. */
    bool (*recall)(void *user, const struct sth_plan_key *key, void *plan,
                   size_t plan_bytes);
    void (*keep)(void *user, const struct sth_plan_key *key, const void *plan,
                 size_t plan_bytes);
};

#endif
