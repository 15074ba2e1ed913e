/* The reference of the largest elements of rows: the stored values, exactly. */
#include "sth_reference_ops.h"

#include <math.h>
#include <stdlib.h>

/* Whether a comes before b, which stands at a lower column. */
static bool is_before(double a, double b)
{
    return a > b || (a == b && !signbit(a) && signbit(b));
}

/* The place of the largest number; NaN is none, and taken. */
static uint32_t find_largest(const double *x, uint32_t cols)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < cols; i++)
        if (isnan(x[best]) || is_before(x[i], x[best]))
            best = i;
    return best;
}

/* The chip knows no subnormal fp32 numbers.  Returns whether one is NaN. */
static bool flush(double *x, uint32_t cols)
{
    bool nan = false;

    for (uint32_t i = 0; i < cols; i++) {
        nan = nan || isnan(x[i]);
        if (fabs(x[i]) < 0x1p-126)
            x[i] = copysign(0, x[i]);
    }
    return nan;
}

void sth_reference_topk(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *x = &op->view[STH_TRACE_VIEW_X];
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];
    const struct sth_trace_view *indices = &op->view[STH_TRACE_VIEW_INDICES];
    double *row = sth_reference_allocate(r, x->cols);
    double *value = sth_reference_allocate(r, out->cols);
    double *index = sth_reference_allocate(r, out->cols);

    for (uint32_t i = 0; row && value && index && i < x->rows; i++) {
        bool nan;

        sth_reference_row(r, x, i, row);
        nan = flush(row, x->cols);
        for (uint32_t j = 0; j < out->cols; j++) {
            uint32_t best = find_largest(row, x->cols);

            value[j] = nan ? (double)NAN : row[best];
            index[j] = nan ? (double)NAN : best;
            row[best] = NAN;
        }
        sth_reference_write_row(r, out, i, value);
        sth_reference_write_row(r, indices, i, index);
    }
    free(row);
    free(value);
    free(index);
}
