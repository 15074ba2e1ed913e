/* Writes the layer trace of a workload of the parity suite. */
#ifndef STH_PARITY_TRACE_H
#define STH_PARITY_TRACE_H

#include "sth_parity_case.h"

#include <stdio.h>

/*
 * Not for STH_PARITY_FILE, which is a trace already.  On failure returns false
 * with a sentence in error.
 */
bool sth_parity_trace(FILE *out, const struct sth_parity_workload *work,
                      char *error, size_t error_size);

#endif
