/* The choice between a kernel's candidates. */
#include <string.h>

#include "sth_choice.h"

/* The number of the best plan, by the judge where there is one. */
static uint32_t best_of(struct sth_schedule *s, struct sth_trial *trial,
                        const void *plans, uint32_t count, size_t plan_bytes)
{
    uint64_t least = 0;
    uint32_t best = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t cycles;

        trial->plan = (const unsigned char *)plans + i * plan_bytes;
        trial->number = i;
        trial->size(trial);
        cycles = s->judge->cycles(s->judge->user, trial);
        if (cycles != 0 && (least == 0 || cycles < least)) {
            least = cycles;
            best = i;
        }
    }
    return best;
}

bool sth_choice_recall(struct sth_schedule *s, const struct sth_plan_key *key,
                       void *plan, size_t plan_bytes)
{
    return s->judge != NULL &&
           s->judge->recall(s->judge->user, key, plan, plan_bytes);
}

bool sth_choice_take(struct sth_schedule *s, const struct sth_plan_key *key,
                     struct sth_trial *trial, const void *plans, uint32_t count,
                     void *plan, size_t plan_bytes)
{
    uint32_t best = 0;

    if (count == 0) {
        sth_schedule_fail(s, STH_FW_ERR_SPACE);
        return false;
    }
    if (s->judge != NULL && (count > 1 || trial->planning != NULL))
        best = best_of(s, trial, plans, count, plan_bytes);
    memcpy(plan, (const unsigned char *)plans + best * plan_bytes, plan_bytes);
    if (s->judge != NULL) {
        s->judge->others(s->judge->user, key, trial, plans, count, plan);
        s->judge->keep(s->judge->user, key, plan, plan_bytes);
    }
    return true;
}
