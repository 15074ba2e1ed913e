/* Rows by index. */
#include "sth_accept.h"
#include "sth_gather.h"
#include "sth_stream.h"

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    const struct sth_gather *op = job;
    struct sth_stream t;

    sth_stream_open(&t, s, op->out->rows, op->x->cols, plan);
    sth_stream_cache(&t, &t.a, op->x);
    for (; sth_stream_at_block(&t); sth_stream_next(&t)) {
        struct sth_block from = sth_stream_block(&t, &t.a, op->x);
        struct sth_block to = from;

        to.operand = op->out;
        sth_stream_move_rows(&t, &from, op->rows, sth_emit_load);
        sth_emit_store(s, &to);
    }
}

static void plan_and_play(struct sth_schedule *s, const struct sth_gather *op)
{
    const struct sth_rows_shape shape = {
        .rows = op->out->rows,
        .cols = op->x->cols,
        .in_bytes = sth_dtype_bytes(op->x->dtype),
        .out_bytes = sth_dtype_bytes(op->x->dtype),
    };
    struct sth_rows_plan plan;

    if (sth_rows_plan(&plan, s, "gather", &shape, play, op))
        play(s, op, &plan);
}

void sth_kernel_gather(struct sth_schedule *s, const struct sth_gather *op)
{
    if (sth_accept_gather(s, op))
        plan_and_play(s, op);
}
