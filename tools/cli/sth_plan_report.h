/*
 * What `systolith plan` says of the plans of a run: each with what bounds its
 * operation, its cycles, and the best of those that were not taken.
 */
#ifndef STH_PLAN_REPORT_H
#define STH_PLAN_REPORT_H

#include "sth_plan_judge.h"
#include "sth_session.h"

#include <jansson.h>
#include <stdio.h>

struct sth_plan_report;

/* Reports the plans of a session that is to run, and names them in the book.
 * NULL: out of memory. */
struct sth_plan_report *
sth_plan_report_create(const struct sth_session *session,
                       struct sth_plan_book *book);
void sth_plan_report_destroy(struct sth_plan_report *report);

/* What the session's judge tells; as long as the report. */
const struct sth_plan_watch *
sth_plan_report_watch(struct sth_plan_report *report);

/* After the run. */
void sth_plan_report_text(FILE *out, const struct sth_plan_report *report);
/* An array with an object for each plan, and the effort; new references. */
json_t *sth_plan_report_json(const struct sth_plan_report *report);
json_t *sth_plan_report_effort(const struct sth_plan_report *report);

#endif
