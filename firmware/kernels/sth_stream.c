/* Blocks that stream through double buffers. */
#include "sth_stream.h"

void sth_stream_open(struct sth_stream *t, struct sth_schedule *s,
                     uint32_t rows, uint32_t cols,
                     const struct sth_rows_plan *plan)
{
    t->s = s;
    t->plan = *plan;
    t->rows = rows;
    t->cols = cols;
    t->index = 0;
    t->lanes = sth_round_up(t->plan.block_cols, s->driver->params.array_cols);
    t->row = t->col = 0;
    sth_schedule_begin_operation(s);
}

void sth_stream_cache(struct sth_stream *t, struct sth_cache *cache,
                      const struct sth_operand *operand)
{
    sth_cache_init(cache, t->s, t->plan.depth,
                   t->plan.block_rows * t->lanes *
                       sth_dtype_bytes(operand->dtype));
}

bool sth_stream_at_block(struct sth_stream *t)
{
    if (t->row >= t->rows || !sth_schedule_next_block(t->s))
        return false;
    t->row_count = sth_min_u32(t->plan.block_rows, t->rows - t->row);
    t->col_count = sth_min_u32(t->plan.block_cols, t->cols - t->col);
    return true;
}

void sth_stream_next(struct sth_stream *t)
{
    t->index++;
    t->col += t->plan.block_cols;
    if (t->col >= t->cols) {
        t->col = 0;
        t->row += t->plan.block_rows;
    }
}

struct sth_block sth_stream_block(struct sth_stream *t, struct sth_cache *cache,
                                  const struct sth_operand *operand)
{
    bool hit;
    struct sth_block b = {.operand = operand,
                          .row = t->row,
                          .rows = t->row_count,
                          .col = t->col,
                          .cols = t->col_count,
                          .buffer = sth_cache_get(cache, t->index, &hit),
                          .stride = t->lanes * sth_dtype_bytes(operand->dtype)};

    return b;
}

struct sth_tile sth_stream_tile(struct sth_stream *t, const struct sth_block *b)
{
    return sth_tile_sp(t->s, b->buffer, b->offset, b->stride,
                       b->operand->dtype);
}

void sth_stream_move_rows(struct sth_stream *t, const struct sth_block *whole,
                          const uint32_t *rows,
                          void (*emit)(struct sth_schedule *,
                                       const struct sth_block *))
{
    uint32_t i = 0;

    while (i < t->row_count) {
        struct sth_block run = *whole;
        uint32_t n = 1;

        while (i + n < t->row_count &&
               rows[t->row + i + n] == rows[t->row + i] + n)
            n++;
        run.row = rows[t->row + i];
        run.rows = n;
        run.offset = i * whole->stride;
        run.continues = i != 0;
        emit(t->s, &run);
        i += n;
    }
}
