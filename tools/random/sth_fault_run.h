/* Runs programs with a fault on the C model and the RTL in step. */
#ifndef STH_FAULT_RUN_H
#define STH_FAULT_RUN_H

#include "sth_fault_program.h"

struct sth_fault_result {
    bool passed;
    uint32_t code; /* that the core had to report */
    uint32_t commands;
    char text[4096]; /* why it did not pass */
};

/*
 * One program: both sides must report its fault, neither more nor less, come
 * back after a soft reset, and then run a legal program without a difference.
 * backend may be NULL: then only the C model runs.
 */
void sth_fault_run(const struct sth_backend *backend,
                   const struct sth_params *params, uint64_t seed,
                   uint32_t length, struct sth_fault_result *result);

#endif
