/*
 * The choice between a kernel's candidates: a short list by estimate, and the
 * judge's word where there is a judge.
 */
#ifndef STH_CHOICE_H
#define STH_CHOICE_H

#include "sth_schedule.h"

/* What was chosen for the key before, if there is a judge and it was asked. */
bool sth_choice_recall(struct sth_schedule *s, const struct sth_plan_key *key,
                       void *plan, size_t plan_bytes);

/*
 * Copies the plan to take to *plan, out of `count` plans of plan_bytes each,
 * the best estimate first, or one of another chip's that the judge knows, and
 * remembers it.  trial->plan and number are set for each.  False and the error
 * SPACE when there is none.
 */
bool sth_choice_take(struct sth_schedule *s, const struct sth_plan_key *key,
                     struct sth_trial *trial, const void *plans, uint32_t count,
                     void *plan, size_t plan_bytes);

#endif
