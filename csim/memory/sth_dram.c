/* DRAM timing: bursts as chunks of channels and as beats of the bus. */
#include "sth_dram.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- Beats ---- */

/* The first cycle for a beat whose data is there at time t. */
static inline uint64_t beat_from(const struct sth_dram *dram,
                                 const struct sth_mem_port *port, uint64_t t)
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
static inline uint64_t put_beats(const struct sth_dram *dram,
                                 struct sth_mem_port *port, uint64_t t,
                                 uint64_t count, uint64_t *cycles)
{
    uint64_t cycle = beat_from(dram, port, t);

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

/* What a chunk brings and when: its accesses in a row, or one by one. */
struct arrival {
    uint64_t begin, end;     /* addresses */
    uint64_t ready;          /* before the first, if in a row */
    const int64_t *ready_of; /* of each otherwise, or NULL */
};

/*
 * Beats whose last byte a chunk brings; *beat_end is behind the next beat.
 * A beat waits for its accesses, which come as they like.
 */
static inline uint64_t chunk_beats(const struct sth_dram *dram,
                                   struct sth_mem_port *port,
                                   const struct arrival *chunk,
                                   uint64_t *beat_end, uint64_t **beat_cycle)
{
    const unsigned access_log2 = dram->map.access;
    const uint64_t first = chunk->begin >> access_log2;
    uint64_t cycle = 0, latest = 0, done = 0;

    while (*beat_end <= chunk->end) {
        uint64_t access = (*beat_end - 1) >> access_log2;
        uint64_t access_end = (access + 1) << access_log2;
        uint64_t stop = access_end < chunk->end ? access_end : chunk->end;
        uint64_t count = ((stop - *beat_end) >> dram->bus_log2) + 1;
        uint64_t ready =
            chunk->ready + (access - first + 1) * (uint64_t)dram->rules.burst;

        if (chunk->ready_of) {
            for (; done <= access - first; done++)
                if ((uint64_t)chunk->ready_of[done] > latest)
                    latest = (uint64_t)chunk->ready_of[done];
            ready = latest + (uint64_t)dram->rules.ctrl;
        }
        cycle = put_beats(dram, port, ready, count, *beat_cycle);
        if (*beat_cycle)
            *beat_cycle += count;
        *beat_end += count << dram->bus_log2;
    }
    return cycle;
}

/* ---- Bursts ---- */

uint64_t sth_dram_read(struct sth_dram *dram, struct sth_mem_port *port,
                       uint64_t now, uint64_t addr, uint32_t beats,
                       uint64_t *beat_cycle)
{
    const struct sth_dram_rules *rules = &dram->rules;
    const struct sth_dram_map *map = &dram->map;
    const int64_t time = sth_dram_time(&dram->clock, now);
    const uint64_t finish = addr + ((uint64_t)beats << dram->bus_log2);
    const uint64_t beat = UINT64_C(1) << dram->bus_log2;
    struct sth_dram_place place = sth_dram_place_of(map, addr);
    uint64_t beat_end = addr + beat, cycle = 0;
    struct arrival chunk = {.begin = addr};
    int64_t ends[STH_DRAM_CHUNK_MAX];

    for (;;) {
        struct sth_dram_channel *channel = &dram->channel[place.channel];
        uint32_t accesses;
        int64_t data;

        chunk.end = chunk.begin + sth_dram_chunk_bytes(map, chunk.begin,
                                                       finish - chunk.begin);
        accesses = (uint32_t)(((chunk.end - 1) >> map->access) -
                              (chunk.begin >> map->access) + 1);
        data = sth_dram_channel_stream(channel, rules, &place, accesses, time);
        if (data < 0) {
            if (sth_dram_channel_turns_to_writes(channel, time))
                sth_dram_channel_settle(channel, rules, map, time);
            data = sth_dram_channel_schedule(channel, rules, map, &place,
                                             accesses, false, time, ends);
            if (!rules->striped)
                chunk.ready_of = ends;
        }
        chunk.ready = (uint64_t)(data + rules->ctrl);
        if (beat_end == chunk.end && rules->striped && !port->stall_percent) {
            cycle = beat_from(dram, port,
                              chunk.ready + accesses * (uint64_t)rules->burst);
            port->next = cycle + 1;
            if (beat_cycle)
                *beat_cycle++ = cycle;
            beat_end += beat;
        } else {
            cycle = chunk_beats(dram, port, &chunk, &beat_end, &beat_cycle);
        }
        if (chunk.end == finish)
            return cycle;
        chunk.begin = chunk.end;
        sth_dram_place_next(map, &place, chunk.begin);
    }
}

/*
 * Writes are posted: a beat is accepted as soon as the channel has room for the
 * chunk that it begins, and the chunk waits there when it is whole.
 */
uint64_t sth_dram_write(struct sth_dram *dram, struct sth_mem_port *port,
                        uint64_t now, uint64_t addr, uint32_t beats,
                        uint64_t *beat_cycle, uint64_t *last_beat)
{
    const uint64_t finish = addr + ((uint64_t)beats << dram->bus_log2);
    uint64_t beat_addr = addr, cycle = now;

    for (uint64_t begin = addr; begin < finish;) {
        const struct sth_dram_place place =
            sth_dram_place_of(&dram->map, begin);
        struct sth_dram_channel *channel = &dram->channel[place.channel];
        const uint64_t end =
            begin + sth_dram_chunk_bytes(&dram->map, begin, finish - begin);
        const uint32_t accesses = (uint32_t)(((end - 1) >> dram->map.access) -
                                             (begin >> dram->map.access) + 1);
        int64_t room = sth_dram_time(&dram->clock, now);

        if (sth_dram_channel_turns_to_writes(channel, room))
            sth_dram_channel_settle(channel, &dram->rules, &dram->map, room);
        room = sth_dram_channel_room(channel, &dram->rules, &dram->map,
                                     accesses, room);
        /* Beats whose first byte lies in this chunk. */
        if (beat_addr < end) {
            uint64_t count = ((end - beat_addr - 1) >> dram->bus_log2) + 1;

            cycle = put_beats(dram, port, (uint64_t)room, count, beat_cycle);
            if (beat_cycle)
                beat_cycle += count;
            beat_addr += count << dram->bus_log2;
        }
        sth_dram_channel_post(
            channel, &dram->rules, &dram->map, &place, accesses,
            sth_dram_later(room, sth_dram_time(&dram->clock, cycle)));
        begin = end;
    }
    *last_beat = cycle;
    return cycle + sth_dram_cycle_up(&dram->clock, (uint64_t)dram->rules.ctrl);
}

/* ---- The whole ---- */

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* 10^6 / mhz picoseconds are a cycle: as whole numbers, without a factor. */
static struct sth_dram_clock clock_of(uint32_t mhz)
{
    uint64_t common = gcd(1000000, mhz);
    uint64_t cycle = 1000000 / common;

    return (struct sth_dram_clock){
        .cycle = cycle, .inverse = UINT64_MAX / cycle, .ps = mhz / common};
}

static struct sth_dram_rules rules_of(const struct sth_dram_figures *d,
                                      const struct sth_dram_map *map,
                                      uint64_t ps)
{
    const int64_t tick = (int64_t)ps;
    struct sth_dram_rules rules = {
        .burst = d->t_burst * tick,
        .ccd_l = d->t_ccd_l * tick,
        .rcd = d->t_rcd * tick,
        .rp = d->t_rp * tick,
        .cl = d->t_cl * tick,
        .cwl = d->t_cwl * tick,
        .ras = d->t_ras * tick,
        .rtp = d->t_rtp * tick,
        .wr = d->t_wr * tick,
        .rrd_s = d->t_rrd_s * tick,
        .rrd_l = d->t_rrd_l * tick,
        .faw = d->t_faw * tick,
        .wtr_s = d->t_wtr_s * tick,
        .wtr_l = d->t_wtr_l * tick,
        .rtw = d->t_rtw * tick,
        .open = d->t_open * tick,
        .rfc = d->t_rfc * tick,
        .refi = d->t_refi * tick,
        .ctrl = d->t_ctrl * tick,
        .groups = d->groups,
        .group_bits = map->group_bits,
        .sets = d->banks / d->groups,
        .write_queue = d->write_queue,
        .write_batch = d->write_batch,
        .places = 1,
    };

    while (rules.places < d->write_queue)
        rules.places *= 2;
    rules.striped = map->group == 0 && d->groups * rules.burst >= rules.ccd_l;
    return rules;
}

bool sth_dram_init(struct sth_dram *dram, const struct sth_mem_config *config,
                   uint32_t bus_bytes)
{
    const struct sth_dram_figures *d = &config->dram;
    const size_t channels = (size_t)d->channels * config->count;
    const size_t sets = d->banks / d->groups;
    struct sth_dram_posted *posted;
    struct sth_dram_set *set;
    struct sth_dram_bank *bank;

    *dram = (struct sth_dram){.clock = clock_of(config->clock_mhz),
                              .map = sth_dram_map_of(d, (uint32_t)channels),
                              .bus_log2 = sth_dram_log2(bus_bytes)};
    dram->rules = rules_of(d, &dram->map, dram->clock.ps);
    dram->channel = calloc(channels, sizeof *dram->channel);
    dram->store =
        calloc(channels, sets * sizeof *set + d->banks * sizeof *bank +
                             dram->rules.places * sizeof *posted);
    if (!dram->channel || !dram->store) {
        sth_dram_fini(dram);
        return false;
    }
    set = dram->store;
    bank = (struct sth_dram_bank *)(set + channels * sets);
    posted = (struct sth_dram_posted *)(bank + channels * d->banks);
    for (size_t c = 0; c < channels; c++) {
        dram->channel[c].set = set + c * sets;
        dram->channel[c].bank = bank + c * d->banks;
        dram->channel[c].posted = posted + c * dram->rules.places;
    }
    sth_dram_reset(dram);
    return true;
}

void sth_dram_fini(struct sth_dram *dram)
{
    free(dram->channel);
    free(dram->store);
    dram->channel = NULL;
    dram->store = NULL;
}

void sth_dram_reset(struct sth_dram *dram)
{
    for (uint32_t c = 0; c <= dram->map.channel_mask; c++)
        sth_dram_channel_reset(&dram->channel[c], &dram->rules);
}

uint64_t sth_dram_address_period(const struct sth_dram *dram)
{
    const struct sth_dram_map *m = &dram->map;

    /* As many bits of the row as there are of banks count twice. */
    return UINT64_C(1) << (m->access + m->channel + m->row + m->fold_row);
}

/* Refreshes begin at multiples of tREFI, wherever those lie in a cycle. */
uint64_t sth_dram_cycle_period(const struct sth_dram *dram)
{
    uint64_t refi = (uint64_t)dram->rules.refi;

    return refi / gcd(refi, dram->clock.cycle);
}

bool sth_dram_is_at_rest(const struct sth_dram *dram, uint64_t cycle)
{
    for (uint32_t c = 0; c <= dram->map.channel_mask; c++)
        if (!sth_dram_channel_is_at_rest(&dram->channel[c], &dram->rules,
                                         sth_dram_time(&dram->clock, cycle)))
            return false;
    return true;
}
