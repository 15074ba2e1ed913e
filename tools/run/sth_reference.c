#include "sth_gemm.h"
#include "sth_reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sth_reference {
    const struct sth_trace *trace;
    struct sth_source *sources;
    double **value;  /* of each tensor; NULL while it is as its source says */
    bool *quantised; /* holds numbers that the device represents otherwise */
    uint8_t *raw;    /* one row as it lies in memory */
    bool failed;
};

static double to_double(uint32_t bits)
{
    float narrow;

    memcpy(&narrow, &bits, sizeof(narrow));
    return narrow;
}

static void *allocate(struct sth_reference *r, size_t count)
{
    double *p = calloc(count ? count : 1, sizeof(double));

    if (!p)
        r->failed = true;
    return p;
}

/* Columns of one row of a tensor, whatever its state. */
static void read_row(struct sth_reference *r, uint32_t tensor, uint32_t row,
                     uint32_t col, uint32_t cols, double *to)
{
    const struct sth_trace_tensor *t = &r->trace->tensor[tensor];
    uint64_t first = (uint64_t)row * t->cols + col;

    if (r->value[tensor]) {
        memcpy(to, r->value[tensor] + first, cols * sizeof(*to));
    } else {
        if (!sth_source_encode(&r->sources[tensor], first, cols, r->raw))
            r->failed = true;
        sth_tensor_decode(t->dtype, r->raw, cols, to);
    }
}

static void view_row(struct sth_reference *r, const struct sth_trace_view *v,
                     uint32_t row, double *to)
{
    read_row(r, (uint32_t)v->tensor, v->row + row, v->col, v->cols, to);
}

/* A whole view as a dense array of its own; NULL when out of memory. */
static double *read_view(struct sth_reference *r,
                         const struct sth_trace_view *v)
{
    double *copy = allocate(r, (size_t)v->rows * v->cols);

    for (uint32_t i = 0; copy && i < v->rows; i++)
        view_row(r, v, i, copy + (size_t)i * v->cols);
    return copy;
}

/* The tensor as an array that operations may write to. */
static double *writable(struct sth_reference *r, uint32_t tensor)
{
    const struct sth_trace_tensor *t = &r->trace->tensor[tensor];
    double *value;

    if (r->value[tensor])
        return r->value[tensor];
    value = allocate(r, (size_t)t->rows * t->cols);
    for (uint32_t i = 0; value && i < t->rows; i++)
        read_row(r, tensor, i, 0, t->cols, value + (size_t)i * t->cols);
    r->value[tensor] = value;
    return value;
}

static void write_row(struct sth_reference *r, const struct sth_trace_view *v,
                      uint32_t row, const double *from)
{
    const struct sth_trace_tensor *t = &r->trace->tensor[v->tensor];
    double *value = writable(r, (uint32_t)v->tensor);

    if (value)
        memcpy(value + (size_t)(v->row + row) * t->cols + v->col, from,
               v->cols * sizeof(*from));
}

static void write_view(struct sth_reference *r, const struct sth_trace_view *v,
                       const double *from)
{
    for (uint32_t i = 0; i < v->rows; i++)
        write_row(r, v, i, from + (size_t)i * v->cols);
}

