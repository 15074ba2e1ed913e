/* Which bytes of memory were ever written. */
#ifndef STH_GUARD_MEMORY_H
#define STH_GUARD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sth_guard_page;

struct sth_guard_memory {
    struct sth_guard_page **page; /* open addressing, by address */
    size_t slots, pages;
    bool failed; /* out of memory: everything counts as written */
};

void sth_guard_memory_fini(struct sth_guard_memory *memory);

void sth_guard_memory_write(struct sth_guard_memory *memory, uint64_t addr,
                            uint64_t bytes);

/* Whether all of it was; otherwise *first is the first byte that was not. */
bool sth_guard_memory_is_written(const struct sth_guard_memory *memory,
                                 uint64_t addr, uint64_t bytes,
                                 uint64_t *first);

#endif
