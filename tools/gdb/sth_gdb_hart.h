/*
 * The processor's part of a target, for owners whose processor is tools/hart.
 * The owner runs it, and tells what these do of it.
 */
#ifndef STH_GDB_HART_H
#define STH_GDB_HART_H

#include "sth_gdb_target.h"
#include "sth_hart.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory of its windows, the read-only ones too: how many bytes there were. */
size_t sth_gdb_hart_read(const struct sth_hart *hart, uint32_t addr, void *to,
                         size_t bytes);
size_t sth_gdb_hart_write(struct sth_hart *hart, uint32_t addr,
                          const void *from, size_t bytes);

/* Its windows, by number. */
bool sth_gdb_hart_region(const struct sth_hart *hart, uint32_t number,
                         struct sth_gdb_region *region);

bool sth_gdb_hart_insert(struct sth_hart *hart,
                         const struct sth_gdb_point *point);
void sth_gdb_hart_remove(struct sth_hart *hart,
                         const struct sth_gdb_point *point);

/* What a stop is to a debugger.  False: it is the owner's affair: time, sleep,
 * the owner's own wish. */
bool sth_gdb_hart_stop(const struct sth_hart *hart, enum sth_hart_stop why,
                       struct sth_gdb_stop *stop);

#ifdef __cplusplus
}
#endif

#endif
