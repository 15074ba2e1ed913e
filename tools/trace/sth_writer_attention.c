/* The attention half of a layer. */
#include "sth_writer.h"

#include <inttypes.h>
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

/* Rows of the KV cache that hold the new tokens of one sequence. */
static void cache_rows(const struct sth_writer *w, uint32_t b, char *text,
                       size_t size)
{
    const uint32_t seq = w->request->seq;

    moving_rows(w, b * cache_room(w) + w->kept, seq, seq, text, size);
}

/* Whether one view holds the new tokens of all sequences. */
static bool is_together(const struct sth_writer *w)
{
    return w->request->batch == 1 || w->request->seq == 1;
}

/* Rows of the KV cache that hold them. */
static void new_rows(const struct sth_writer *w, char *text, size_t size)
{
    const uint32_t room = cache_room(w);
    char rows[48];

    if (w->request->batch == 1) {
        cache_rows(w, 0, text, size);
        return;
    }
    moving_rows(w, w->kept, (w->request->batch - 1) * room + 1, 1, rows,
                sizeof(rows));
    snprintf(text, size, "%s:%u", rows, room);
}

/* Whether keys and values lie in a cache. */
static bool is_cached(const struct sth_writer *w)
{
    return w->kept || w->request->steps > 1;
}

/* Copies new keys or values, columns `cols` of `from`, behind the cached. */
static void append_cache(struct sth_writer *w, const char *cache,
                         const char *from, const char *cols)
{
    const struct sth_trace_request *r = w->request;
    char rows[64];

    if (is_together(w)) {
        new_rows(w, rows, sizeof(rows));
        sth_writer_op(w, "copy name=%s.append out=@%s[%s] x=@%s[:%s]", cache,
                      cache, rows, from, cols);
        return;
    }
    for (uint32_t b = 0; b < r->batch; b++) {
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
    const double divisor = m->scale_by_layer ? w->layer + 1 : 1;
    char growth[64] = "";

    if (r->steps > 1)
        snprintf(growth, sizeof(growth), "+%u room=%u", r->seq, cache_room(w));
    sth_writer_zero(w, "context", "bf16", w->tokens, m->heads * m->head_dim);
    sth_writer_op(
        w,
        "attention name=attention out=@context q=@%s k=@%s v=@%s heads=%u "
        "kv_heads=%u batch=%u seq=%u past=%u%s causal=%d scale=0x%08x",
        q, k, v, m->heads, m->kv_heads, r->batch, r->seq, w->kept, growth,
        m->causal, sth_writer_bits(m->attention_scale / divisor));
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

/* One product for q, k and v, without RoPE. */
static void fused_attention(struct sth_writer *w, const char *x)
{
    const uint32_t h = w->model->heads * w->model->head_dim;
    const uint32_t kv = kv_cols(w), all = h + 2 * kv;
    char q[64], k[64], v[64];

    sth_writer_zero(w, "qkv.out", "bf16", w->tokens, all);
    sth_writer_product(w, "qkv", "@qkv.out", x, w->tokens, w->model->hidden,
                       all, w->model->qkv_bias, "");
    snprintf(q, sizeof(q), "qkv.out[:,0:%u]", h);
    if (!is_cached(w)) {
        snprintf(k, sizeof(k), "qkv.out[:,%u:%u]", h, h + kv);
        snprintf(v, sizeof(v), "qkv.out[:,%u:%u]", h + kv, all);
        attention(w, q, k, v);
        return;
    }
    declare_cache(w, "kcache");
    declare_cache(w, "vcache");
    snprintf(k, sizeof(k), ",%u:%u", h, h + kv);
    snprintf(v, sizeof(v), ",%u:%u", h + kv, all);
    append_cache(w, "kcache", "qkv.out", k);
    append_cache(w, "vcache", "qkv.out", v);
    attention(w, q, "kcache", "vcache");
}

/*
 * A product whose heads are rotated, or normalised first.  view is where it
 * goes, tensor the same without "@".
 */
static void rotated_product(struct sth_writer *w, const char *name,
                            const char *tensor, const char *view, const char *x,
                            uint32_t heads)
{
    const struct sth_model *m = w->model;
    char tables[192], rows[64];

    sth_writer_rows_of_step(w, rows, sizeof(rows));
    snprintf(tables, sizeof(tables),
             " cos=@rope.cos%s sin=@rope.sin%s heads=%u", rows, rows, heads);
    sth_writer_product(w, name, view, x, w->tokens, m->hidden,
                       heads * m->head_dim, m->qkv_bias,
                       m->qk_norm ? "" : tables);
    if (!m->qk_norm)
        return;
    sth_writer_qk_norm(w, tensor, heads);
    sth_writer_op(w, "rope name=%s.rope out=@%s x=@%s%s", tensor, tensor,
                  tensor, tables);
}

/* A product each for q, k and v, with RoPE. */
static void grouped_attention(struct sth_writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    const bool cached = is_cached(w);
    const bool direct = cached && is_together(w);
    const bool k_direct = direct && !m->qk_norm;
    char k[96] = "@k", v[96] = "@v", rows[64];

    sth_writer_rope_tables(w);
    sth_writer_zero(w, "q", "bf16", w->tokens, m->heads * m->head_dim);
    if (cached) {
        declare_cache(w, "kcache");
        declare_cache(w, "vcache");
    }
    new_rows(w, rows, sizeof(rows));
    if (k_direct)
        snprintf(k, sizeof(k), "@kcache[%s]", rows);
    else
        sth_writer_zero(w, "k", "bf16", w->tokens, kv_cols(w));
    if (direct)
        snprintf(v, sizeof(v), "@vcache[%s]", rows);
    else
        sth_writer_zero(w, "v", "bf16", w->tokens, kv_cols(w));
    rotated_product(w, "wq", "q", "@q", x, m->heads);
    rotated_product(w, "wk", "k", k, x, m->kv_heads);
    sth_writer_product(w, "wv", v, x, w->tokens, m->hidden, kv_cols(w),
                       m->qkv_bias, "");
    if (cached && !k_direct)
        append_cache(w, "kcache", "k", "");
    if (cached && !direct)
        append_cache(w, "vcache", "v", "");
    attention(w, "q", cached ? "kcache" : "k", cached ? "vcache" : "v");
}

void sth_writer_attention(struct sth_writer *w, const char *x)
{
    if (w->model->fused)
        fused_attention(w, x);
    else
        grouped_attention(w, x);
}
