/* RoPE and the normalisation of queries and keys. */
#include "sth_writer.h"

#include <stdio.h>

/* Past tokens: of all sequences, or of each. */
static void pasts(const struct sth_writer *w)
{
    const struct sth_trace_request *r = w->request;

    if (!r->pasts)
        fprintf(w->out, "%u", r->past);
    for (uint32_t b = 0; r->pasts && b < r->batch; b++)
        fprintf(w->out, "%s%u", b ? "," : "", r->pasts[b]);
}

static void rope_table(struct sth_writer *w, const char *which)
{
    const struct sth_trace_request *r = w->request;
    const struct sth_model *m = w->model;
    /* With several steps, seq is 1 and a step has one row for each sequence. */
    const uint32_t repeat = r->steps > 1 ? r->batch : 1;
    const uint32_t seq = r->seq * r->steps;
    double rate[STH_MODEL_RATES_MAX], factor;

    fprintf(w->out, "tensor %srope.%s fp32 %ux%u ", w->prefix, which,
            w->tokens * r->steps, (m->latent ? m->rotary : m->head_dim) / 2);
    if (sth_model_rope_is_plain(m, w->layer)) {
        fprintf(w->out, "rope:%s:%.9g:", which,
                sth_model_rope_theta(m, w->layer));
        pasts(w);
        fprintf(w->out, ":%u", seq);
        if (repeat > 1)
            fprintf(w->out, ":%u", repeat);
        fputc('\n', w->out);
        return;
    }
    sth_model_rope_rates(m, w->layer, r->past + seq, rate, &factor);
    fprintf(w->out, "angles:%s:", which);
    pasts(w);
    fprintf(w->out, ":%u:%u:%.17g:", seq, repeat, factor);
    for (uint32_t i = 0; i < m->rotary / 2; i++)
        fprintf(w->out, "%s%.17g", i ? "," : "", rate[i]);
    fputc('\n', w->out);
}

void sth_writer_rope_tables(struct sth_writer *w)
{
    rope_table(w, "cos");
    rope_table(w, "sin");
}

/* Columns [c0, c1) of the tensor by themselves. */
static void norm_columns(struct sth_writer *w, const char *name, uint32_t c0,
                         uint32_t c1, const char *gamma_cols)
{
    const bool rms = w->model->qk_norm == STH_MODEL_QK_HEAD ||
                     w->model->qk_norm == STH_MODEL_QK_ROW;
    char beta[64] = "", cols[32];

    snprintf(cols, sizeof(cols), "[:,%u:%u]", c0, c1);
    if (!rms)
        snprintf(beta, sizeof(beta), " beta=@%s.norm.beta", name);
    sth_writer_op(w,
                  "%s name=%s.norm out=@%s%s x=@%s%s gamma=@%s.norm.gamma%s%s "
                  "eps=0x%08x invn=0x%08x",
                  rms ? "rmsnorm" : "layernorm", name, name, cols, name, cols,
                  name, gamma_cols, beta, sth_writer_bits(w->model->norm_eps),
                  sth_writer_bits(1.0 / (c1 - c0)));
}

void sth_writer_qk_norm(struct sth_writer *w, const char *name, uint32_t heads)
{
    const struct sth_model *m = w->model;
    const enum sth_model_qk_norm kind = m->qk_norm;
    const bool whole = kind == STH_MODEL_QK_ROW;
    const bool each = kind == STH_MODEL_QK_HEADS_LAYER;
    const uint32_t d = m->head_dim, cols = heads * d;
    char tensor[64], gamma_cols[32] = "";

    if (kind == STH_MODEL_QK_NONE)
        return;
    snprintf(tensor, sizeof(tensor), "%s.norm.gamma", name);
    sth_writer_seeded(w, tensor, "bf16", 1, whole || each ? cols : d, 0.1, 1);
    snprintf(tensor, sizeof(tensor), "%s.norm.beta", name);
    if (kind == STH_MODEL_QK_HEAD_LAYER)
        sth_writer_seeded(w, tensor, "bf16", 1, d, 0.1, 0);
    else if (each)
        sth_writer_zero(w, tensor, "bf16", 1, d);
    if (whole) {
        norm_columns(w, name, 0, cols, "");
        return;
    }
    for (uint32_t h = 0; h < heads; h++) {
        if (each)
            snprintf(gamma_cols, sizeof(gamma_cols), "[:,%u:%u]", h * d,
                     (h + 1) * d);
        norm_columns(w, name, h * d, (h + 1) * d, gamma_cols);
    }
}
