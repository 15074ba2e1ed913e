/*
 * Who uses a bank of the scratchpad or the accumulator in a cycle.
 *
 * Here engines publish what they do, and ask what others do.  Matrix announces
 * its tiles ahead of time.  Vector logs its scratchpad accesses by cycle, in
 * arrears: it first takes the time of a command undisturbed, and works out
 * single accesses only where another needs them.  Load and store, which give
 * way to it, follow their own accesses in arrears behind that.  Nobody calls
 * another: whoever needs to know more settles the banks, and those who are
 * behind come along (struct sth_follower).
 *
 * Queries are what load, store and vector ask for every word, so all of them
 * are inline.  Cycles of one caller do not go back by more than the memory of
 * the tiles.
 */
#ifndef STH_BANKS_H
#define STH_BANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_onchip.h"
#include "sth_spec.h"
#include "sth_time.h"

enum {
    STH_TILES = 512,   /* weight tiles remembered, and the next one */
    STH_PATTERNS = 64, /* ways in which weight reads are delayed */
    STH_LOG = 4096     /* cycles in sth_bank_log */
};

_Static_assert((int)STH_MAX_SpBanks <= 256 && (int)STH_MAX_AccBanks <= 256,
               "a bank takes 8 bits of a log");

/* One weight tile: when and where it reads and writes. */
struct sth_weight_tile {
    uint64_t first_step; /* its weight reads */
    uint64_t last_step;
    uint32_t w, w_row, reads;
    int32_t pattern;    /* of its reads; -1: one a cycle */
    uint64_t first_row; /* its activation rows, one a cycle */
    uint64_t last_row;
    uint32_t fall;   /* cycles in which a sum passes its rows of the array */
    uint64_t stalls; /* cycles before first_row in which rows waited for it */
    uint32_t a, a_row;
    uint32_t acc, rows; /* accumulator rows of its sums, from the first on */
    bool adds;          /* reads the accumulator */
};

/* Where a reader of the tiles looked last. */
struct sth_tile_hints {
    uint64_t stream, weights, sum_read, sum_write;
    uint32_t read; /* in a pattern */
};

/* The scratchpad banks of one access; often the same. */
struct sth_two_banks {
    uint32_t first, last;
};

/* Scratchpad accesses of vector, by cycle. */
struct sth_bank_log {
    uint64_t latest;
    uint64_t access[STH_LOG]; /* slot cycle % STH_LOG: cycle << 8 | bank */
};

/* An engine whose accesses are followed in arrears. */
struct sth_follower {
    void *block;
    /*
     * Works out its accesses before cycle now, which is not beyond the present
     * one: vector with all that others do, the others as far as vector has
     * come.
     */
    void (*follow)(void *block, uint64_t now);
    /* Load, store: the cycle up to which an access of it may meet vector's;
     * STH_NEVER: that is not known yet. */
    uint64_t (*concerned)(const void *block);
};

struct sth_banks {
    /* Geometry. */
    uint32_t sp_word; /* bytes of a scratchpad word */
    uint32_t sp_word_log2;
    uint32_t sp_wrap; /* bytes of a word of each bank: they repeat then */
    uint32_t sp_mask, acc_mask; /* of a bank's number */
    uint32_t pattern_places;    /* of read[], for each pattern */
    /* Cycles from the last row of the array to a sum's read and its write. */
    uint64_t sum_read_delay, sum_write_delay;

    /* Matrix. */
    struct sth_weight_tile
        tile[STH_TILES]; /* ring, tile i in slot i % STH_TILES */
    uint64_t tiles;      /* so far */
    /* Of each pattern: the cycles of its reads from first_step on. */
    uint32_t *read;

    /* Vector. */
    struct sth_bank_log vector_reads, vector_writes;
    bool vector_active;   /* there are accesses to come */
    bool vector_reads_sp; /* of the scratchpad, too */

    struct sth_follower vector, load, store;
};

/* Numbers that the patterns of one chip take. */
static inline size_t sth_banks_room(const struct sth_params *params)
{
    return (size_t)STH_PATTERNS * (params->array_rows > params->array_cols
                                       ? params->array_rows
                                       : params->array_cols);
}

