/*
 * Random configurations: legal, and as odd as the rules of params.def allow.
 */
#ifndef STH_RANDOM_CONFIG_H
#define STH_RANDOM_CONFIG_H

#include "sth_config.h"

#include <stdio.h>

/*
 * Draws the configuration of a seed, "random-SEED", the same everywhere.
 * Small ones are quick to Verilate: up to 256 PEs, 64 lanes and mostly some
 * hundred KiB; large ones go to the ends of every range, for the C model.
 */
void sth_random_config(uint64_t seed, bool large, struct sth_config *config);

/* Writes it as sth_config_load() reads it. */
void sth_random_config_print(FILE *out, const struct sth_config *config);

#endif
