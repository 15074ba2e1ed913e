/* A mixture of experts. */
#include "sth_writer.h"

#include "sth_random.h"

#include <math.h>
#include <stdlib.h>

/*
 * Distinct experts and weights for each token, seeded.  Where the weights are
 * not made to sum to one they are a part of it, as of a softmax over all.
 */
static void route(const struct sth_writer *w, uint32_t *expert, double *weight)
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
        if (!w->model->experts_sum_to_one)
            sum /= 0.3 + 0.6 * (double)(sth_random_next(&state) >> 40) / 0x1p24;
        for (uint32_t i = 0; i < k; i++)
            weight[t * k + i] *= w->model->routed_scale / sum;
    }
}

/* A row takes up to 8 + 11 characters of a line's 65536. */
enum { ROWS_PER_LINE = 2048 };

/* The rows and weights that end one op line. */
static void row_lists(struct sth_writer *w, const uint32_t *rows,
                      const double *weights, uint32_t count)
{
    fputs(" rows=", w->out);
    for (uint32_t i = 0; i < count; i++)
        fprintf(w->out, "%s%u", i ? "," : "", rows[i]);
    if (weights) {
        fputs(" weights=", w->out);
        for (uint32_t i = 0; i < count; i++)
            fprintf(w->out, "%s0x%08x", i ? "," : "",
                    sth_writer_bits(weights[i]));
    }
    fputc('\n', w->out);
}

/* x is "@name". */
static void gather_rows(struct sth_writer *w, const char *x, uint32_t e,
                        const uint32_t *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += ROWS_PER_LINE) {
        uint32_t end = i + ROWS_PER_LINE < count ? i + ROWS_PER_LINE : count;

        fprintf(w->out,
                "op gather name=e%u.gather out=l%u.e%u.x[%u:%u] "
                "x=l%u.%s",
                e, w->layer, e, i, end, w->layer, x + 1);
        row_lists(w, rows + i, NULL, end - i);
    }
}

static void scatter_rows(struct sth_writer *w, uint32_t e, const uint32_t *rows,
                         const double *weights, uint32_t count)
{
    char step[64];

    sth_writer_rows_of_step(w, step, sizeof(step));
    for (uint32_t i = 0; i < count; i += ROWS_PER_LINE) {
        uint32_t end = i + ROWS_PER_LINE < count ? i + ROWS_PER_LINE : count;

        fprintf(w->out,
                "op scatter_add name=e%u.scatter out=l%u.out%s "
                "x=l%u.e%u.y[%u:%u]",
                e, w->layer, step, w->layer, e, i, end);
        row_lists(w, rows + i, weights + i, end - i);
    }
}

static void expert_ffn(struct sth_writer *w, const char *x, uint32_t e,
                       const uint32_t *rows, const double *weights,
                       uint32_t count)
{
    char prefix[32], in[64], out[64];

    snprintf(prefix, sizeof(prefix), "e%u.", e);
    snprintf(in, sizeof(in), "e%u.x", e);
    snprintf(out, sizeof(out), "e%u.y", e);
    sth_writer_zero(w, in, "bf16", count, w->model->hidden);
    sth_writer_zero(w, out, "bf16", count, w->model->hidden);
    gather_rows(w, x, e, rows, count);
    snprintf(in, sizeof(in), "@e%u.x", e);
    snprintf(out, sizeof(out), "@e%u.y", e);
    sth_writer_gated_ffn(w, prefix, in, out, count,
                         w->model->expert_intermediate, "");
    scatter_rows(w, e, rows, weights, count);
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
            expert_ffn(w, x, e, rows, share, count);
    }
    free(expert);
    free(weight);
    free(rows);
    free(share);
}
