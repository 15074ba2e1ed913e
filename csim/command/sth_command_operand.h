/*
 * An operand of VECTOR in a command: X, Y, Z and D lay out their two words
 * alike.  A unit is array_cols bytes of the scratchpad or a row of the
 * accumulator.
 */
#ifndef STH_COMMAND_OPERAND_H
#define STH_COMMAND_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"

struct sth_command_operand {
    uint32_t addr;  /* scratchpad byte or accumulator row */
    bool sp;        /* in the scratchpad */
    uint32_t type;  /* STH_DTYPE_* */
    uint32_t bytes; /* of an element */
    uint32_t row;   /* units between rows */
    uint32_t tile;  /* units between column tiles */
};

/* The operand whose address is in `word`: STH_VECTOR_X_ADDR_WORD, ... */
static inline struct sth_command_operand
sth_command_get_operand(const struct sth_command *command, unsigned word)
{
#define FIELD(name, w)                                                         \
    sth_command_get(command, w, STH_VECTOR_X_##name##_LSB,                     \
                    STH_VECTOR_X_##name##_WIDTH)
    uint32_t type = FIELD(TYPE, word);

    return (struct sth_command_operand){
        .addr = FIELD(ADDR, word),
        .sp = FIELD(SP, word) != 0,
        .type = type,
        .bytes = sth_dtype_bytes(type),
        .row = FIELD(ROW, word + 1),
        .tile = FIELD(TILE, word + 1),
    };
#undef FIELD
}

#endif
