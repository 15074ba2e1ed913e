/*
 * Timing of DRAM: channels with bank groups, banks and open rows, limits of
 * activation, refresh, turnarounds and posted writes, burst by burst in the
 * order of their addresses on the bus.  The figures and the mapping of
 * addresses are spec/memory.def's; sth_dram_channel.h says how a channel
 * decides.
 *
 * Time is counted in ticks, of which both a cycle of the core and a picosecond
 * are whole numbers at every clock; at 1 GHz a tick is a picosecond.  A cycle
 * has at most 10^6 ticks, so that 2^63 ticks are 9 * 10^12 cycles at least.
 */
#ifndef STH_DRAM_H
#define STH_DRAM_H

#include "sth_dram_channel.h"
#include "sth_dram_clock.h"
#include "sth_dram_map.h"
#include "sth_mem_port.h"

#include <stdbool.h>
#include <stdint.h>

struct sth_dram {
    struct sth_dram_clock clock;
    struct sth_dram_rules rules;
    struct sth_dram_map map;
    unsigned bus_log2;                               /* bytes in a beat */
    struct sth_dram_run run[STH_DRAM_CHUNK_MAX + 1]; /* of so many accesses */
    bool unit_is_beat;                               /* and a whole run */
    struct sth_dram_channel *channel;
    void *store; /* what the channels point to */
};

/*
 * Makes the DRAM of a configuration that is one; all rows closed, all buses
 * free.  False: out of memory.
 */
bool sth_dram_init(struct sth_dram *dram, const struct sth_mem_config *config,
                   uint32_t bus_bytes);
void sth_dram_fini(struct sth_dram *dram);
/* All rows closed, all buses free, no write waiting. */
void sth_dram_reset(struct sth_dram *dram);

/* As sth_mem_read_burst(). */
uint64_t sth_dram_read(struct sth_dram *dram, struct sth_mem_port *port,
                       uint64_t now, uint64_t addr, uint32_t beats,
                       uint64_t *beat_cycle);
/* As sth_mem_write_burst(). */
uint64_t sth_dram_write(struct sth_dram *dram, struct sth_mem_port *port,
                        uint64_t now, uint64_t addr, uint32_t beats,
                        uint64_t *beat_cycle, uint64_t *last_beat);

/* sth_mem_address_period(), sth_mem_cycle_period(). */
uint64_t sth_dram_address_period(const struct sth_dram *dram);
uint64_t sth_dram_cycle_period(const struct sth_dram *dram);
/* Whether nothing before a cycle has an effect after it. */
bool sth_dram_is_at_rest(const struct sth_dram *dram, uint64_t cycle);

#endif