/* The banks of one chip, used by nobody; followers are still to come.  The room
 * for patterns stays the caller's. */
void sth_banks_init(struct sth_banks *banks, const struct sth_params *params,
                    uint32_t *patterns);

/* Nobody uses them or has used them; followers stay. */
void sth_banks_reset(struct sth_banks *banks);

/* Who is followed in arrears. */
static inline void sth_banks_enlist_vector(struct sth_banks *banks,
                                           struct sth_follower vector)
{
    banks->vector = vector;
}

static inline void sth_banks_enlist_load(struct sth_banks *banks,
                                         struct sth_follower load)
{
    banks->load = load;
}

static inline void sth_banks_enlist_store(struct sth_banks *banks,
                                          struct sth_follower store)
{
    banks->store = store;
}

/*
 * What is known
 */

/* Vector's accesses before now are in the logs. */
static inline void sth_banks_settle_vector(struct sth_banks *banks,
                                           uint64_t now)
{
    if (banks->vector_active)
        banks->vector.follow(banks->vector.block, now);
}

/* Nobody looks for a tile before cycle now any more. */
static inline void sth_banks_settle(struct sth_banks *banks, uint64_t now)
{
    sth_banks_settle_vector(banks, now);
    banks->store.follow(banks->store.block, now);
}

/* Load and store come as far as vector has come, which is cycle now. */
static inline void sth_banks_follow_vector(const struct sth_banks *banks,
                                           uint64_t now)
{
    banks->load.follow(banks->load.block, now);
    banks->store.follow(banks->store.block, now);
}

/*
 * Matrix publishes tiles
 */

/* Tiles announced so far. */
static inline uint64_t sth_banks_tiles(const struct sth_banks *banks)
{
    return banks->tiles;
}

/* The n-th tile so far. */
static inline const struct sth_weight_tile *
sth_banks_tile(const struct sth_banks *banks, uint64_t number)
{
    return &banks->tile[number % STH_TILES];
}

/* The last one; there is one. */
static inline const struct sth_weight_tile *
sth_banks_last_tile(const struct sth_banks *banks)
{
    return sth_banks_tile(banks, banks->tiles - 1);
}

/* From this cycle on nobody looks for a tile any more. */
static inline uint64_t sth_banks_past(const struct sth_banks *banks,
                                      const struct sth_weight_tile *tile)
{
    return tile->last_row + tile->fall + banks->sum_write_delay + 1;
}

/* Where the next tile is made, whose place nobody looks into; it counts once
 * it is announced. */
static inline struct sth_weight_tile *
sth_banks_new_tile(struct sth_banks *banks)
{
    return &banks->tile[banks->tiles % STH_TILES];
}

static inline void sth_banks_announce_tile(struct sth_banks *banks)
{
    banks->tiles++;
}

/* The reads of a pattern: as many as the larger side of the array has PEs. */
static inline uint32_t *sth_banks_pattern(struct sth_banks *banks,
                                          int32_t pattern)
{
    return &banks->read[(size_t)pattern * banks->pattern_places];
}

/*
 * Vector publishes accesses
 */

/* A command of vector's has accesses to come, of the scratchpad too. */
static inline void sth_banks_begin_vector(struct sth_banks *banks,
                                          bool reads_sp)
{
    banks->vector_active = true;
    banks->vector_reads_sp = reads_sp;
}

/* It has none any more. */
static inline void sth_banks_end_vector(struct sth_banks *banks)
{
    banks->vector_active = false;
}

static inline bool sth_banks_vector_is_active(const struct sth_banks *banks)
{
    return banks->vector_active;
}

/* Its reads and writes of the scratchpad. */
static inline const struct sth_bank_log *
sth_banks_vector_reads(const struct sth_banks *banks)
{
    return &banks->vector_reads;
}

static inline const struct sth_bank_log *
sth_banks_vector_writes(const struct sth_banks *banks)
{
    return &banks->vector_writes;
}

/* Within the banks: an access in one of their logs. */
static inline void sth_banks_log(struct sth_bank_log *log, uint64_t cycle,
                                 uint32_t bank)
{
    log->latest = sth_max64(log->latest, cycle);
    log->access[cycle % STH_LOG] = cycle << 8 | bank;
}

