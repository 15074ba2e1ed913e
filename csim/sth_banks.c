/* Who uses a bank of the scratchpad or the accumulator in a cycle. */
#include "sth_csim.h"

/* Cycles from an activation row to the read and the write of its sums. */
static uint64_t sum_read_delay(const struct sth_csim *csim)
{
    return (uint64_t)csim->params.array_rows + csim->params.array_cols +
           STH_LAT_MATRIX_RETIRE - 3;
}

uint64_t sth_banks_sum_write_delay(const struct sth_csim *csim)
{
    return sum_read_delay(csim) + 2;
}

static const struct sth_weight_tile *
tile_at(const struct sth_matrix_state *matrix, uint64_t number)
{
    return &matrix->tile[number % STH_TILES];
}

/*
 * The first tile that streams in `cycle` or later; NULL: none is known.  A
 * hint that is out of date still names a slot, and a tile in it that streams
 * then is the one.
 */
static inline const struct sth_weight_tile *
find_stream(const struct sth_matrix_state *matrix, uint64_t *hint,
            uint64_t cycle)
{
    const struct sth_weight_tile *tile = tile_at(matrix, *hint);

    if (tile->first_row <= cycle && cycle <= tile->last_row)
        return tile;
    *hint = sth_max64(*hint, sth_matrix_first_tile(matrix));
    while (*hint < matrix->tiles && tile_at(matrix, *hint)->last_row < cycle)
        (*hint)++;
    return *hint < matrix->tiles ? tile_at(matrix, *hint) : NULL;
}

/* The first tile whose weights are read in `cycle` or later. */
static inline const struct sth_weight_tile *
find_steps(const struct sth_matrix_state *matrix, uint64_t *hint,
           uint64_t cycle)
{
    const struct sth_weight_tile *tile = tile_at(matrix, *hint);

    if (tile->first_step <= cycle && cycle <= tile->last_step &&
        *hint < matrix->tiles)
        return tile;
    *hint = sth_max64(*hint, sth_matrix_first_tile(matrix));
    while (*hint < matrix->tiles && tile_at(matrix, *hint)->last_step < cycle)
        (*hint)++;
    return *hint < matrix->tiles ? tile_at(matrix, *hint) : NULL;
}

/* Whether the bank is one of two. */
static inline bool among(struct sth_two_banks banks, uint32_t bank)
{
    return bank == banks.first || bank == banks.last;
}

static inline bool weights_read(const struct sth_csim *csim,
                                struct sth_tile_hints *hints, uint64_t cycle,
                                struct sth_two_banks banks)
{
    const struct sth_matrix_state *matrix = &csim->matrix;
    const struct sth_weight_tile *tile =
        find_steps(matrix, &hints->weights, cycle);
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
           among(banks,
                 sth_banks_sp(csim, tile->w + (uint32_t)step * tile->w_row));
}

uint64_t sth_banks_matrix_free(const struct sth_csim *csim,
                               struct sth_tile_hints *hints, uint64_t cycle,
                               uint64_t until, struct sth_two_banks banks)
{
    for (; cycle < until; cycle++) {
        const struct sth_weight_tile *tile =
            find_stream(&csim->matrix, &hints->stream, cycle);

        if (tile != NULL && cycle >= tile->first_row &&
            among(banks,
                  sth_banks_sp(csim,
                               tile->a + (uint32_t)(cycle - tile->first_row) *
                                             tile->a_row)))
            continue;
        if (!weights_read(csim, hints, cycle, banks))
            break;
    }
    return cycle;
}

/* Whether the row whose activations enter in `cycle` has its sums there. */
static inline bool sum_row_in(const struct sth_csim *csim,
                              const struct sth_weight_tile *tile,
                              uint64_t cycle, uint32_t bank)
{
    uint32_t row = tile->acc + (uint32_t)(cycle - tile->first_row);

    return (row & (csim->params.acc_banks - 1)) == bank;
}

uint64_t sth_banks_sum_read_free(const struct sth_csim *csim,
                                 struct sth_tile_hints *hints, uint64_t cycle,
                                 uint64_t until, uint32_t bank)
{
    uint64_t delay = sum_read_delay(csim);

    for (; cycle < until; cycle++) {
        const struct sth_weight_tile *tile;

        if (cycle < delay)
            break;
        tile = find_stream(&csim->matrix, &hints->sum_read, cycle - delay);
        if (tile == NULL || !tile->adds || cycle - delay < tile->first_row ||
            !sum_row_in(csim, tile, cycle - delay, bank))
            break;
    }
    return cycle;
}

uint64_t sth_banks_sum_write_free(const struct sth_csim *csim,
                                  struct sth_tile_hints *hints, uint64_t cycle,
                                  uint64_t until, uint32_t bank)
{
    uint64_t delay = sth_banks_sum_write_delay(csim);

    for (; cycle < until; cycle++) {
        const struct sth_weight_tile *tile;

        if (cycle < delay)
            break;
        tile = find_stream(&csim->matrix, &hints->sum_write, cycle - delay);
        if (tile == NULL || cycle - delay < tile->first_row ||
            !sum_row_in(csim, tile, cycle - delay, bank))
            break;
    }
    return cycle;
}
