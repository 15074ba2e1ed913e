/* Copies. */
#include "sth_accept.h"
#include "sth_copy.h"
#include "sth_stream.h"

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    const struct sth_copy *op = job;
    struct sth_stream t;

    sth_stream_open(&t, s, op->x->rows, op->x->cols, plan);
    sth_stream_cache(&t, &t.a, op->x);
    for (; sth_stream_at_block(&t); sth_stream_next(&t)) {
        struct sth_block from = sth_stream_block(&t, &t.a, op->x);
        struct sth_block to = from;

        to.operand = op->out;
        sth_emit_load(s, &from);
        sth_emit_store(s, &to);
    }
}

static void plan_and_play(struct sth_schedule *s, const struct sth_copy *op)
{
    const struct sth_rows_shape shape = {
        .rows = op->x->rows,
        .cols = op->x->cols,
        .in_bytes = sth_dtype_bytes(op->x->dtype),
        .out_bytes = sth_dtype_bytes(op->x->dtype),
    };
    struct sth_rows_plan plan;

    if (sth_rows_plan(&plan, s, "copy", &shape, play, op))
        play(s, op, &plan);
}

void sth_kernel_copy(struct sth_schedule *s, const struct sth_copy *op)
{
    if (sth_accept_copy(s, op))
        plan_and_play(s, op);
}
