/*
 * The energy of a memory macro, which no library describes: published for an
 * SRAM of another process (sth_power_sources.def), as the root of its size, and
 * carried over as capacitance by the node and the square of the voltage.  A
 * write costs what a read costs, a register file what an SRAM of its size does.
 * Standing: derived.
 */
#ifndef STH_MEMORY_ENERGY_H
#define STH_MEMORY_ENERGY_H

#include <stdint.h>

/* Picojoule of one access to a whole word at so many volts and nanometres. */
double sth_memory_energy(uint64_t words, uint64_t width, double voltage,
                         double node);

#endif
