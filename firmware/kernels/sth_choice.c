/* The choice between a kernel's candidates. */
#include "sth_choice.h"

uint32_t sth_choice(struct sth_schedule *s, struct sth_trial *trial,
                    const void *plans, uint32_t count, size_t plan_bytes,
                    uint64_t (*estimate_at)(const void *plan))
{
    uint64_t least = 0;
    uint32_t best = 0;

    if (s->judge == NULL || count < 2)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t cycles;

        trial->plan = (const unsigned char *)plans + i * plan_bytes;
        trial->estimate = estimate_at(trial->plan);
        trial->number = i;
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

void sth_choice_keep(struct sth_schedule *s, const struct sth_plan_key *key,
                     const void *plan, size_t plan_bytes)
{
    if (s->judge != NULL)
        s->judge->keep(s->judge->user, key, plan, plan_bytes);
}
