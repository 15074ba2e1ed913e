/*
 * The pieces that both ways of reading share: time, the place of an address,
 * the access of one chunk of an interleave unit, and its beats on the bus.
 */
#ifndef STH_DRAM_CHUNK_H
#define STH_DRAM_CHUNK_H

#include "sth_dram.h"

#define STH_NO_ROW (-1)

/* The last cycle that begins no later than time t. */
static inline uint64_t sth_dram_cycle(const struct sth_dram_clock *clock,
                                      uint64_t t)
{
    /* Below 2^63 the product is short of the quotient by less than one half. */
    uint64_t cycle = (uint64_t)((unsigned __int128)t * clock->inverse >> 64);

    return cycle + (t - cycle * clock->cycle >= clock->cycle);
}

/* The first cycle that begins no earlier than time t. */
static inline uint64_t sth_dram_cycle_up(const struct sth_dram_clock *clock,
                                         uint64_t t)
{
    return sth_dram_cycle(clock, t + clock->cycle - 1);
}

static inline int64_t sth_dram_time(const struct sth_dram *dram, uint64_t cycle)
{
    return (int64_t)(cycle * dram->clock.cycle);
}

/* One bit of choice without a jump: these are as good as random. */
static inline int64_t sth_dram_choose(bool first, int64_t a, int64_t b)
{
    return b ^ ((a ^ b) & -(int64_t)first);
}

static inline int64_t sth_dram_later(int64_t a, int64_t b)
{
    return sth_dram_choose(a > b, a, b);
}

/* An array of the state; those of a bank with its number. */
static inline int64_t *sth_dram_array(const struct sth_dram *dram,
                                      enum sth_dram_array array, uint32_t bank)
{
    uint32_t number = array + STH_DRAM_BANK_ARRAYS * bank;

    return dram->state + ((size_t)number << dram->shift.channel);
}

/* A refresh of all banks was due before `busy`; the last one counts. */
static inline void sth_dram_refresh(const struct sth_dram *dram,
                                    uint32_t channel, int64_t busy)
{
    int64_t begun = busy / dram->t.refi * dram->t.refi;

    sth_dram_array(dram, STH_DRAM_REFRESH, 0)[channel] = begun + dram->t.refi;
    sth_dram_array(dram, STH_DRAM_REFRESH_END, 0)[channel] =
        begun + dram->t.rfc;
    for (uint32_t b = 0; b < dram->banks; b++)
        sth_dram_array(dram, STH_DRAM_ROW, b)[channel] = STH_NO_ROW;
}

/* Where a unit of interleaving lies. */
struct sth_dram_place {
    uint32_t channel, bank;
    int64_t row;
    uint32_t flip; /* what its channel's number is XORed with */
};

/*
 * The bits above those of the channel are folded into it, sixteen pieces, so
 * that accesses a power of two apart do not all meet in a few channels.
 */
static inline struct sth_dram_place
sth_dram_place_of(const struct sth_dram *dram, uint64_t addr)
{
    const struct sth_dram_shifts shift = dram->shift;
    uint64_t unit = addr >> shift.unit;
    uint64_t above = unit >> shift.channel;
    uint64_t page = above >> shift.column;
    uint64_t row = page >> shift.bank;
    uint64_t flip = above & shift.fold_mask;

    flip ^= flip >> shift.channel;
    flip ^= flip >> 2 * shift.channel;
    flip ^= flip >> 4 * shift.channel;
    flip ^= flip >> shift.fold8;
    flip &= dram->channels - 1;
    return (struct sth_dram_place){
        .channel = (uint32_t)((unit & (dram->channels - 1)) ^ flip),
        .bank = (uint32_t)(page ^ row) & (dram->banks - 1),
        .row = (int64_t)row,
        .flip = (uint32_t)flip};
}

/*
 * Accesses `bytes` (all in one interleave unit) from time `now`, with the row
 * buffer left open.  Returns when the first byte is transferred and lets *end
 * be when the last has been.
 */
