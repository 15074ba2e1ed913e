/* Reports of a run: text, JSON, events. */
#ifndef STH_REPORT_H
#define STH_REPORT_H

#include "sth_session.h"

#include <stdio.h>

/* What a person reads: figures, bars of busy and stalled cycles, verdict. */
void sth_report_text(FILE *out, const struct sth_session *session);

/* The same as one JSON object; docs/cli.md lists its keys. */
bool sth_report_json(FILE *out, const struct sth_session *session);

/* One line a retired command: index, engine, start, end, digest, text. */
/* About what a command takes there. */
#define STH_REPORT_EVENT_BYTES 130
void sth_report_events(FILE *out, const struct sth_session *session);

#endif
