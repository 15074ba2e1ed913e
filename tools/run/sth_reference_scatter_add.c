/* The reference of weighted rows added to rows by index. */
#include "sth_reference_ops.h"

#include <stdlib.h>

void sth_reference_scatter_add(struct sth_reference *r,
                               const struct sth_trace_op *op)
{
    const struct sth_trace_view *x = &op->view[STH_TRACE_VIEW_X];
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];
    const uint32_t *rows = op->list[STH_TRACE_LIST_ROWS].value;
    const uint32_t *weights = op->list[STH_TRACE_LIST_WEIGHTS].value;
    double *row = sth_reference_allocate(r, x->cols);
    double *sum = sth_reference_allocate(r, x->cols);

    for (uint32_t i = 0; row && sum && i < x->rows; i++) {
        sth_reference_row(r, x, i, row);
        sth_reference_row(r, out, rows[i], sum);
        for (uint32_t j = 0; j < x->cols; j++)
            sum[j] += sth_reference_number(weights[i]) * row[j];
        sth_reference_write_row(r, out, rows[i], sum);
    }
    free(row);
    free(sum);
}
