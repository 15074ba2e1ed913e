/* What plans know of a chip's memory, and the chips that are worse. */
#ifndef STH_PLAN_CHIP_H
#define STH_PLAN_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_config.h"
#include "sth_plan_memory.h"

/* What plans shall know of a chip's memory. */
struct sth_plan_memory sth_plan_memory_of(const struct sth_config *config);

/* Chips that are worse in a single parameter, of which some may not exist. */
enum { STH_PLAN_LESSERS = 13 };

/*
 * Makes the chip with half of parameter i, from 0 to below STH_PLAN_LESSERS, or
 * with a memory of half the bandwidth or twice the latency; the array stays.
 * False: there is none.
 */
bool sth_plan_lesser(struct sth_config *lesser, const struct sth_config *config,
                     uint32_t i);

#endif