/* Vector reads, or writes, a bank of the scratchpad in a cycle. */
static inline void sth_banks_log_read(struct sth_banks *banks, uint64_t cycle,
                                      uint32_t bank)
{
    sth_banks_log(&banks->vector_reads, cycle, bank);
}

static inline void sth_banks_log_write(struct sth_banks *banks, uint64_t cycle,
                                       uint32_t bank)
{
    sth_banks_log(&banks->vector_writes, cycle, bank);
}

/* Up to which cycle somebody needs to know the accesses of a command that
 * reads or writes the scratchpad one by one; STH_NEVER: as long as it runs. */
static inline uint64_t sth_banks_disturbed_until(const struct sth_banks *banks,
                                                 bool reads_sp, bool writes_sp)
{
    uint64_t until = 0;

    if (reads_sp)
        until = banks->store.concerned(banks->store.block);
    if (writes_sp)
        until = sth_max64(until, banks->load.concerned(banks->load.block));
    if (banks->tiles > 0)
        until =
            sth_max64(until, sth_banks_past(banks, sth_banks_last_tile(banks)));
    return until;
}

/*
 * Queries
 */

/* Scratchpad bank of a byte address. */
static inline uint32_t sth_banks_sp(const struct sth_banks *banks,
                                    uint32_t addr)
{
    return (addr >> banks->sp_word_log2) & banks->sp_mask;
}

/* Accumulator bank of a row. */
static inline uint32_t sth_banks_acc(const struct sth_banks *banks,
                                     uint32_t row)
{
    return row & banks->acc_mask;
}

/* Bytes of a scratchpad word. */
static inline uint32_t sth_banks_sp_word(const struct sth_banks *banks)
{
    return banks->sp_word;
}

/* Bytes after which the banks of the scratchpad repeat. */
static inline uint32_t sth_banks_sp_period(const struct sth_banks *banks)
{
    return banks->sp_wrap;
}

/* Whether the bank is one of two. */
static inline bool sth_banks_among(struct sth_two_banks banks, uint32_t bank)
{
    return bank == banks.first || bank == banks.last;
}

/* Whether vector accesses one of these banks in a cycle. */
static inline bool sth_banks_logged(const struct sth_bank_log *log,
                                    uint64_t cycle, struct sth_two_banks banks)
{
    uint64_t access = log->access[cycle % STH_LOG];

    return access == (cycle << 8 | banks.first) ||
           access == (cycle << 8 | banks.last);
}

/* From this cycle on nothing is known to be in the way of a read of store's;
 * STH_NEVER: vector reads the scratchpad. */
static inline uint64_t sth_banks_reads_free_from(const struct sth_banks *banks)
{
    uint64_t last = banks->vector_reads.latest;

    if (banks->vector_active && banks->vector_reads_sp)
        return STH_NEVER;
    if (banks->tiles > 0)
        last = sth_max64(last, sth_banks_last_tile(banks)->last_row);
    return last + 1;
}

/* The first tile that is remembered. */
static inline uint64_t sth_banks_first_tile(const struct sth_banks *banks)
{
    return banks->tiles < STH_TILES ? 0 : banks->tiles - STH_TILES + 1;
}

/*
 * The first tile that streams in `cycle` or later, or, with `fallen`, of which
 * sums leave the rows of the array then; NULL: none is known.  A hint that is
 * out of date still names a slot, and a tile in it that does so then is the
 * one.
 */
static inline const struct sth_weight_tile *
sth_banks_stream(const struct sth_banks *banks, uint64_t *hint, uint64_t cycle,
                 bool fallen)
{
    const struct sth_weight_tile *tile = sth_banks_tile(banks, *hint);
    uint64_t fall = fallen ? tile->fall : 0;

    if (tile->first_row + fall <= cycle && cycle <= tile->last_row + fall &&
        *hint < banks->tiles)
        return tile;
    *hint = sth_max64(*hint, sth_banks_first_tile(banks));
    for (; *hint < banks->tiles; (*hint)++) {
        tile = sth_banks_tile(banks, *hint);
        if (tile->last_row + (fallen ? tile->fall : 0) >= cycle)
            return tile;
    }
    return NULL;
}

