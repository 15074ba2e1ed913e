/*
 * Blocks of rows and chunks of columns that stream through double buffers:
 * what elementwise operations and moves of rows share.
 */
#ifndef STH_STREAM_H
#define STH_STREAM_H

#include "sth_emit.h"
#include "sth_rows.h"

struct sth_stream {
    struct sth_schedule *s;
    struct sth_rows_plan plan;
    uint32_t lanes; /* columns of a chunk in whole tiles */
    uint32_t rows, cols;
    struct sth_cache a, b, out;
    /* The current block. */
    uint32_t index, row, row_count, col, col_count;
};

/* Begins an operation on rows x cols by a plan that fits. */
void sth_stream_open(struct sth_stream *t, struct sth_schedule *s,
                     uint32_t rows, uint32_t cols,
                     const struct sth_rows_plan *plan);

/* Buffers for blocks of an operand. */
void sth_stream_cache(struct sth_stream *t, struct sth_cache *cache,
                      const struct sth_operand *operand);

/* Settles the extent of the current block; false behind the last. */
bool sth_stream_at_block(struct sth_stream *t);
void sth_stream_next(struct sth_stream *t);

/* The current block of an operand in the next buffer of a cache. */
struct sth_block sth_stream_block(struct sth_stream *t, struct sth_cache *cache,
                                  const struct sth_operand *operand);
struct sth_tile sth_stream_tile(struct sth_stream *t,
                                const struct sth_block *b);

/* Loads or stores rows[i] of a block one run of neighbours at a time. */
void sth_stream_move_rows(struct sth_stream *t, const struct sth_block *whole,
                          const uint32_t *rows,
                          void (*emit)(struct sth_schedule *,
                                       const struct sth_block *));

#endif
