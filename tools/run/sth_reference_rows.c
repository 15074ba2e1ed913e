/* Rows of tensors in the reference, and the room for them. */
#include "sth_reference_ops.h"

#include <stdlib.h>
#include <string.h>

double sth_reference_number(uint32_t bits)
{
    float narrow;

    memcpy(&narrow, &bits, sizeof(narrow));
    return narrow;
}

double *sth_reference_allocate(struct sth_reference *r, size_t count)
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

void sth_reference_row(struct sth_reference *r, const struct sth_trace_view *v,
                       uint32_t row, double *to)
{
    read_row(r, (uint32_t)v->tensor, v->row + row * v->step, v->col, v->cols,
             to);
}

double *sth_reference_view(struct sth_reference *r,
                           const struct sth_trace_view *v)
{
    double *copy = sth_reference_allocate(r, (size_t)v->rows * v->cols);

    for (uint32_t i = 0; copy && i < v->rows; i++)
        sth_reference_row(r, v, i, copy + (size_t)i * v->cols);
    return copy;
}

/* The tensor as an array that operations may write to. */
static double *writable(struct sth_reference *r, uint32_t tensor)
{
    const struct sth_trace_tensor *t = &r->trace->tensor[tensor];
    double *value;

    if (r->value[tensor])
        return r->value[tensor];
    value = sth_reference_allocate(r, (size_t)t->rows * t->cols);
    for (uint32_t i = 0; value && i < t->rows; i++)
        read_row(r, tensor, i, 0, t->cols, value + (size_t)i * t->cols);
    r->value[tensor] = value;
    return value;
}

void sth_reference_write_row(struct sth_reference *r,
                             const struct sth_trace_view *v, uint32_t row,
                             const double *from)
{
    const struct sth_trace_tensor *t = &r->trace->tensor[v->tensor];
    double *value = writable(r, (uint32_t)v->tensor);

    if (value)
        memcpy(value + (size_t)(v->row + row * v->step) * t->cols + v->col,
               from, v->cols * sizeof(*from));
}

void sth_reference_write_view(struct sth_reference *r,
                              const struct sth_trace_view *v,
                              const double *from)
{
    for (uint32_t i = 0; i < v->rows; i++)
        sth_reference_write_row(r, v, i, from + (size_t)i * v->cols);
}

void sth_reference_broadcast(struct sth_reference *r,
                             const struct sth_trace_view *v, double *to)
{
    if (v->tensor >= 0)
        sth_reference_row(r, v, 0, to);
}
