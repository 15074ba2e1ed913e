/* The reference of rotary position embedding. */
#include "sth_reference_ops.h"

#include <stdlib.h>

void sth_reference_rotate(double *row, const double *c, const double *s,
                          uint32_t heads, uint32_t half)
{
    for (uint32_t h = 0; h < heads; h++, row += 2 * half)
        for (uint32_t j = 0; j < half; j++) {
            const double a = row[j], b = row[j + half];

            row[j] = a * c[j] - b * s[j];
            row[j + half] = b * c[j] + a * s[j];
        }
}

void sth_reference_rope(struct sth_reference *r, const struct sth_trace_op *op)
{
    const struct sth_trace_view *v = op->view;
    const uint32_t heads = op->number[STH_TRACE_NUMBER_HEADS];
    const uint32_t cols = v[STH_TRACE_VIEW_X].cols;
    const uint32_t half = cols / heads / 2;
    double *x = sth_reference_allocate(r, cols);
    double *c = sth_reference_allocate(r, half),
           *sine = sth_reference_allocate(r, half);

    for (uint32_t i = 0; x && c && sine && i < v[STH_TRACE_VIEW_X].rows; i++) {
        sth_reference_row(r, &v[STH_TRACE_VIEW_X], i, x);
        sth_reference_row(r, &v[STH_TRACE_VIEW_COS], i, c);
        sth_reference_row(r, &v[STH_TRACE_VIEW_SIN], i, sine);
        sth_reference_rotate(x, c, sine, heads, half);
        sth_reference_write_row(r, &v[STH_TRACE_VIEW_OUT], i, x);
    }
    free(x);
    free(c);
    free(sine);
}
