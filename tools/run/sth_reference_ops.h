/*
 * What the reference of one operation uses and is: each stands in a file of
 * its own, sth_reference_<stem>.c, and works on rows of doubles.
 *
 * When memory is short the functions here return NULL or leave things as they
 * are and mark the reference as failed: an operation need not report it.
 */
#ifndef STH_REFERENCE_OPS_H
#define STH_REFERENCE_OPS_H

#include "sth_reference.h"

#include <stddef.h>

struct sth_reference {
    const struct sth_trace *trace;
    struct sth_source *sources;
    double **value;  /* of each tensor; NULL while it is as its source says */
    bool *quantised; /* holds numbers that the device represents otherwise */
    uint8_t *raw;    /* one row as it lies in memory */
    bool failed;
};

/* The references themselves, one for each kernel of the table. */
#define OP(kind, word, stem)                                                   \
    void sth_reference_##stem(struct sth_reference *r,                         \
                              const struct sth_trace_op *op);
#include "sth_trace_ops.def"

/* The number of an fp32 bit pattern. */
double sth_reference_number(uint32_t bits);

/* That many zeros; the caller frees them. */
double *sth_reference_allocate(struct sth_reference *r, size_t count);

/* One row of a view into `to`. */
void sth_reference_row(struct sth_reference *r, const struct sth_trace_view *v,
                       uint32_t row, double *to);

/* Row 0 of a view; an absent operand leaves `to` untouched. */
void sth_reference_broadcast(struct sth_reference *r,
                             const struct sth_trace_view *v, double *to);

/* A whole view as a dense array that the caller frees. */
double *sth_reference_view(struct sth_reference *r,
                           const struct sth_trace_view *v);

/* Overwrites one row or all rows of a view. */
void sth_reference_write_row(struct sth_reference *r,
                             const struct sth_trace_view *v, uint32_t row,
                             const double *from);
void sth_reference_write_view(struct sth_reference *r,
                              const struct sth_trace_view *v,
                              const double *from);

/* Rotates the pairs (j, j + half) of each head of a row by the angles c, s. */
void sth_reference_rotate(double *row, const double *c, const double *s,
                          uint32_t heads, uint32_t half);

#endif
