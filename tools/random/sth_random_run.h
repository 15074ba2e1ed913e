/* Runs random programs on the C model and the RTL in step. */
#ifndef STH_RANDOM_RUN_H
#define STH_RANDOM_RUN_H

#include "sth_fidelity.h"
#include "sth_pair.h"

#include <stddef.h>

struct sth_random_result {
    bool passed;
    bool timed; /* fresh, on an orderly bus: the model answers for cycles */
    uint32_t commands;
    uint64_t csim_cycles, rtl_cycles;
    struct sth_fidelity fidelity; /* of every program that has RTL */
    char text[4096];              /* why it did not pass */
};

/*
 * One program.  backend may be NULL: then only the C model runs, and what is
 * checked is that it finishes without a diagnostic of its race sanitizer.
 */
void sth_random_run(const struct sth_backend *backend,
                    const struct sth_params *params, uint64_t seed,
                    uint32_t length, struct sth_random_result *result);

/* A program on devices that are there already, fresh or after a reset. */
void sth_random_run_on(struct sth_pair *pair, const struct sth_program *program,
                       uint64_t seed, struct sth_random_result *result);

#endif
