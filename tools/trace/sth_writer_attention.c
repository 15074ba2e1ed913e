/* The attention half of a layer. */
#include "sth_writer.h"

#include <inttypes.h>
#include <stdio.h>

static void attention(struct sth_writer *w, const char *q, const char *k,
                      const char *v)
{
    const struct sth_model *m = w->model;

    sth_writer_zero(w, "context", "bf16", w->tokens, m->heads * m->head_dim);
    sth_writer_scores(w, "context", q, k, v, m->kv_heads, 0,
                      sth_writer_is_cached(w));
}

static uint32_t kv_cols(const struct sth_writer *w)
{
    return w->model->kv_heads * w->model->head_dim;
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
    if (!sth_writer_is_cached(w)) {
        snprintf(k, sizeof(k), "qkv.out[:,%u:%u]", h, h + kv);
        snprintf(v, sizeof(v), "qkv.out[:,%u:%u]", h + kv, all);
        attention(w, q, k, v);
        return;
    }
    sth_writer_cache(w, "kcache", kv_cols(w));
    sth_writer_cache(w, "vcache", kv_cols(w));
    snprintf(k, sizeof(k), ",%u:%u", h, h + kv);
    snprintf(v, sizeof(v), ",%u:%u", h + kv, all);
    sth_writer_append(w, "kcache", "qkv.out", k);
    sth_writer_append(w, "vcache", "qkv.out", v);
    attention(w, q, "kcache", "vcache");
}

/*
 * A product whose heads are rotated, if the layer's are, to view; by way of the
 * tensor where they are normalised first.
 */
static void rotated_product(struct sth_writer *w, const char *name,
                            const char *tensor, const char *view, const char *x,
                            uint32_t heads)
{
    const struct sth_model *m = w->model;
    char tables[192], rows[64], apart[32];

    sth_writer_rows_of_step(w, rows, sizeof(rows));
    if (!sth_model_rotates(m, w->layer)) {
        sth_writer_product(w, name, view, x, w->tokens, m->hidden,
                           heads * m->head_dim, m->qkv_bias, "");
        return;
    }
    snprintf(tables, sizeof(tables),
             " cos=@rope.cos%s sin=@rope.sin%s heads=%u", rows, rows, heads);
    snprintf(apart, sizeof(apart), "@%s", tensor);
    sth_writer_product(w, name, m->qk_norm ? apart : view, x, w->tokens,
                       m->hidden, heads * m->head_dim, m->qkv_bias,
                       m->qk_norm ? "" : tables);
    if (!m->qk_norm)
        return;
    sth_writer_qk_norm(w, tensor, heads);
    sth_writer_op(w, "rope name=%s.rope out=%s x=@%s%s", tensor, view, tensor,
                  tables);
}

/* A product each for q, k and v, with RoPE. */
static void grouped_attention(struct sth_writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    const bool cached = sth_writer_is_cached(w);
    const bool direct = cached && sth_writer_is_together(w);
    char k[96] = "@k", v[96] = "@v", rows[64];

    if (sth_model_rotates(m, w->layer))
        sth_writer_rope_tables(w);
    sth_writer_zero(w, "q", "bf16", w->tokens, m->heads * m->head_dim);
    if (cached) {
        sth_writer_cache(w, "kcache", kv_cols(w));
        sth_writer_cache(w, "vcache", kv_cols(w));
    }
    if (!direct || m->qk_norm)
        sth_writer_zero(w, "k", "bf16", w->tokens, kv_cols(w));
    if (direct) {
        sth_writer_cache_rows(w, rows, sizeof(rows));
        snprintf(k, sizeof(k), "@kcache[%s]", rows);
        snprintf(v, sizeof(v), "@vcache[%s]", rows);
    } else {
        sth_writer_zero(w, "v", "bf16", w->tokens, kv_cols(w));
    }
    rotated_product(w, "wq", "q", "@q", x, m->heads);
    rotated_product(w, "wk", "k", k, x, m->kv_heads);
    sth_writer_product(w, "wv", v, x, w->tokens, m->hidden, kv_cols(w),
                       m->qkv_bias, "");
    if (cached && !direct) {
        sth_writer_append(w, "kcache", "k", "");
        sth_writer_append(w, "vcache", "v", "");
    }
    attention(w, "q", cached ? "kcache" : "k", cached ? "vcache" : "v");
}

void sth_writer_attention(struct sth_writer *w, const char *x)
{
    if (w->model->latent)
        sth_writer_latent_attention(w, x);
    else if (w->model->fused)
        fused_attention(w, x);
    else
        grouped_attention(w, x);
}
