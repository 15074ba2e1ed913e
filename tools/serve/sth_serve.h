/*
 * A model that answers: the prompts of a batch at once, then a token of each
 * sequence in every step, each behind one more in the cache.  Time only, part
 * by part, equal parts simulated once.
 */
#ifndef STH_SERVE_H
#define STH_SERVE_H

#include "sth_serve_tally.h"
#include "sth_tracegen.h"

#include <stdio.h>

struct sth_serve_request {
    const char *name; /* of the model, as it was given */
    const struct sth_model *model;
    /* The prompts: seq new tokens behind past ones; seq 0: there are none. */
    struct sth_trace_request work;
    uint32_t generate; /* tokens of each sequence; with prompts the first is
                          theirs */
    uint32_t draws;    /* that often, with other choices of experts */
    struct sth_session_request session;        /* chip and plans */
    void (*progress)(void *user, double done); /* NULL: nobody is told */
    void *user;
};

/* One draw. */
struct sth_serve_run {
    bool has_prefill;
    struct sth_serve_tally prefill;
    struct sth_serve_tally *step;
    uint32_t steps;
};

struct sth_serve {
    struct sth_serve_request request;
    struct sth_serve_run *run; /* draws of them */
    uint32_t runs;
    uint32_t passes, parts, simulated;
    double seconds; /* of the host */
};

/* The steps behind the prompts. */
uint32_t sth_serve_steps(const struct sth_serve_request *request);

/*
 * What a pass through the model is asked for: of the prompts, step -1, or of a
 * step.  Where sequences have pasts of their own, those of a step go to pasts.
 */
struct sth_trace_request sth_serve_work(const struct sth_serve_request *request,
                                        uint32_t draw, int64_t step,
                                        uint32_t *pasts);

/*
 * Returns as sth_session_run() does, with a message in error unless it is 0.
 * fini in any case.
 */
int sth_serve_run(struct sth_serve *serve,
                  const struct sth_serve_request *request, char *error,
                  size_t error_size);
void sth_serve_fini(struct sth_serve *serve);

/* Figures of the whole, means over all draws, at the chip's clock; 0 where
 * there is no prompt or no step. */
struct sth_serve_rates {
    double first, each, all; /* seconds: prompts, a step, both and all steps */
    double batch, sequence;  /* tokens a second */
    /* A token of a step. */
    double macs;
    double read[STH_TRAFFIC_CLASSES], written[STH_TRAFFIC_CLASSES];
};

struct sth_serve_rates sth_serve_rates(const struct sth_serve *serve);
double sth_serve_seconds(const struct sth_serve *serve, double cycles);

/* The sum of a step, of all draws, and of how many. */
struct sth_serve_sum sth_serve_steps_sum(const struct sth_serve *serve,
                                         uint64_t *count);

/* The same figures as text and as JSON; docs/cli.md lists the keys. */
void sth_serve_text(FILE *out, const struct sth_serve *serve);
bool sth_serve_json(FILE *out, const struct sth_serve *serve);

#endif
