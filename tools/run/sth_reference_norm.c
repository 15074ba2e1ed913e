/* The reference of layer and RMS normalisation. */
#include "sth_reference_ops.h"

#include <math.h>
#include <stdlib.h>

void sth_reference_norm(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const bool centred = op->kind == STH_TRACE_KIND_LAYERNORM;
    const uint32_t n = v[STH_TRACE_VIEW_OUT].cols;
    const double eps = sth_reference_number(op->number[STH_TRACE_NUMBER_EPS]);
    double *x = sth_reference_allocate(r, n),
           *gamma = sth_reference_allocate(r, n);
    double *beta = sth_reference_allocate(r, n);

    if (x && gamma && beta) {
        sth_reference_broadcast(r, &v[STH_TRACE_VIEW_GAMMA], gamma);
        sth_reference_broadcast(r, &v[STH_TRACE_VIEW_BETA], beta);
        for (uint32_t i = 0; i < v[STH_TRACE_VIEW_OUT].rows; i++) {
            double mean = 0, square = 0;

            sth_reference_row(r, &v[STH_TRACE_VIEW_X], i, x);
            for (uint32_t j = 0; j < n; j++)
                mean += x[j] / n;
            if (!centred)
                mean = 0;
            for (uint32_t j = 0; j < n; j++)
                square += (x[j] - mean) * (x[j] - mean) / n;
            for (uint32_t j = 0; j < n; j++)
                x[j] = (x[j] - mean) / sqrt(square + eps) * gamma[j] + beta[j];
            sth_reference_write_row(r, &v[STH_TRACE_VIEW_OUT], i, x);
        }
    }
    free(x);
    free(gamma);
    free(beta);
}
