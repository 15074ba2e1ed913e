/* How figures of several draws of experts spread. */
#ifndef STH_SERVE_SPREAD_H
#define STH_SERVE_SPREAD_H

#include "sth_serve.h"

/* What is measured in cycles, in each draw once or more often. */
enum sth_serve_measure {
    STH_SERVE_FIRST,       /* the prompts, with the first token */
    STH_SERVE_FIRST_LAYER, /* a layer with experts in that */
    STH_SERVE_EACH,        /* a step */
    STH_SERVE_EACH_LAYER,  /* a layer with experts in that */
    STH_SERVE_MEASURES
};

struct sth_serve_spread {
    uint64_t count; /* 0: not measured */
    double mean, deviation;
    uint64_t least, p5, median, p95, most; /* of the values themselves */
};

const char *sth_serve_measure_name(enum sth_serve_measure measure);

/* False: out of memory. */
bool sth_serve_spread(struct sth_serve_spread *spread,
                      const struct sth_serve *serve,
                      enum sth_serve_measure measure);

/* Of values, which are sorted. */
void sth_serve_spread_of(struct sth_serve_spread *spread, uint64_t *value,
                         uint64_t count);

#endif
