/* The platform's part of a report: lines behind those of the session. */
#ifndef STH_VP_REPORT_H
#define STH_VP_REPORT_H

#include "sth_vp_compare.h"
#include "sth_vp_job.h"

#include <jansson.h>

/* A run on one backend, and what it is compared with. */
struct sth_vp_outcome {
    const char *name; /* of the backend */
    struct sth_vp_result result;
    bool has_run;
    struct sth_vp_compared host; /* with the host's firmware, if commands */
    double host_seconds;         /* that one took, of the host's processor */
};

/* How the processor spent the run; how it ended, unless all is well. */
void sth_vp_report_text(FILE *out, const struct sth_vp_outcome *outcome);

/* The same for "platform" in a report. */
json_t *sth_vp_report_json(const struct sth_vp_outcome *outcome);

/*
 * 100 times the cycles that the commands take longer than driven by the host in
 * no time, from the first to the last, over all that they take; NaN: it has not
 * been compared.
 */
double sth_vp_share_pct(const struct sth_vp_outcome *outcome);

#endif
