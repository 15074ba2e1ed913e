/* Reading from four neighbouring channels at a time, where the host can. */
#ifndef STH_DRAM_WIDE_H
#define STH_DRAM_WIDE_H

#include "sth_dram.h"

/* Whether the host can, and the DRAM has four channels. */
bool sth_dram_can_read_wide(const struct sth_dram *dram);

/* sth_dram_read(), if so. */
uint64_t sth_dram_read_wide(struct sth_dram *dram, struct sth_mem_port *port,
                            uint64_t now, uint64_t addr, uint32_t beats,
                            uint64_t *beat_cycle);

#endif
