/* DRAM timing, one chunk of an interleave unit at a time. */
#include "sth_dram.h"

#include "sth_dram_chunk.h"
#include "sth_dram_wide.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint64_t read_beats(struct sth_dram *dram, struct sth_mem_port *port,
                           uint64_t now, uint64_t addr, uint32_t beats,
                           uint64_t *beat_cycle)
{
    uint64_t begin = addr;
    uint64_t finish = addr + ((uint64_t)beats << dram->shift.bus);
    uint64_t beat_end = addr + (UINT64_C(1) << dram->shift.bus), cycle = 0;

    while (begin < finish) {
        uint32_t bytes = sth_dram_chunk_bytes(dram, begin, finish - begin);
        uint64_t end = begin + bytes, unused;
        uint64_t ready = (uint64_t)dram->t.ctrl +
                         sth_dram_chunk(dram, sth_dram_time(dram, now), begin,
                                        bytes, false, &unused);

        cycle = sth_dram_chunk_beats(dram, port, begin, end, ready, &beat_end,
                                     &beat_cycle);
        begin = end;
    }
    return cycle;
}

uint64_t sth_dram_read(struct sth_dram *dram, struct sth_mem_port *port,
                       uint64_t now, uint64_t addr, uint32_t beats,
                       uint64_t *beat_cycle)
{
    if (dram->wide)
        return sth_dram_read_wide(dram, port, now, addr, beats, beat_cycle);
    return read_beats(dram, port, now, addr, beats, beat_cycle);
}

/*
 * Writes are posted: a beat is accepted as soon as the controller has room for
 * the chunk that it begins, and the chunk goes to the device when it is whole.
 */
uint64_t sth_dram_write(struct sth_dram *dram, struct sth_mem_port *port,
                        uint64_t now, uint64_t addr, uint32_t beats,
                        uint64_t *beat_cycle, uint64_t *last_beat)
{
    const struct sth_dram_shifts shift = dram->shift;
    uint64_t begin = addr, finish = addr + ((uint64_t)beats << shift.bus);
    uint64_t beat_addr = addr, cycle = now;

    while (begin < finish) {
        uint32_t bytes = sth_dram_chunk_bytes(dram, begin, finish - begin);
        uint64_t *done =
            &dram->write_done[dram->write_count++ & (dram->write_chunks - 1)];
        uint64_t from = (uint64_t)sth_dram_time(dram, now);
        uint64_t room = from > *done ? from : *done;
        uint64_t end = begin + bytes;

        /* Beats whose first byte lies in this chunk. */
        if (beat_addr < end) {
            uint64_t count = ((end - beat_addr - 1) >> shift.bus) + 1;

            cycle = sth_dram_beats(dram, port, room, count, beat_cycle);
            if (beat_cycle)
                beat_cycle += count;
            beat_addr += count << shift.bus;
        }
        sth_dram_chunk(dram, sth_dram_time(dram, cycle), begin, bytes, true,
                       done);
        begin = end;
    }
    *last_beat = cycle;
    return cycle + sth_dram_cycle_up(&dram->clock, (uint64_t)dram->t.ctrl);
}

/* ---- The whole --------------------------------------------------------- */

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static unsigned log2_of(uint32_t value)
{
    unsigned log2 = 0;

    while (1u << log2 < value)
        log2++;
    assert(1u << log2 == value);
    return log2;
}

/* 10^6 / mhz picoseconds are a cycle: as whole numbers, without a factor. */
static struct sth_dram_clock clock_of(uint32_t mhz)
{
    uint64_t common = gcd(1000000, mhz);
    uint64_t cycle = 1000000 / common;

    return (struct sth_dram_clock){
        .cycle = cycle, .inverse = UINT64_MAX / cycle, .ps = mhz / common};
}

static struct sth_dram_times times_of(const struct sth_dram_figures *d,
                                      uint64_t ps)
{
    const int64_t tick = (int64_t)ps;

    return (struct sth_dram_times){
        .burst = d->t_burst * tick,
        .rcd = d->t_rcd * tick,
        .rp = d->t_rp * tick,
        .cl = d->t_cl * tick,
        .cwl = d->t_cwl * tick,
        .ras = d->t_ras * tick,
        .rtp = d->t_rtp * tick,
        .wr = d->t_wr * tick,
        .turn = d->t_turn * tick,
        .rfc = d->t_rfc * tick,
        .refi = d->t_refi * tick,
        .ctrl = d->t_ctrl * tick,
    };
}

