/*
 * The exit status of a run: that of firmware, when it ended the run, else one
 * of these.
 */
#ifndef STH_VP_STATUS_H
#define STH_VP_STATUS_H

#include "sth_vp_job.h"

enum sth_vp_status {
    STH_VP_STATUS_ASLEEP = 100, /* the processor waits, nothing can wake it */
    STH_VP_STATUS_STOP,         /* the processor stopped: see its report */
    STH_VP_STATUS_CHIP,         /* what is around an accelerator broke */
    STH_VP_STATUS_LIMIT,        /* --cycles were over */
    STH_VP_STATUS_QUIT,         /* a debugger ended it */
    STH_VP_STATUS_DIAGNOSTIC,   /* the sanitizer, or the outputs' check */
    STH_VP_STATUS_DIFFERS       /* two runs that are compared */
};

/* Of firmware: its own, at most 99. */
int sth_vp_status(const struct sth_vp_result *result);

#endif
