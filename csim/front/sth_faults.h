/*
 * The fault of the core: detected by anybody, kept until it is reported.
 */
#ifndef STH_FAULTS_H
#define STH_FAULTS_H

#include "sth_counters.h"
#include "sth_status.h"

struct sth_faults {
    struct sth_status *status;
    struct sth_counters *counters;
    bool pending; /* detected; still so when it is reported */
    enum sth_fault code;
    uint32_t index;
    uint64_t addr;
    bool given_up;      /* the watchdog ended the wait: no more are recorded */
    uint64_t since;     /* cycle in which the first was detected */
    uint64_t stop_from; /* the front end hands on nothing from then on */
};

/* There is none. */
void sth_faults_reset(struct sth_faults *faults);

/* Detects a fault now: the front end stops with the next cycle.  Of several
 * the oldest command's wins; one that is reported stays. */
void sth_faults_raise(struct sth_faults *faults, enum sth_fault code,
                      uint32_t index, uint64_t addr);

/* Whether one is detected, reported or not. */
static inline bool sth_faults_pending(const struct sth_faults *faults)
{
    return faults->pending;
}

/* Makes the pending fault visible and raises its interrupt. */
void sth_faults_report(struct sth_faults *faults);

#endif
