/* The reference of rotary position embedding. */
#include "sth_reference_ops.h"

#include <stdlib.h>

void sth_reference_rope(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const uint32_t heads = op->number[STH_TRACE_NUMBER_HEADS];
    const uint32_t cols = v[STH_TRACE_VIEW_X].cols;
    const uint32_t half = cols / heads / 2;
    double *x = sth_reference_allocate(r, cols),
           *y = sth_reference_allocate(r, cols);
    double *c = sth_reference_allocate(r, half),
           *s = sth_reference_allocate(r, half);

    for (uint32_t i = 0; x && y && c && s && i < v[STH_TRACE_VIEW_X].rows;
         i++) {
        sth_reference_row(r, &v[STH_TRACE_VIEW_X], i, x);
        sth_reference_row(r, &v[STH_TRACE_VIEW_COS], i, c);
        sth_reference_row(r, &v[STH_TRACE_VIEW_SIN], i, s);
        for (uint32_t h = 0; h < heads; h++)
            for (uint32_t j = 0; j < half; j++) {
                const uint32_t a = h * 2 * half + j, b = a + half;

                y[a] = x[a] * c[j] - x[b] * s[j];
                y[b] = x[b] * c[j] + x[a] * s[j];
            }
        sth_reference_write_row(r, &v[STH_TRACE_VIEW_OUT], i, y);
    }
    free(x);
    free(y);
    free(c);
    free(s);
}
