/* DRAM timing: bursts to read, as chunks of channels and as beats. */
#include "sth_dram.h"

#include "sth_dram_beat.h"

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
        cycle = sth_dram_put_beats(dram, port, ready, count, *beat_cycle);
        if (*beat_cycle)
            *beat_cycle += count;
        *beat_end += count << dram->bus_log2;
    }
    return cycle;
}

/* As sth_dram_read(), at time `time`. */
static uint64_t read_chunks(struct sth_dram *dram, struct sth_mem_port *port,
                            int64_t time, uint64_t addr, uint32_t beats,
                            uint64_t *beat_cycle)
{
    const struct sth_dram_rules *rules = &dram->rules;
    const struct sth_dram_map *map = &dram->map;
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
        data = sth_dram_channel_read(channel, rules, map, &place,
                                     &dram->run[accesses], time, ends);
        if (!rules->striped)
            chunk.ready_of = ends;
        chunk.ready = (uint64_t)(data + rules->ctrl);
        if (beat_end == chunk.end && rules->striped && !port->stall_percent) {
            cycle = sth_dram_beat_from(
                dram, port, chunk.ready + accesses * (uint64_t)rules->burst);
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

/* The same where each beat is a unit of interleaving, and the bus never stalls.
 */
static uint64_t read_units(struct sth_dram *dram, struct sth_mem_port *port,
                           int64_t time, uint64_t addr, uint32_t beats,
                           uint64_t *beat_cycle)
{
    const struct sth_dram_map *map = &dram->map;
    const struct sth_dram_rules *rules = &dram->rules;
    const struct sth_dram_run run = dram->run[1u << (map->unit - map->access)];
    const int64_t whole = run.length + rules->ctrl;
    const int64_t cycle = (int64_t)dram->clock.cycle;
    uint64_t next = port->next;
    int64_t next_time = sth_dram_time(&dram->clock, next);

    while (beats > 0) {
        struct sth_dram_place place = sth_dram_place_of(map, addr);
        const uint32_t first = place.channel ^ place.turn;
        const uint32_t left = map->channel_mask + 1 - first;
        const uint32_t count = left < beats ? left : beats;

        for (uint32_t i = first; i < first + count; i++) {
            struct sth_dram_channel *channel = &dram->channel[i ^ place.turn];
            int64_t ready =
                sth_dram_channel_start_read(channel, rules, map, time);

            ready =
                whole + sth_dram_channel_put_whole(channel, rules, &place, &run,
                                                   false, false, ready);
            if (ready > next_time) {
                next = sth_dram_cycle_up(&dram->clock, (uint64_t)ready);
                next_time = sth_dram_time(&dram->clock, next);
            }
            if (beat_cycle)
                *beat_cycle++ = next;
            next++;
            next_time += cycle;
        }
        addr += (uint64_t)count << map->unit;
        beats -= count;
    }
    port->next = next;
    return next - 1;
}

uint64_t sth_dram_read(struct sth_dram *dram, struct sth_mem_port *port,
                       uint64_t now, uint64_t addr, uint32_t beats,
                       uint64_t *beat_cycle)
{
    const int64_t time = sth_dram_time(&dram->clock, now);

    return dram->unit_is_beat && !port->stall_percent
               ? read_units(dram, port, time, addr, beats, beat_cycle)
               : read_chunks(dram, port, time, addr, beats, beat_cycle);
}
