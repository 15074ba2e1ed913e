/*
 * Timing of DRAM: channels with banks and open rows, refresh, turnarounds and
 * posted writes, burst by burst in the order of their addresses on the bus.
 * The figures and the mapping of addresses are spec/memory.def's.
 */
#ifndef STH_DRAM_H
#define STH_DRAM_H

#include "sth_mem_port.h"

#include <stdbool.h>
#include <stdint.h>

#define STH_PS_PER_CYCLE 1000

enum {
    STH_DRAM_CHANNELS_MAX = 16,
    STH_DRAM_BANKS_MAX = 16,
    STH_DRAM_WRITE_CHUNKS_MAX = 128
};

/* Figures of spec/memory.def. */
struct sth_dram_figures {
    const char *name;
    uint32_t channels, banks, row_bytes, interleave_bytes, access_bytes;
    uint32_t t_burst, t_rcd, t_rp, t_cl, t_cwl, t_ras, t_rtp, t_wr, t_turn;
    uint32_t t_rfc, t_refi, t_ctrl, write_chunks;
};

/*
 * Each channel's state, in ps; one array a figure, so that neighbours can be
 * treated together.  Comparisons are signed: no time comes near 2^63.
 */
struct sth_dram_channels {
    int64_t bus_free[STH_DRAM_CHANNELS_MAX];    /* end of the last transfer */
    int64_t refresh[STH_DRAM_CHANNELS_MAX];     /* start of the next refresh */
    int64_t refresh_end[STH_DRAM_CHANNELS_MAX]; /* end of the last one */
    int64_t writes[STH_DRAM_CHANNELS_MAX]; /* last transfer: -1 write, 0 read */
    /* Each bank: its open row and the earliest time of each command. */
    struct {
        int64_t row[STH_DRAM_CHANNELS_MAX];
        int64_t column_ok[STH_DRAM_CHANNELS_MAX];    /* after activation */
        int64_t precharge_ok[STH_DRAM_CHANNELS_MAX]; /* after tRAS, tRTP, tWR */
    } bank[STH_DRAM_BANKS_MAX];
};

/* Binary logarithms of figures, for a fast address mapping. */
struct sth_dram_shifts {
    unsigned bus;       /* bytes in a beat */
    unsigned unit;      /* bytes in an interleave unit */
    unsigned access;    /* bytes in an access */
    unsigned channel;   /* channels */
    unsigned column;    /* interleave units in a row */
    unsigned bank;      /* banks */
    uint32_t fold_mask; /* of what is folded into the channel */
};

struct sth_dram {
    const struct sth_dram_figures *figures;
    struct sth_dram_shifts shift;
    struct sth_dram_channels channels;
    bool wide; /* four channels can be treated together */
    uint64_t write_done[STH_DRAM_WRITE_CHUNKS_MAX]; /* ring of posted chunks */
    uint64_t write_count;
};

/* The figures of a preset; NULL: there is none of that name. */
const struct sth_dram_figures *sth_dram_find(const char *name);

void sth_dram_init(struct sth_dram *dram,
                   const struct sth_dram_figures *figures, uint32_t bus_bytes);
/* All rows closed, all buses free. */
void sth_dram_reset(struct sth_dram *dram);

/* As sth_mem_read_burst(). */
uint64_t sth_dram_read(struct sth_dram *dram, struct sth_mem_port *port,
                       uint64_t now, uint64_t addr, uint32_t beats,
                       uint64_t *beat_cycle);
/* Returns the cycle in which the last beat is accepted. */
uint64_t sth_dram_write(struct sth_dram *dram, struct sth_mem_port *port,
                        uint64_t now, uint64_t addr, uint32_t beats,
                        uint64_t *beat_cycle);

/* sth_mem_address_period(), sth_mem_cycle_period(). */
uint64_t sth_dram_address_period(const struct sth_dram *dram);
uint64_t sth_dram_cycle_period(const struct sth_dram *dram);
/* Whether nothing before time ps has an effect after it. */
bool sth_dram_is_at_rest(const struct sth_dram *dram, uint64_t ps);

#endif
