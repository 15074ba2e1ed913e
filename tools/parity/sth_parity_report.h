/* Reports of the parity suite: table, JSON, plot. */
#ifndef STH_PARITY_REPORT_H
#define STH_PARITY_REPORT_H

#include "sth_parity_run.h"

#include <stdio.h>

/* Of the cases that ran. */
struct sth_parity_summary {
    uint32_t selected, ran, bad;
    double mean_pct, worst_pct; /* magnitudes */
    uint64_t rtl_cycles;
    struct sth_fidelity fidelity; /* first: of the first case that has one */
    const struct sth_parity_case *inexact; /* that case, or NULL */
};

/* Whether every selected case is ok and enough commands are exact. */
bool sth_parity_passed(const struct sth_parity_summary *summary);

void sth_parity_summarize(const struct sth_parity_cases *cases,
                          const struct sth_parity_result *result,
                          struct sth_parity_summary *summary);

/* One word on a case: ok, or what is wrong with it. */
const char *sth_parity_verdict(const struct sth_parity_result *result);

/* A Markdown table, the largest error first, then what failed and why. */
bool sth_parity_text(FILE *out, const struct sth_parity_cases *cases,
                     const struct sth_parity_result *result);

/* docs/parity.md lists the keys. */
bool sth_parity_json(FILE *out, const struct sth_parity_cases *cases,
                     const struct sth_parity_result *result);

/* Cycles of csim against those of the RTL, and their errors, as SVG. */
bool sth_parity_svg(FILE *out, const struct sth_parity_cases *cases,
                    const struct sth_parity_result *result);

#endif
