/*
 * Loads and stores that somebody looks at, or that reach a page for the first
 * time; addresses are multiples of `bytes`, which are 1, 2 or 4.
 *
 * Waits are added to the cycles.  False: an access fault, and nothing happens.
 */
#ifndef STH_HART_MEMORY_H
#define STH_HART_MEMORY_H

#include "sth_hart.h"

/* Upper bytes of the value are zero. */
bool sth_hart_load(struct sth_hart *hart, uint32_t addr, uint32_t bytes,
                   uint32_t *value);
bool sth_hart_store(struct sth_hart *hart, uint32_t addr, uint32_t bytes,
                    uint32_t value);

/* Whether atomic accesses can go there. */
bool sth_hart_is_atomic(const struct sth_hart *hart, uint32_t addr, bool write);

#endif
