#include "sth_tracegen.h"

#include "sth_random.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    FILE *out;
    const struct sth_model *model;
    const struct sth_trace_request *request;
    uint64_t next_seed;
    uint32_t layer;
    uint32_t tokens; /* batch * seq */
    bool failed;     /* out of memory */
};

static uint32_t float_bits(double value)
{
    float narrow = (float)value;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof(bits));
    return bits;
}

/* A tensor of the current layer with seeded values OFFSET + SCALE * normal. */
static void seeded(struct writer *w, const char *name, const char *dtype,
                   uint32_t rows, uint32_t cols, double scale, double offset)
{
    fprintf(w->out, "tensor l%u.%s %s %ux%u seed:%" PRIu64 ":%.9g:%.9g\n",
            w->layer, name, dtype, rows, cols, w->next_seed++, scale, offset);
}

static void zero(struct writer *w, const char *name, const char *dtype,
                 uint32_t rows, uint32_t cols)
{
    fprintf(w->out, "tensor l%u.%s %s %ux%u zero\n", w->layer, name, dtype,
            rows, cols);
}

/* One op line; every "@name" becomes a tensor of the current layer. */
static void op(struct writer *w, const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fputs("op ", w->out);
    for (const char *c = text; *c; c++) {
        if (*c == '@')
            fprintf(w->out, "l%u.", w->layer);
        else
            fputc(*c, w->out);
    }
    fputc('\n', w->out);
}

/*
 * The scales keep activations near unit variance, as trained models do:
 * weights fall with the square root of their depth.
 */
static const double I8_WEIGHT_SPREAD = 40; /* of 127, so few values saturate */

/*
 * A product with its weights and, in int8, the quantisation before it.  x is
 * the whole reference to the activations; `fused` is appended to the op.
 */
static void product(struct writer *w, const char *name, const char *out,
                    const char *x, uint32_t rows, uint32_t depth, uint32_t cols,
                    bool bias, const char *fused)
{
    double spread = 1 / sqrt(depth);
    char weight[96], extra[256] = "";

    snprintf(weight, sizeof(weight), "%s.w", name);
    if (bias) {
        char tensor[96];

        snprintf(tensor, sizeof(tensor), "%s.b", name);
        seeded(w, tensor, "bf16", 1, cols, 0.1, 0);
        snprintf(extra, sizeof(extra), " bias=@%s", tensor);
    }
    if (w->request->int8) {
        char tensor[96];

        seeded(w, weight, "i8", depth, cols, I8_WEIGHT_SPREAD, 0);
        snprintf(tensor, sizeof(tensor), "%s.ws", name);
        seeded(w, tensor, "fp32", 1, cols, spread / I8_WEIGHT_SPREAD / 10,
               spread / I8_WEIGHT_SPREAD);
        snprintf(tensor, sizeof(tensor), "%s.xq", name);
        zero(w, tensor, "i8", rows, depth);
        snprintf(tensor, sizeof(tensor), "%s.xs", name);
        zero(w, tensor, "fp32", 1, rows);
        op(w, "quantize name=%s.quantize out=@%s.xq scale=@%s.xs x=%s", name,
           name, name, x);
        op(w,
           "matmul name=%s out=%s x=@%s.xq w=@%s xscale=@%s.xs "
           "wscale=@%s.ws%s%s",
           name, out, name, weight, name, name, extra, fused);
        return;
    }
    seeded(w, weight, "bf16", depth, cols, spread, 0);
    op(w, "matmul name=%s out=%s x=%s w=@%s%s%s", name, out, x, weight, extra,
       fused);
}

static void norm(struct writer *w, const char *name, const char *out,
                 const char *x)
{
    const struct sth_model *m = w->model;
    bool rms = m->family == STH_MODEL_LLAMA || m->family == STH_MODEL_MIXTRAL;
    char tensor[96], beta[128] = "";

    snprintf(tensor, sizeof(tensor), "%s.gamma", name);
    seeded(w, tensor, "bf16", 1, m->hidden, 0.1, 1);
    if (!rms) {
        snprintf(tensor, sizeof(tensor), "%s.beta", name);
        seeded(w, tensor, "bf16", 1, m->hidden, 0.1, 0);
        snprintf(beta, sizeof(beta), " beta=@%s", tensor);
    }
    op(w, "%s name=%s out=%s x=%s gamma=@%s.gamma%s eps=0x%08x invn=0x%08x",
       rms ? "rmsnorm" : "layernorm", name, out, x, name, beta,
       float_bits(m->norm_eps), float_bits(1.0 / m->hidden));
}

