/*
 * Which bytes a command reads and writes, as runs of bytes.
 */
#ifndef STH_FOOTPRINT_H
#define STH_FOOTPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"

enum sth_footprint_space {
    STH_FOOTPRINT_SP,  /* addr and bytes: bytes */
    STH_FOOTPRINT_ACC, /* addr and bytes: rows */
    STH_FOOTPRINT_MEM
};

enum sth_footprint_role {
    STH_FOOTPRINT_READ,      /* a source */
    STH_FOOTPRINT_READ_SAME, /* a source that VECTOR may overwrite in place */
    STH_FOOTPRINT_READ_BACK, /* the old value of a reduction or a sum */
    STH_FOOTPRINT_WRITE,     /* a destination */
    STH_FOOTPRINT_WRITE_SUM  /* the rows of a reduction */
};

static inline bool sth_footprint_is_write(enum sth_footprint_role role)
{
    return role == STH_FOOTPRINT_WRITE || role == STH_FOOTPRINT_WRITE_SUM;
}

struct sth_footprint_run {
    enum sth_footprint_space space;
    enum sth_footprint_role role;
    uint64_t addr;
    uint64_t bytes;
};

/*
 * Calls visit for every run of a legal command, all reads before all writes;
 * padding that has no effect (lanes beyond K, N or COLS) is left out.
 */
void sth_footprint_visit(const struct sth_params *params,
                         const struct sth_command *command,
                         void (*visit)(void *context,
                                       const struct sth_footprint_run *run),
                         void *context);

#endif
