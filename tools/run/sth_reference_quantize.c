/* The reference of quantisation. */
#include "sth_reference_ops.h"

#include <stdlib.h>

/* The reference does not quantise: values pass, their scale becomes one. */
void sth_reference_quantize(struct sth_reference *r,
                            const struct sth_trace_op *op)
{
    const struct sth_trace_view *out = &op->view[STH_TRACE_VIEW_OUT];
    const struct sth_trace_view *scale = &op->view[STH_TRACE_VIEW_SCALE_OUT];
    double *x = sth_reference_view(r, &op->view[STH_TRACE_VIEW_X]);
    double *ones = sth_reference_allocate(r, scale->cols);

    if (x && ones) {
        for (uint32_t i = 0; i < scale->cols; i++)
            ones[i] = 1;
        sth_reference_write_view(r, out, x);
        sth_reference_write_view(r, scale, ones);
        r->quantised[out->tensor] = r->quantised[scale->tensor] = true;
    }
    free(x);
    free(ones);
}
