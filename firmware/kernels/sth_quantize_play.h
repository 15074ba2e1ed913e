/* Quantisation block by block, for those who do something else in between. */
#ifndef STH_QUANTIZE_PLAY_H
#define STH_QUANTIZE_PLAY_H

#include "sth_emit.h"
#include "sth_quantize.h"
#include "sth_rows.h"

struct sth_quantize_play {
    struct sth_schedule *s;
    const struct sth_quantize *q;
    struct sth_rows_plan plan;
    struct sth_cache x, out, scale;
    struct sth_buffer *largest, *factor; /* packed scalars */
    struct sth_buffer *given; /* the block's x on chip, where slots is 0 */
    uint32_t lanes;
    uint32_t block, row0, rows; /* current block of rows; row0 rows are done */
};

/*
 * Takes the buffers of a plan that fits.  Without slots there are none of x:
 * `given` holds whole rows, a chunk each, padded to whole tiles.
 */
void sth_quantize_play_init(struct sth_quantize_play *t, struct sth_schedule *s,
                            const struct sth_quantize *quantize,
                            const struct sth_rows_plan *plan);

/* Emits the next block of rows; false behind the last, or on an error. */
bool sth_quantize_play_rows(struct sth_quantize_play *t);

/* Loads the first chunk of the next block, if there is one. */
void sth_quantize_play_prefetch(struct sth_quantize_play *t);

#endif
