/*
 * Latent attention: keys and values of all heads come from one compressed row
 * of a token, which is what the cache holds, beside one rotated key.
 *
 * For new tokens alone keys and values are made from their rows.  Behind a
 * cache queries are taken to the rows instead: each head's product with the
 * weights of its keys, and the result's with those of its values, so that
 * attention has one key and value head, whose values are its keys.
 */
#include "sth_writer.h"

#include <math.h>
#include <stdio.h>

struct shape {
    uint32_t heads, nope, pe, value, latent;
    uint32_t row; /* of the cache */
    uint32_t dim; /* of a query */
};

static struct shape shape_of(const struct sth_model *m)
{
    return (struct shape){.heads = m->heads,
                          .nope = m->nope,
                          .pe = m->rotary,
                          .value = m->value_dim,
                          .latent = m->latent,
                          .row = m->latent + m->rotary,
                          .dim = m->head_dim};
}

static void latent_norm(struct sth_writer *w, const char *name, const char *out,
                        const char *x, uint32_t cols)
{
    char gamma[64];

    snprintf(gamma, sizeof(gamma), "%s.gamma", name);
    sth_writer_seeded(w, gamma, "bf16", 1, cols, 0.1, 1);
    sth_writer_op(
        w, "rmsnorm name=%s out=%s x=%s gamma=@%s eps=0x%08x invn=0x%08x", name,
        out, x, gamma, sth_writer_bits(w->model->latent_eps),
        sth_writer_bits(1.0 / cols));
}

static void rotated(struct sth_writer *w, const char *name, const char *out,
                    const char *x, uint32_t depth, uint32_t heads)
{
    char tables[192], rows[64];

    sth_writer_rows_of_step(w, rows, sizeof(rows));
    snprintf(tables, sizeof(tables),
             " cos=@rope.cos%s sin=@rope.sin%s heads=%u", rows, rows, heads);
    sth_writer_product(w, name, out, x, w->tokens, depth,
                       heads * w->model->rotary, false, tables);
}

/* @q.nope and @q.pe. */
static void queries(struct sth_writer *w, const struct shape *s, const char *x)
{
    const uint32_t compressed = w->model->q_latent;
    uint32_t depth = w->model->hidden;

    if (compressed) {
        sth_writer_zero(w, "q.a", "bf16", w->tokens, compressed);
        sth_writer_product(w, "wq.a", "@q.a", x, w->tokens, depth, compressed,
                           false, "");
        latent_norm(w, "q.a.norm", "@q.a", "@q.a", compressed);
        x = "@q.a";
        depth = compressed;
    }
    sth_writer_zero(w, "q.nope", "bf16", w->tokens, s->heads * s->nope);
    sth_writer_zero(w, "q.pe", "bf16", w->tokens, s->heads * s->pe);
    sth_writer_product(w, "wq.nope", "@q.nope", x, w->tokens, depth,
                       s->heads * s->nope, false, "");
    rotated(w, "wq.pe", "@q.pe", x, depth, s->heads);
}

/* The new rows: to @kv, or straight to the cache's rows of that text. */
static void new_rows(struct sth_writer *w, const struct shape *s, const char *x,
                     const char *tensor, const char *rows)
{
    char out[128];

    sth_writer_zero(w, "latent", "bf16", w->tokens, s->latent);
    sth_writer_product(w, "wkv", "@latent", x, w->tokens, w->model->hidden,
                       s->latent, false, "");
    snprintf(out, sizeof(out), "@%s[%s,%u:%u]", tensor, rows, s->latent,
             s->row);
    rotated(w, "wk.pe", out, x, w->model->hidden, 1);
    snprintf(out, sizeof(out), "@%s[%s,0:%u]", tensor, rows, s->latent);
    latent_norm(w, "latent.norm", out, "@latent", s->latent);
}

/* Copies columns of each head: `count` from x_0 + h x_step to out_0 + ... */
static void copy_heads(struct sth_writer *w, const struct shape *s,
                       const char *name, const char *out, uint32_t out_0,
                       uint32_t out_step, const char *x, uint32_t x_0,
                       uint32_t x_step, uint32_t count)
{
    for (uint32_t h = 0; h < s->heads; h++)
        sth_writer_op(w, "copy name=%s out=@%s[:,%u:%u] x=@%s[:,%u:%u]", name,
                      out, out_0 + h * out_step, out_0 + h * out_step + count,
                      x, x_0 + h * x_step, x_0 + h * x_step + count);
}

