/* The fault half of `systolith random`. */
#ifndef STH_FAULT_CAMPAIGN_H
#define STH_FAULT_CAMPAIGN_H

#include "sth_backend.h"
#include "sth_config.h"

struct sth_fault_campaign {
    const char *config_name; /* as the user gave it */
    const struct sth_config *config;
    const struct sth_backend *backend; /* NULL: the C model alone */
    uint64_t seed, count;
    uint32_t length; /* commands in a program */
};

/* Runs and prints; returns the exit code. */
int sth_fault_campaign(const struct sth_fault_campaign *campaign);

#endif
