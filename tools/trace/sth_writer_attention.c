/* The attention half of a layer. */
#include "sth_writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Rows of a sequence in the KV cache: the last step needs them all. */
static uint32_t cache_room(const struct sth_writer *w)
{
    const struct sth_trace_request *r = w->request;

    return r->past + r->seq * r->steps;
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

/* Rows of the KV cache that hold the new tokens of one sequence. */
static void cache_rows(const struct sth_writer *w, uint32_t b, char *text,
                       size_t size)
{
    const struct sth_trace_request *r = w->request;

    moving_rows(w, b * cache_room(w) + r->past, r->seq, r->seq, text, size);
}

/* Copies new keys or values, columns `cols` of `from`, behind the cached. */
static void append_cache(struct sth_writer *w, const char *cache,
                         const char *from, const char *cols)
{
    const struct sth_trace_request *r = w->request;

    for (uint32_t b = 0; b < r->batch; b++) {
        char rows[64];

        cache_rows(w, b, rows, sizeof(rows));
        sth_writer_op(w, "copy name=%s.append out=@%s[%s] x=@%s[%u:%u%s]",
                      cache, cache, rows, from, b * r->seq, (b + 1) * r->seq,
                      cols);
    }
}

static void attention(struct sth_writer *w, const char *q, const char *k,
                      const char *v)
{
    const struct sth_model *m = w->model;
    const struct sth_trace_request *r = w->request;

    char growth[64] = "";

    sth_writer_zero(w, "context", "bf16", w->tokens, m->heads * m->head_dim);
    if (r->steps > 1)
        snprintf(growth, sizeof(growth), "+%u room=%u", r->seq, cache_room(w));
    sth_writer_op(
        w,
        "attention name=attention out=@context q=@%s k=@%s v=@%s heads=%u "
        "kv_heads=%u batch=%u seq=%u past=%u%s causal=%d scale=0x%08x",
        q, k, v, m->heads, m->kv_heads, r->batch, r->seq, r->past, growth,
        m->family != STH_MODEL_BERT, sth_writer_bits(1 / sqrt(m->head_dim)));
}

static uint32_t kv_cols(const struct sth_writer *w)
{
    return w->model->kv_heads * w->model->head_dim;
}

static void declare_cache(struct sth_writer *w, const char *name)
{
    sth_writer_seeded(w, name, "bf16", w->request->batch * cache_room(w),
                      kv_cols(w), 1, 0);
}

void sth_writer_fused_attention(struct sth_writer *w, const char *x)
{
    const uint32_t h = w->model->heads * w->model->head_dim;
    char q[64], k[64], v[64];

    sth_writer_zero(w, "qkv.out", "bf16", w->tokens, 3 * h);
    sth_writer_product(w, "qkv", "@qkv.out", x, w->tokens, w->model->hidden,
                       3 * h, true, "");
    snprintf(q, sizeof(q), "qkv.out[:,0:%u]", h);
    if (!w->request->past && w->request->steps == 1) {
        snprintf(k, sizeof(k), "qkv.out[:,%u:%u]", h, 2 * h);
        snprintf(v, sizeof(v), "qkv.out[:,%u:%u]", 2 * h, 3 * h);
        attention(w, q, k, v);
        return;
    }
    declare_cache(w, "kcache");
    declare_cache(w, "vcache");
    snprintf(k, sizeof(k), ",%u:%u", h, 2 * h);
    snprintf(v, sizeof(v), ",%u:%u", 2 * h, 3 * h);
    append_cache(w, "kcache", "qkv.out", k);
    append_cache(w, "vcache", "qkv.out", v);
    attention(w, q, "kcache", "vcache");
}

static void rope_table(struct sth_writer *w, const char *which)
{
    const struct sth_trace_request *r = w->request;

    char repeat[16] = "";

    /* With several steps, seq is 1 and a step has one row for each sequence. */
    if (r->steps > 1)
        snprintf(repeat, sizeof(repeat), ":%u", r->batch);
    fprintf(w->out, "tensor l%u.rope.%s fp32 %ux%u rope:%s:%.9g:%u:%u%s\n",
            w->layer, which, w->tokens * r->steps, w->model->head_dim / 2,
            which, w->model->rope_theta, r->past, r->seq * r->steps, repeat);
}

/* A product whose heads are rotated. */
static void rotated_product(struct sth_writer *w, const char *name,
                            const char *out, const char *x, uint32_t heads)
{
    const struct sth_model *m = w->model;
    char fused[192], rows[64];

    sth_writer_rows_of_step(w, rows, sizeof(rows));
    snprintf(fused, sizeof(fused), " cos=@rope.cos%s sin=@rope.sin%s heads=%u",
             rows, rows, heads);
    sth_writer_product(w, name, out, x, w->tokens, m->hidden,
                       heads * m->head_dim, m->qkv_bias, fused);
}

void sth_writer_grouped_attention(struct sth_writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    const struct sth_trace_request *r = w->request;
    const bool direct = r->batch == 1; /* new rows of the cache are together */
    const bool cached = r->past || r->steps > 1;
    char k[96] = "@k", v[96] = "@v", rows[64];

    rope_table(w, "cos");
    rope_table(w, "sin");
    sth_writer_zero(w, "q", "bf16", w->tokens, m->heads * m->head_dim);
    if (cached) {
        declare_cache(w, "kcache");
        declare_cache(w, "vcache");
    }
    if (cached && direct) {
        cache_rows(w, 0, rows, sizeof(rows));
        snprintf(k, sizeof(k), "@kcache[%s]", rows);
        snprintf(v, sizeof(v), "@vcache[%s]", rows);
    } else {
        sth_writer_zero(w, "k", "bf16", w->tokens, kv_cols(w));
        sth_writer_zero(w, "v", "bf16", w->tokens, kv_cols(w));
    }
    rotated_product(w, "wq", "@q", x, m->heads);
    rotated_product(w, "wk", k, x, m->kv_heads);
    sth_writer_product(w, "wv", v, x, w->tokens, m->hidden, kv_cols(w),
                       m->qkv_bias, "");
    if (cached && !direct) {
        append_cache(w, "kcache", "k", "");
        append_cache(w, "vcache", "v", "");
    }
    attention(w, "q", cached ? "kcache" : "k", cached ? "vcache" : "v");
}
