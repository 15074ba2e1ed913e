/*
 * The choice between a kernel's candidates: a short list by estimate, and the
 * judge's word where there is a judge.
 */
#ifndef STH_CHOICE_H
#define STH_CHOICE_H

#include "sth_schedule.h"

/*
 * The number of the plan to take out of `count` plans of plan_bytes each, the
 * best estimate first.  trial->plan, number and estimate are set for each.
 * estimate_at() reads the estimate out of a plan.
 */
uint32_t sth_choice(struct sth_schedule *s, struct sth_trial *trial,
                    const void *plans, uint32_t count, size_t plan_bytes,
                    uint64_t (*estimate_at)(const void *plan));

/* What the judge keeps, if there is one; see there. */
bool sth_choice_recall(struct sth_schedule *s, const struct sth_plan_key *key,
                       void *plan, size_t plan_bytes);
void sth_choice_keep(struct sth_schedule *s, const struct sth_plan_key *key,
                     const void *plan, size_t plan_bytes);

#endif
