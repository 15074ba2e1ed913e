/* The ring of commands in memory; see sth_command_ring.h. */
#include "sth_command_ring.h"

#include <stdlib.h>

#include "sth_time.h"

bool sth_command_ring_init(struct sth_command_ring *ring, struct sth_mem *mem,
                           bool keeps)
{
    ring->mem = mem;
    ring->copy = NULL;
    ring->room = sth_ring_log2(STH_RESET_RING_LOG2);
    if (!keeps)
        return true;
    ring->copy = calloc(UINT32_C(1) << ring->room, sizeof(*ring->copy));
    return ring->copy != NULL;
}

void sth_command_ring_fini(struct sth_command_ring *ring)
{
    free(ring->copy);
}

void sth_command_ring_reset(struct sth_command_ring *ring)
{
    ring->base_lo = STH_RESET_RING_BASE_LO;
    ring->base_hi = STH_RESET_RING_BASE_HI;
    ring->log2 = STH_RESET_RING_LOG2;
}

static uint64_t base(const struct sth_command_ring *ring)
{
    return (uint64_t)ring->base_hi << 32 | ring->base_lo;
}

static uint32_t slots(const struct sth_command_ring *ring)
{
    return 1u << sth_ring_log2(ring->log2);
}

uint64_t sth_command_ring_addr(const struct sth_command_ring *ring,
                               uint32_t index)
{
    uint32_t slot = index & (slots(ring) - 1);

    return (base(ring) + (uint64_t)slot * STH_COMMAND_BYTES) & STH_ADDR_MASK;
}

static struct sth_command read_memory(const struct sth_command_ring *ring,
                                      uint32_t index)
{
    uint8_t bytes[STH_COMMAND_BYTES];

    sth_mem_read(ring->mem, sth_command_ring_addr(ring, index), bytes,
                 sizeof(bytes));
    return sth_command_from_bytes(bytes);
}

struct sth_command sth_command_ring_read(const struct sth_command_ring *ring,
                                         uint32_t index)
{
    if (ring->copy != NULL)
        return ring->copy[index & (slots(ring) - 1)];
    return read_memory(ring, index);
}

/* Room for a larger ring; a ring that finds none has empty commands. */
static void grow(struct sth_command_ring *ring)
{
    uint32_t log2 = sth_ring_log2(ring->log2);

    if (ring->copy == NULL || log2 <= ring->room)
        return;
    free(ring->copy);
    ring->copy = malloc(sizeof(*ring->copy) << log2);
    ring->room = log2;
}

void sth_command_ring_move(struct sth_command_ring *ring, uint32_t base_lo,
                           uint32_t base_hi, uint32_t log2)
{
    ring->base_lo = base_lo;
    ring->base_hi = base_hi;
    ring->log2 = log2;
    grow(ring);
    for (uint32_t i = 0; ring->copy != NULL && i < slots(ring); i++)
        ring->copy[i] = read_memory(ring, i);
}

/* Keeps the part of a write that falls into the ring, both at addresses that
 * do not wrap. */
static void keep_part(struct sth_command_ring *ring, uint64_t addr,
                      const uint8_t *from, size_t bytes)
{
    uint64_t begin = base(ring);
    uint64_t end = begin + (uint64_t)slots(ring) * STH_COMMAND_BYTES;
    uint64_t first = sth_max64(addr, begin);
    uint64_t last = sth_min64(addr + bytes, end);

    for (uint64_t a = first; a < last;) {
        struct sth_command *command =
            &ring->copy[(a - begin) / STH_COMMAND_BYTES];
        uint64_t offset = (a - begin) % STH_COMMAND_BYTES;
        uint64_t n = sth_min64(STH_COMMAND_BYTES - offset, last - a);

        if (n == STH_COMMAND_BYTES) {
            *command = sth_command_from_bytes(from + (a - addr));
            a += n;
            continue;
        }
        for (uint64_t i = 0; i < n; i++) {
            uint32_t *word = &command->word[(offset + i) / 4];
            unsigned shift = 8 * (unsigned)((offset + i) & 3u);

            *word = (*word & ~(0xffu << shift)) | (uint32_t)from[a + i - addr]
                                                      << shift;
        }
        a += n;
    }
}

void sth_command_ring_note_write(struct sth_command_ring *ring, uint64_t addr,
                                 const void *from, size_t bytes)
{
    if (ring->copy == NULL)
        return;
    keep_part(ring, addr, from, bytes);
    keep_part(ring, addr + STH_ADDR_MASK + 1, from, bytes);
}