static struct sth_dram_shifts shifts_of(const struct sth_dram_figures *d,
                                        uint32_t channels, uint32_t bus_bytes)
{
    struct sth_dram_shifts shift = {
        .bus = log2_of(bus_bytes),
        .unit = log2_of(d->interleave_bytes),
        .access = log2_of(d->access_bytes),
        .channel = log2_of(channels),
        .column = log2_of(d->row_bytes / d->interleave_bytes),
        .bank = log2_of(d->banks),
    };

    shift.fold8 = 8 * shift.channel < 63 ? 8 * shift.channel : 63;
    shift.fold_mask = (UINT64_C(1) << (shift.column + 2 * shift.bank)) - 1;
    return shift;
}

bool sth_dram_init(struct sth_dram *dram, const struct sth_mem_config *config,
                   uint32_t bus_bytes)
{
    const struct sth_dram_figures *d = &config->dram;
    uint32_t channels = d->channels * config->count;
    size_t arrays = STH_DRAM_ROW + (size_t)STH_DRAM_BANK_ARRAYS * d->banks;

    *dram = (struct sth_dram){.channels = channels,
                              .banks = d->banks,
                              .interleave_bytes = d->interleave_bytes,
                              .write_chunks = d->write_chunks * config->count,
                              .clock = clock_of(config->clock_mhz)};
    dram->t = times_of(d, dram->clock.ps);
    dram->shift = shifts_of(d, channels, bus_bytes);
    dram->wide = sth_dram_can_read_wide(dram);
    dram->state = aligned_alloc(64, (arrays * channels * 8 + 63) / 64 * 64);
    dram->write_done = malloc(dram->write_chunks * sizeof *dram->write_done);
    if (!dram->state || !dram->write_done) {
        sth_dram_fini(dram);
        return false;
    }
    sth_dram_reset(dram);
    return true;
}

void sth_dram_fini(struct sth_dram *dram)
{
    free(dram->state);
    free(dram->write_done);
    dram->state = NULL;
    dram->write_done = NULL;
}

void sth_dram_reset(struct sth_dram *dram)
{
    size_t arrays = STH_DRAM_ROW + (size_t)STH_DRAM_BANK_ARRAYS * dram->banks;

    memset(dram->state, 0, arrays * dram->channels * sizeof *dram->state);
    memset(dram->write_done, 0, dram->write_chunks * sizeof *dram->write_done);
    dram->write_count = 0;
    for (uint32_t c = 0; c < dram->channels; c++) {
        sth_dram_array(dram, STH_DRAM_REFRESH, 0)[c] = dram->t.refi;
        for (uint32_t b = 0; b < dram->banks; b++)
            sth_dram_array(dram, STH_DRAM_ROW, b)[c] = STH_NO_ROW;
    }
}

uint64_t sth_dram_address_period(const struct sth_dram *dram)
{
    const struct sth_dram_shifts *s = &dram->shift;

    /* The row counts twice: its low bits are added to the bank. */
    return UINT64_C(1) << (s->unit + s->channel + s->column + 2 * s->bank);
}

/* Refreshes begin at multiples of tREFI, wherever those lie in a cycle. */
uint64_t sth_dram_cycle_period(const struct sth_dram *dram)
{
    uint64_t refi = (uint64_t)dram->t.refi;

    return refi / gcd(refi, dram->clock.cycle);
}

/*
 * A refresh is due in every channel, which closes all rows, and their buses
 * are free before the first data that a command from now on can bring.
 */
bool sth_dram_is_at_rest(const struct sth_dram *dram, uint64_t cycle)
{
    int64_t soonest = dram->t.cl < dram->t.cwl ? dram->t.cl : dram->t.cwl;
    int64_t at = sth_dram_time(dram, cycle);

    for (uint32_t c = 0; c < dram->channels; c++) {
        int64_t bus_free = sth_dram_array(dram, STH_DRAM_BUS_FREE, 0)[c];

        if (sth_dram_array(dram, STH_DRAM_REFRESH, 0)[c] > at ||
            sth_dram_array(dram, STH_DRAM_REFRESH_END, 0)[c] > at ||
            bus_free > at || bus_free + dram->t.turn > at + soonest)
            return false;
    }
    for (uint32_t i = 0; i < dram->write_chunks; i++) {
        if ((int64_t)dram->write_done[i] > at)
            return false;
    }
    return true;
}
