/*
 * The judge of plans on the host: plays candidates on the C model, time only,
 * and remembers what was decided for this chip and memory.
 */
#ifndef STH_PLAN_JUDGE_H
#define STH_PLAN_JUDGE_H

#include "sth_config.h"
#include "sth_judge.h"
#include "sth_plan_memory.h"

struct sth_plan_judge;

/* NULL: out of memory. */
struct sth_plan_judge *sth_plan_judge_create(const struct sth_config *config);
void sth_plan_judge_destroy(struct sth_plan_judge *judge);

/* What firmware is given; valid until the judge is destroyed. */
const struct sth_judge *sth_plan_judge_hook(struct sth_plan_judge *judge);

/* What plans shall know of a chip's memory. */
struct sth_plan_memory sth_plan_memory_of(const struct sth_config *config);

#endif
