/* DRAM timing: the whole, and bursts to write. */
#include "sth_dram.h"

#include "sth_dram_beat.h"

#include <stdlib.h>

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

        sth_dram_channel_settle(channel, &dram->rules, &dram->map, room);
        room = sth_dram_channel_room(channel, &dram->rules, &dram->map,
                                     accesses, room);
        /* Beats whose first byte lies in this chunk. */
        if (beat_addr < end) {
            uint64_t count = ((end - beat_addr - 1) >> dram->bus_log2) + 1;

            cycle = sth_dram_put_beats(dram, port, (uint64_t)room, count,
                                       beat_cycle);
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
    dram->rules = sth_dram_rules_of(d, &dram->map, dram->clock.ps);
    for (uint32_t i = 1; i <= STH_DRAM_CHUNK_MAX; i++)
        dram->run[i] = sth_dram_run_of(&dram->rules, i);
    dram->unit_is_beat = bus_bytes == d->interleave_bytes &&
                         dram->map.chunk == dram->map.unit &&
                         dram->run[bus_bytes / d->access_bytes].whole;
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
        dram->channel[c].banks.set = set + c * sets;
        dram->channel[c].banks.bank = bank + c * d->banks;
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
