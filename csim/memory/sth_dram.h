/*
 * Timing of DRAM: channels with banks and open rows, refresh, turnarounds and
 * posted writes, burst by burst in the order of their addresses on the bus.
 * The figures and the mapping of addresses are spec/memory.def's.
 *
 * Time is counted in ticks, of which both a cycle of the core and a picosecond
 * are whole numbers at every clock; at 1 GHz a tick is a picosecond.  A cycle
 * has at most 10^6 ticks, so that 2^63 ticks are 9 * 10^12 cycles at least.
 */
#ifndef STH_DRAM_H
#define STH_DRAM_H

#include "sth_mem_port.h"

#include <stdbool.h>
#include <stdint.h>

/* A cycle of the core. */
struct sth_dram_clock {
    uint64_t cycle;   /* in ticks */
    uint64_t inverse; /* 2^64 divided by that, rounded down */
    uint64_t ps;      /* a picosecond in ticks */
};

/* The times of dram.def in ticks. */
struct sth_dram_times {
    int64_t burst, rcd, rp, cl, cwl, ras, rtp, wr, turn, rfc, refi, ctrl;
};

/* Binary logarithms of figures, for a fast address mapping. */
struct sth_dram_shifts {
    unsigned bus;       /* bytes in a beat */
    unsigned unit;      /* bytes in an interleave unit */
    unsigned access;    /* bytes in an access */
    unsigned channel;   /* channels */
    unsigned column;    /* interleave units in a row */
    unsigned bank;      /* banks */
    unsigned fold8;     /* eight times that of channels, at most 63 */
    uint64_t fold_mask; /* of what is folded into the channel */
};

/*
 * The state of all channels, in ticks; one array a figure, with an element for
 * each channel, so that neighbours can be treated together.  Comparisons are
 * signed.  The arrays of a bank follow those of the one before.
 */
enum sth_dram_array {
    STH_DRAM_BUS_FREE,     /* end of the last transfer */
    STH_DRAM_REFRESH,      /* start of the next refresh */
    STH_DRAM_REFRESH_END,  /* end of the last one */
    STH_DRAM_WRITES,       /* last transfer: -1 write, 0 read */
    STH_DRAM_ROW,          /* bank 0: its open row ... */
    STH_DRAM_COLUMN_OK,    /* ... from when on columns, after activation */
    STH_DRAM_PRECHARGE_OK, /* ... and precharge, after tRAS, tRTP, tWR */
    STH_DRAM_BANK_ARRAYS = 3
};

struct sth_dram {
    uint32_t channels, banks, interleave_bytes, write_chunks;
    struct sth_dram_clock clock;
    struct sth_dram_times t;
    struct sth_dram_shifts shift;
    bool wide;            /* four channels can be treated together */
    int64_t *state;       /* arrays of enum sth_dram_array */
    uint64_t *write_done; /* ring of posted chunks */
    uint64_t write_count;
};

/*
 * Makes the DRAM of a configuration that is one; all rows closed, all buses
 * free.  False: out of memory.
 */
bool sth_dram_init(struct sth_dram *dram, const struct sth_mem_config *config,
                   uint32_t bus_bytes);
void sth_dram_fini(struct sth_dram *dram);
/* All rows closed, all buses free. */
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
