/*
 * The judge of plans on the host: plays candidates on the C model, time only,
 * and remembers what was decided for this chip and memory.  What it plays for a
 * choice is bounded: of long work the first blocks, and no more than shows
 * whether estimates hold.
 */
#ifndef STH_PLAN_JUDGE_H
#define STH_PLAN_JUDGE_H

#include "sth_config.h"
#include "sth_judge.h"
#include "sth_plan_book.h"
#include "sth_plan_chip.h"

struct sth_plan_judge;

/* Told what is proposed and what is taken. */
struct sth_plan_watch {
    void *user;
    /* A candidate and its cycles, by the first blocks unless it was played
     * whole; 0: it was not played. */
    void (*trial)(void *user, const struct sth_trial *trial, uint64_t cycles,
                  bool whole);
    /* The plan to be used; again: the book had it. */
    void (*taken)(void *user, const struct sth_plan_key *key, const void *plan,
                  bool again);
};

/* What planning took. */
struct sth_plan_effort {
    uint32_t choices; /* kernels and shapes that were planned */
    uint32_t plays;
    uint64_t cycles; /* of the plays */
    double seconds;  /* of the processor, searches and plays */
};

/*
 * NULL: out of memory.  What the book holds is taken, what is decided enters
 * it; it must outlive the judge.
 */
struct sth_plan_judge *sth_plan_judge_create(const struct sth_config *config,
                                             struct sth_plan_book *book);
void sth_plan_judge_destroy(struct sth_plan_judge *judge);

/* What firmware is given; valid until the judge is destroyed. */
const struct sth_judge *sth_plan_judge_hook(struct sth_plan_judge *judge);

/* Who is told from now on; NULL: nobody.  It must outlive the judge. */
void sth_plan_judge_watch(struct sth_plan_judge *judge,
                          const struct sth_plan_watch *watch);

struct sth_plan_effort
sth_plan_judge_effort(const struct sth_plan_judge *judge);

#endif
