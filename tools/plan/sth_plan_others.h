/* What chips would take that are worse in a single parameter, and this for more
 * work. */
#ifndef STH_PLAN_OTHERS_H
#define STH_PLAN_OTHERS_H

#include "sth_config.h"
#include "sth_judge.h"
#include "sth_plan_chip.h"

/* Plans of each chip, and bytes of a plan of any kernel at most. */
enum { STH_PLAN_OTHERS_EACH = 12, STH_PLAN_BYTES_MAX = 128 };

/* The candidates of a chip itself. */
struct sth_plan_candidates {
    const struct sth_planning *planning;
    const struct sth_plan_key *key;
    const void *plans;
    uint32_t count; /* up to STH_TRIAL_PLANS */
};

struct sth_plan_others {
    uint32_t count;
    uint64_t plan[(STH_PLAN_LESSERS + 1) * STH_PLAN_OTHERS_EACH]
                 [STH_PLAN_BYTES_MAX / sizeof(uint64_t)];
};

/* Bytes of a plan of a kernel. */
size_t sth_plan_bytes(const struct sth_plan_key *key);

/*
 * Fills plans that fit the chip, each cut in another way and none of them as
 * its own: the best of each lesser chip and of a row more, then the second of
 * each, and so on.  Their estimates are those of there.
 */
void sth_plan_others_collect(struct sth_plan_others *others,
                             const struct sth_config *config,
                             const struct sth_plan_candidates *own);

static inline void *sth_plan_others_plan(struct sth_plan_others *others,
                                         uint32_t i)
{
    return others->plan[i];
}

#endif
