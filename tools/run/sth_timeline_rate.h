/*
 * What a run does a cycle, on average over equal stretches of it: the counters
 * of a timeline.  What a command moves is spread evenly over the cycles in
 * which it is the engine's oldest.
 */
#ifndef STH_TIMELINE_RATE_H
#define STH_TIMELINE_RATE_H

#include "sth_session.h"

enum sth_rate {
    STH_RATE_LOADED, /* bytes */
    STH_RATE_STORED, /* bytes */
    STH_RATE_ROWS,   /* activation rows into the array */
    STH_RATE_LANES,  /* elements that vector computes */
    STH_RATE_COUNT
};

struct sth_timeline_rates {
    uint64_t width; /* of a stretch, in cycles */
    uint32_t bins;
    double *rate[STH_RATE_COUNT]; /* of each stretch, then 0 */
};

/* Needs events and commands; false: out of memory. */
bool sth_timeline_rates(struct sth_timeline_rates *rates,
                        const struct sth_session *session);
void sth_timeline_rates_fini(struct sth_timeline_rates *rates);
const char *sth_timeline_rate_name(enum sth_rate rate);

#endif