static double gelu(double x)
{
    return 0.5 * x *
           (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
}

static double activate(uint32_t act, double x)
{
    if (act == STH_GEMM_ACT_GELU)
        return gelu(x);
    if (act == STH_GEMM_ACT_SILU)
        return x / (1 + exp(-x));
    return x;
}

/* One row of scales or biases; absent operands leave `to` untouched. */
static void broadcast(struct sth_reference *r, const struct sth_trace_view *v,
                      double *to)
{
    if (v->tensor >= 0)
        view_row(r, v, 0, to);
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
    double *rows = allocate(r, (size_t)DEPTH_BLOCK * n);
    double *line = allocate(r, k);

    if (rows && line && transposed) {
        for (uint32_t j = 0; j < n; j++) {
            view_row(r, w, j, line);
            for (uint32_t i = 0; i < m; i++)
                for (uint32_t d = 0; d < k; d++)
                    out[(size_t)i * n + j] += x[(size_t)i * k + d] * line[d];
        }
    } else if (rows && line) {
        for (uint32_t first = 0; first < k; first += DEPTH_BLOCK) {
            uint32_t last = first + DEPTH_BLOCK < k ? first + DEPTH_BLOCK : k;

            for (uint32_t d = first; d < last; d++)
                view_row(r, w, d, rows + (size_t)(d - first) * n);
            multiply_block(x, rows, out, m, n, k, first, last);
        }
    }
    free(rows);
    free(line);
}

static void run_matmul(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const uint32_t m = v[STH_TRACE_VIEW_OUT].rows;
    const uint32_t n = v[STH_TRACE_VIEW_OUT].cols;
    const uint32_t k = v[STH_TRACE_VIEW_X].cols;
    double *x = read_view(r, &v[STH_TRACE_VIEW_X]);
    double *out = allocate(r, (size_t)m * n);
    double *bias = allocate(r, n), *wscale = allocate(r, n);
    double *xscale = allocate(r, m), *residual = allocate(r, n);

    if (x && out && bias && wscale && xscale && residual) {
        for (uint32_t j = 0; j < n; j++)
            wscale[j] = 1;
        for (uint32_t i = 0; i < m; i++)
            xscale[i] = 1;
        broadcast(r, &v[STH_TRACE_VIEW_BIAS], bias);
        broadcast(r, &v[STH_TRACE_VIEW_WSCALE], wscale);
        broadcast(r, &v[STH_TRACE_VIEW_XSCALE], xscale);
        multiply(r, &v[STH_TRACE_VIEW_W], op->number[STH_TRACE_NUMBER_WT] != 0,
                 x, out, m, n, k);
        for (uint32_t i = 0; i < m; i++) {
            double *o = out + (size_t)i * n;

            if (v[STH_TRACE_VIEW_RESIDUAL].tensor >= 0)
                view_row(r, &v[STH_TRACE_VIEW_RESIDUAL], i, residual);
            for (uint32_t j = 0; j < n; j++)
                o[j] = activate(op->number[STH_TRACE_NUMBER_ACT],
                                o[j] * xscale[i] * wscale[j] + bias[j]) +
                       residual[j];
        }
        write_view(r, &v[STH_TRACE_VIEW_OUT], out);
    }
    free(x);
    free(out);
    free(bias);
    free(wscale);
    free(xscale);
    free(residual);
}

static void run_norm(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const bool centred = op->kind == STH_TRACE_KIND_LAYERNORM;
    const uint32_t n = v[STH_TRACE_VIEW_OUT].cols;
    const double eps = to_double(op->number[STH_TRACE_NUMBER_EPS]);
    double *x = allocate(r, n), *gamma = allocate(r, n);
    double *beta = allocate(r, n);

    if (x && gamma && beta) {
        broadcast(r, &v[STH_TRACE_VIEW_GAMMA], gamma);
        broadcast(r, &v[STH_TRACE_VIEW_BETA], beta);
        for (uint32_t i = 0; i < v[STH_TRACE_VIEW_OUT].rows; i++) {
            double mean = 0, square = 0;

            view_row(r, &v[STH_TRACE_VIEW_X], i, x);
            for (uint32_t j = 0; j < n; j++)
                mean += x[j] / n;
            if (!centred)
                mean = 0;
            for (uint32_t j = 0; j < n; j++)
                square += (x[j] - mean) * (x[j] - mean) / n;
            for (uint32_t j = 0; j < n; j++)
                x[j] = (x[j] - mean) / sqrt(square + eps) * gamma[j] + beta[j];
            write_row(r, &v[STH_TRACE_VIEW_OUT], i, x);
        }
    }
    free(x);
    free(gamma);
    free(beta);
}

/* The reference does not quantise: values pass, their scale becomes one. */
static void run_quantize(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];
    const struct sth_trace_view *scale = &op->view[STH_TRACE_VIEW_SCALE_OUT];
    double *x = read_view(r, &op->view[STH_TRACE_VIEW_X]);
    double *ones = allocate(r, scale->cols);

    if (x && ones) {
        for (uint32_t i = 0; i < scale->cols; i++)
            ones[i] = 1;
        write_view(r, out, x);
        write_view(r, scale, ones);
        r->quantised[out->tensor] = r->quantised[scale->tensor] = true;
    }
    free(x);
    free(ones);
}