/* A product for each head, from columns of x to columns of out. */
static void head_products(struct sth_writer *w, const struct shape *s,
                          const char *name, const char *out, uint32_t out_step,
                          uint32_t cols, const char *x, uint32_t x_step,
                          uint32_t depth)
{
    for (uint32_t h = 0; h < s->heads; h++) {
        char one[64], to[96], from[96];

        snprintf(one, sizeof(one), "h%u.%s", h, name);
        snprintf(to, sizeof(to), "@%s[:,%u:%u]", out, h * out_step,
                 h * out_step + cols);
        snprintf(from, sizeof(from), "@%s[:,%u:%u]", x, h * x_step,
                 h * x_step + depth);
        sth_writer_product(w, one, to, from, w->tokens, depth, cols, false, "");
    }
}

/* Keys and values of each head from the new rows. */
static void expanded(struct sth_writer *w, const struct shape *s)
{
    const uint32_t all = s->heads * s->dim;

    sth_writer_zero(w, "q", "bf16", w->tokens, all);
    sth_writer_zero(w, "k", "bf16", w->tokens, all);
    sth_writer_zero(w, "v", "bf16", w->tokens, all);
    head_products(w, s, "uk", "k", s->dim, s->nope, "kv", 0, s->latent);
    head_products(w, s, "uv", "v", s->dim, s->value, "kv", 0, s->latent);
    copy_heads(w, s, "k.pe", "k", s->nope, s->dim, "kv", s->latent, 0, s->pe);
    copy_heads(w, s, "q.nope", "q", 0, s->dim, "q.nope", 0, s->nope, s->nope);
    copy_heads(w, s, "q.pe", "q", s->nope, s->dim, "q.pe", 0, s->pe, s->pe);
    sth_writer_zero(w, "heads", "bf16", w->tokens, all);
    sth_writer_scores(w, "heads", "q", "k", "v", s->heads,
                      s->value < s->dim ? s->value : 0, false);
    copy_heads(w, s, "context", "context", 0, s->value, "heads", 0, s->dim,
               s->value);
}

/* Queries and results of each head in terms of the cache's rows. */
static void absorbed(struct sth_writer *w, const struct shape *s,
                     const char *cache)
{
    const uint32_t all = s->heads * s->row;

    sth_writer_zero(w, "q", "bf16", w->tokens, all);
    w->gain = sqrt((double)s->nope / s->latent); /* of weights turned round */
    head_products(w, s, "wk", "q", s->row, s->latent, "q.nope", s->nope,
                  s->nope);
    w->gain = 1;
    copy_heads(w, s, "q.pe", "q", s->latent, s->row, "q.pe", 0, s->pe, s->pe);
    sth_writer_zero(w, "heads", "bf16", w->tokens, all);
    sth_writer_scores(w, "heads", "q", cache, cache, 1, s->latent,
                      sth_writer_is_cached(w));
    head_products(w, s, "wv", "context", s->value, s->value, "heads", s->row,
                  s->latent);
}

void sth_writer_latent_attention(struct sth_writer *w, const char *x)
{
    const struct shape s = shape_of(w->model);
    const bool cached = sth_writer_is_cached(w);
    const bool alone = !w->kept && w->request->seq > 1;
    const bool direct = cached && !alone && sth_writer_is_together(w);
    char rows[64] = ":";

    sth_writer_rope_tables(w);
    if (cached)
        sth_writer_cache(w, "kvcache", s.row);
    if (direct)
        sth_writer_cache_rows(w, rows, sizeof(rows));
    else
        sth_writer_zero(w, "kv", "bf16", w->tokens, s.row);
    sth_writer_zero(w, "context", "bf16", w->tokens, s.heads * s.value);
    queries(w, &s, x);
    new_rows(w, &s, x, direct ? "kvcache" : "kv", rows);
    if (cached && !direct)
        sth_writer_append(w, "kvcache", "kv", "");
    if (alone)
        expanded(w, &s);
    else
        absorbed(w, &s, cached ? "kvcache" : "kv");
}
