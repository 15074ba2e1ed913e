/* The reference of elementwise products and sums. */
#include "sth_reference_ops.h"

#include <stdlib.h>

void sth_reference_elementwise(struct sth_reference *r,
                               const struct sth_trace_op *op)
{
    double *a = sth_reference_view(r, &op->view[STH_TRACE_VIEW_A]);
    double *b = sth_reference_view(r, &op->view[STH_TRACE_VIEW_B]);
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];

    if (a && b) {
        for (size_t i = 0; i < (size_t)out->rows * out->cols; i++)
            a[i] = op->kind == STH_TRACE_KIND_MUL ? a[i] * b[i] : a[i] + b[i];
        sth_reference_write_view(r, out, a);
    }
    free(a);
    free(b);
}
