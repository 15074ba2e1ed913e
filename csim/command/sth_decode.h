/*
 * The legality checks of docs/programming.md, "Command checks": the same code
 * and word number as the RTL's decoder.  No state, no time.
 */
#ifndef STH_DECODE_H
#define STH_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"

/* Masks that the tables give, laid out for fast checking. */
struct sth_decoder {
    struct sth_params params;
    uint8_t kind[256];                     /* opcode to row of legal; 0: none */
    uint32_t legal[16][STH_COMMAND_WORDS]; /* bits that some field names */
};

struct sth_decode_fault {
    enum sth_fault code; /* STH_FAULT_NONE: the command is legal */
    uint32_t word;       /* number of the offending command word */
};

/* Prepares the checks for one chip. */
void sth_decode_init(struct sth_decoder *decoder,
                     const struct sth_params *params);

/* The first fault of a command in the order of faults.def. */
struct sth_decode_fault sth_decode_check(const struct sth_decoder *decoder,
                                         const struct sth_command *command);

/* The engine that runs a legal command. */
enum sth_engine sth_decode_engine(const struct sth_command *command);

/* Whether it only waits and posts. */
bool sth_decode_is_sync(const struct sth_command *command);

#endif
