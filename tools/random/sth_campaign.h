/* What a campaign of random programs amounts to, as text and as JSON. */
#ifndef STH_CAMPAIGN_H
#define STH_CAMPAIGN_H

#include "sth_config.h"
#include "sth_lateness.h"
#include "sth_random_run.h"

#include <stdio.h>

/* Sums over the programs; set to zero but for the first two. */
struct sth_campaign {
    const struct sth_config *config;
    bool in_step; /* beside the RTL, not csim alone */
    uint64_t passed, failed, commands, rtl_cycles;
    /* Of programs on an orderly bus, the only ones with cycles to judge. */
    struct sth_lateness_sum timed;
    struct sth_fidelity fidelity;
    uint64_t inexact_seed; /* of the first program with an inexact command */
};

void sth_campaign_add(struct sth_campaign *campaign, uint64_t seed,
                      const struct sth_random_result *result);

/* Whether every program passed and enough of the commands are exact. */
bool sth_campaign_passed(const struct sth_campaign *campaign);

/* One line of sums; with RTL what is known of cycles, and what is too much. */
bool sth_campaign_text(FILE *out, const struct sth_campaign *campaign);

/* docs/verification.md lists the keys. */
bool sth_campaign_json(FILE *out, const struct sth_campaign *campaign);

#endif
