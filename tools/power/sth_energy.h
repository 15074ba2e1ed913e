/*
 * The energy of what the gates of a netlist did, from the tables of their
 * library.
 *
 * A change of a net costs half of C V^2, C the pins that it reaches, and the
 * mean of rise and fall in the internal-power tables of the output that drives
 * it, over its inputs, at its load and their slew.  A flip-flop's D pin and
 * clock pin cost what their own tables say for each change; its clock pin
 * changes twice in each cycle in which its clock runs.  Slews come from the
 * transition tables, the mean over the arcs of an output.
 */
#ifndef STH_ENERGY_H
#define STH_ENERGY_H

#include "sth_gates.h"

/* Nanosecond: of the clock, of inputs of the chip, of outputs of macros. */
#define STH_ENERGY_SLEW 0.1
/* Picofarad: an input of a macro, an output of the chip. */
#define STH_ENERGY_LOAD 0.02

/* Nanosecond, as macros.awk has them: behind the edge, behind the address. */
#define STH_ENERGY_SRAM_DELAY 2.0
#define STH_ENERGY_REGFILE_DELAY 1.5

/* Of all instances of a block, in picojoule. */
struct sth_energy_block {
    double clock;     /* at clock pins */
    double registers; /* at D and Q of flip-flops, and what Q drives */
    double gates;     /* and what they and memory macros drive */
    double glitches;  /* of changes that a cycle took back, in none of these */
};

struct sth_energy {
    const struct sth_gates *gates;
    double *load, *slew; /* of each net */
};

/* False when out of memory.  sth_energy_fini() releases either way. */
bool sth_energy_init(struct sth_energy *energy, const struct sth_gates *gates)
    __attribute__((warn_unused_result));
void sth_energy_fini(struct sth_energy *energy);

/*
 * Gives the gates their delays: the mean over the tables of an output, at its
 * load and the slews of its inputs.  False when out of memory.
 */
bool sth_energy_delays(const struct sth_energy *energy, struct sth_gates *gates)
    __attribute__((warn_unused_result));

/* What was counted, one for each block of the netlist. */
void sth_energy_sum(const struct sth_energy *energy,
                    struct sth_energy_block *block);

/* Watt, of all instances of each block of the netlist. */
void sth_energy_leakage(const struct sth_gates *gates, double *block);

#endif