static inline uint64_t sth_dram_chunk(struct sth_dram *dram, int64_t now,
                                      uint64_t addr, uint32_t bytes, bool write,
                                      uint64_t *end)
{
    const struct sth_dram_times *t = &dram->t;
    const struct sth_dram_place p = sth_dram_place_of(dram, addr);
    const unsigned access = dram->shift.access;
    int64_t *row = &sth_dram_array(dram, STH_DRAM_ROW, p.bank)[p.channel];
    int64_t *column_ok =
        &sth_dram_array(dram, STH_DRAM_COLUMN_OK, p.bank)[p.channel];
    int64_t *precharge_ok =
        &sth_dram_array(dram, STH_DRAM_PRECHARGE_OK, p.bank)[p.channel];
    int64_t *bus = &sth_dram_array(dram, STH_DRAM_BUS_FREE, 0)[p.channel];
    int64_t *writes = &sth_dram_array(dram, STH_DRAM_WRITES, 0)[p.channel];
    int64_t accesses =
        (int64_t)(((addr + bytes - 1) >> access) - (addr >> access) + 1);
    int64_t bus_free = *bus;
    int64_t busy = sth_dram_later(now, bus_free);
    int64_t latency = write ? t->cwl : t->cl;
    int64_t direction = -(int64_t)write;
    int64_t activate, data, kept;
    bool hit;

    if (busy >= sth_dram_array(dram, STH_DRAM_REFRESH, 0)[p.channel])
        sth_dram_refresh(dram, p.channel, busy);
    now = sth_dram_later(
        now, sth_dram_array(dram, STH_DRAM_REFRESH_END, 0)[p.channel]);
    hit = *row == p.row;
    activate = sth_dram_choose(*row == STH_NO_ROW, now,
                               sth_dram_later(now, *precharge_ok) + t->rp);
    *row = p.row;
    *column_ok = sth_dram_choose(hit, *column_ok, activate + t->rcd);
    kept = sth_dram_choose(hit, *precharge_ok, activate + t->ras);
    data = bus_free + (t->turn & (*writes ^ direction));
    data = sth_dram_later(data, sth_dram_later(now, *column_ok) + latency);
    bus_free = data + accesses * t->burst;
    *bus = bus_free;
    *writes = direction;
    *precharge_ok =
        sth_dram_later(kept, write ? bus_free + t->wr
                                   : bus_free - t->burst - latency + t->rtp);
    *end = (uint64_t)bus_free;
    return (uint64_t)data;
}

/* Bytes from addr to the end of its interleave unit, at most `bytes`. */
static inline uint32_t sth_dram_chunk_bytes(const struct sth_dram *dram,
                                            uint64_t addr, uint64_t bytes)
{
    uint64_t left =
        dram->interleave_bytes - (addr & (dram->interleave_bytes - 1));

    return (uint32_t)(left < bytes ? left : bytes);
}

/*
 * Puts `count` beats on the bus whose data is there at time t.  Returns the
 * cycle of the last, and that of each in cycles unless it is NULL.
 */
static inline uint64_t sth_dram_beats(const struct sth_dram *dram,
                                      struct sth_mem_port *port, uint64_t t,
                                      uint64_t count, uint64_t *cycles)
{
    uint64_t cycle = sth_dram_cycle_up(&dram->clock, t);

    if (cycle < port->next)
        cycle = port->next;
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

/*
 * Beats whose last byte a chunk [begin, end) brings, access by access from
 * time ready on; *beat_end is behind the next beat.
 */
static inline uint64_t sth_dram_chunk_beats(const struct sth_dram *dram,
                                            struct sth_mem_port *port,
                                            uint64_t begin, uint64_t end,
                                            uint64_t ready, uint64_t *beat_end,
                                            uint64_t **beat_cycle)
{
    const struct sth_dram_shifts shift = dram->shift;
    uint64_t cycle = 0;

    while (*beat_end <= end) {
        uint64_t access = (*beat_end - 1) >> shift.access;
        uint64_t access_end = (access + 1) << shift.access;
        uint64_t accesses = access - (begin >> shift.access) + 1;
        uint64_t count =
            (((access_end < end ? access_end : end) - *beat_end) >> shift.bus) +
            1;

        cycle = sth_dram_beats(dram, port,
                               ready + accesses * (uint64_t)dram->t.burst,
                               count, *beat_cycle);
        if (*beat_cycle)
            *beat_cycle += count;
        *beat_end += count << shift.bus;
    }
    return cycle;
}

#endif
