/* Behind the layers: the final norm and the product with the vocabulary. */
#include "sth_writer.h"

#include <stdio.h>

/*
 * By which the norm's weights are larger: the scale of the logits, without that
 * of the table of tokens where it is the product's weights, and what the bound
 * wants.
 */
static double factor(const struct sth_model_ends *e)
{
    return e->logit_scale / (e->tied ? e->scale : 1) *
           (e->cap > 0 ? 2 / e->cap : 1);
}

/* The rows of the last layer's result whose logits are wanted. */
static uint32_t result(const struct sth_writer *w, char *x, size_t size)
{
    const struct sth_trace_request *r = w->request;
    char rows[64];

    sth_writer_rows_of_step(w, rows, sizeof(rows));
    snprintf(x, size, "l%u.out%s", r->layers - 1, rows);
    if (r->all_logits || r->seq == 1)
        return w->tokens;
    if (r->batch == 1)
        snprintf(x, size, "l%u.out[%u:%u]", r->layers - 1, r->seq - 1, r->seq);
    else
        snprintf(x, size, "l%u.out[%u:%u:%u]", r->layers - 1, r->seq - 1,
                 w->tokens, r->seq);
    return r->batch;
}

/* A product before the vocabulary's, to @NAME.out, which becomes x. */
static void step(struct sth_writer *w, const char *name, char *x, size_t size,
                 uint32_t rows, uint32_t cols, bool bias, const char *fused)
{
    char tensor[32], out[32];

    snprintf(tensor, sizeof(tensor), "%s.out", name);
    snprintf(out, sizeof(out), "@%s.out", name);
    sth_writer_zero(w, tensor, "bf16", rows, cols);
    sth_writer_product(w, name, out, x, rows, w->model->hidden, cols, bias,
                       fused);
    snprintf(x, size, "%s", out);
}

/* cap tanh(z / cap) = 2 cap sigmoid(2 z / cap) - cap; twice z over the cap
 * comes from the norm. */
static void bound(struct sth_writer *w, uint32_t rows, char *fused, size_t size)
{
    const struct sth_model_ends *e = &w->model->ends;

    *fused = 0;
    if (!(e->cap > 0))
        return;
    sth_writer_seeded(w, "cap.twice", "bf16", rows, e->vocab, 0, 2 * e->cap);
    sth_writer_seeded(w, "cap.less", "bf16", rows, e->vocab, 0, -e->cap);
    snprintf(fused, size, " act=sigmoid mul=@cap.twice residual=@cap.less");
}

static void vocabulary(struct sth_writer *w, const char *x, uint32_t rows)
{
    const struct sth_model_ends *e = &w->model->ends;
    char fused[96], bias[32] = "";

    sth_writer_zero(w, "logits", "bf16", rows, e->vocab);
    bound(w, rows, fused, sizeof(fused));
    if (!e->tied) {
        sth_writer_product(w, "vocabulary", "@logits", x, rows, e->width,
                           e->vocab, e->bias, fused);
        return;
    }
    if (e->bias) {
        sth_writer_seeded(w, "vocabulary.b", "bf16", 1, e->vocab, 0.1, 0);
        snprintf(bias, sizeof(bias), " bias=@vocabulary.b");
    }
    sth_writer_op(w,
                  "matmul name=vocabulary out=@logits x=%s w=embed.table "
                  "wt=1%s%s",
                  x, bias, fused);
}

void sth_writer_head(struct sth_writer *w)
{
    const struct sth_model *m = w->model;
    const uint32_t topk = w->request->topk;
    char x[96], act[32];
    const uint32_t rows = result(w, x, sizeof(x));

    fputs("# vocabulary\n", w->out);
    sth_writer_begin(w, "head.");
    w->wide = true;
    if (m->ends.norm) {
        sth_writer_zero(w, "norm.out", "bf16", rows, m->hidden);
        w->gain = factor(&m->ends);
        sth_writer_norm(w, "norm", "@norm.out", x);
        w->gain = 1;
        snprintf(x, sizeof(x), "@norm.out");
    }
    if (m->ends.width != m->hidden)
        step(w, "narrow", x, sizeof(x), rows, m->ends.width, false, "");
    if (m->ends.dense) {
        snprintf(act, sizeof(act), " act=%s", sth_writer_act(m->ends.act));
        step(w, "dense", x, sizeof(x), rows, m->hidden, true, act);
        sth_writer_norm(w, "dense.norm", "@dense.out", "@dense.out");
    }
    vocabulary(w, x, rows);
    fputs("output head.logits\n", w->out);
    if (topk) {
        sth_writer_zero(w, "top", "bf16", rows, topk);
        sth_writer_zero(w, "top.token", "fp32", rows, topk);
        sth_writer_op(w,
                      "topk name=topk out=@top indices=@top.token x=@logits");
    }
}
