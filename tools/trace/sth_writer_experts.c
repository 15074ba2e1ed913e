/* A mixture of experts. */
#include "sth_writer.h"

#include <math.h>
#include <stdlib.h>

static void expert_ffn(struct sth_writer *w, const char *x, uint32_t e,
                       const uint32_t *rows, const double *weights,
                       uint32_t count)
{
    char prefix[32], name[32], in[64], out[64];

    snprintf(prefix, sizeof(prefix), "e%u.", e);
    snprintf(in, sizeof(in), "e%u.x", e);
    snprintf(out, sizeof(out), "e%u.y", e);
    sth_writer_zero(w, in, "bf16", count, w->model->hidden);
    sth_writer_zero(w, out, "bf16", count, w->model->hidden);
    snprintf(in, sizeof(in), "@e%u.x", e);
    snprintf(out, sizeof(out), "@e%u.y", e);
    snprintf(name, sizeof(name), "e%u.gather", e);
    sth_writer_gather(w, name, in, x, rows, count);
    sth_writer_gated_ffn(w, prefix, in, out, count,
                         w->model->expert_intermediate, "");
    snprintf(name, sizeof(name), "e%u.scatter", e);
    sth_writer_scatter(w, name, "@out", out, rows, weights, count);
}

/*
 * The expert that all tokens visit; its result joins the residual into @out.
 * Its gate is a number a token: a product with ones spreads it over a row.
 */
static void shared_expert(struct sth_writer *w, const char *x,
                          const char *residual)
{
    const struct sth_model *m = w->model;
    char fused[128];

    snprintf(fused, sizeof(fused), " residual=%s", residual);
    if (m->shared_gate) {
        sth_writer_zero(w, "shared.share", "bf16", w->tokens, 1);
        sth_writer_zero(w, "shared.scale", "bf16", w->tokens, m->hidden);
        sth_writer_seeded(w, "shared.scale.w", "bf16", m->hidden, 1,
                          1 / sqrt(m->hidden), 0);
        sth_writer_seeded(w, "shared.ones", "bf16", 1, m->hidden, 0, 1);
        sth_writer_op(w,
                      "matmul name=shared.share out=@shared.share x=%s "
                      "w=@shared.scale.w act=sigmoid",
                      x);
        sth_writer_op(w, "matmul name=shared.scale out=@shared.scale "
                         "x=@shared.share w=@shared.ones");
        snprintf(fused, sizeof(fused), " mul=@shared.scale residual=%s",
                 residual);
    }
    sth_writer_gated_ffn(w, "shared.", x, "@out", w->tokens,
                         m->shared_intermediate, fused);
}

void sth_writer_expert_mixture(struct sth_writer *w, const char *x,
                               const char *residual)
{
    const struct sth_model *m = w->model;
    const uint32_t k = m->experts_active;
    uint32_t *expert = malloc(sizeof(*expert) * w->tokens * k);
    double *weight = malloc(sizeof(*weight) * w->tokens * k);
    uint32_t *rows = malloc(sizeof(*rows) * w->tokens);
    double *share = malloc(sizeof(*share) * w->tokens);

    sth_writer_zero(w, "router.out", "bf16", w->tokens, m->experts);
    sth_writer_product(w, "router", "@router.out", x, w->tokens, m->hidden,
                       m->experts, false, "");
    if (m->shared_intermediate)
        shared_expert(w, x, residual);
    else
        sth_writer_op(w, "copy name=residual out=@out x=%s", residual);
    w->failed |= !expert || !weight || !rows || !share;
    if (!w->failed)
        sth_writer_route(w, expert, weight);
    for (uint32_t e = 0; e < m->experts && !w->failed; e++) {
        uint32_t count = 0;

        for (uint32_t t = 0; t < w->tokens; t++)
            for (uint32_t i = 0; i < k; i++)
                if (expert[t * k + i] == e) {
                    rows[count] = t;
                    share[count++] = weight[t * k + i];
                }
        if (count)
            expert_ffn(w, x, e, rows, share, count);
    }
    free(expert);
    free(weight);
    free(rows);
    free(share);
}
