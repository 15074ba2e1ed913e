/*
 * The documents that tell gdb what the machine has: its registers, its memory.
 * The caller frees them; NULL: the host is out of memory.
 */
#ifndef STH_GDB_DESCRIBE_H
#define STH_GDB_DESCRIBE_H

#include "sth_gdb_target.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    STH_GDB_REG_PC = 32,
    STH_GDB_REG_CSR = 65, /* number of CSR 0 */
    STH_GDB_NAME_BYTES = 16
};

char *sth_gdb_describe_features(const struct sth_gdb_target *target);
char *sth_gdb_describe_memory(const struct sth_gdb_target *target);

/* The name of a register, pc and CSRs included; "": it has none. */
void sth_gdb_register_name(uint32_t number, char name[STH_GDB_NAME_BYTES]);

/* The number behind a name, or behind an x or f with digits; false: none. */
bool sth_gdb_register_number(const char *name, uint32_t *number);

#ifdef __cplusplus
}
#endif

#endif