/* Rows of the KV cache that hold the new tokens of one sequence. */
static void cache_rows(const struct writer *w, uint32_t b, char *text,
                       size_t size)
{
    const struct sth_trace_request *r = w->request;
    uint32_t first = b * (r->past + r->seq) + r->past;

    snprintf(text, size, "%u:%u", first, first + r->seq);
}

/* Copies new keys or values, columns `cols` of `from`, behind the cached. */
static void append_cache(struct writer *w, const char *cache, const char *from,
                         const char *cols)
{
    const struct sth_trace_request *r = w->request;

    for (uint32_t b = 0; b < r->batch; b++) {
        char rows[32];

        cache_rows(w, b, rows, sizeof(rows));
        op(w, "copy name=%s.append out=@%s[%s] x=@%s[%u:%u%s]", cache, cache,
           rows, from, b * r->seq, (b + 1) * r->seq, cols);
    }
}

static void attention(struct writer *w, const char *q, const char *k,
                      const char *v)
{
    const struct sth_model *m = w->model;
    const struct sth_trace_request *r = w->request;

    zero(w, "context", "bf16", w->tokens, m->heads * m->head_dim);
    op(w,
       "attention name=attention out=@context q=@%s k=@%s v=@%s heads=%u "
       "kv_heads=%u batch=%u seq=%u past=%u causal=%d scale=0x%08x",
       q, k, v, m->heads, m->kv_heads, r->batch, r->seq, r->past,
       m->family != STH_MODEL_BERT, float_bits(1 / sqrt(m->head_dim)));
}

static uint32_t kv_cols(const struct writer *w)
{
    return w->model->kv_heads * w->model->head_dim;
}

static void declare_cache(struct writer *w, const char *name)
{
    const struct sth_trace_request *r = w->request;

    seeded(w, name, "bf16", r->batch * (r->past + r->seq), kv_cols(w), 1, 0);
}

