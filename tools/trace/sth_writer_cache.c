/* The KV cache, and what attention makes of it. */
#include "sth_writer.h"

#include <stdio.h>
#include <string.h>

uint32_t sth_writer_kept(const struct sth_writer *w, uint32_t b)
{
    const struct sth_trace_request *r = w->request;
    const uint32_t past = r->pasts ? r->pasts[b] : r->past;
    const uint32_t most = w->model->window - 1;

    return sth_model_slides(w->model, w->layer) && past > most ? most : past;
}

/* Rows of a sequence in the KV cache: the last step needs them all. */
static uint32_t cache_room(const struct sth_writer *w)
{
    const uint32_t least = w->kept + w->request->seq * w->request->steps;
    uint32_t room = w->request->room;

    if (sth_model_slides(w->model, w->layer) && room > w->model->window)
        room = w->model->window;
    return room > least ? room : least;
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

    moving_rows(w, b * cache_room(w) + sth_writer_kept(w, b), seq, seq, text,
                size);
}

/* The new row of each of sequences [b, end), which keep the same. */
static void rows_of_some(const struct sth_writer *w, uint32_t b, uint32_t end,
                         char *text, size_t size)
{
    const uint32_t room = cache_room(w);
    char rows[48];

    if (end == b + 1) {
        rows_of_one(w, b, text, size);
        return;
    }
    moving_rows(w, b * room + sth_writer_kept(w, b), (end - b - 1) * room + 1,
                1, rows, sizeof(rows));
    snprintf(text, size, "%s:%u", rows, room);
}

/* Behind the last sequence from b on that keeps as much as b. */
static uint32_t end_of_alike(const struct sth_writer *w, uint32_t b)
{
    const uint32_t kept = sth_writer_kept(w, b);

    do
        b++;
    while (b < w->request->batch && sth_writer_kept(w, b) == kept);
    return b;
}

bool sth_writer_is_together(const struct sth_writer *w)
{
    return w->request->batch == 1 ||
           (w->request->seq == 1 && end_of_alike(w, 0) == w->request->batch);
}

void sth_writer_cache_rows(const struct sth_writer *w, char *text, size_t size)
{
    rows_of_some(w, 0, w->request->batch, text, size);
}

bool sth_writer_is_cached(const struct sth_writer *w)
{
    return w->kept || w->request->steps > 1 ||
           w->request->room > w->request->seq;
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
    uint32_t end;
    char rows[64];

    if (sth_writer_is_together(w)) {
        sth_writer_cache_rows(w, rows, sizeof(rows));
        sth_writer_op(w, "copy name=%s.append out=@%s[%s] x=@%s[:%s]", cache,
                      cache, rows, from, cols);
        return;
    }
    for (uint32_t b = 0; b < r->batch; b = end) {
        end = r->seq == 1 ? end_of_alike(w, b) : b + 1;
        rows_of_some(w, b, end, rows, sizeof(rows));
        sth_writer_op(w, "copy name=%s.append out=@%s[%s] x=@%s[%u:%u%s]",
                      cache, cache, rows, from, b * r->seq, end * r->seq, cols);
    }
}

/* Rows [first, end) of a tensor, or of a view "NAME[:...". */
static void rows_of(const char *view, uint32_t first, uint32_t end, char *text,
                    size_t size)
{
    const size_t name = strcspn(view, "[");

    snprintf(text, size, "%.*s[%u:%u%s", (int)name, view, first, end,
             view[name] ? view + name + 2 : "]");
}

/* Of sequences [b, end), which keep the same. */
static void scores_of(struct sth_writer *w, uint32_t b, uint32_t end,
                      const char *out, const char *q, const char *k,
                      const char *v, uint32_t kv_heads, uint32_t values,
                      bool cached)
{
    const struct sth_model *m = w->model;
    const struct sth_trace_request *r = w->request;
    const double divisor = (m->scale_by_layer ? w->layer + 1 : 1) *
                           (m->score_cap > 0 ? m->score_cap : 1);
    const uint32_t kept = sth_writer_kept(w, b), room = cache_room(w);
    const bool all = end - b == r->batch;
    char view[4][96], growth[32] = "", space[32] = "", more[64] = "";

    for (int i = 0; i < 4; i++) {
        const uint32_t rows = i < 2 ? r->seq : room;
        const char *name = (const char *[]){out, q, k, v}[i];

        if (all)
            snprintf(view[i], sizeof(view[i]), "%s", name);
        else
            rows_of(name, b * rows, end * rows, view[i], sizeof(view[i]));
    }
    if (r->steps > 1)
        snprintf(growth, sizeof(growth), "+%u", r->seq);
    if (cached && room > kept + r->seq)
        snprintf(space, sizeof(space), " room=%u", room);
    if (values)
        snprintf(more, sizeof(more), " values=%u", values);
    if (sth_model_slides(m, w->layer) && kept + r->seq * r->steps > m->window)
        snprintf(more + strlen(more), sizeof(more) - strlen(more), " window=%u",
                 m->window);
    if (m->score_cap > 0)
        snprintf(more + strlen(more), sizeof(more) - strlen(more),
                 " cap=0x%08x", sth_writer_bits(m->score_cap));
    if (m->alibi_max > 0)
        snprintf(more + strlen(more), sizeof(more) - strlen(more),
                 " alibi=@alibi");
    sth_writer_op(
        w,
        "attention name=attention out=@%s q=@%s k=@%s v=@%s heads=%u "
        "kv_heads=%u batch=%u seq=%u past=%u%s%s causal=%d scale=0x%08x%s",
        view[0], view[1], view[2], view[3], m->heads, kv_heads, end - b, r->seq,
        kept, growth, space, m->causal,
        sth_writer_bits(m->attention_scale / divisor), more);
}

/* Biases of heads and keys, as many keys as any sequence has. */
static void alibi_table(struct sth_writer *w)
{
    const struct sth_model *m = w->model;

    fprintf(w->out, "tensor %salibi fp32 %ux%u alibi:%.9g:%.17g\n", w->prefix,
            m->heads, w->kept + w->request->seq * w->request->steps,
            m->alibi_max, m->alibi_scaled ? m->attention_scale : 1);
}

void sth_writer_scores(struct sth_writer *w, const char *out, const char *q,
                       const char *k, const char *v, uint32_t kv_heads,
                       uint32_t values, bool cached)
{
    uint32_t end;

    if (w->model->alibi_max > 0)
        alibi_table(w);
    for (uint32_t b = 0; b < w->request->batch; b = end) {
        end = cached ? end_of_alike(w, b) : w->request->batch;
        scores_of(w, b, end, out, q, k, v, kv_heads, values, cached);
    }
}
