/*
 * Row-wise operations in front of a product of their result: a few rows at a
 * time, while the array has the rows before.  Every value is what it is when
 * they are played on their own.
 */
#ifndef STH_PRELUDE_H
#define STH_PRELUDE_H

#include "sth_norm_play.h"
#include "sth_prelude_plan.h"
#include "sth_quantize_play.h"

/* In this order; either may be absent. */
struct sth_prelude {
    const struct sth_norm *norm;
    const struct sth_quantize *quantize;
    uint32_t first; /* rows before it have been played */
};

struct sth_prelude_play {
    const struct sth_prelude *prelude;
    uint32_t step; /* rows */
    uint32_t rows; /* whose source is there */
    uint32_t done; /* emitted so far */
    struct sth_norm_play norm;
    struct sth_quantize_play quantize;
};

/* On its own, before the product. */
void sth_prelude_run(struct sth_schedule *s, const struct sth_prelude *prelude);

/* Takes its buffers; all rows are there. */
void sth_prelude_init(struct sth_prelude_play *t, struct sth_schedule *s,
                      const struct sth_prelude *prelude,
                      const struct sth_prelude_plan *plan);

/* Emits steps until so many rows of the result are on their way. */
void sth_prelude_reach(struct sth_prelude_play *t, uint32_t rows);

#endif