/* Attention of GPT-2 and BERT: fused QKV projection with bias, no RoPE. */
static void fused_attention(struct writer *w, const char *x)
{
    const uint32_t h = w->model->heads * w->model->head_dim;
    char q[64], k[64], v[64];

    zero(w, "qkv.out", "bf16", w->tokens, 3 * h);
    product(w, "qkv", "@qkv.out", x, w->tokens, w->model->hidden, 3 * h, true,
            "");
    snprintf(q, sizeof(q), "qkv.out[:,0:%u]", h);
    if (!w->request->past) {
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

static void rope_table(struct writer *w, const char *which)
{
    const struct sth_trace_request *r = w->request;

    fprintf(w->out, "tensor l%u.rope.%s fp32 %ux%u rope:%s:%.9g:%u:%u\n",
            w->layer, which, w->tokens, w->model->head_dim / 2, which,
            w->model->rope_theta, r->past, r->seq);
}

static void rope(struct writer *w, const char *name, const char *out,
                 const char *x, const char *rows, uint32_t heads)
{
    op(w,
       "rope name=%s out=@%s x=@%s%s cos=@rope.cos%s sin=@rope.sin%s heads=%u",
       name, out, x, rows, rows, rows, heads);
}

/* Attention of the Llama families: grouped queries and RoPE. */
static void grouped_attention(struct writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    const struct sth_trace_request *r = w->request;
    const uint32_t q_cols = m->heads * m->head_dim;

    zero(w, "q", "bf16", w->tokens, q_cols);
    zero(w, "k", "bf16", w->tokens, kv_cols(w));
    zero(w, "v", "bf16", w->tokens, kv_cols(w));
    product(w, "wq", "@q", x, w->tokens, m->hidden, q_cols, m->qkv_bias, "");
    product(w, "wk", "@k", x, w->tokens, m->hidden, kv_cols(w), m->qkv_bias,
            "");
    product(w, "wv", "@v", x, w->tokens, m->hidden, kv_cols(w), m->qkv_bias,
            "");
    rope_table(w, "cos");
    rope_table(w, "sin");
    rope(w, "q.rope", "q", "q", "", m->heads);
    if (!r->past) {
        rope(w, "k.rope", "k", "k", "", m->kv_heads);
        attention(w, "q", "k", "v");
        return;
    }
    declare_cache(w, "kcache");
    declare_cache(w, "vcache");
    for (uint32_t b = 0; b < r->batch; b++) {
        char to[64], rows[32], from[32];

        cache_rows(w, b, rows, sizeof(rows));
        snprintf(to, sizeof(to), "kcache[%s]", rows);
        snprintf(from, sizeof(from), "[%u:%u]", b * r->seq, (b + 1) * r->seq);
        rope(w, "k.rope", to, "k", from, m->kv_heads);
    }
    append_cache(w, "vcache", "v", "");
    attention(w, "q", "kcache", "vcache");
}

/* SwiGLU on `rows` rows of x; the result goes to `out`. */
static void gated_ffn(struct writer *w, const char *prefix, const char *x,
                      const char *out, uint32_t rows, const char *fused)
{
    const struct sth_model *m = w->model;
    char name[64], gate[64], up[64];

    snprintf(gate, sizeof(gate), "%sgate.out", prefix);
    snprintf(up, sizeof(up), "%sup.out", prefix);
    zero(w, gate, "bf16", rows, m->intermediate);
    zero(w, up, "bf16", rows, m->intermediate);
    snprintf(name, sizeof(name), "%sgate", prefix);
    snprintf(gate, sizeof(gate), "@%sgate.out", prefix);
    product(w, name, gate, x, rows, m->hidden, m->intermediate, false,
            " act=silu");
    snprintf(name, sizeof(name), "%sup", prefix);
    snprintf(up, sizeof(up), "@%sup.out", prefix);
    product(w, name, up, x, rows, m->hidden, m->intermediate, false, "");
    op(w, "mul name=%sgated out=%s a=%s b=%s", prefix, gate, gate, up);
    snprintf(name, sizeof(name), "%sdown", prefix);
    product(w, name, out, gate, rows, m->intermediate, m->hidden, false, fused);
}

/* Distinct experts and normalised weights for each token, seeded. */
static void route(const struct writer *w, uint32_t *expert, double *weight)
{
    const uint32_t n = w->model->experts, k = w->model->experts_active;
    uint64_t state = w->request->seed * 1000003u + w->layer;

    for (uint32_t t = 0; t < w->tokens; t++) {
        double sum = 0;

        for (uint32_t i = 0; i < k; i++) {
            uint32_t pick;
            bool taken;

            do {
                pick = (uint32_t)(sth_random_next(&state) % n);
                taken = false;
                for (uint32_t j = 0; j < i; j++)
                    taken |= expert[t * k + j] == pick;
            } while (taken);
            expert[t * k + i] = pick;
            weight[t * k + i] =
                0.1 + (double)(sth_random_next(&state) >> 40) / 0x1p24;
            sum += weight[t * k + i];
        }
        for (uint32_t i = 0; i < k; i++)
            weight[t * k + i] /= sum;
    }
}

/* A row takes up to 8 + 11 characters of a line's 65536. */
enum { ROWS_PER_LINE = 2048 };

/* The rows and weights that end one op line. */
static void row_lists(struct writer *w, const uint32_t *rows,
                      const double *weights, uint32_t count)
{
    fputs(" rows=", w->out);
    for (uint32_t i = 0; i < count; i++)
        fprintf(w->out, "%s%u", i ? "," : "", rows[i]);
    if (weights) {
        fputs(" weights=", w->out);
        for (uint32_t i = 0; i < count; i++)
            fprintf(w->out, "%s0x%08x", i ? "," : "", float_bits(weights[i]));
    }
    fputc('\n', w->out);
}

static void gather_rows(struct writer *w, uint32_t e, const uint32_t *rows,
                        uint32_t count)
{
    for (uint32_t i = 0; i < count; i += ROWS_PER_LINE) {
        uint32_t end = i + ROWS_PER_LINE < count ? i + ROWS_PER_LINE : count;

        fprintf(w->out,
                "op gather name=e%u.gather out=l%u.e%u.x[%u:%u] "
                "x=l%u.ffn.norm.out",
                e, w->layer, e, i, end, w->layer);
        row_lists(w, rows + i, NULL, end - i);
    }
}

static void scatter_rows(struct writer *w, uint32_t e, const uint32_t *rows,
                         const double *weights, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += ROWS_PER_LINE) {
        uint32_t end = i + ROWS_PER_LINE < count ? i + ROWS_PER_LINE : count;

        fprintf(w->out,
                "op scatter_add name=e%u.scatter out=l%u.out "
                "x=l%u.e%u.y[%u:%u]",
                e, w->layer, w->layer, e, i, end);
        row_lists(w, rows + i, weights + i, end - i);
    }
}

static void expert_ffn(struct writer *w, uint32_t e, const uint32_t *rows,
                       const double *weights, uint32_t count)
{
    char prefix[32], in[64], out[64];

    snprintf(prefix, sizeof(prefix), "e%u.", e);
    snprintf(in, sizeof(in), "e%u.x", e);
    snprintf(out, sizeof(out), "e%u.y", e);
    zero(w, in, "bf16", count, w->model->hidden);
    zero(w, out, "bf16", count, w->model->hidden);
    gather_rows(w, e, rows, count);
    snprintf(in, sizeof(in), "@e%u.x", e);
    snprintf(out, sizeof(out), "@e%u.y", e);
    gated_ffn(w, prefix, in, out, count, "");
    scatter_rows(w, e, rows, weights, count);
}

/*
 * A mixture of experts: the router's product is computed, and the tokens are
 * sent where the seeded choice says, so that the work is the same every time.
 */
static void expert_mixture(struct writer *w)
{
    const struct sth_model *m = w->model;
    const uint32_t k = m->experts_active;
    uint32_t *expert = malloc(sizeof(*expert) * w->tokens * k);
    double *weight = malloc(sizeof(*weight) * w->tokens * k);
    uint32_t *rows = malloc(sizeof(*rows) * w->tokens);
    double *share = malloc(sizeof(*share) * w->tokens);

    zero(w, "router.out", "bf16", w->tokens, m->experts);
    product(w, "router", "@router.out", "@ffn.norm.out", w->tokens, m->hidden,
            m->experts, false, "");
    op(w, "copy name=residual out=@out x=@mid");
    w->failed |= !expert || !weight || !rows || !share;
    if (!w->failed)
        route(w, expert, weight);
    for (uint32_t e = 0; e < m->experts && !w->failed; e++) {
        uint32_t count = 0;

        for (uint32_t t = 0; t < w->tokens; t++)
            for (uint32_t i = 0; i < k; i++)
                if (expert[t * k + i] == e) {
                    rows[count] = t;
                    share[count++] = weight[t * k + i];
                }
        if (count)
            expert_ffn(w, e, rows, share, count);
    }
    free(expert);
    free(weight);
    free(rows);
    free(share);
}

static void plain_ffn(struct writer *w, const char *x, const char *out,
                      const char *residual)
{
    const struct sth_model *m = w->model;
    char fused[96];

    zero(w, "ffn.up.out", "bf16", w->tokens, m->intermediate);
    product(w, "ffn.up", "@ffn.up.out", x, w->tokens, m->hidden,
            m->intermediate, true, " act=gelu");
    snprintf(fused, sizeof(fused), " residual=%s", residual);
    product(w, "ffn.down", out, "@ffn.up.out", w->tokens, m->intermediate,
            m->hidden, true, fused);
}

/* Pre-norm: x + attention(norm(x)), then mid + ffn(norm(mid)). */
static void pre_norm_layer(struct writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    const bool gpt2 = m->family == STH_MODEL_GPT2;
    char fused[96];

    zero(w, "attn.norm.out", "bf16", w->tokens, m->hidden);
    zero(w, "ffn.norm.out", "bf16", w->tokens, m->hidden);
    norm(w, "attn.norm", "@attn.norm.out", x);
    if (gpt2)
        fused_attention(w, "@attn.norm.out");
    else
        grouped_attention(w, "@attn.norm.out");
    snprintf(fused, sizeof(fused), " residual=%s", x);
    product(w, "proj", "@mid", "@context", w->tokens, m->heads * m->head_dim,
            m->hidden, gpt2, fused);
    norm(w, "ffn.norm", "@ffn.norm.out", "@mid");
    if (gpt2)
        plain_ffn(w, "@ffn.norm.out", "@out", "@mid");
    else if (m->family == STH_MODEL_LLAMA)
        gated_ffn(w, "ffn.", "@ffn.norm.out", "@out", w->tokens,
                  " residual=@mid");
    else
        expert_mixture(w);
}

/* Post-norm: norm(x + attention(x)), then norm(mid + ffn(mid)). */
static void post_norm_layer(struct writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    char fused[96];

    fused_attention(w, x);
    zero(w, "attn.sum", "bf16", w->tokens, m->hidden);
    zero(w, "ffn.sum", "bf16", w->tokens, m->hidden);
    snprintf(fused, sizeof(fused), " residual=%s", x);
    product(w, "proj", "@attn.sum", "@context", w->tokens,
            m->heads * m->head_dim, m->hidden, true, fused);
    norm(w, "attn.norm", "@mid", "@attn.sum");
    plain_ffn(w, "@mid", "@ffn.sum", "@mid");
    norm(w, "ffn.norm", "@out", "@ffn.sum");
}

static void layer(struct writer *w)
{
    char x[32] = "x";

    if (w->layer)
        snprintf(x, sizeof(x), "l%u.out", w->layer - 1);
    fprintf(w->out, "# layer %u\n", w->layer);
    zero(w, "mid", "bf16", w->tokens, w->model->hidden);
    zero(w, "out", "bf16", w->tokens, w->model->hidden);
    if (w->model->family == STH_MODEL_BERT)
        post_norm_layer(w, x);
    else
        pre_norm_layer(w, x);
    fprintf(w->out, "output l%u.out\n", w->layer);
}

bool sth_tracegen_layers(FILE *out, const struct sth_model *model,
                         const struct sth_trace_request *request)
{
    struct writer w = {out,           model, request,
                       request->seed, 0,     request->batch * request->seq,
                       false};

    fputs("systolith-trace 1\n", out);
    fprintf(out, "tensor x bf16 %ux%u seed:%" PRIu64 ":1\n", w.tokens,
            model->hidden, w.next_seed++);
    for (; w.layer < request->layers; w.layer++)
        layer(&w);
    return !w.failed;
}

void sth_tracegen_gemm(FILE *out, uint32_t m, uint32_t n, uint32_t k, bool int8,
                       uint64_t seed)
{
    const char *dtype = int8 ? "i8" : "bf16";
    double scale = int8 ? I8_WEIGHT_SPREAD : 1;
    double spread = 1 / sqrt(k);

    fprintf(out, "systolith-trace 1\n");
    fprintf(out, "tensor a %s %ux%u seed:%" PRIu64 ":%.9g\n", dtype, m, k, seed,
            scale);
    fprintf(out, "tensor b %s %ux%u seed:%" PRIu64 ":%.9g\n", dtype, k, n,
            seed + 1, int8 ? scale : spread);
    if (int8) {
        fprintf(out, "tensor a.scale fp32 1x%u seed:%" PRIu64 ":0.001:0.025\n",
                m, seed + 2);
        fprintf(out, "tensor b.scale fp32 1x%u seed:%" PRIu64 ":%.9g:%.9g\n", n,
                seed + 3, spread / scale / 10, spread / scale);
    }
    fprintf(out, "tensor c bf16 %ux%u zero\n", m, n);
    fprintf(out, "op matmul name=gemm out=c x=a w=b%s\noutput c\n",
            int8 ? " xscale=a.scale wscale=b.scale" : "");
}

void sth_tracegen_attention(FILE *out,
                            const struct sth_attention_request *request)
{
    const struct sth_attention_request *r = request;
    uint32_t keys = r->batch * (r->past + r->seq);
    uint32_t queries = r->batch * r->seq;

    fprintf(out, "systolith-trace 1\n");
    fprintf(out, "tensor q bf16 %ux%u seed:%" PRIu64 ":1\n", queries,
            r->heads * r->dim, r->seed);
    fprintf(out, "tensor k bf16 %ux%u seed:%" PRIu64 ":1\n", keys,
            r->kv_heads * r->dim, r->seed + 1);
    fprintf(out, "tensor v bf16 %ux%u seed:%" PRIu64 ":1\n", keys,
            r->kv_heads * r->dim, r->seed + 2);
    fprintf(out, "tensor y bf16 %ux%u zero\n", queries, r->heads * r->dim);
    fprintf(out,
            "op attention name=attention out=y q=q k=k v=v heads=%u "
            "kv_heads=%u batch=%u seq=%u past=%u causal=%d scale=0x%08x\n"
            "output y\n",
            r->heads, r->kv_heads, r->batch, r->seq, r->past, r->causal,
            float_bits(1 / sqrt(r->dim)));
}
