/* Commands made illegal on purpose, one rule of the decoder at a time. */
#ifndef STH_MUTATION_H
#define STH_MUTATION_H

#include "sth_decode.h"
#include "sth_program.h"

/* How many different violations of a fault code there are to choose from. */
uint32_t sth_mutation_count(enum sth_fault code);

/*
 * Draws a command that breaks rule `which` (below sth_mutation_count()) of a
 * decode fault code and no rule that is tried before it.  Returns false when
 * the draws did not lead to one.
 */
bool sth_mutation_draw(struct sth_program *windows,
                       const struct sth_decoder *decoder, enum sth_fault code,
                       uint32_t which, uint64_t seed,
                       struct sth_command *command);

#endif
