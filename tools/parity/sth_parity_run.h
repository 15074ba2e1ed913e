/*
 * Runs cases of the parity suite on the C model and the RTL in step, several
 * at a time, each in a process of its own, so that one that crashes takes
 * nothing with it.
 */
#ifndef STH_PARITY_RUN_H
#define STH_PARITY_RUN_H

#include "sth_parity_case.h"
#include "sth_session.h"

enum { STH_PARITY_PHASES_MAX = 192 };

struct sth_parity_phase {
    char name[STH_TRACE_NAME_MAX + 1];
    const char *kind;
    struct sth_session_span csim, rtl;
    double error_pct;
};

struct sth_parity_result {
    bool selected;  /* it was asked for */
    bool ran;       /* and ended; else message says why not */
    bool bit_exact; /* the two sides did the same */
    char message[2600];
    uint64_t commands;
    double error_pct; /* of csim's cycles */
    struct sth_fidelity fidelity;
    double seconds;
    struct sth_session_side csim, rtl;
    uint32_t phases;
    struct sth_parity_phase phase[STH_PARITY_PHASES_MAX];
    uint64_t golden;         /* RTL cycles on record; 0: none */
    uint64_t golden_inexact; /* commands on record as not exact */
    bool golden_bad, tolerance_bad, inexact_bad;
};

/* Everything that the runs need beside the cases. */
struct sth_parity_setup {
    const char *home;
    uint32_t jobs; /* processes at a time */
    bool no_rtl;   /* the C model alone, cycles without data */
    void (*progress)(void *user, double done);
    void *user;
};

/*
 * Runs the selected cases; result[i] belongs to case i and is shared memory of
 * sth_parity_results_create().  False when no process can be made.
 */
bool sth_parity_run(const struct sth_parity_cases *cases,
                    struct sth_parity_result *result,
                    const struct sth_parity_setup *setup);

/* NULL when out of memory. */
struct sth_parity_result *sth_parity_results_create(uint32_t count);
void sth_parity_results_destroy(struct sth_parity_result *result,
                                uint32_t count);

/* The phase with the largest error either way; NULL: there is none. */
const struct sth_parity_phase *
sth_parity_worst_phase(const struct sth_parity_result *result);

/* csim less RTL, in cycles of one engine. */
struct sth_parity_residual {
    int64_t busy, semaphore, idle;
};
struct sth_parity_residual
sth_parity_residual(const struct sth_parity_result *result, uint32_t engine);
/* The engine whose residuals are largest together. */
uint32_t sth_parity_residual_engine(const struct sth_parity_result *result);

#endif
