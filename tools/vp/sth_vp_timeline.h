/* The processor's part of a timeline. */
#ifndef STH_VP_TIMELINE_H
#define STH_VP_TIMELINE_H

#include "sth_vp_log.h"

#include <stdio.h>

/* Trace events as those of sth_timeline.h, each behind ",\n"; NULL: none. */
void sth_vp_timeline(FILE *out, const struct sth_vp_log *log);

#endif
