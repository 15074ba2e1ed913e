/* Copies. */
#include "sth_copy.h"
#include "sth_stream.h"

void sth_kernel_copy(struct sth_schedule *s, const struct sth_copy *op)
{
    struct sth_stream t;
    uint32_t es = sth_dtype_bytes(op->x->dtype);

    if (!sth_stream_open(&t, s, op->x->rows, op->x->cols, es, es))
        return;
    sth_stream_cache(&t, &t.a, op->x);
    for (; sth_stream_at_block(&t); sth_stream_next(&t)) {
        struct sth_block from = sth_stream_block(&t, &t.a, op->x);
        struct sth_block to = from;

        to.operand = op->out;
        sth_emit_load(s, &from);
        sth_emit_store(s, &to);
    }
}
