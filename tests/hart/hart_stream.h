/*
 * Random instructions: all that the processor has, in any order, with branches
 * to wherever they lead.
 *
 * Some words are no instruction.  Of the rest, only what `csr` lists reaches a
 * control and status register, and the status register's bits by immediate.
 */
#ifndef HART_STREAM_H
#define HART_STREAM_H

#include "sth_random.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hart_row {
    const char *name;
    uint32_t mask, match;
};

static const struct hart_row hart_rows[] = {
#define FAST(name, mask, match, format, class) {#name, mask, match},
#include "sth_hart_isa.def"
};

enum { HART_ROWS = sizeof(hart_rows) / sizeof(*hart_rows) };

/* mscratch, mepc, mcause, mtval */
static const uint32_t hart_csrs[] = {0x340, 0x341, 0x342, 0x343};

/* A number of below. */
static inline uint32_t hart_below(uint64_t *random, uint32_t below)
{
    return (uint32_t)((sth_random_next(random) >> 32) * below >> 32);
}

static inline uint32_t hart_word(uint64_t *random)
{
    return (uint32_t)(sth_random_next(random) >> 16);
}

/* Most registers, and those that hold addresses more often. */
static inline uint32_t hart_register(uint64_t *random)
{
    static const uint32_t pointers[] = {2, 8, 9};

    return hart_below(random, 3) ? hart_below(random, 32)
                                 : pointers[hart_below(random, 3)];
}

/* A value at the edges of arithmetic, or any. */
static inline uint32_t hart_value(uint64_t *random)
{
    static const uint32_t edges[] = {0,          1,          2,
                                     0x7fffffff, 0x80000000, 0x80000001,
                                     0xffffffff, 0xfffffffe, 0xffff};

    return hart_below(random, 2)
               ? edges[hart_below(random, sizeof(edges) / sizeof(*edges))]
               : hart_word(random);
}

/* Words that no extension makes an instruction of. */
static inline uint32_t hart_illegal(uint64_t *random)
{
    static const uint32_t kinds[] = {
        0xffffffff, 0x00000000, 0x0000000b, 0x00003003, 0x00007003,
        0x00003023, 0x00002063, 0x00003063, 0x20000033, 0x02001013,
        0x0000007f, 0x00004073, 0x1000302f};

    return kinds[hart_below(random, sizeof(kinds) / sizeof(*kinds))];
}

static inline uint32_t hart_full(uint64_t *random)
{
    const struct hart_row *row = &hart_rows[hart_below(random, HART_ROWS)];
    uint32_t word = hart_word(random);

    word &= ~(0x1fu << 15 | 0x1fu << 7);
    word |= hart_register(random) << 15 | hart_register(random) << 7;
    if (strncmp(row->name, "CSR", 3) == 0) {
        word &= 0x000fffff;
        word |= hart_csrs[hart_below(random, 4)] << 20;
    }
    word = (word & ~row->mask) | row->match;
    /* Branches and accesses stay near. */
    if ((word & 0x7f) == 0x63 && hart_below(random, 4))
        word &= 0x01fff0ffu;
    if ((word & 0x7f) == 0x6f && hart_below(random, 4))
        word &= 0x03ffffffu & ~(0xffu << 12);
    if ((word & 0x5f) == 0x03 && hart_below(random, 4))
        word &= (word & 0x20) ? ~0x180u : ~0x300000u;
    return word;
}

/* Any compressed one that is not of floating point. */
static inline uint32_t hart_short(uint64_t *random)
{
    uint32_t half;

    do {
        half = hart_word(random) & 0xffff;
    } while ((half & 3) == 3 || ((half & 1) == 0 && (half >> 13 & 1)));
    return half;
}

/* A load that reserves, and the store that it is for. */
static inline void hart_pair(uint64_t *random, uint8_t *to)
{
    const uint32_t at = hart_register(random) << 15;
    const uint32_t pair[] = {0x1000202f | at | hart_below(random, 32) << 7,
                             0x1800202f | at | hart_word(random) % 32 << 20 |
                                 hart_below(random, 32) << 7};

    memcpy(to, pair, sizeof(pair));
}

/* Fills bytes with instructions. */
static inline void hart_stream(uint64_t *random, uint8_t *to, size_t bytes)
{
    size_t at = 0;

    while (at + 4 <= bytes) {
        const uint32_t kind = hart_below(random, 64);

        if (kind == 62 && at + 8 <= bytes) {
            hart_pair(random, to + at);
            at += 8;
        } else if (kind < 26) {
            const uint16_t half = (uint16_t)hart_short(random);

            memcpy(to + at, &half, 2);
            at += 2;
        } else {
            const uint32_t word =
                kind == 63 ? hart_illegal(random) : hart_full(random);

            memcpy(to + at, &word, 4);
            at += 4;
        }
    }
    memset(to + at, 0, bytes - at);
}

#endif
