/* Elementwise products and sums. */
#include "sth_accept.h"
#include "sth_elementwise.h"
#include "sth_stream.h"

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    const struct sth_elementwise *op = job;
    struct sth_stream t;

    sth_stream_open(&t, s, op->out->rows, op->out->cols, plan);
    sth_stream_cache(&t, &t.a, op->a);
    sth_stream_cache(&t, &t.b, op->b);
    sth_stream_cache(&t, &t.out, op->out);
    for (; sth_stream_at_block(&t); sth_stream_next(&t)) {
        struct sth_block a = sth_stream_block(&t, &t.a, op->a);
        struct sth_block b = sth_stream_block(&t, &t.b, op->b);
        struct sth_block out = sth_stream_block(&t, &t.out, op->out);
        struct sth_pass v = {.rows = t.row_count,
                             .cols = t.col_count,
                             .x = sth_stream_tile(&t, &a),
                             .d = sth_stream_tile(&t, &out)};

        if (op->add) {
            v.add = STH_OPERAND_STREAM;
            v.z = sth_stream_tile(&t, &b);
        } else {
            v.mul = STH_OPERAND_STREAM;
            v.y = sth_stream_tile(&t, &b);
        }
        sth_emit_load(s, &a);
        sth_emit_load(s, &b);
        sth_emit_vector(s, &v);
        sth_emit_store(s, &out);
    }
}

static void plan_and_play(struct sth_schedule *s,
                          const struct sth_elementwise *op)
{
    const struct sth_rows_shape shape = {
        .rows = op->out->rows,
        .cols = op->out->cols,
        .in_bytes =
            sth_dtype_bytes(op->a->dtype) + sth_dtype_bytes(op->b->dtype),
        .out_bytes = sth_dtype_bytes(op->out->dtype),
    };
    struct sth_rows_plan plan;

    if (sth_rows_plan(&plan, s, "elementwise", &shape, play, op))
        play(s, op, &plan);
}

void sth_kernel_elementwise(struct sth_schedule *s,
                            const struct sth_elementwise *op)
{
    if (sth_accept_elementwise(s, op))
        plan_and_play(s, op);
}
