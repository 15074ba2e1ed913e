/*
 * The memory component behind the bus as a table of functions: how those reach
 * it that are not linked with it, such as an RTL library.  What each does, and
 * in which order they may be called, stands in csim's sth_mem.h.
 */
#ifndef STH_MEM_OPS_H
#define STH_MEM_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sth_mem;

struct sth_mem_ops {
    void (*read)(struct sth_mem *mem, uint64_t addr, void *to, size_t bytes);
    void (*write)(struct sth_mem *mem, uint64_t addr, const void *from,
                  size_t bytes);
    bool (*is_error)(const struct sth_mem *mem, uint64_t addr, uint64_t bytes);
    uint64_t (*read_burst)(struct sth_mem *mem, uint64_t now, uint64_t addr,
                           uint32_t beats, uint64_t *beat_cycle);
    uint64_t (*write_burst)(struct sth_mem *mem, uint64_t now, uint64_t addr,
                            uint32_t beats, uint64_t *beat_cycle,
                            uint64_t *last_beat);
};

#ifdef __cplusplus
}
#endif

#endif
