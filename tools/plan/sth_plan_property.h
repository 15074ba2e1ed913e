/*
 * The property of plans: a better chip is never slower, a larger memory never
 * refuses, and more rows never cost less.
 */
#ifndef STH_PLAN_PROPERTY_H
#define STH_PLAN_PROPERTY_H

#include <stdint.h>

#include "sth_config.h"
#include "sth_plan_work.h"

enum sth_plan_question {
    STH_PLAN_REFUSAL,    /* refused, though half of a memory takes it */
    STH_PLAN_DOUBLING,   /* one parameter doubled, but the array's */
    STH_PLAN_ARRAY_ROWS, /* its rows */
    STH_PLAN_ARRAY_COLS, /* its columns */
    STH_PLAN_MORE_ROWS,
    STH_PLAN_QUESTIONS
};

/* One answer; cycles are zero where firmware refused. */
struct sth_plan_answer {
    enum sth_plan_question question;
    uint64_t seed;
    const char *parameter; /* what grew */
    const struct sth_config *config;
    const struct sth_plan_work *work; /* of the smaller */
    uint64_t smaller, larger;         /* cycles */
    /* Of the larger chip by the plans of the smaller, where it is slower by
     * more than one percent and they fit; otherwise 0. */
    uint64_t same;
};

/* Draws chip and work of a seed. */
void sth_plan_draw(uint64_t seed, struct sth_config *config,
                   struct sth_plan_work *work);

/* Asks everything about a seed and tells each answer. */
void sth_plan_ask(uint64_t seed,
                  void (*tell)(void *user, const struct sth_plan_answer *),
                  void *user);

/*
 * How much worse the larger is, in percent: of the smaller's cycles, or, where
 * more work took less time, of the larger's.  Below zero: better.
 */
double sth_plan_loss(const struct sth_plan_answer *answer);

/*
 * The part of a loss that is the plan's: what the plans of the smaller chip
 * would save on the larger one.  The rest is the chip's.
 */
double sth_plan_loss_of_plan(const struct sth_plan_answer *answer);

#endif
