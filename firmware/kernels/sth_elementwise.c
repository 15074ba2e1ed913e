/* Elementwise products and sums. */
#include "sth_elementwise.h"
#include "sth_stream.h"

void sth_kernel_elementwise(struct sth_schedule *s,
                            const struct sth_elementwise *op)
{
    struct sth_stream t;

    if (!sth_stream_open(&t, s, op->out->rows, op->out->cols,
                         sth_dtype_bytes(op->a->dtype) +
                             sth_dtype_bytes(op->b->dtype),
                         sth_dtype_bytes(op->out->dtype)))
        return;
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
