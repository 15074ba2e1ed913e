/* Rows by index. */
#include "sth_gather.h"
#include "sth_stream.h"

void sth_kernel_gather(struct sth_schedule *s, const struct sth_gather *op)
{
    struct sth_stream t;
    uint32_t es = sth_dtype_bytes(op->x->dtype);

    if (!sth_stream_open(&t, s, op->out->rows, op->x->cols, es, es))
        return;
    sth_stream_cache(&t, &t.a, op->x);
    for (; sth_stream_at_block(&t); sth_stream_next(&t)) {
        struct sth_block from = sth_stream_block(&t, &t.a, op->x);
        struct sth_block to = from;

        to.operand = op->out;
        sth_stream_move_rows(&t, &from, op->rows, sth_emit_load);
        sth_emit_store(s, &to);
    }
}
