/* Layers of a transformer as a trace. */
#include "sth_tracegen.h"

#include "sth_writer.h"

#include <inttypes.h>
#include <string.h>

/* Pre-norm: x + attention(norm(x)), then mid + ffn(norm(mid)). */
static void pre_norm_layer(struct sth_writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    const bool gpt2 = m->family == STH_MODEL_GPT2;
    char fused[96];

    sth_writer_zero(w, "attn.norm.out", "bf16", w->tokens, m->hidden);
    sth_writer_zero(w, "ffn.norm.out", "bf16", w->tokens, m->hidden);
    sth_writer_norm(w, "attn.norm", "@attn.norm.out", x);
    if (gpt2)
        sth_writer_fused_attention(w, "@attn.norm.out");
    else
        sth_writer_grouped_attention(w, "@attn.norm.out");
    snprintf(fused, sizeof(fused), " residual=%s", x);
    sth_writer_product(w, "proj", "@mid", "@context", w->tokens,
                       m->heads * m->head_dim, m->hidden, gpt2, fused);
    sth_writer_norm(w, "ffn.norm", "@ffn.norm.out", "@mid");
    if (gpt2)
        sth_writer_plain_ffn(w, "@ffn.norm.out", "@out", "@mid");
    else if (m->family == STH_MODEL_LLAMA)
        sth_writer_gated_ffn(w, "ffn.", "@ffn.norm.out", "@out", w->tokens,
                             " residual=@mid");
    else
        sth_writer_expert_mixture(w);
}

/* Post-norm: norm(x + attention(x)), then norm(mid + ffn(mid)). */
static void post_norm_layer(struct sth_writer *w, const char *x)
{
    const struct sth_model *m = w->model;
    char fused[96];

    sth_writer_fused_attention(w, x);
    sth_writer_zero(w, "attn.sum", "bf16", w->tokens, m->hidden);
    sth_writer_zero(w, "ffn.sum", "bf16", w->tokens, m->hidden);
    snprintf(fused, sizeof(fused), " residual=%s", x);
    sth_writer_product(w, "proj", "@attn.sum", "@context", w->tokens,
                       m->heads * m->head_dim, m->hidden, true, fused);
    sth_writer_norm(w, "attn.norm", "@mid", "@attn.sum");
    sth_writer_plain_ffn(w, "@mid", "@ffn.sum", "@mid");
    sth_writer_norm(w, "ffn.norm", "@out", "@ffn.sum");
}

static void layer(struct sth_writer *w)
{
    char x[64] = "x";

    if (w->layer)
        snprintf(x, sizeof(x), "l%u.out", w->layer - 1);
    sth_writer_rows_of_step(w, x + strlen(x), sizeof(x) - strlen(x));
    fprintf(w->out, "# layer %u\n", w->layer);
    sth_writer_zero(w, "mid", "bf16", w->tokens, w->model->hidden);
    sth_writer_zero(w, "out", "bf16", w->tokens * w->request->steps,
                    w->model->hidden);
    if (w->model->family == STH_MODEL_BERT)
        post_norm_layer(w, x);
    else
        pre_norm_layer(w, x);
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
                           .tokens = request->batch * request->seq};

    r.steps = r.steps ? r.steps : 1;
    fputs("systolith-trace 1\n", out);
    if (r.steps > 1)
        fprintf(out, "steps %u\n", r.steps);
    fprintf(out, "tensor x bf16 %ux%u seed:%" PRIu64 ":1\n", w.tokens * r.steps,
            model->hidden, w.next_seed++);
    for (; w.layer < request->layers; w.layer++)
        layer(&w);
    return !w.failed;
}
