/* Layers of a transformer as a trace. */
#include "sth_tracegen.h"

#include "sth_writer.h"

#include <inttypes.h>
#include <string.h>

/* A normalised tensor: "@NAME.out". */
static void normalise(struct sth_writer *w, const char *name, const char *x)
{
    char out[64], view[64];

    snprintf(out, sizeof(out), "%s.out", name);
    snprintf(view, sizeof(view), "@%s.out", name);
    sth_writer_zero(w, out, "bf16", w->tokens, w->model->hidden);
    sth_writer_norm(w, name, view, x);
}

static void feed_forward(struct sth_writer *w, const char *x, const char *out,
                         const char *residual)
{
    if (sth_model_has_experts(w->model, w->layer))
        sth_writer_expert_mixture(w, x, residual);
    else
        sth_writer_dense_ffn(w, x, out, residual);
}

/* x + attention(norm(x)) and mid + ffn(norm(mid)), or side by side. */
static void pre_norm_layer(struct sth_writer *w, const char *x)
{
    const enum sth_model_parallel parallel = w->model->parallel;
    const char *inner = "@ffn.norm.out";
    char fused[96];

    normalise(w, "attn.norm", x);
    if (parallel == STH_MODEL_ONE_NORM)
        inner = "@attn.norm.out";
    else if (parallel == STH_MODEL_TWO_NORMS)
        normalise(w, "ffn.norm", x);
    sth_writer_attention(w, "@attn.norm.out");
    snprintf(fused, sizeof(fused), " residual=%s", x);
    sth_writer_projection(w, "@mid", fused);
    if (parallel == STH_MODEL_SERIAL)
        normalise(w, "ffn.norm", "@mid");
    feed_forward(w, inner, "@out", "@mid");
}

/* norm(x + attention(x)), then norm(mid + ffn(mid)). */
static void post_norm_layer(struct sth_writer *w, const char *x)
{
    char fused[96];

    sth_writer_attention(w, x);
    sth_writer_zero(w, "attn.sum", "bf16", w->tokens, w->model->hidden);
    sth_writer_zero(w, "ffn.sum", "bf16", w->tokens, w->model->hidden);
    snprintf(fused, sizeof(fused), " residual=%s", x);
    sth_writer_projection(w, "@attn.sum", fused);
    sth_writer_norm(w, "attn.norm", "@mid", "@attn.sum");
    feed_forward(w, "@mid", "@ffn.sum", "@mid");
    sth_writer_norm(w, "ffn.norm", "@out", "@ffn.sum");
}

/* x + norm(attention(x)), then mid + norm(ffn(mid)); of what is normalised
 * first, if `before`. */
static void norm_behind_layer(struct sth_writer *w, const char *x, bool before)
{
    if (before)
        normalise(w, "attn.norm", x);
    sth_writer_attention(w, before ? "@attn.norm.out" : x);
    sth_writer_zero(w, "attn.out", "bf16", w->tokens, w->model->hidden);
    sth_writer_projection(w, "@attn.out", "");
    normalise(w, "attn.post", "@attn.out");
    sth_writer_op(w, "add name=attn.add out=@mid a=%s b=@attn.post.out", x);
    if (before)
        normalise(w, "ffn.norm", "@mid");
    sth_writer_zero(w, "ffn.out", "bf16", w->tokens, w->model->hidden);
    feed_forward(w, before ? "@ffn.norm.out" : "@mid", "@ffn.out", NULL);
    normalise(w, "ffn.post", "@ffn.out");
    sth_writer_op(w, "add name=ffn.add out=@out a=@mid b=@ffn.post.out");
}

/* What the present layer begins with. */
static void result_before(const struct sth_writer *w, char *x, size_t size)
{
    snprintf(x, size, "%s", w->request->whole ? "embed.out" : "x");
    if (w->layer)
        snprintf(x, size, "l%u.out", w->layer - 1);
    sth_writer_rows_of_step(w, x + strlen(x), size - strlen(x));
}

static void layer(struct sth_writer *w)
{
    const enum sth_model_place place = w->model->place;
    char x[64], prefix[16];

    result_before(w, x, sizeof(x));
    snprintf(prefix, sizeof(prefix), "l%u.", w->layer);
    sth_writer_begin(w, prefix);
    fprintf(w->out, "# layer %u\n", w->layer);
    w->kept = 0;
    for (uint32_t b = 0; b < w->request->batch; b++)
        w->kept =
            sth_writer_kept(w, b) > w->kept ? sth_writer_kept(w, b) : w->kept;
    sth_writer_zero(w, "mid", "bf16", w->tokens, w->model->hidden);
    sth_writer_zero(w, "out", "bf16", w->tokens * w->request->steps,
                    w->model->hidden);
    if (place == STH_MODEL_PRE)
        pre_norm_layer(w, x);
    else if (place == STH_MODEL_POST)
        post_norm_layer(w, x);
    else
        norm_behind_layer(w, x, place == STH_MODEL_SANDWICH);
    fprintf(w->out, "output l%u.out\n", w->layer);
}

bool sth_tracegen_layers(FILE *out, const struct sth_model *model,
                         const struct sth_trace_request *request)
{
    struct sth_trace_request r = *request;
    struct sth_writer w = {.out = out,
                           .model = model,
                           .request = &r,
                           .next_seed = request->seed,
                           .tokens = request->batch * request->seq,
                           .gain = 1};

    r.steps = r.steps ? r.steps : 1;
    fputs("systolith-trace 1\n", out);
    if (r.steps > 1)
        fprintf(out, "steps %u\n", r.steps);
    if (r.whole)
        sth_writer_embedding(&w);
    else
        fprintf(out, "tensor x bf16 %ux%u seed:%" PRIu64 ":1\n",
                w.tokens * r.steps, model->hidden, w.next_seed++);
    for (; w.layer < request->layers; w.layer++)
        layer(&w);
    if (r.whole)
        sth_writer_head(&w);
    return !w.failed;
}
