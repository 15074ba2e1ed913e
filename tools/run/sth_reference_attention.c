/* The reference of attention. */
#include "sth_reference_ops.h"

#include <math.h>
#include <stdlib.h>

/* One query row of one head, and what makes scores of its products. */
struct query {
    const double *q;
    const double *alibi; /* of the head, or NULL */
    uint32_t first, end; /* keys that it sees */
    double scale, cap;   /* cap 0: none */
};

static double score(const struct query *a, const double *k, uint32_t key,
                    uint32_t dim)
{
    double sum = 0;

    for (uint32_t j = 0; j < dim; j++)
        sum += a->q[j] * k[j];
    sum *= a->scale;
    if (a->cap != 0)
        sum = a->cap * tanh(sum);
    return a->alibi ? sum + a->alibi[key] : sum;
}

/* Scores, softmax and context. */
static void attend(const struct query *a, const double *k, const double *v,
                   double *out, double *weight, uint32_t dim, uint32_t stride)
{
    double top = -INFINITY, sum = 0;

    for (uint32_t t = a->first; t < a->end; t++) {
        weight[t] = score(a, k + (size_t)t * stride, t, dim);
        top = fmax(top, weight[t]);
    }
    for (uint32_t t = a->first; t < a->end; t++)
        sum += weight[t] = exp(weight[t] - top);
    for (uint32_t j = 0; j < dim; j++)
        out[j] = 0;
    for (uint32_t t = a->first; t < a->end; t++)
        for (uint32_t j = 0; j < dim; j++)
            out[j] += weight[t] / sum * v[(size_t)t * stride + j];
}

/* The keys of query s. */
static void see(struct query *a, const uint32_t *n, uint32_t s)
{
    const uint32_t past = n[STH_TRACE_NUMBER_PAST];
    const uint32_t window = n[STH_TRACE_NUMBER_WINDOW];

    a->end = n[STH_TRACE_NUMBER_CAUSAL] ? past + s + 1
                                        : past + n[STH_TRACE_NUMBER_SEQ];
    a->first = window && a->end > window ? a->end - window : 0;
}

void sth_reference_attention(struct sth_reference *r,
                             const struct sth_trace_op *op)
{
    const struct sth_trace_view *view = op->view;
    const uint32_t *n = op->number;
    const uint32_t heads = n[STH_TRACE_NUMBER_HEADS];
    const uint32_t kv_heads = n[STH_TRACE_NUMBER_KV_HEADS];
    const uint32_t seq = n[STH_TRACE_NUMBER_SEQ];
    const uint32_t past = n[STH_TRACE_NUMBER_PAST];
    const uint32_t room =
        n[STH_TRACE_NUMBER_ROOM] ? n[STH_TRACE_NUMBER_ROOM] : past + seq;
    const uint32_t q_cols = view[STH_TRACE_VIEW_Q].cols;
    const uint32_t kv_cols = view[STH_TRACE_VIEW_K].cols;
    const uint32_t dim = q_cols / heads;
    double *q = sth_reference_view(r, &view[STH_TRACE_VIEW_Q]);
    double *k = sth_reference_view(r, &view[STH_TRACE_VIEW_K]);
    double *v = sth_reference_view(r, &view[STH_TRACE_VIEW_V]);
    double *out =
        sth_reference_allocate(r, (size_t)view[STH_TRACE_VIEW_Q].rows * q_cols);
    double *weight = sth_reference_allocate(r, past + seq);
    const bool biased = view[STH_TRACE_VIEW_ALIBI].tensor >= 0;
    double *alibi =
        biased ? sth_reference_view(r, &view[STH_TRACE_VIEW_ALIBI]) : NULL;
    struct query a = {
        .scale = sth_reference_number(n[STH_TRACE_NUMBER_SCALE]),
        .cap = sth_reference_number(n[STH_TRACE_NUMBER_CAP]),
    };

    for (uint32_t b = 0; q && k && v && out && weight && (alibi || !biased) &&
                         b < n[STH_TRACE_NUMBER_BATCH];
         b++)
        for (uint32_t s = 0; s < seq; s++)
            for (uint32_t h = 0; h < heads; h++) {
                size_t from = (size_t)(b * seq + s) * q_cols + h * dim;
                size_t keys =
                    (size_t)b * room * kv_cols + h / (heads / kv_heads) * dim;

                a.q = q + from;
                if (alibi)
                    a.alibi =
                        alibi + (size_t)h * view[STH_TRACE_VIEW_ALIBI].cols;
                see(&a, n, s);
                attend(&a, k + keys, v + keys, out + from, weight, dim,
                       kv_cols);
            }
    if (!r->failed)
        sth_reference_write_view(r, &view[STH_TRACE_VIEW_OUT], out);
    free(q);
    free(k);
    free(v);
    free(out);
    free(weight);
    free(alibi);
}
