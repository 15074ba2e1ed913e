/*
 * Where an address lies.  A chunk is a piece of an interleave unit: accesses of
 * one row of neighbouring addresses in one channel.
 */
#ifndef STH_DRAM_MAP_H
#define STH_DRAM_MAP_H

#include "sth_mem_config.h"

#include <stdint.h>

/* Binary logarithms of sizes, and the masks that go with them. */
struct sth_dram_map {
    unsigned access, unit, channel; /* bytes in an access, a unit; channels */
    unsigned chunk;                 /* the longest chunk, bytes */
    unsigned group, bank, column;   /* places above the byte in an access */
    unsigned row;
    unsigned group_bits;   /* groups */
    unsigned unit_columns; /* bits of the column inside a unit */
    unsigned fold8;        /* eight times the channel's bits, at most 63 */
    uint64_t fold_mask;    /* of what is folded into the channel */
    unsigned fold_row;     /* bits of the row that are hashed: those of banks */
    uint32_t channel_mask, group_mask, bank_mask;
    uint32_t fold_column; /* of what is folded into the group */
};

struct sth_dram_place {
    uint32_t channel;
    uint32_t set;   /* bank in its group: as many banks as there are groups */
    uint32_t local; /* accesses of its channel before it, modulo 2^32 */
    uint32_t flip;  /* what the groups of its chunk are XORed with */
    uint32_t turn;  /* what its channel's number is XORed with */
    int64_t row;
};

/* The mapping of so many channels of that kind. */
struct sth_dram_map sth_dram_map_of(const struct sth_dram_figures *figures,
                                    uint32_t channels);

/*
 * The bits above those of the channel are folded into it, sixteen pieces, so
 * that accesses a power of two apart do not all meet in a few channels.
 */
static inline struct sth_dram_place
sth_dram_place_of(const struct sth_dram_map *map, uint64_t addr)
{
    const struct sth_dram_map m = *map;
    uint64_t unit = addr >> m.unit;
    uint64_t above = unit >> m.channel;
    uint64_t local =
        (above << m.unit | (addr & ((UINT64_C(1) << m.unit) - 1))) >> m.access;
    uint64_t row = local >> m.row;
    uint32_t high = (uint32_t)(local >> m.column) & m.fold_column;
    uint64_t fold = above & m.fold_mask;

    fold ^= fold >> m.channel;
    fold ^= fold >> 2 * m.channel;
    fold ^= fold >> 4 * m.channel;
    fold ^= fold >> m.fold8;
    high >>= m.unit_columns;
    high ^= high >> m.group_bits ^ high >> 2 * m.group_bits ^
            high >> 3 * m.group_bits;
    return (struct sth_dram_place){
        .channel = (uint32_t)(unit ^ fold) & m.channel_mask,
        .set = (uint32_t)(local >> m.bank ^ row >> m.group_bits) & m.bank_mask,
        .local = (uint32_t)local,
        .flip = (uint32_t)(row ^ high) & m.group_mask,
        .turn = (uint32_t)fold & m.channel_mask,
        .row = (int64_t)row};
}

/*
 * From the place of an address to that of addr, the first of the chunk behind:
 * up to the last channel they differ in little.
 */
static inline void sth_dram_place_next(const struct sth_dram_map *map,
                                       struct sth_dram_place *place,
                                       uint64_t addr)
{
    uint32_t unit = (uint32_t)(addr >> map->unit) & map->channel_mask;

    if (unit == 0 || map->chunk != map->unit) {
        *place = sth_dram_place_of(map, addr);
        return;
    }
    place->channel = unit ^ place->turn;
    place->local &= ~((1u << (map->unit - map->access)) - 1);
}

/* The group of the index-th of a chunk's parts, of a power of two of groups. */
static inline uint32_t sth_dram_group_of(const struct sth_dram_place *place,
                                         uint32_t index, uint32_t groups)
{
    return (index ^ place->flip) & (groups - 1);
}

/* Bytes of the chunk from addr on, at most `bytes`. */
static inline uint32_t sth_dram_chunk_bytes(const struct sth_dram_map *map,
                                            uint64_t addr, uint64_t bytes)
{
    uint64_t size = UINT64_C(1) << map->chunk;
    uint64_t left = size - (addr & (size - 1));

    return (uint32_t)(left < bytes ? left : bytes);
}

/* Of a power of two. */
unsigned sth_dram_log2(uint32_t value);

#endif
