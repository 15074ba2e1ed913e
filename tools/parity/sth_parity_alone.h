/* Cases that the C model ran alone, against the RTL's cycles on record. */
#ifndef STH_PARITY_ALONE_H
#define STH_PARITY_ALONE_H

#include "sth_parity_run.h"

#include <stdio.h>

/*
 * Takes result[].golden, which sth_parity_golden_check() has read, for the
 * RTL's cycles and prints the cases whose cycles are others.  Where the record
 * has commands that are not exact, the tolerance of the case decides.  Returns
 * how many failed.
 */
uint32_t sth_parity_alone(FILE *out, const struct sth_parity_cases *cases,
                          struct sth_parity_result *result);

#endif
