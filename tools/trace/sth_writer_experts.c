/* A mixture of experts. */
#include "sth_writer.h"

#include "sth_random.h"

#include <stdlib.h>

/* Distinct experts and normalised weights for each token, seeded. */
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
        for (uint32_t i = 0; i < k; i++)
            weight[t * k + i] /= sum;
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

static void gather_rows(struct sth_writer *w, uint32_t e, const uint32_t *rows,
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

static void scatter_rows(struct sth_writer *w, uint32_t e, const uint32_t *rows,
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

static void expert_ffn(struct sth_writer *w, uint32_t e, const uint32_t *rows,
                       const double *weights, uint32_t count)
{
    char prefix[32], in[64], out[64];

    snprintf(prefix, sizeof(prefix), "e%u.", e);
    snprintf(in, sizeof(in), "e%u.x", e);
    snprintf(out, sizeof(out), "e%u.y", e);
    sth_writer_zero(w, in, "bf16", count, w->model->hidden);
    sth_writer_zero(w, out, "bf16", count, w->model->hidden);
    gather_rows(w, e, rows, count);
    snprintf(in, sizeof(in), "@e%u.x", e);
    snprintf(out, sizeof(out), "@e%u.y", e);
    sth_writer_gated_ffn(w, prefix, in, out, count, "");
    scatter_rows(w, e, rows, weights, count);
}

void sth_writer_expert_mixture(struct sth_writer *w)
{
    const struct sth_model *m = w->model;
    const uint32_t k = m->experts_active;
    uint32_t *expert = malloc(sizeof(*expert) * w->tokens * k);
    double *weight = malloc(sizeof(*weight) * w->tokens * k);
    uint32_t *rows = malloc(sizeof(*rows) * w->tokens);
    double *share = malloc(sizeof(*share) * w->tokens);

    sth_writer_zero(w, "router.out", "bf16", w->tokens, m->experts);
    sth_writer_product(w, "router", "@router.out", "@ffn.norm.out", w->tokens,
                       m->hidden, m->experts, false, "");
    sth_writer_op(w, "copy name=residual out=@out x=@mid");
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
