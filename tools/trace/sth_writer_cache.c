/* The KV cache, and what attention makes of it. */
#include "sth_writer.h"

#include <stdio.h>

/* Rows of a sequence in the KV cache: the last step needs them all. */
static uint32_t cache_room(const struct sth_writer *w)
{
    return w->kept + w->request->seq * w->request->steps;
}

/* Those from `first` on, each step that many further. */
static void moving_rows(const struct sth_writer *w, uint32_t first,
                        uint32_t rows, uint32_t by, char *text, size_t size)
{
    if (w->request->steps > 1)
        snprintf(text, size, "%u+%u:%u+%u", first, by, first + rows, by);
    else
        snprintf(text, size, "%u:%u", first, first + rows);
}

/* Those that hold the new tokens of one sequence. */
static void rows_of_one(const struct sth_writer *w, uint32_t b, char *text,
                        size_t size)
{
    const uint32_t seq = w->request->seq;

    moving_rows(w, b * cache_room(w) + w->kept, seq, seq, text, size);
}

bool sth_writer_is_together(const struct sth_writer *w)
{
    return w->request->batch == 1 || w->request->seq == 1;
}

void sth_writer_cache_rows(const struct sth_writer *w, char *text, size_t size)
{
    const uint32_t room = cache_room(w);
    char rows[48];

    if (w->request->batch == 1) {
        rows_of_one(w, 0, text, size);
        return;
    }
    moving_rows(w, w->kept, (w->request->batch - 1) * room + 1, 1, rows,
                sizeof(rows));
    snprintf(text, size, "%s:%u", rows, room);
}

bool sth_writer_is_cached(const struct sth_writer *w)
{
    return w->kept || w->request->steps > 1;
}

void sth_writer_cache(struct sth_writer *w, const char *name, uint32_t cols)
{
    sth_writer_seeded(w, name, "bf16", w->request->batch * cache_room(w), cols,
                      1, 0);
}

void sth_writer_append(struct sth_writer *w, const char *cache,
                       const char *from, const char *cols)
{
    const struct sth_trace_request *r = w->request;
    char rows[64];

    if (sth_writer_is_together(w)) {
        sth_writer_cache_rows(w, rows, sizeof(rows));
        sth_writer_op(w, "copy name=%s.append out=@%s[%s] x=@%s[:%s]", cache,
                      cache, rows, from, cols);
        return;
    }
    for (uint32_t b = 0; b < r->batch; b++) {
        rows_of_one(w, b, rows, sizeof(rows));
        sth_writer_op(w, "copy name=%s.append out=@%s[%s] x=@%s[%u:%u%s]",
                      cache, cache, rows, from, b * r->seq, (b + 1) * r->seq,
                      cols);
    }
}

void sth_writer_scores(struct sth_writer *w, const char *out, const char *q,
                       const char *k, const char *v, uint32_t kv_heads)
{
    const struct sth_model *m = w->model;
    const struct sth_trace_request *r = w->request;
    const double divisor = m->scale_by_layer ? w->layer + 1 : 1;
    char growth[64] = "";

    if (r->steps > 1)
        snprintf(growth, sizeof(growth), "+%u room=%u", r->seq, cache_room(w));
    sth_writer_op(
        w,
        "attention name=attention out=@%s q=@%s k=@%s v=@%s heads=%u "
        "kv_heads=%u batch=%u seq=%u past=%u%s causal=%d scale=0x%08x",
        out, q, k, v, m->heads, kv_heads, r->batch, r->seq, w->kept, growth,
        m->causal, sth_writer_bits(m->attention_scale / divisor));
}
