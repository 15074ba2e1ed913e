/*
 * The ring of commands in memory: where it lies, and what stands in it.
 */
#ifndef STH_COMMAND_RING_H
#define STH_COMMAND_RING_H

#include <stddef.h>

#include "sth_mem.h"
#include "sth_spec.h"

struct sth_command_ring {
    struct sth_mem *mem;
    uint32_t base_lo, base_hi, log2; /* the registers */
    /* What the host wrote there, where memory keeps nothing; otherwise NULL. */
    struct sth_command *copy;
    uint32_t room; /* log2 of the commands that copy can hold */
};

/* Without data in memory the ring keeps the commands itself; `mem` outlives it.
 * False when out of memory. */
bool sth_command_ring_init(struct sth_command_ring *ring, struct sth_mem *mem,
                           bool keeps);
void sth_command_ring_fini(struct sth_command_ring *ring);

/* The registers have their reset values. */
void sth_command_ring_reset(struct sth_command_ring *ring);

/* Moves the ring; what memory holds there is what stands in it. */
void sth_command_ring_move(struct sth_command_ring *ring, uint32_t base_lo,
                           uint32_t base_hi, uint32_t log2);

/* Where a command lies; a ring may go on behind the end of memory at 0. */
uint64_t sth_command_ring_addr(const struct sth_command_ring *ring,
                               uint32_t index);

/* The command of that index. */
struct sth_command sth_command_ring_read(const struct sth_command_ring *ring,
                                         uint32_t index);

/* The host writes to memory, perhaps there. */
void sth_command_ring_note_write(struct sth_command_ring *ring, uint64_t addr,
                                 const void *from, size_t bytes);

#endif
