/* The reference of attention. */
#include "sth_reference_ops.h"

#include <math.h>
#include <stdlib.h>

/* Scores, softmax and context of one query row of one head. */
static void attend(const double *q, const double *k, const double *v,
                   double *out, double *score, uint32_t keys, uint32_t dim,
                   uint32_t stride, double scale)
{
    double top = -INFINITY, sum = 0;

    for (uint32_t t = 0; t < keys; t++) {
        score[t] = 0;
        for (uint32_t j = 0; j < dim; j++)
            score[t] += q[j] * k[(size_t)t * stride + j];
        score[t] *= scale;
        top = fmax(top, score[t]);
    }
    for (uint32_t t = 0; t < keys; t++)
        sum += score[t] = exp(score[t] - top);
    for (uint32_t j = 0; j < dim; j++)
        out[j] = 0;
    for (uint32_t t = 0; t < keys; t++)
        for (uint32_t j = 0; j < dim; j++)
            out[j] += score[t] / sum * v[(size_t)t * stride + j];
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
    double *score = sth_reference_allocate(r, past + seq);

    for (uint32_t b = 0;
         q && k && v && out && score && b < n[STH_TRACE_NUMBER_BATCH]; b++)
        for (uint32_t s = 0; s < seq; s++)
            for (uint32_t h = 0; h < heads; h++) {
                size_t from = (size_t)(b * seq + s) * q_cols + h * dim;
                size_t keys =
                    (size_t)b * room * kv_cols + h / (heads / kv_heads) * dim;

                attend(q + from, k + keys, v + keys, out + from, score,
                       n[STH_TRACE_NUMBER_CAUSAL] ? past + s + 1 : past + seq,
                       dim, kv_cols,
                       sth_reference_number(n[STH_TRACE_NUMBER_SCALE]));
            }
    if (!r->failed)
        sth_reference_write_view(r, &view[STH_TRACE_VIEW_OUT], out);
    free(q);
    free(k);
    free(v);
    free(out);
    free(score);
}
