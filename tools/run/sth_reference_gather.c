/* The reference of rows by index. */
#include "sth_reference_ops.h"

#include <stdlib.h>

void sth_reference_gather(struct sth_reference *r,
                          const struct sth_trace_op *op)
{
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];
    const uint32_t *rows = op->list[STH_TRACE_LIST_ROWS].value;
    double *row = sth_reference_allocate(r, out->cols);

    for (uint32_t i = 0; row && i < out->rows; i++) {
        sth_reference_row(r, &op->view[STH_TRACE_VIEW_X], rows[i], row);
        sth_reference_write_row(r, out, i, row);
    }
    free(row);
}
