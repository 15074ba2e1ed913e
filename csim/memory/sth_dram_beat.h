/* Beats of the bus in front of a DRAM. */
#ifndef STH_DRAM_BEAT_H
#define STH_DRAM_BEAT_H

#include "sth_dram.h"

/* The first cycle for a beat whose data is there at time t. */
static inline uint64_t sth_dram_beat_from(const struct sth_dram *dram,
                                          const struct sth_mem_port *port,
                                          uint64_t t)
{
    /* Mostly the bus is behind, and that spares a division. */
    return t > port->next * dram->clock.cycle
               ? sth_dram_cycle_up(&dram->clock, t)
               : port->next;
}

/*
 * Puts `count` beats on the bus whose data is there at time t.  Returns the
 * cycle of the last, and that of each in cycles unless it is NULL.
 */
static inline uint64_t sth_dram_put_beats(const struct sth_dram *dram,
                                          struct sth_mem_port *port, uint64_t t,
                                          uint64_t count, uint64_t *cycles)
{
    uint64_t cycle = sth_dram_beat_from(dram, port, t);

    if (!port->stall_percent && !cycles) {
        port->next = cycle + count;
        return cycle + count - 1;
    }
    for (uint64_t i = 0; i < count; i++) {
        cycle += sth_mem_port_stall(port);
        if (cycles)
            cycles[i] = cycle;
        cycle++;
    }
    port->next = cycle;
    return cycle - 1;
}

#endif
