/*
 * Commands as text, from the same tables as everything else.
 */
#ifndef STH_DISASM_H
#define STH_DISASM_H

#include <stddef.h>

#include "sth_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for every command's text: no line is longer. */
#define STH_DISASM_BYTES 576

/* "LOAD", "MATMUL", ...; NULL for an unknown opcode. */
const char *sth_opcode_name(uint32_t opcode);

/* "LOAD", "MATRIX", "VECTOR", "STORE"; NULL beyond those. */
const char *sth_engine_name(uint32_t engine);

/* "NONE", "OPCODE", ...; NULL for an unknown code. */
const char *sth_fault_name(uint32_t code);

/* The same as a phrase; "" for an unknown code. */
const char *sth_fault_meaning(uint32_t code);

/*
 * Writes one line without a newline, always terminated, cut when it does not
 * fit:
 *
 *     LOAD mem=0x10000 sp=0x0 len=64 n1=16 n2=1 mem_s1=64 sp_s1=64 post=0
 *
 * Fields that are zero are left out, semaphores are listed by number, values
 * of enumerated fields by name.  An unknown opcode gives its words in hex.
 * Returns the length that the whole text has, like snprintf().
 */
size_t sth_disasm(const struct sth_command *command, char *text, size_t size);

/* The same, memory addresses as offsets behind the name of a region. */
size_t sth_disasm_in(const struct sth_command *command, const char *region,
                     char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
