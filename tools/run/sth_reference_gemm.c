/* The reference of products with their epilogue. */
#include "sth_reference_ops.h"

#include "sth_gemm.h"

#include <math.h>
#include <stdlib.h>

static double gelu_tanh(double x)
{
    return 0.5 * x *
           (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
}

static double activate(uint32_t act, double x)
{
    if (act == STH_GEMM_ACT_GELU)
        return 0.5 * x * erfc(-x * sqrt(0.5));
    if (act == STH_GEMM_ACT_GELU_TANH)
        return gelu_tanh(x);
    if (act == STH_GEMM_ACT_QUICK_GELU)
        return x / (1 + exp(-1.702 * x));
    if (act == STH_GEMM_ACT_SILU)
        return x / (1 + exp(-x));
    if (act == STH_GEMM_ACT_RELU)
        return fmax(x, 0);
    if (act == STH_GEMM_ACT_RELU2)
        return fmax(x, 0) * fmax(x, 0);
    if (act == STH_GEMM_ACT_SIGMOID)
        return 1 / (1 + exp(-x));
    return x;
}

enum { DEPTH_BLOCK = 32 };

/* out += x * w for depth rows [first, last) of w, kept in `rows`. */
static void multiply_block(const double *x, const double *rows, double *out,
                           uint32_t m, uint32_t n, uint32_t k, uint32_t first,
                           uint32_t last)
{
    for (uint32_t i = 0; i < m; i++)
        for (uint32_t d = first; d < last; d++) {
            const double a = x[(size_t)i * k + d];
            const double *w = rows + (size_t)(d - first) * n;
            double *o = out + (size_t)i * n;

            for (uint32_t j = 0; j < n; j++)
                o[j] += a * w[j];
        }
}

static void multiply(struct sth_reference *r, const struct sth_trace_view *w,
                     bool transposed, const double *x, double *out, uint32_t m,
                     uint32_t n, uint32_t k)
{
    double *rows = sth_reference_allocate(r, (size_t)DEPTH_BLOCK * n);
    double *line = sth_reference_allocate(r, k);

    if (rows && line && transposed) {
        for (uint32_t j = 0; j < n; j++) {
            sth_reference_row(r, w, j, line);
            for (uint32_t i = 0; i < m; i++)
                for (uint32_t d = 0; d < k; d++)
                    out[(size_t)i * n + j] += x[(size_t)i * k + d] * line[d];
        }
    } else if (rows && line) {
        for (uint32_t first = 0; first < k; first += DEPTH_BLOCK) {
            uint32_t last = first + DEPTH_BLOCK < k ? first + DEPTH_BLOCK : k;

            for (uint32_t d = first; d < last; d++)
                sth_reference_row(r, w, d, rows + (size_t)(d - first) * n);
            multiply_block(x, rows, out, m, n, k, first, last);
        }
    }
    free(rows);
    free(line);
}

/* Rotates the halves of the heads of all rows. */
static void rotate(struct sth_reference *r, const struct sth_trace_op *op,
                   double *out, uint32_t m, uint32_t n)
{
    const struct sth_trace_view *cos = &op->view[STH_TRACE_VIEW_COS];
    const struct sth_trace_view *sin = &op->view[STH_TRACE_VIEW_SIN];
    double *c, *s;

    if (cos->tensor < 0)
        return;
    c = sth_reference_allocate(r, cos->cols);
    s = sth_reference_allocate(r, cos->cols);
    for (uint32_t i = 0; c && s && i < m; i++) {
        sth_reference_row(r, cos, i, c);
        sth_reference_row(r, sin, i, s);
        sth_reference_rotate(out + (size_t)i * n, c, s,
                             op->number[STH_TRACE_NUMBER_HEADS], cos->cols);
    }
    free(c);
    free(s);
}

void sth_reference_gemm(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const uint32_t m = v[STH_TRACE_VIEW_OUT].rows;
    const uint32_t n = v[STH_TRACE_VIEW_OUT].cols;
    const uint32_t k = v[STH_TRACE_VIEW_X].cols;
    double *x = sth_reference_view(r, &v[STH_TRACE_VIEW_X]);
    double *out = sth_reference_allocate(r, (size_t)m * n);
    double *bias = sth_reference_allocate(r, n),
           *wscale = sth_reference_allocate(r, n);
    double *xscale = sth_reference_allocate(r, m),
           *residual = sth_reference_allocate(r, n);
    double *mul = sth_reference_allocate(r, n);

    if (x && out && bias && wscale && xscale && mul && residual) {
        for (uint32_t j = 0; j < n; j++)
            wscale[j] = mul[j] = 1;
        for (uint32_t i = 0; i < m; i++)
            xscale[i] = 1;
        sth_reference_broadcast(r, &v[STH_TRACE_VIEW_BIAS], bias);
        sth_reference_broadcast(r, &v[STH_TRACE_VIEW_WSCALE], wscale);
        sth_reference_broadcast(r, &v[STH_TRACE_VIEW_XSCALE], xscale);
        multiply(r, &v[STH_TRACE_VIEW_W], op->number[STH_TRACE_NUMBER_WT] != 0,
                 x, out, m, n, k);
        for (uint32_t i = 0; i < m; i++) {
            double *o = out + (size_t)i * n;

            if (v[STH_TRACE_VIEW_MUL].tensor >= 0)
                sth_reference_row(r, &v[STH_TRACE_VIEW_MUL], i, mul);
            if (v[STH_TRACE_VIEW_RESIDUAL].tensor >= 0)
                sth_reference_row(r, &v[STH_TRACE_VIEW_RESIDUAL], i, residual);
            for (uint32_t j = 0; j < n; j++)
                o[j] = activate(op->number[STH_TRACE_NUMBER_ACT],
                                o[j] * xscale[i] * wscale[j] + bias[j]) *
                           mul[j] +
                       residual[j];
        }
        rotate(r, op, out, m, n);
        sth_reference_write_view(r, &v[STH_TRACE_VIEW_OUT], out);
    }
    free(x);
    free(out);
    free(bias);
    free(wscale);
    free(xscale);
    free(mul);
    free(residual);
}
