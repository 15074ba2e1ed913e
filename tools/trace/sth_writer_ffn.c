/* Feed-forward halves of a layer. */
#include "sth_writer.h"

#include <stdio.h>

const char *sth_writer_act(enum sth_model_act act)
{
    static const char *const words[] = {[STH_MODEL_GELU_TANH] = "gelu_tanh",
                                        [STH_MODEL_GELU_ERF] = "gelu",
                                        [STH_MODEL_QUICK_GELU] = "quick_gelu",
                                        [STH_MODEL_SILU] = "silu",
                                        [STH_MODEL_RELU] = "relu",
                                        [STH_MODEL_RELU2] = "relu2"};

    return words[act];
}

/* The last product of a half, whose result joins the residual. */
static void join(struct sth_writer *w, const char *name, const char *out,
                 const char *x, uint32_t rows, uint32_t depth,
                 const char *fused)
{
    w->gain = w->model->residual_scale;
    sth_writer_product(w, name, out, x, rows, depth, w->model->hidden,
                       w->model->ffn_bias, fused);
    w->gain = 1;
}

static void plain_ffn(struct sth_writer *w, const char *x, const char *out,
                      const char *fused)
{
    const struct sth_model *m = w->model;
    char act[32];

    snprintf(act, sizeof(act), " act=%s", sth_writer_act(m->act));
    sth_writer_zero(w, "ffn.up.out", "bf16", w->tokens, m->intermediate);
    sth_writer_product(w, "ffn.up", "@ffn.up.out", x, w->tokens, m->hidden,
                       m->intermediate, m->ffn_bias, act);
    join(w, "ffn.down", out, "@ffn.up.out", w->tokens, m->intermediate, fused);
}

void sth_writer_gated_ffn(struct sth_writer *w, const char *prefix,
                          const char *x, const char *out, uint32_t rows,
                          uint32_t width, const char *fused)
{
    const struct sth_model *m = w->model;
    char name[64], gate[64], more[96];

    snprintf(gate, sizeof(gate), "%sgate.out", prefix);
    sth_writer_zero(w, gate, "bf16", rows, width);
    snprintf(name, sizeof(name), "%sgate", prefix);
    snprintf(gate, sizeof(gate), "@%sgate.out", prefix);
    snprintf(more, sizeof(more), " act=%s", sth_writer_act(m->act));
    sth_writer_product(w, name, gate, x, rows, m->hidden, width, m->ffn_bias,
                       more);
    snprintf(name, sizeof(name), "%sup", prefix);
    snprintf(more, sizeof(more), " mul=%s", gate);
    sth_writer_product(w, name, gate, x, rows, m->hidden, width, m->ffn_bias,
                       more);
    snprintf(name, sizeof(name), "%sdown", prefix);
    join(w, name, out, gate, rows, width, fused);
}

void sth_writer_projection(struct sth_writer *w, const char *out,
                           const char *fused)
{
    const struct sth_model *m = w->model;
    const uint32_t dim = m->latent ? m->value_dim : m->head_dim;

    w->gain = m->residual_scale;
    sth_writer_product(w, "proj", out, "@context", w->tokens, m->heads * dim,
                       m->hidden, m->proj_bias, fused);
    w->gain = 1;
}

void sth_writer_dense_ffn(struct sth_writer *w, const char *x, const char *out,
                          const char *residual)
{
    char fused[96] = "";

    if (residual)
        snprintf(fused, sizeof(fused), " residual=%s", residual);
    if (w->model->gated)
        sth_writer_gated_ffn(w, "ffn.", x, out, w->tokens,
                             w->model->intermediate, fused);
    else
        plain_ffn(w, x, out, fused);
}
