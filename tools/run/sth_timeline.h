/*
 * The timeline of a run, as trace events that Perfetto and chrome://tracing
 * open; a microsecond there is a cycle here.
 *
 * Slices of a track never overlap: commands that an engine has started at the
 * same time, and operations that overlap, have a track each.  Every command
 * names its operation.
 */
#ifndef STH_TIMELINE_H
#define STH_TIMELINE_H

#include "sth_session.h"

#include <stdio.h>

/* About what a command takes in the timeline of a long run. */
#define STH_TIMELINE_COMMAND_BYTES 350

/* Needs the session's events; false: it cannot be written. */
bool sth_timeline_write(FILE *out, const struct sth_session *session);

#endif
