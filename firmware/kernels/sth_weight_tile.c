/* What the array takes for a weight tile, bank by bank. */
#include "sth_weight_tile.h"

#include "sth_emit.h"

/* Steps that are followed: those behind them wait as often. */
#define FOLLOWED 32u
/* Work that is short. */
#define SHORT_CYCLES (1u << 16)
/* Tiles that a small scratchpad holds at most. */
#define SMALL_TILES 128u

bool sth_weight_tile_may_have(const struct sth_params *p, uint32_t lanes)
{
    return lanes >= STH_TILE_LANES_MIN && lanes <= p->array_rows &&
           (lanes & (lanes - 1)) == 0;
}

bool sth_weight_tile_tells(const struct sth_params *p, uint64_t cycles)
{
    const uint64_t tile =
        (uint64_t)p->array_rows * p->array_cols * STH_LANE_BYTES;

    return cycles <= SHORT_CYCLES || p->sp_bytes <= SMALL_TILES * tile;
}

uint32_t sth_weight_tile_cycles(const struct sth_params *p, uint32_t rows,
                                uint32_t a_stride, uint32_t steps,
                                uint32_t w_stride)
{
    const uint32_t word = sth_sp_word_bytes(p);
    const uint32_t ring = word * p->sp_banks; /* powers of two */
    uint32_t followed = sth_min_u32(steps, FOLLOWED);
    /* The first of many meet in a bank; one alone meets none. */
    uint32_t row = 0, weight = rows > 1 ? 0 : word, done = 0, cycles = 0;

    /* In the same bank where they lie in the same word of the ring. */
    while (done < followed && cycles < rows) {
        if (((row ^ weight) & (ring - 1)) >= word) {
            weight += w_stride;
            done++;
        }
        row += a_stride;
        cycles++;
    }
    if (done == followed) {
        uint32_t all = sth_ceil_div(steps * cycles, followed);

        /* Behind the last row nothing waits. */
        done = all <= rows ? steps : rows * followed / cycles;
        cycles = sth_min_u32(all, rows);
    }
    cycles += steps - done;
    return sth_max_u32(sth_max_u32(rows, cycles), STH_LAT_MATRIX_SUM);
}

uint32_t sth_weight_tile_drain(const struct sth_params *p, uint32_t lanes)
{
    return STH_LAT_PE_SUM * sth_exit_rows(lanes) + p->array_cols +
           STH_LAT_MATRIX_RETIRE;
}
