/*
 * The memory behind the bus: storage and timing in one component, used by the
 * C model and by the RTL's testbench alike, so that a comparison of the two is
 * a comparison of the core alone.
 *
 * Storage is sparse (pages appear when first written; the rest reads as zero)
 * and covers the 40-bit space.  Timing is at burst granularity: the caller
 * says in which cycle a burst was accepted and learns the earliest cycle of
 * each of its beats.  Calls must come in non-decreasing order of `now` for
 * each direction.
 */
#ifndef STH_MEM_H
#define STH_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_mem_config.h"
#include "sth_mem_ops.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_mem;

/*
 * A memory of that kind behind a bus of bus_bytes, all zero, at rest; NULL when
 * out of memory.  The configuration comes from sth_mem_config_default(), and
 * sth_mem_config_fits() holds.  timing_only: it keeps no data.
 */
struct sth_mem *sth_mem_create(const struct sth_mem_config *config,
                               uint32_t bus_bytes, bool timing_only);
void sth_mem_destroy(struct sth_mem *mem);

/*
 * Copy bytes out of and into the memory at once, outside of its time and its
 * range of errors.  Addresses wrap at 2^40.  Where nothing was written zeros
 * are read: in all of a timing-only memory, which drops writes, and where the
 * host had no memory for a page (sth_mem_failed()), with which the write ends.
 */
void sth_mem_read(struct sth_mem *mem, uint64_t addr, void *to, size_t bytes);
void sth_mem_write(struct sth_mem *mem, uint64_t addr, const void *from,
                   size_t bytes);

/* Where bytes are kept that are not the memory's own; addresses are below 2^40
 * and may be those of nothing. */
struct sth_mem_store {
    void *user;
    void (*read)(void *user, uint64_t addr, void *to, size_t bytes);
    void (*write)(void *user, uint64_t addr, const void *from, size_t bytes);
};

/*
 * From now on the memory's bytes are those of *store, which is copied; what it
 * held itself is out of reach.  NULL: they are its own again.
 */
void sth_mem_set_store(struct sth_mem *mem, const struct sth_mem_store *store);

/* The functions of this header that a bus needs, as a table. */
extern const struct sth_mem_ops sth_mem_ops;

/* Whether the host was out of memory for a write, of which the rest was dropped
 * then. */
bool sth_mem_failed(const struct sth_mem *mem);

/* Accesses to [first, last] answer with a bus error; one range at a time. */
void sth_mem_set_error_range(struct sth_mem *mem, uint64_t first,
                             uint64_t last);
/* Whether there is an address for which sth_mem_is_error() can hold. */
bool sth_mem_has_errors(const struct sth_mem *mem);
bool sth_mem_is_error(const struct sth_mem *mem, uint64_t addr, uint64_t bytes);

/*
 * A read burst of `beats` bus words from the bus-aligned address addr, whose
 * address was accepted in cycle now.  Returns the cycle in which its last beat
 * is on the bus; when beat_cycle is not NULL it receives the cycle of each.
 */
uint64_t sth_mem_read_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                            uint32_t beats, uint64_t *beat_cycle);

/*
 * A write burst whose address and first data are offered in cycle now.
 * beat_cycle, when not NULL, receives the earliest cycle in which each beat is
 * accepted; *last_beat the last of them.  Returns the cycle of the response.
 */
uint64_t sth_mem_write_burst(struct sth_mem *mem, uint64_t now, uint64_t addr,
                             uint32_t beats, uint64_t *beat_cycle,
                             uint64_t *last_beat);

/* Forgets timing state (queues, open rows); storage stays. */
void sth_mem_reset_timing(struct sth_mem *mem);

#ifdef __cplusplus
}
#endif

#endif
