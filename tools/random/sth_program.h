/*
 * Random programs: seeded, legal, free of races and of deadlock by
 * construction, over all four engines.
 *
 * Every command is drawn until it is legal and touches only the program's
 * windows; its exact footprint then gives the earlier commands it must wait
 * for, and a semaphore of the pair of engines carries each such dependency.
 * The same seed and parameters give the same program everywhere.
 */
#ifndef STH_PROGRAM_H
#define STH_PROGRAM_H

#include "sth_mem.h"
#include "sth_spec.h"

#include <stdbool.h>

enum { STH_PROGRAM_MAX = 256 };

struct sth_program {
    uint32_t commands;
    struct sth_command command[STH_PROGRAM_MAX];
    /* Where operands live. */
    uint32_t sp_base, sp_bytes;
    uint32_t acc_base, acc_rows;
    uint64_t source, target; /* memory that loads read, that stores write */
    uint32_t source_bytes, target_bytes;
    uint64_t ring;
    /* The memory behind the bus. */
    struct sth_mem_config memory;
    bool reorder; /* answers out of order, and addresses that wait */
};

/*
 * Draws a program of about `length` commands (8 to STH_PROGRAM_MAX) after a
 * preamble that gives the windows their first contents.  Returns false when
 * out of memory.
 */
bool sth_program_generate(struct sth_program *program,
                          const struct sth_params *params, uint64_t seed,
                          uint32_t length);

/*
 * Draws one legal command of an opcode, without waits and posts; it may leave
 * the windows.  Returns false when none was found.
 */
bool sth_program_command(struct sth_program *program,
                         const struct sth_params *params, uint64_t seed,
                         uint32_t opcode, struct sth_command *command);

/* Byte i of the source memory: numbers of every type, and odd bit patterns. */
void sth_program_source(uint64_t seed, uint8_t *to, uint32_t bytes);

#endif
