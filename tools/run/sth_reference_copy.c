/* The reference of copies. */
#include "sth_reference_ops.h"

#include <stdlib.h>

void sth_reference_copy(struct sth_reference *r, const struct sth_trace_op *op)
{
    double *x = sth_reference_view(r, &op->view[STH_TRACE_VIEW_X]);

    if (x)
        sth_reference_write_view(r, &op->view[STH_TRACE_VIEW_OUT], x);
    free(x);
}
