/* What the array takes for a weight tile, bank by bank.  Pure arithmetic. */
#ifndef STH_WEIGHT_TILE_H
#define STH_WEIGHT_TILE_H

#include "sth_spec.h"

/*
 * Cycles from one tile to the next: `rows` rows of the stream a_stride bytes
 * apart, and beside them the `steps` rows of the next weights w_stride bytes
 * apart, each of which waits while a row of the stream is in its bank.
 */
uint32_t sth_weight_tile_cycles(const struct sth_params *params, uint32_t rows,
                                uint32_t a_stride, uint32_t steps,
                                uint32_t w_stride);

/* From the last row of a product of so many lanes of depth to its retirement.
 */
uint32_t sth_weight_tile_drain(const struct sth_params *params, uint32_t lanes);

#endif
