#include "sth_progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 40 };

static const double DELAY_SECONDS = 2, REFRESH_SECONDS = 0.1;

double sth_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void sth_progress_begin(struct sth_progress *progress, const char *what)
{
    progress->what = what;
    progress->start = sth_now();
    progress->shown = 0;
    progress->terminal = isatty(STDERR_FILENO);
    progress->drawn = false;
}

void sth_progress_update(struct sth_progress *progress, double done)
{
    double now;
    int full;

    if (!progress->terminal)
        return;
    now = sth_now();
    if (now - progress->start < DELAY_SECONDS ||
        now - progress->shown < REFRESH_SECONDS)
        return;
    progress->shown = now;
    progress->drawn = true;
    full = (int)(done * WIDTH);
    fprintf(stderr, "\r%-12s [%.*s%*s] %3.0f %%  %.0f s", progress->what, full,
            "########################################", WIDTH - full, "",
            done * 100, now - progress->start);
    fflush(stderr);
}

void sth_progress_end(struct sth_progress *progress)
{
    if (progress->drawn)
        fprintf(stderr, "\r%*s\r", WIDTH + 40, "");
    progress->drawn = false;
}
