/*
 * Instructions that the loop leaves to others: accesses that are looked at,
 * atomic ones, control and status registers, traps.
 *
 * state.pc, cycles and retired are those in front of the instruction, and
 * become those behind it.
 */
#ifndef STH_HART_SLOW_H
#define STH_HART_SLOW_H

#include "sth_hart.h"

/* Does `op`, whose code is this one. */
void sth_hart_slow(struct sth_hart *hart, uint32_t code,
                   const struct sth_hart_op *op);

#endif
