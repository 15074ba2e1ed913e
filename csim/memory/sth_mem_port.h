/* One direction of the bus: what fixed timing and DRAM have in common. */
#ifndef STH_MEM_PORT_H
#define STH_MEM_PORT_H

#include "sth_mem_timing.h"
#include "sth_random.h"

struct sth_mem_port {
    struct sth_mem_channel channel; /* fixed timing */
    uint64_t next;                  /* DRAM: earliest cycle of the next beat */
    uint32_t stall_percent;
    uint64_t stall_key; /* of the random sequence */
    uint64_t beat;      /* beats so far, which number its elements */
};

/*
 * Cycles that the next beat waits: geometric, from a counter based generator,
 * so that a stall depends on its beat's number alone.
 */
static inline uint64_t sth_mem_port_stall(struct sth_mem_port *port)
{
    uint64_t cycles = 0, key;

    if (!port->stall_percent)
        return 0;
    key = port->stall_key + port->beat++ * UINT64_C(0xd1342543de82ef95);
    for (;; cycles++) {
        if (((sth_random_next(&key) >> 32) * 100) >> 32 >= port->stall_percent)
            return cycles;
    }
}

#endif
