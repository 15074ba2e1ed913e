/* Weighted rows added to rows by index. */
#include "sth_accept.h"
#include "sth_scatter_add.h"
#include "sth_stream.h"

static void play(struct sth_schedule *s, const void *job, const void *plan)
{
    const struct sth_scatter_add *op = job;
    struct sth_stream t;

    sth_stream_open(&t, s, op->x->rows, op->x->cols, plan);
    sth_stream_cache(&t, &t.a, op->x);
    sth_stream_cache(&t, &t.b, op->out);
    sth_stream_cache(&t, &t.out, op->out);
    for (; sth_stream_at_block(&t); sth_stream_next(&t)) {
        struct sth_block a = sth_stream_block(&t, &t.a, op->x);
        struct sth_block b = sth_stream_block(&t, &t.b, op->out);
        struct sth_block d = sth_stream_block(&t, &t.out, op->out);

        sth_emit_load(s, &a);
        sth_stream_move_rows(&t, &b, op->rows, sth_emit_load);
        for (uint32_t i = 0; i < t.row_count; i++) {
            struct sth_pass v = {.rows = 1,
                                 .cols = t.col_count,
                                 .mul = STH_OPERAND_IMM,
                                 .mul_imm = op->weights[t.row + i],
                                 .add = STH_OPERAND_STREAM};
            struct sth_block ra = a, rb = b, rd = d;

            ra.offset = i * a.stride;
            rb.offset = i * b.stride;
            rd.offset = i * d.stride;
            v.x = sth_stream_tile(&t, &ra);
            v.z = sth_stream_tile(&t, &rb);
            v.d = sth_stream_tile(&t, &rd);
            sth_emit_vector(s, &v);
        }
        sth_stream_move_rows(&t, &d, op->rows, sth_emit_store);
    }
}

static void plan_and_play(struct sth_schedule *s,
                          const struct sth_scatter_add *op)
{
    const struct sth_rows_shape shape = {
        .rows = op->x->rows,
        .cols = op->x->cols,
        .in_bytes =
            sth_dtype_bytes(op->x->dtype) + sth_dtype_bytes(op->out->dtype),
        .out_bytes = sth_dtype_bytes(op->out->dtype),
    };
    struct sth_rows_plan plan;

    if (sth_rows_plan(&plan, s, "scatter_add", &shape, play, op))
        play(s, op, &plan);
}

void sth_kernel_scatter_add(struct sth_schedule *s,
                            const struct sth_scatter_add *op)
{
    if (sth_accept_scatter_add(s, op))
        plan_and_play(s, op);
}
