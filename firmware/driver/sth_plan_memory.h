/*
 * What plans know of the memory behind the bus.  It decides nothing but which
 * plan is taken: figures that are wrong cost cycles, not bits.
 */
#ifndef STH_PLAN_MEMORY_H
#define STH_PLAN_MEMORY_H

#include <stdint.h>

/* Costs are in fractions of a cycle. */
#define STH_PLAN_MEMORY_UNIT 256u

struct sth_plan_memory {
    uint32_t latency;       /* cycles from a read address to its first beat */
    uint32_t write_latency; /* from the last data of a write to its answer */
    uint32_t byte_cost; /* of a byte, where that is more than the bus takes */
    /*
     * What a run of its own costs beside its bytes where others are in flight:
     * a row that is opened for it.
     */
    uint32_t run_cost;
    uint32_t chunk;  /* bytes that memory moves at least; a power of two */
    uint32_t shared; /* 1: reads and writes take turns */
};

/* A memory of fixed latency as wide as the bus. */
#define STH_PLAN_MEMORY_DEFAULT ((struct sth_plan_memory){100, 100, 0, 0, 1, 0})

#endif
