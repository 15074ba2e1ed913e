/*
 * A progress bar on standard error: only on a terminal, and only for work that
 * has taken more than two seconds.
 */
#ifndef STH_PROGRESS_H
#define STH_PROGRESS_H

#include <stdbool.h>

struct sth_progress {
    const char *what;
    double start, shown; /* seconds */
    bool terminal, drawn;
};

void sth_progress_begin(struct sth_progress *progress, const char *what);
/* done in 0..1 */
void sth_progress_update(struct sth_progress *progress, double done);
/* Removes the bar. */
void sth_progress_end(struct sth_progress *progress);

/* Seconds of a monotonic clock. */
double sth_now(void);

#endif