/* The first tile whose weights are read in `cycle` or later. */
static inline const struct sth_weight_tile *
sth_banks_steps(const struct sth_banks *banks, uint64_t *hint, uint64_t cycle)
{
    const struct sth_weight_tile *tile = sth_banks_tile(banks, *hint);

    if (tile->first_step <= cycle && cycle <= tile->last_step &&
        *hint < banks->tiles)
        return tile;
    *hint = sth_max64(*hint, sth_banks_first_tile(banks));
    while (*hint < banks->tiles &&
           sth_banks_tile(banks, *hint)->last_step < cycle)
        (*hint)++;
    return *hint < banks->tiles ? sth_banks_tile(banks, *hint) : NULL;
}

static inline bool sth_banks_weights_read(const struct sth_banks *banks,
                                          struct sth_tile_hints *hints,
                                          uint64_t cycle,
                                          struct sth_two_banks two)
{
    const struct sth_weight_tile *tile =
        sth_banks_steps(banks, &hints->weights, cycle);
    uint64_t step;

    if (tile == NULL || cycle < tile->first_step)
        return false;
    step = cycle - tile->first_step;
    if (tile->pattern >= 0) {
        const uint32_t *read =
            &banks->read[(size_t)tile->pattern * banks->pattern_places];
        uint32_t i = hints->read;

        if (i > tile->reads || (i > 0 && read[i - 1] >= step))
            i = 0;
        while (i < tile->reads && read[i] < step)
            i++;
        hints->read = i;
        if (i == tile->reads || read[i] != step)
            return false;
        step = i;
    }
    return step < tile->reads &&
           sth_banks_among(two, sth_banks_sp(banks, tile->w + (uint32_t)step *
                                                                  tile->w_row));
}

/*
 * The first cycle from `cycle` on, at most `until`, in which the matrix engine
 * reads neither of two scratchpad banks (activations, weights).
 */
static inline uint64_t sth_banks_matrix_free(const struct sth_banks *banks,
                                             struct sth_tile_hints *hints,
                                             uint64_t cycle, uint64_t until,
                                             struct sth_two_banks two)
{
    for (; cycle < until; cycle++) {
        const struct sth_weight_tile *tile =
            sth_banks_stream(banks, &hints->stream, cycle, false);

        if (tile != NULL && cycle >= tile->first_row &&
            sth_banks_among(
                two, sth_banks_sp(
                         banks, tile->a + (uint32_t)(cycle - tile->first_row) *
                                              tile->a_row)))
            continue;
        if (!sth_banks_weights_read(banks, hints, cycle, two))
            break;
    }
    return cycle;
}

/*
 * The first cycle from `cycle` on, at most `until`, in which no sum that fell
 * to its end `delay` before is in a bank; of tiles that accumulate, or of all.
 */
static inline uint64_t sth_banks_sum_free(const struct sth_banks *banks,
                                          uint64_t *hint, uint64_t cycle,
                                          uint64_t until, uint32_t bank,
                                          uint64_t delay, bool accumulating)
{
    for (; cycle < until && cycle >= delay; cycle++) {
        const struct sth_weight_tile *tile =
            sth_banks_stream(banks, hint, cycle - delay, true);
        uint64_t first = tile ? tile->first_row + tile->fall + delay : 0;

        if (tile == NULL || (accumulating && !tile->adds) || cycle < first ||
            sth_banks_acc(banks, tile->acc + (uint32_t)(cycle - first)) != bank)
            break;
    }
    return cycle;
}

/* ... in which the matrix engine reads no sum there. */
static inline uint64_t sth_banks_sum_read_free(const struct sth_banks *banks,
                                               struct sth_tile_hints *hints,
                                               uint64_t cycle, uint64_t until,
                                               uint32_t bank)
{
    return sth_banks_sum_free(banks, &hints->sum_read, cycle, until, bank,
                              banks->sum_read_delay, true);
}

/* ... in which it writes none there. */
static inline uint64_t sth_banks_sum_write_free(const struct sth_banks *banks,
                                                struct sth_tile_hints *hints,
                                                uint64_t cycle, uint64_t until,
                                                uint32_t bank)
{
    return sth_banks_sum_free(banks, &hints->sum_write, cycle, until, bank,
                              banks->sum_write_delay, false);
}

#endif