static void run_rope(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const uint32_t heads = op->number[STH_TRACE_NUMBER_HEADS];
    const uint32_t cols = v[STH_TRACE_VIEW_X].cols;
    const uint32_t half = cols / heads / 2;
    double *x = allocate(r, cols), *y = allocate(r, cols);
    double *c = allocate(r, half), *s = allocate(r, half);

    for (uint32_t i = 0; x && y && c && s && i < v[STH_TRACE_VIEW_X].rows;
         i++) {
        view_row(r, &v[STH_TRACE_VIEW_X], i, x);
        view_row(r, &v[STH_TRACE_VIEW_COS], i, c);
        view_row(r, &v[STH_TRACE_VIEW_SIN], i, s);
        for (uint32_t h = 0; h < heads; h++)
            for (uint32_t j = 0; j < half; j++) {
                const uint32_t a = h * 2 * half + j, b = a + half;

                y[a] = x[a] * c[j] - x[b] * s[j];
                y[b] = x[b] * c[j] + x[a] * s[j];
            }
        write_row(r, &v[STH_TRACE_VIEW_OUT], i, y);
    }
    free(x);
    free(y);
    free(c);
    free(s);
}

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

static void run_attention(struct sth_reference *r,
                          const struct sth_trace_op *op)
{
    const struct sth_trace_view *view = op->view;
    const uint32_t *n = op->number;
    const uint32_t heads = n[STH_TRACE_NUMBER_HEADS];
    const uint32_t kv_heads = n[STH_TRACE_NUMBER_KV_HEADS];
    const uint32_t seq = n[STH_TRACE_NUMBER_SEQ];
    const uint32_t past = n[STH_TRACE_NUMBER_PAST];
    const uint32_t q_cols = view[STH_TRACE_VIEW_Q].cols;
    const uint32_t kv_cols = view[STH_TRACE_VIEW_K].cols;
    const uint32_t dim = q_cols / heads;
    double *q = read_view(r, &view[STH_TRACE_VIEW_Q]);
    double *k = read_view(r, &view[STH_TRACE_VIEW_K]);
    double *v = read_view(r, &view[STH_TRACE_VIEW_V]);
    double *out = allocate(r, (size_t)view[STH_TRACE_VIEW_Q].rows * q_cols);
    double *score = allocate(r, past + seq);

    for (uint32_t b = 0;
         q && k && v && out && score && b < n[STH_TRACE_NUMBER_BATCH]; b++)
        for (uint32_t s = 0; s < seq; s++)
            for (uint32_t h = 0; h < heads; h++) {
                size_t from = (size_t)(b * seq + s) * q_cols + h * dim;
                size_t keys = (size_t)b * (past + seq) * kv_cols +
                              h / (heads / kv_heads) * dim;

                attend(q + from, k + keys, v + keys, out + from, score,
                       n[STH_TRACE_NUMBER_CAUSAL] ? past + s + 1 : past + seq,
                       dim, kv_cols, to_double(n[STH_TRACE_NUMBER_SCALE]));
            }
    if (!r->failed)
        write_view(r, &view[STH_TRACE_VIEW_OUT], out);
    free(q);
    free(k);
    free(v);
    free(out);
    free(score);
}

static void run_elementwise(struct sth_reference *r,
                            const struct sth_trace_op *op)
{
    double *a = read_view(r, &op->view[STH_TRACE_VIEW_A]);
    double *b = read_view(r, &op->view[STH_TRACE_VIEW_B]);
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];

    if (a && b) {
        for (size_t i = 0; i < (size_t)out->rows * out->cols; i++)
            a[i] = op->kind == STH_TRACE_KIND_MUL ? a[i] * b[i] : a[i] + b[i];
        write_view(r, out, a);
    }
    free(a);
    free(b);
}

