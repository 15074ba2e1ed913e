/*
 * Within the matrix engine: when the weights of a tile are read.  Activation
 * reads are always granted; a weight read waits while it meets one in the same
 * bank.  All that every tile asks is inline.
 */
#ifndef STH_WEIGHT_LOADER_H
#define STH_WEIGHT_LOADER_H

#include "sth_banks.h"

/*
 * How the weight reads of a tile give way to the rows of the one before it.
 * That depends on strides and distances modulo the banks, so it repeats.  The
 * cycles of the reads lie in the banks, under the same number.
 */
struct sth_weight_loader {
    struct sth_banks *banks;
    uint64_t key[STH_PATTERNS];    /* all of that; 0: nothing is like it */
    uint64_t in_use[STH_PATTERNS]; /* until the end of this cycle */
    uint32_t end[STH_PATTERNS];    /* from first_step to behind the last read */
};

/* No pattern is known. */
void sth_weight_loader_reset(struct sth_weight_loader *loader);

/*
 * Each read waits while it meets a row of the tile `streamed` in its bank.
 * Returns the steps from the first to behind the last, and those of each.
 */
uint32_t sth_weight_loader_find(const struct sth_banks *banks,
                                const struct sth_weight_tile *tile,
                                const struct sth_weight_tile *streamed,
                                uint32_t *read);

/*
 * What the reads of a tile's weights depend on while the rows of the one
 * before stream all along; never 0.  All of it is in units of four bytes, which
 * rows of the array are at least.
 */
static inline uint64_t
sth_weight_loader_key(const struct sth_banks *banks,
                      const struct sth_weight_tile *tile,
                      const struct sth_weight_tile *streamed)
{
    uint32_t wrap = sth_banks_sp_period(banks) - 1;
    uint32_t row = (uint32_t)(tile->first_step - streamed->first_row);
    uint32_t a = streamed->a + row * streamed->a_row;
    uint32_t in_word = tile->w & (sth_banks_sp_word(banks) - 1);
    uint64_t key = tile->reads; /* 10 bits */

    _Static_assert((int)STH_MAX_LANES <= 512 &&
                       (int)STH_MAX_LANES * STH_MAX_SpBanks <= 1 << 15,
                   "the parts of a key");
    key = key << 9 | in_word >> 2;
    key = key << 15 | ((a - (tile->w - in_word)) & wrap) >> 2;
    key = key << 15 | (streamed->a_row & wrap) >> 2;
    return key << 15 | (tile->w_row & wrap) >> 2;
}

/* The pattern with that key, or one that may be overwritten; -1: none. */
static inline int32_t
sth_weight_loader_lookup(const struct sth_weight_loader *loader, uint64_t key,
                         uint64_t now)
{
    uint32_t hash =
        (uint32_t)((key ^ key >> 28) * UINT64_C(0x9e3779b97f4a7c15) >> 58);
    int32_t free = -1;

    _Static_assert((int)STH_PATTERNS == 64, "six bits of hash");
    for (uint32_t i = 0; i < STH_PATTERNS; i++) {
        uint32_t place = (hash + i) % STH_PATTERNS;

        if (key != 0 && loader->key[place] == key)
            return (int32_t)place;
        if (free < 0 && loader->in_use[place] < now)
            free = (int32_t)place;
    }
    return free;
}

/* Whether no weight of the tile can meet a row of the one before. */
static inline bool
sth_weight_loader_is_free(const struct sth_banks *banks,
                          const struct sth_weight_tile *tile,
                          const struct sth_weight_tile *streamed)
{
    uint32_t wrap = sth_banks_sp_period(banks);

    if (tile->first_step > streamed->last_row ||
        tile->first_step + tile->reads <= streamed->first_row)
        return true;
    return ((streamed->a_row | tile->w_row) & (wrap - 1)) == 0 &&
           sth_banks_sp(banks, streamed->a) != sth_banks_sp(banks, tile->w);
}

/*
 * Reads the weights of a tile from first_step on, beside the rows of the last
 * tile announced: finds last_step and the pattern.  False: there is no room for
 * another pattern in cycle now, and nothing has happened.
 */
static inline bool sth_weight_loader_read(struct sth_weight_loader *loader,
                                          uint64_t now,
                                          struct sth_weight_tile *tile)
{
    struct sth_banks *banks = loader->banks;
    const struct sth_weight_tile *streamed;
    uint64_t key = 0;
    uint64_t most;
    int32_t i;

    tile->pattern = -1;
    tile->last_step = tile->first_step + tile->reads - 1;
    if (sth_banks_tiles(banks) == 0)
        return true;
    streamed = sth_banks_last_tile(banks);
    if (sth_weight_loader_is_free(banks, tile, streamed))
        return true;
    most = streamed->last_row + 1 - tile->first_step;
    if (tile->first_step >= streamed->first_row)
        key = sth_weight_loader_key(banks, tile, streamed);
    i = sth_weight_loader_lookup(loader, key, now);
    if (key != 0 && i >= 0 && loader->key[i] == key && loader->end[i] > most) {
        key = 0;
        i = sth_weight_loader_lookup(loader, key, now);
    }
    if (i < 0)
        return false;
    if (key == 0 || loader->key[i] != key) {
        loader->end[i] = sth_weight_loader_find(banks, tile, streamed,
                                                sth_banks_pattern(banks, i));
        loader->key[i] = loader->end[i] > most ? 0 : key;
    }
    if (loader->end[i] > tile->reads) {
        tile->last_step += loader->end[i] - tile->reads;
        tile->pattern = i;
        loader->in_use[i] = tile->last_step;
    }
    return true;
}

#endif
