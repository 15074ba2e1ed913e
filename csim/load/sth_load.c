/*
 * Timing of the load engine: read bursts, one address a cycle, as long as a
 * slot is free.  Where nothing meets their data, bursts are sent and followed
 * to their end in one go, ahead of the events.
 */
#include "sth_load.h"

#include <stdlib.h>
#include <string.h>

#include "sth_decode.h"
#include "sth_load_kernel.h"
#include "sth_load_write.h"

static struct sth_load *load_of(struct sth_engine_state *engine)
{
    return (struct sth_load *)(void *)engine;
}

static void finish_issue(struct sth_load *load, uint64_t done)
{
    struct sth_flight *flight = sth_engine_newest(&load->engine);

    sth_engine_finish(&load->engine, flight, done);
    load->bursts[sth_engine_place(&load->engine, flight)] = load->writer.sent;
}

static void start(struct sth_engine_state *engine, struct sth_flight *flight)
{
    struct sth_load *load = load_of(engine);
    uint64_t now = engine->clock->now;

    if (sth_decode_is_sync(&flight->command)) {
        finish_issue(load, now + STH_LAT_DMA_SYNC);
        engine->ready = now + STH_LAT_DMA_NEXT;
        return;
    }
    load->done = 0;
    sth_dma_begin(&load->dma, &flight->command, sth_bus_bytes(load->bus),
                  now + STH_LAT_LOAD_ISSUE);
    engine->ready = STH_NEVER;
}

/* Follows data as far as vector is known now. */
static void catch_up(struct sth_load *load, uint32_t end)
{
    uint64_t now = load->engine.clock->now;

    sth_banks_settle_vector(load->banks, now);
    sth_load_follow(load, end, now + STH_LAT_VECTOR_PIPE);
}

/* The cycle in which the oldest load can retire, now that it may be. */
static uint64_t retirement(struct sth_load *load,
                           const struct sth_flight *flight)
{
    struct sth_writer *writer = &load->writer;
    uint32_t end = load->bursts[sth_engine_place(&load->engine, flight)];
    uint64_t bus;

    if (end == 0)
        return flight->done;
    catch_up(load, end);
    if ((int32_t)(end - writer->written) > 0)
        bus = sth_max64(sth_load_undisturbed_write(load, end) - STH_WRITE_PIPE,
                        load->engine.clock->now + 1);
    else
        bus =
            writer->arrival[(end - 1) % STH_ARRIVALS].written - STH_WRITE_PIPE;
    return sth_max64(flight->done, bus + STH_LAT_LOAD_RETIRE);
}

static void settle(struct sth_engine_state *engine)
{
    struct sth_flight *flight = sth_engine_oldest(engine);

    if (engine->flight_count > 0 && flight->done <= engine->clock->now)
        flight->done = retirement(load_of(engine), flight);
}

/* Where memory puts the cycle of each beat of the next burst; NULL: they
 * follow from that of the last. */
static uint64_t *next_beats(struct sth_load *load)
{
    return sth_bus_beat_cycles(load->bus) == 0
               ? load->beats[load->writer.sent % STH_ARRIVALS]
               : NULL;
}

/* Remembers the burst that was just asked for. */
static inline void expect(struct sth_load *load, uint64_t last)
{
    struct sth_writer *writer = &load->writer;
    const struct sth_burst *burst = &load->dma.burst;
    struct sth_arrival *arrival =
        &writer->arrival[writer->sent++ % STH_ARRIVALS];

    arrival->last = last;
    arrival->beats = burst->beats;
    arrival->bytes = burst->bytes;
    arrival->sp = burst->sp;
    arrival->skip = burst->skip;
    arrival->fetched = sth_bus_take_fetched(load->bus);
}

/*
 * The burst went out and holds its slot until before slot_free: what
 * retirement and the next one need to know.
 */
static inline void account(struct sth_load *load, uint64_t address,
                           uint64_t last, uint64_t slot_free)
{
    sth_bus_note(load->bus, STH_BUS_LOAD, 1, last);
    load->done = sth_max64(load->done, last + STH_LAT_LOAD_RETIRE);
    sth_dma_advance(&load->dma, address, slot_free);
    if (load->dma.pending)
        return;
    finish_issue(load, load->done);
    load->engine.ready = load->engine.clock->now + STH_LAT_LOAD_NEXT;
}

/* The cycle in which the next address may use its slot, now that it may be. */
static uint64_t slot_free(struct sth_load *load)
{
    struct sth_writer *writer = &load->writer;
    uint32_t slots = load->dma.slots;
    uint32_t end = writer->sent - slots + 1; /* bursts to be over */

    if (writer->sent - writer->written >= slots)
        catch_up(load, end);
    if (writer->sent - writer->written >= slots)
        return sth_max64(load->engine.clock->now + 1,
                         sth_load_undisturbed_bus(load, end) +
                             STH_LAT_LOAD_REUSE);
    return load->dma.slot[load->dma.slot_next];
}