/* copy, gather and scatter_add: rows that go elsewhere. */
static void run_rows(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];
    const uint32_t *rows = op->list[STH_TRACE_LIST_ROWS].value;
    const uint32_t *weights = op->list[STH_TRACE_LIST_WEIGHTS].value;
    double *x = read_view(r, &op->view[STH_TRACE_VIEW_X]);
    double *sum = allocate(r, out->cols);

    if (x && sum && op->kind == STH_TRACE_KIND_COPY) {
        write_view(r, out, x);
    } else if (x && sum && op->kind == STH_TRACE_KIND_GATHER) {
        for (uint32_t i = 0; i < out->rows; i++)
            write_row(r, out, i, x + (size_t)rows[i] * out->cols);
    } else if (x && sum) {
        for (uint32_t i = 0; i < op->view[STH_TRACE_VIEW_X].rows; i++) {
            view_row(r, out, rows[i], sum);
            for (uint32_t j = 0; j < out->cols; j++)
                sum[j] += to_double(weights[i]) * x[(size_t)i * out->cols + j];
            write_row(r, out, rows[i], sum);
        }
    }
    free(x);
    free(sum);
}

static void run_op(struct sth_reference *r, const struct sth_trace_op *op)
{
    switch (op->kind) {
    case STH_TRACE_KIND_MATMUL:
        run_matmul(r, op);
        break;
    case STH_TRACE_KIND_LAYERNORM:
    case STH_TRACE_KIND_RMSNORM:
        run_norm(r, op);
        break;
    case STH_TRACE_KIND_QUANTIZE:
        run_quantize(r, op);
        break;
    case STH_TRACE_KIND_ROPE:
        run_rope(r, op);
        break;
    case STH_TRACE_KIND_ATTENTION:
        run_attention(r, op);
        break;
    case STH_TRACE_KIND_MUL:
    case STH_TRACE_KIND_ADD:
        run_elementwise(r, op);
        break;
    case STH_TRACE_KIND_COPY:
    case STH_TRACE_KIND_GATHER:
    case STH_TRACE_KIND_SCATTER_ADD:
        run_rows(r, op);
        break;
    case STH_TRACE_KIND_COUNT:
        break;
    }
}

struct sth_reference *
sth_reference_run(const struct sth_trace *trace, struct sth_source *sources,
                  void (*progress)(void *user, uint32_t done), void *user)
{
    struct sth_reference *r = calloc(1, sizeof(*r));
    uint32_t widest = 1;

    if (!r)
        return NULL;
    for (uint32_t i = 0; i < trace->tensors; i++)
        if (trace->tensor[i].cols > widest)
            widest = trace->tensor[i].cols;
    r->trace = trace;
    r->sources = sources;
    r->value = calloc(trace->tensors + 1, sizeof(*r->value));
    r->quantised = calloc(trace->tensors + 1, sizeof(*r->quantised));
    r->raw = malloc((size_t)widest * 4);
    r->failed = !r->value || !r->quantised || !r->raw;
    for (uint32_t i = 0; i < trace->ops && !r->failed; i++) {
        run_op(r, &trace->op[i]);
        if (progress)
            progress(user, i + 1);
    }
    if (r->failed) {
        sth_reference_destroy(r);
        return NULL;
    }
    return r;
}

void sth_reference_destroy(struct sth_reference *reference)
{
    if (!reference)
        return;
    for (uint32_t i = 0; reference->value && i < reference->trace->tensors; i++)
        free(reference->value[i]);
    free(reference->value);
    free(reference->quantised);
    free(reference->raw);
    free(reference);
}

const double *sth_reference_tensor(const struct sth_reference *reference,
                                   uint32_t tensor)
{
    return reference->quantised[tensor] ? NULL : reference->value[tensor];
}
