/*
 * Random programs with one fault in them, and what the core must report.
 *
 * The expectation is worked out from the commands alone, without the models:
 * the order of the stream, the footprints and the semaphores decide which
 * command is the oldest to fail.
 */
#ifndef STH_FAULT_PROGRAM_H
#define STH_FAULT_PROGRAM_H

#include "sth_pair.h"
#include "sth_program.h"

/* A fault as the registers give it. */
struct sth_expected_fault {
    uint32_t code, index;
    uint64_t addr;
};

struct sth_fault_program {
    struct sth_program base; /* windows, memory, and what was legal */
    uint32_t commands;
    struct sth_command command[STH_PAIR_COMMANDS];
    uint32_t watchdog; /* 0: off */
    bool has_error_range;
    uint64_t error_first, error_last;
    struct sth_expected_fault expected;
};

/*
 * Draws a program of about `length` commands whose fault has code 1 + seed
 * modulo the number of codes.  Returns false when out of memory or luck.
 */
bool sth_fault_program_generate(struct sth_fault_program *program,
                                const struct sth_params *params, uint64_t seed,
                                uint32_t length);

#endif
