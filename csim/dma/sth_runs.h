/*
 * LOAD and STORE taken apart: their fields are the same, and so is the order
 * of their runs.
 *
 *     struct sth_runs runs = sth_runs_fields(command);
 *     uint64_t mem;
 *     uint32_t sp;
 *
 *     while (sth_runs_next(&runs, &mem, &sp))
 *         ... runs.bytes bytes at mem and at sp ...
 */
#ifndef STH_RUNS_H
#define STH_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_spec.h"

struct sth_runs {
    uint64_t mem;
    uint32_t sp, bytes, n1, n2, mem_s1, mem_s2, sp_s1, sp_s2;
    uint32_t i1, i2; /* the next run */
};

static inline struct sth_runs sth_runs_fields(const struct sth_command *command)
{
    return (struct sth_runs){
        .mem = sth_command_memory(command),
        .sp = STH_GET(command, LOAD_SP),
        .bytes = STH_GET(command, LOAD_LEN),
        .n1 = STH_GET(command, LOAD_N1),
        .n2 = STH_GET(command, LOAD_N2),
        .mem_s1 = STH_GET(command, LOAD_MEM_S1),
        .mem_s2 = STH_GET(command, LOAD_MEM_S2),
        .sp_s1 = STH_GET(command, LOAD_SP_S1),
        .sp_s2 = STH_GET(command, LOAD_SP_S2),
    };
}

/* Where the next run begins on both sides; false after the last one. */
static inline bool sth_runs_next(struct sth_runs *c, uint64_t *mem,
                                 uint32_t *sp)
{
    if (c->i2 == c->n2)
        return false;
    *mem = c->mem + (uint64_t)c->i2 * c->mem_s2 + (uint64_t)c->i1 * c->mem_s1;
    *sp = c->sp + c->i2 * c->sp_s2 + c->i1 * c->sp_s1;
    if (++c->i1 == c->n1) {
        c->i1 = 0;
        c->i2++;
    }
    return true;
}

#endif