static void send_address(struct sth_load *load)
{
    struct sth_dma *dma = &load->dma;
    struct sth_bus *bus = load->bus;
    struct sth_flight *flight = sth_engine_newest(&load->engine);
    uint64_t now = load->engine.clock->now;
    uint64_t last = now;

    if (sth_bus_closed(bus)) {
        dma->pending = false;
        return;
    }
    if (!load->engine.clock->instant) {
        uint64_t free = slot_free(load);

        if (free > now) {
            dma->issue = free;
            return;
        }
        last = sth_bus_read(bus, now, dma->burst.addr, dma->burst.beats,
                            next_beats(load));
        expect(load, last);
    }
    if (!flight->error &&
        sth_bus_is_error(bus, dma->burst.addr, dma->burst.beats)) {
        flight->error = true;
        flight->error_addr = dma->burst.addr;
    }
    account(load, now, last, last + STH_LAT_LOAD_REUSE);
}

/*
 * How many of the bursts to come can be followed while vector idles, without a
 * look at the clock: all, unless the engine's next start lets the decoder go
 * on.  It starts behind the last address, which waits for a slot, so all but
 * the last bursts, as many as there are slots.
 */
static uint32_t bursts_safe(const struct sth_load *load)
{
    uint32_t left;

    if (!load->engine.awaited)
        return UINT32_MAX;
    left = sth_dma_left(&load->dma);
    return left > load->dma.slots ? left - load->dma.slots : 0;
}

/* What vector writes from this cycle on is not known at cycle now. */
static uint64_t horizon(const struct sth_load *load, uint64_t now,
                        uint64_t alone)
{
    uint64_t known = bursts_safe(load) > 0 ? sth_max64(now, alone) : now;

    return known < STH_NEVER - STH_LAT_VECTOR_PIPE ? known + STH_LAT_VECTOR_PIPE
                                                   : STH_NEVER;
}

/* The newest burst, undisturbed, has its last beat on the bus in that cycle. */
static void note_end(struct sth_writer *writer, uint64_t bus)
{
    struct sth_arrival *arrival =
        &writer->arrival[(writer->sent - 1) % STH_ARRIVALS];

    arrival->written = bus + STH_WRITE_PIPE;
    arrival->held = bus;
}

/*
 * Sends bursts that are alike in a loop of its own: fixed memory, every earlier
 * burst followed to its end at *end, no fetch between them.  Stops with the
 * last run of a repetition; updates *end.
 */
static void send_alike(struct sth_load *load, struct sth_mem_channel *channel,
                       uint64_t alone, uint64_t *end)
{
    struct sth_dma *dma = &load->dma;
    struct sth_writer *writer = &load->writer;
    struct sth_bus *bus = load->bus;
    struct sth_mem_channel port = *channel;
    uint64_t limit = horizon(load, dma->issue, alone) - STH_WRITE_PIPE;
    uint64_t issue = dma->issue;
    uint64_t last_bus = sth_bus_last(bus, STH_BUS_LOAD);
    uint64_t over = *end;
    uint32_t safe = bursts_safe(load);
    uint32_t most = safe < dma->cursor.runs ? safe : dma->cursor.runs;
    uint32_t beats = dma->burst.beats;
    uint32_t place = dma->slot_next;
    uint32_t n = 0;

    for (; n < most; n++) {
        uint64_t now = sth_max64(issue, dma->slot[place]);
        uint64_t last = sth_bus_channel_read(&port, now, beats);

        if (now >= alone || sth_load_burst_end(over, 0, beats, last) >= limit)
            break;
        channel->free = port.free;
        over = sth_load_burst_end(over, 0, beats, last);
        last_bus = sth_max64(last_bus, last);
        dma->slot[place] = over + STH_LAT_LOAD_REUSE;
        place = sth_dma_next_place(dma, place);
        issue = now + 1;
    }
    if (n == 0)
        return;
    load->engine.clock->now = issue - 1;
    sth_bus_set_read_free(bus, issue);
    sth_bus_note(bus, STH_BUS_LOAD, n, last_bus);
    dma->issue = issue;
    dma->slot_next = place;
    load->done = sth_max64(load->done, last_bus + STH_LAT_LOAD_RETIRE);
    sth_dma_skip(dma, n);
    writer->sent += n;
    writer->written += n;
    note_end(writer, over);
    *end = over;
}

/* One burst of send_undisturbed(); *end is that of the last one written. */
static void send_burst(struct sth_load *load, struct sth_mem_channel *channel,
                       uint64_t alone, uint64_t *end)
{
    struct sth_dma *dma = &load->dma;
    struct sth_writer *writer = &load->writer;
    struct sth_bus *bus = load->bus;
    uint64_t now = dma->issue;
    uint32_t beats = dma->burst.beats;
    uint64_t last, over;

    load->engine.clock->now = now;
    if (channel != NULL) {
        sth_bus_set_read_free(bus, now + 1);
        last = sth_bus_channel_read(channel, now, beats);
    } else {
        last = sth_bus_read(bus, now, dma->burst.addr, beats, next_beats(load));
    }
    over = sth_load_burst_end(*end, sth_bus_fetched(bus), beats, last);
    if (writer->sent != writer->written ||
        over + STH_WRITE_PIPE >= horizon(load, now, alone)) {
        expect(load, last);
        account(load, now, last, last + STH_LAT_LOAD_REUSE);
        return;
    }
    *end = over;
    writer->sent++;
    writer->written++;
    note_end(writer, over);
    sth_bus_take_fetched(bus);
    account(load, now, last, over + STH_LAT_LOAD_REUSE);
}

