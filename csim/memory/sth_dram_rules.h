/* The times of a DRAM in ticks, and what else all its channels share. */
#ifndef STH_DRAM_RULES_H
#define STH_DRAM_RULES_H

#include "sth_dram_map.h"

#include <stdbool.h>
#include <stdint.h>

struct sth_dram_rules {
    /* Those of dram.def; whole clocks but for burst, rfc, refi and ctrl. */
    int64_t burst, ccd_l, rcd, rp, cl, cwl, ras, rtp, wr, rrd_s, rrd_l, faw,
        wtr_s, wtr_l, rtw, ck, rfc, refi, ctrl;
    /*
     * Activation of a set: its first bank behind the last of the set before,
     * its last behind its first where nothing holds that up, and behind it when
     * it takes turns.
     */
    int64_t set_after, set_ahead, set_turns;
    int64_t set_ras;  /* from that of the last to the precharge of the first */
    int64_t set_rp;   /* from that precharge to the activation of the last */
    int64_t set_lost; /* by its commands */
    /* How far its first bank is ahead of its last with data: as the bus takes
     * it, and as the banks become ready. */
    int64_t ahead_bus, ahead_ready;
    int64_t read_left; /* from the end of data to a precharge */
    uint32_t groups, sets, write_queue, write_batch;
    unsigned group_bits; /* log2 of groups */
    uint32_t places;     /* for chunks in the queue, a power of two */
    bool striped;        /* neighbouring accesses never wait for tCCD_L */
};

/* Of those figures; a picosecond is ps ticks. */
struct sth_dram_rules sth_dram_rules_of(const struct sth_dram_figures *figures,
                                        const struct sth_dram_map *map,
                                        uint64_t ps);

static inline int64_t sth_dram_later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

#endif
