/* Normalisation block by block, for those who do something else in between. */
#ifndef STH_NORM_PLAY_H
#define STH_NORM_PLAY_H

#include "sth_emit.h"
#include "sth_norm.h"
#include "sth_rows.h"

struct sth_norm_play {
    struct sth_schedule *s;
    const struct sth_norm *n;
    struct sth_rows_plan plan;
    struct sth_cache x, out, gamma, beta;
    struct sth_buffer *temporary;           /* accumulator */
    struct sth_buffer *mean, *rstd, *shift; /* packed scalars */
    struct sth_buffer *result;              /* of the last chunk, on chip */
    uint32_t lanes;
    uint32_t block, row0, rows; /* current block of rows; row0 rows are done */
};

/* Takes the buffers of a plan that fits. */
void sth_norm_play_init(struct sth_norm_play *t, struct sth_schedule *s,
                        const struct sth_norm *norm,
                        const struct sth_rows_plan *plan);

/* Emits the next block of rows; false behind the last, or on an error. */
bool sth_norm_play_rows(struct sth_norm_play *t);

/* Loads the first chunk of the next block, if there is one. */
void sth_norm_play_prefetch(struct sth_norm_play *t);

#endif