/*
 * Sends addresses before cycle `alone` while nothing meets their data: what
 * send_address() and catch_up() do burst by burst, in one go.  The rest of the
 * command is theirs; returns whether there is any before alone.
 */
static bool send_undisturbed(struct sth_load *load, uint64_t alone)
{
    struct sth_dma *dma = &load->dma;
    struct sth_writer *writer = &load->writer;
    struct sth_mem_channel *channel = sth_bus_channel(load->bus);
    uint64_t end;
    uint32_t written;

    sth_load_follow_undisturbed(load, writer->sent,
                                horizon(load, dma->issue, alone));
    end = writer->bus;
    written = writer->written;
    while (dma->pending && writer->sent - writer->written < dma->slots) {
        if (channel != NULL && dma->cursor.alike &&
            sth_bus_fetched(load->bus) == 0 && writer->sent == writer->written)
            send_alike(load, channel, alone, &end);
        dma->issue = sth_max64(dma->issue, dma->slot[dma->slot_next]);
        if (dma->issue >= alone)
            break;
        send_burst(load, channel, alone, &end);
    }
    if (writer->written != written)
        sth_load_set_bus(writer, end);
    return dma->pending && dma->issue < alone;
}

/* Sends addresses for as long as nobody else has anything to do. */
static void step(struct sth_engine_state *engine)
{
    struct sth_load *load = load_of(engine);
    struct sth_clock *clock = engine->clock;
    struct sth_dma *dma = &load->dma;
    uint64_t alone = sth_min64(sth_clock_alone(clock, engine->turn),
                               sth_engine_oldest(engine)->done);

    /* Fetch goes first, for as long as it asks for a command in every cycle. */
    dma->issue = sth_max64(clock->now, sth_bus_read_free(load->bus));
    if (!clock->instant && dma->issue > clock->now)
        return;
    do {
        if (!clock->instant && dma->issue < alone &&
            !sth_banks_vector_is_active(load->banks) &&
            sth_load_undisturbed(load) && !sth_bus_has_errors(load->bus) &&
            !send_undisturbed(load, alone))
            return;
        clock->now = dma->issue;
        send_address(load);
    } while (dma->pending && dma->issue < alone);
}

static uint64_t next(const struct sth_engine_state *engine)
{
    const struct sth_load *load = (const struct sth_load *)(const void *)engine;

    return load->dma.pending ? load->dma.issue : STH_NEVER;
}

static void reset(struct sth_engine_state *engine)
{
    struct sth_load *load = load_of(engine);

    sth_dma_reset(&load->dma, engine->params->load_slots);
    memset(&load->writer, 0, sizeof(load->writer));
}

static void follow(void *block, uint64_t now)
{
    struct sth_load *load = block;

    sth_load_follow(load, load->writer.sent, now + STH_LAT_VECTOR_PIPE);
}

static uint64_t concerned(const void *block)
{
    const struct sth_load *load = block;

    return load->writer.written != load->writer.sent
               ? STH_NEVER
               : sth_bus_last(load->bus, STH_BUS_LOAD);
}

/* See sth_bus_holder.  What is behind more bursts than are followed has long
 * arrived. */
static uint64_t held(void *block, uint64_t bursts)
{
    struct sth_load *load = block;
    struct sth_writer *writer = &load->writer;
    uint64_t back = sth_bus_bursts(load->bus, STH_BUS_LOAD) - bursts;
    uint32_t end = writer->sent - (uint32_t)back;

    if (back >= STH_ARRIVALS || back >= writer->sent)
        return 0;
    if ((int32_t)(end - writer->written) > 0)
        catch_up(load, end);
    if ((int32_t)(end - writer->written) > 0)
        return sth_load_undisturbed_bus(load, end);
    return writer->arrival[(end - 1) % STH_ARRIVALS].held;
}

struct sth_engine_state *sth_load_create(const struct sth_engine_site *site,
                                         struct sth_bus *bus,
                                         struct sth_banks *banks)
{
    static const struct sth_engine_ops ops = {
        .flights = STH_DEPTH_LOAD_COMMANDS,
        .start = start,
        .settle = settle,
        .step = step,
        .next = next,
        .execute = sth_kernel_load,
        .reset = reset,
    };
    const size_t uneven = sth_bus_beat_cycles(bus) == 0 ? STH_ARRIVALS : 0;
    struct sth_load *load =
        calloc(1, sizeof(*load) + uneven * sizeof(load->beats[0]));

    if (load == NULL)
        return NULL;
    load->bus = bus;
    load->banks = banks;
    sth_bus_enlist_load(bus, (struct sth_bus_holder){held, load});
    sth_banks_enlist_load(banks,
                          (struct sth_follower){load, follow, concerned});
    sth_engine_init(&load->engine, site, STH_ENGINE_LOAD, &ops);
    return &load->engine;
}
