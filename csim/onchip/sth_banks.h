/*
 * Who uses a bank of the scratchpad or the accumulator in a cycle: what load,
 * store and vector ask for every word, so all of it is inline.  Cycles of one
 * caller do not go back by more than the memory of sth_matrix_state.
 */
#ifndef STH_BANKS_H
#define STH_BANKS_H

#include "sth_csim.h"

/* Scratchpad bank of a byte address. */
static inline uint32_t sth_banks_sp(const struct sth_csim *csim, uint32_t addr)
{
    return (addr >> csim->sp_word_log2) & (csim->params.sp_banks - 1);
}

/* Whether vector accesses one of these banks in a cycle. */
static inline bool sth_banks_logged(const struct sth_bank_log *log,
                                    uint64_t cycle, struct sth_two_banks banks)
{
    uint64_t access = log->access[cycle % STH_LOG];

    return access == (cycle << 8 | banks.first) ||
           access == (cycle << 8 | banks.last);
}

/* The first tile that is remembered. */
static inline uint64_t
sth_matrix_first_tile(const struct sth_matrix_state *matrix)
{
    return matrix->tiles < STH_TILES ? 0 : matrix->tiles - STH_TILES + 1;
}

/* Where the reads of a pattern begin: as many as the larger side has PEs. */
static inline size_t sth_pattern_reads(const struct sth_csim *csim,
                                       int32_t pattern)
{
    uint32_t rows = csim->params.array_rows;
    uint32_t cols = csim->params.array_cols;

    return (size_t)pattern * (rows > cols ? rows : cols);
}

/* Cycles from an activation row to the read and the write of its sums. */
static inline uint64_t sth_banks_sum_read_delay(const struct sth_csim *csim)
{
    return (uint64_t)csim->params.array_rows + csim->params.array_cols +
           STH_LAT_MATRIX_RETIRE - 3;
}

static inline uint64_t sth_banks_sum_write_delay(const struct sth_csim *csim)
{
    return sth_banks_sum_read_delay(csim) + 2;
}

static inline const struct sth_weight_tile *
sth_banks_tile(const struct sth_matrix_state *matrix, uint64_t number)
{
    return &matrix->tile[number % STH_TILES];
}

/*
 * The first tile that streams in `cycle` or later; NULL: none is known.  A
 * hint that is out of date still names a slot, and a tile in it that streams
 * then is the one.
 */
static inline const struct sth_weight_tile *
sth_banks_stream(const struct sth_matrix_state *matrix, uint64_t *hint,
                 uint64_t cycle)
{
    const struct sth_weight_tile *tile = sth_banks_tile(matrix, *hint);

    if (tile->first_row <= cycle && cycle <= tile->last_row &&
        *hint < matrix->tiles)
        return tile;
    *hint = sth_max64(*hint, sth_matrix_first_tile(matrix));
    while (*hint < matrix->tiles &&
           sth_banks_tile(matrix, *hint)->last_row < cycle)
        (*hint)++;
    return *hint < matrix->tiles ? sth_banks_tile(matrix, *hint) : NULL;
}

/* The first tile whose weights are read in `cycle` or later. */
static inline const struct sth_weight_tile *
sth_banks_steps(const struct sth_matrix_state *matrix, uint64_t *hint,
                uint64_t cycle)
{
    const struct sth_weight_tile *tile = sth_banks_tile(matrix, *hint);

    if (tile->first_step <= cycle && cycle <= tile->last_step &&
        *hint < matrix->tiles)
        return tile;
    *hint = sth_max64(*hint, sth_matrix_first_tile(matrix));
    while (*hint < matrix->tiles &&
           sth_banks_tile(matrix, *hint)->last_step < cycle)
        (*hint)++;
    return *hint < matrix->tiles ? sth_banks_tile(matrix, *hint) : NULL;
}

/* Whether the bank is one of two. */
static inline bool sth_banks_among(struct sth_two_banks banks, uint32_t bank)
{
    return bank == banks.first || bank == banks.last;
}

static inline bool sth_banks_weights_read(const struct sth_csim *csim,
                                          struct sth_tile_hints *hints,
                                          uint64_t cycle,
                                          struct sth_two_banks banks)
{
    const struct sth_matrix_state *matrix = &csim->matrix;
    const struct sth_weight_tile *tile =
        sth_banks_steps(matrix, &hints->weights, cycle);
    uint64_t step;

    if (tile == NULL || cycle < tile->first_step)
        return false;
    step = cycle - tile->first_step;
    if (tile->pattern >= 0) {
        const uint32_t *read =
            &matrix->patterns.read[sth_pattern_reads(csim, tile->pattern)];
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
           sth_banks_among(
               banks,
               sth_banks_sp(csim, tile->w + (uint32_t)step * tile->w_row));
}

/*
 * The first cycle from `cycle` on, at most `until`, in which the matrix engine
 * reads neither of two scratchpad banks (activations, weights).
 */
static inline uint64_t sth_banks_matrix_free(const struct sth_csim *csim,
                                             struct sth_tile_hints *hints,
                                             uint64_t cycle, uint64_t until,
                                             struct sth_two_banks banks)
{
    for (; cycle < until; cycle++) {
        const struct sth_weight_tile *tile =
            sth_banks_stream(&csim->matrix, &hints->stream, cycle);

        if (tile != NULL && cycle >= tile->first_row &&
            sth_banks_among(
                banks, sth_banks_sp(
                           csim, tile->a + (uint32_t)(cycle - tile->first_row) *
                                               tile->a_row)))
            continue;
        if (!sth_banks_weights_read(csim, hints, cycle, banks))
            break;
    }
    return cycle;
}

/*
 * The first cycle from `cycle` on, at most `until`, in which no row whose
 * activations entered `delay` cycles before has its sum in a bank of the
 * accumulator; of tiles that accumulate only, or of all.
 */
static inline uint64_t sth_banks_sum_free(const struct sth_csim *csim,
                                          uint64_t *hint, uint64_t cycle,
                                          uint64_t until, uint32_t bank,
                                          uint64_t delay, bool accumulating)
{
    for (; cycle < until && cycle >= delay; cycle++) {
        const struct sth_weight_tile *tile =
            sth_banks_stream(&csim->matrix, hint, cycle - delay);
        uint32_t row;

        if (tile == NULL || (accumulating && !tile->adds) ||
            cycle - delay < tile->first_row)
            break;
        row = tile->acc + (uint32_t)(cycle - delay - tile->first_row);
        if ((row & (csim->params.acc_banks - 1)) != bank)
            break;
    }
    return cycle;
}

/* ... in which the matrix engine reads no sum there. */
static inline uint64_t sth_banks_sum_read_free(const struct sth_csim *csim,
                                               struct sth_tile_hints *hints,
                                               uint64_t cycle, uint64_t until,
                                               uint32_t bank)
{
    return sth_banks_sum_free(csim, &hints->sum_read, cycle, until, bank,
                              sth_banks_sum_read_delay(csim), true);
}

/* ... in which it writes none there. */
static inline uint64_t sth_banks_sum_write_free(const struct sth_csim *csim,
                                                struct sth_tile_hints *hints,
                                                uint64_t cycle, uint64_t until,
                                                uint32_t bank)
{
    return sth_banks_sum_free(csim, &hints->sum_write, cycle, until, bank,
                              sth_banks_sum_write_delay(csim), false);
}

#endif
