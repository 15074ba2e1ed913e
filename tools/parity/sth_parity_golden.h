/*
 * RTL cycles on record: a change of the RTL or of the firmware that makes a
 * case slower or faster by a cycle shows, even where csim follows it.  So does
 * a change of csim that makes more commands inexact than there were.
 */
#ifndef STH_PARITY_GOLDEN_H
#define STH_PARITY_GOLDEN_H

#include "sth_parity_run.h"

/*
 * Reads lines `NAME CYCLES [INEXACT]` (left out: 0) into result[].golden and
 * marks cases that ran and differ, are worse or are not on record.  On failure
 * returns false with FILE:LINE.
 */
bool sth_parity_golden_check(const char *path,
                             const struct sth_parity_cases *cases,
                             struct sth_parity_result *result, char *error,
                             size_t error_size);

/*
 * Writes the cycles of cases that ran and agree in bits, and what was on record
 * for the others.
 */
bool sth_parity_golden_record(const char *path,
                              const struct sth_parity_cases *cases,
                              const struct sth_parity_result *result,
                              char *error, size_t error_size);

#endif
