/*
 * Plays what happened at the ports of a chip on its gates.
 *
 * Inputs are those whose names end in `_i`.  The netlist is reset as the
 * co-simulation resets the RTL.  Then every recorded output (`_o`) is held
 * against the netlist's: one of a channel, `m_axi_w...`, while its `...valid_o`
 * stands or it has none, and of `...data_o` the bytes that `...strb_o` selects.
 * Counted is the busy stretch: from the first address on the bus to the last
 * rise of the interrupt, or all of it where there is no bus.
 */
#ifndef STH_POWER_RUN_H
#define STH_POWER_RUN_H

#include "sth_gates.h"
#include "sth_ports.h"

struct sth_power_run {
    uint64_t first, last; /* counted cycles: from first, before last */
    uint64_t bus_bytes;   /* of all beats in them */
    uint64_t compared;    /* bits of outputs */
};

/*
 * Leaves in the gates what was counted.  False with a message: a port that the
 * netlist has not, an input that is not recorded, an output that differs, or
 * none to compare.
 */
bool sth_power_run(struct sth_gates *gates, const char *ports,
                   struct sth_power_run *run, char *error, size_t error_size)
    __attribute__((warn_unused_result));

#endif
