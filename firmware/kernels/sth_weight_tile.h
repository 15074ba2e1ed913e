/* What the array takes for a weight tile, bank by bank.  Pure arithmetic. */
#ifndef STH_WEIGHT_TILE_H
#define STH_WEIGHT_TILE_H

#include <stdbool.h>

#include "sth_spec.h"

/* Whether tiles may have so many lanes of depth: array_rows, a half of them, a
 * quarter ... */
bool sth_weight_tile_may_have(const struct sth_params *params, uint32_t lanes);

/*
 * Whether tiles of fewer lanes than the array has rows may be worth a try for
 * work of so many cycles though its depth fills them: in short work the last
 * sums pass fewer rows, and where little fits on chip blocks are less deep.
 */
bool sth_weight_tile_tells(const struct sth_params *params, uint64_t cycles);

/*
 * Cycles from one tile to the next: `rows` rows of the stream a_stride bytes
 * apart, and beside them the `steps` rows of the next weights w_stride bytes
 * apart, each of which waits while a row of the stream is in its bank.
 */
uint32_t sth_weight_tile_cycles(const struct sth_params *params, uint32_t rows,
                                uint32_t a_stride, uint32_t steps,
                                uint32_t w_stride);

/* From the last row of a product to its retirement; lanes of its last tile. */
uint32_t sth_weight_tile_drain(const struct sth_params *params, uint32_t lanes);

#endif
