/*
 * Timing of the load engine: read bursts, one address a cycle, and the writes
 * of their data to the scratchpad, which vector's writes can hold up.  The
 * writes are followed in arrears, when a command should retire, and only while
 * vector writes the scratchpad.
 */
#include "sth_banks.h"
#include "sth_csim.h"

/* A beat on the bus to its write; the write to what retirement allows. */
enum { WRITE_PIPE = 3 };

static void finish_issue(struct sth_csim *csim, uint64_t done)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_LOAD];
    struct sth_flight *flight = sth_flight_newest(engine);

    engine->last_done = sth_max64(engine->last_done + 1, done);
    flight->done = engine->last_done;
    flight->bursts = csim->load.writer.sent;
}

void sth_load_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_LOAD];

    if (sth_decode_is_sync(&flight->command)) {
        finish_issue(csim, csim->now + STH_LAT_DMA_SYNC);
        engine->ready = csim->now + 1;
        return;
    }
    sth_dma_begin(&csim->load, &flight->command, csim->params.bus_bytes,
                  csim->now + STH_LAT_LOAD_ISSUE);
    engine->ready = STH_NEVER;
}

static uint64_t last_write(const struct sth_writer *writer)
{
    return writer
        ->grant[(writer->grant_next + STH_BEATS_AHEAD - 1) % STH_BEATS_AHEAD];
}

/* Beats of fetch that come before the next beat of the oldest burst. */
static uint32_t beats_ahead(const struct sth_writer *writer)
{
    return writer->word == 0
               ? writer->arrival[writer->written % STH_ARRIVALS].fetched
               : 0;
}

/* Undisturbed, the last beat of a burst is on the bus then: behind those on it
 * so far and those of fetch, when memory has it. */
static inline uint64_t burst_end(uint64_t bus, uint32_t fetched, uint32_t beats,
                                 uint64_t last)
{
    return sth_max64(bus + fetched + beats, last);
}

/* Memory has the next beat of the oldest burst in this cycle. */
static uint64_t beat_there(const struct sth_csim *csim)
{
    const struct sth_writer *writer = &csim->load.writer;
    uint32_t number = writer->written % STH_ARRIVALS;
    const struct sth_arrival *arrival = &writer->arrival[number];

    if (csim->beat_cycles == 0)
        return csim->beats[number][writer->word];
    return arrival->last -
           (uint64_t)csim->beat_cycles * (arrival->beats - 1 - writer->word);
}

/* When the next beat of the oldest burst is on the bus. */
static uint64_t next_beat(const struct sth_csim *csim)
{
    const struct sth_writer *writer = &csim->load.writer;
    uint64_t bus = sth_max64(writer->bus + beats_ahead(writer),
                             writer->grant[writer->grant_next]);

    return sth_max64(bus + 1, beat_there(csim));
}

/* When it can be written, no bank in its way. */
static uint64_t next_write(const struct sth_csim *csim)
{
    return sth_max64(next_beat(csim) + WRITE_PIPE,
                     last_write(&csim->load.writer) + 1);
}

/*
 * A beat of the oldest burst: accepted when there is room, then written.
 * False: not before `horizon`, and nothing has happened.
 */
static bool write_word(struct sth_csim *csim, uint64_t horizon)
{
    struct sth_writer *writer = &csim->load.writer;
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];
    uint32_t bus = csim->params.bus_bytes;
    uint32_t total = arrival->skip + arrival->bytes;
    uint32_t begin = writer->word * bus;
    uint32_t end = begin + bus < total ? begin + bus : total;
    uint64_t first = next_write(csim);
    uint64_t cycle = sth_max64(first, writer->blocked);
    struct sth_two_banks banks;

    begin = begin > arrival->skip ? begin - arrival->skip : 0;
    banks.first = sth_banks_sp(csim, arrival->sp + begin);
    banks.last = sth_banks_sp(csim, arrival->sp + end - arrival->skip - 1);
    while (sth_banks_logged(&csim->vector_writes, cycle, banks))
        cycle++;
    writer->blocked = cycle;
    if (cycle >= horizon)
        return false;
    csim->counter[STH_CNT_LOAD_BANK_STALL] += cycle - first;
    writer->bus = next_beat(csim);
    writer->grant[writer->grant_next] = cycle;
    writer->grant_next = (writer->grant_next + 1) % STH_BEATS_AHEAD;
    writer->word++;
    return true;
}

/* Undisturbed, the last beat of the oldest burst is on the bus then. */
static uint64_t rest_end(const struct sth_writer *writer)
{
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];
    uint32_t left = arrival->beats - writer->word;
    uint64_t written = last_write(writer) + left;
    uint64_t end =
        sth_max64(writer->bus + beats_ahead(writer) + left, arrival->last);

    return sth_max64(end, written > WRITE_PIPE ? written - WRITE_PIPE : 0);
}

/* The last beat so far is on the bus in that cycle, and nothing was in the
 * way of those before it. */
static void set_bus(struct sth_writer *writer, uint64_t bus)
{
    writer->bus = bus;
    for (uint32_t i = 0; i < STH_BEATS_AHEAD; i++)
        writer->grant[(writer->grant_next + i) % STH_BEATS_AHEAD] =
            bus + WRITE_PIPE - (STH_BEATS_AHEAD - 1 - i);
}

/* The rest of the oldest burst, undisturbed. */
static void write_rest(struct sth_writer *writer)
{
    const struct sth_arrival *arrival =
        &writer->arrival[writer->written % STH_ARRIVALS];

    set_bus(writer, rest_end(writer));
    writer->word = arrival->beats;
}

/* The oldest burst is over: the address that reuses its slot may wait. */
static void release_slot(struct sth_csim *csim)
{
    struct sth_dma *dma = &csim->load;
    struct sth_writer *writer = &dma->writer;
    uint64_t *slot = &dma->slot[writer->written & (dma->slots - 1)];
    /* The last beat leaves the queue when the one two before it is written. */
    uint64_t before = writer->grant[(writer->grant_next + STH_BEATS_AHEAD - 3) %
                                    STH_BEATS_AHEAD];
    uint64_t leaves = sth_max64(writer->bus + 1, before);

    if (writer->sent - writer->written <= dma->slots)
        *slot = sth_max64(*slot, leaves + STH_LAT_LOAD_REUSE - 1);
}

/* Whether vector is known to write nothing that is to come. */
static bool undisturbed(const struct sth_csim *csim)
{
    const struct sth_writer *writer = &csim->load.writer;
    uint64_t written = writer->bus + WRITE_PIPE;

    return writer->word == 0 && last_write(writer) <= written &&
           csim->vector_writes.latest <= written;
}

/*
 * Follows whole bursts below number `end` while vector is known to write
 * nothing, in one go.
 */
static void catch_up_undisturbed(struct sth_csim *csim, uint32_t end,
                                 uint64_t horizon)
{
    struct sth_dma *dma = &csim->load;
    struct sth_writer *writer = &dma->writer;
    uint64_t bus = writer->bus;
    uint32_t first = writer->written;
    uint32_t i = first;

    if (!undisturbed(csim))
        return;
    for (; (int32_t)(end - i) > 0; i++) {
        struct sth_arrival *arrival = &writer->arrival[i % STH_ARRIVALS];
        uint64_t last =
            burst_end(bus, arrival->fetched, arrival->beats, arrival->last);
        uint64_t *slot = &dma->slot[i & (dma->slots - 1)];

        if (last + WRITE_PIPE >= horizon)
            break;
        bus = last;
        arrival->written = bus + WRITE_PIPE;
        if (writer->sent - i <= dma->slots)
            *slot = sth_max64(*slot, bus + STH_LAT_LOAD_REUSE);
    }
    if (i == first)
        return;
    writer->written = i;
    set_bus(writer, bus);
}

/*
 * Follows the bursts below number `end`, but no further than to writes before
 * `horizon`: what vector writes from then on is not known yet.
 */
static void follow(struct sth_csim *csim, uint32_t end, uint64_t horizon)
{
    struct sth_writer *writer = &csim->load.writer;

    catch_up_undisturbed(csim, end, horizon);
    while ((int32_t)(end - writer->written) > 0) {
        struct sth_arrival *arrival =
            &writer->arrival[writer->written % STH_ARRIVALS];

        while (writer->word < arrival->beats &&
               csim->vector_writes.latest >= next_write(csim) &&
               write_word(csim, horizon))
            ;
        if (writer->word < arrival->beats &&
            (csim->vector_writes.latest >= next_write(csim) ||
             rest_end(writer) + WRITE_PIPE >= horizon))
            return;
        if (writer->word < arrival->beats)
            write_rest(writer);
        arrival->written = last_write(writer);
        release_slot(csim);
        writer->word = 0;
        writer->written++;
    }
}

static void catch_up(struct sth_csim *csim, uint32_t end, uint64_t horizon)
{
    sth_vector_catch_up(csim);
    follow(csim, end, horizon);
}

void sth_load_follow(struct sth_csim *csim)
{
    follow(csim, csim->load.writer.sent, csim->now + STH_LAT_VECTOR_PIPE);
}

/* Undisturbed, the last beat of the bursts below `end` is on the bus then. */
static uint64_t undisturbed_end(const struct sth_writer *writer, uint32_t end)
{
    uint64_t bus = rest_end(writer);

    for (uint32_t i = writer->written + 1; i != end; i++) {
        const struct sth_arrival *arrival = &writer->arrival[i % STH_ARRIVALS];

        bus = burst_end(bus, arrival->fetched, arrival->beats, arrival->last);
    }
    return bus;
}

uint64_t sth_load_done(struct sth_csim *csim)
{
    struct sth_writer *writer = &csim->load.writer;
    const struct sth_flight *flight =
        sth_flight_oldest(&csim->engine[STH_ENGINE_LOAD]);
    uint32_t end = flight->bursts;
    uint64_t bus;

    if (end == 0)
        return flight->done;
    catch_up(csim, end, csim->now + STH_LAT_VECTOR_PIPE);
    if ((int32_t)(end - writer->written) > 0)
        bus = sth_max64(undisturbed_end(writer, end), csim->now + 1);
    else
        bus = writer->arrival[(end - 1) % STH_ARRIVALS].written - WRITE_PIPE;
    return sth_max64(flight->done, bus + STH_LAT_LOAD_RETIRE);
}

/* Where memory puts the cycle of each beat of the next burst; NULL: they
 * follow from that of the last. */
static uint64_t *next_beats(struct sth_csim *csim)
{
    return csim->beat_cycles == 0
               ? csim->beats[csim->load.writer.sent % STH_ARRIVALS]
               : NULL;
}

/* Remembers the burst that was just asked for. */
static inline void expect(struct sth_csim *csim, uint64_t last)
{
    struct sth_writer *writer = &csim->load.writer;
    const struct sth_burst *burst = &csim->load.burst;
    struct sth_arrival *arrival =
        &writer->arrival[writer->sent++ % STH_ARRIVALS];

    arrival->last = last;
    arrival->beats = burst->beats;
    arrival->bytes = burst->bytes;
    arrival->sp = burst->sp;
    arrival->skip = burst->skip;
    arrival->fetched = writer->fetched;
    writer->fetched = 0;
}

/*
 * The burst went out and holds its slot until before slot_free: what
 * retirement and the next one need to know.
 */
static inline void account(struct sth_csim *csim, uint64_t address,
                           uint64_t last, uint64_t slot_free)
{
    struct sth_dma *dma = &csim->load;

    csim->statistics.load_bursts++;
    dma->last_bus = sth_max64(dma->last_bus, last);
    dma->done = sth_max64(dma->done, last + STH_LAT_LOAD_RETIRE);
    sth_dma_advance(dma, address, slot_free);
    if (dma->pending)
        return;
    finish_issue(csim, dma->done);
    csim->engine[STH_ENGINE_LOAD].ready = csim->now + STH_LAT_LOAD_NEXT;
}

/* The cycle in which the next address may use its slot, now that it may be. */
static uint64_t slot_free(struct sth_csim *csim)
{
    struct sth_dma *dma = &csim->load;
    struct sth_writer *writer = &dma->writer;
    uint32_t end = writer->sent - dma->slots + 1; /* bursts to be over */

    if (writer->sent - writer->written >= dma->slots)
        catch_up(csim, end, csim->now + STH_LAT_VECTOR_PIPE);
    if (writer->sent - writer->written >= dma->slots)
        return sth_max64(csim->now + 1,
                         undisturbed_end(writer, end) + STH_LAT_LOAD_REUSE);
    return dma->slot[dma->slot_next];
}

static void send_address(struct sth_csim *csim)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_LOAD];
    struct sth_dma *dma = &csim->load;
    struct sth_writer *writer = &dma->writer;
    struct sth_flight *flight = sth_flight_newest(engine);
    uint64_t address = csim->now;
    uint64_t last = address;

    if (sth_csim_draining(csim)) {
        dma->pending = false;
        return;
    }
    if (csim->mode != STH_CSIM_FUNCTION_ONLY) {
        uint64_t free = slot_free(csim);

        if (free > csim->now) {
            dma->issue = free;
            return;
        }
        /* Fetch goes first, then an address that waits goes before it. */
        address = sth_max64(csim->now, csim->read_free);
        csim->read_free = address + 1;
        /* Of an earlier burst in the same place nobody asks any more. */
        if (writer->sent - writer->written == STH_ARRIVALS)
            catch_up(csim, writer->written + 1, STH_NEVER);
        last = sth_mem_read_burst(csim->mem, address, dma->burst.addr,
                                  dma->burst.beats, next_beats(csim));
        expect(csim, last);
    }
    if (!flight->error &&
        sth_mem_is_error(csim->mem, dma->burst.addr,
                         (uint64_t)dma->burst.beats * csim->params.bus_bytes)) {
        flight->error = true;
        flight->error_addr = dma->burst.addr;
    }
    account(csim, address, last, last + STH_LAT_LOAD_REUSE);
}

/*
 * How many of the bursts to come can be followed while vector idles, without a
 * look at the clock: all, unless the engine's next start lets the decoder go
 * on.  It starts behind the last address, which waits for a slot, so all but
 * the last bursts, as many as there are slots.
 */
static uint32_t bursts_safe(const struct sth_csim *csim)
{
    const struct sth_dma *dma = &csim->load;
    uint32_t left = sth_dma_left(dma);

    if (!sth_front_waits_for(csim, STH_ENGINE_LOAD))
        return UINT32_MAX;
    return left > dma->slots ? left - dma->slots : 0;
}

/* What vector writes from this cycle on is not known at cycle now. */
static uint64_t horizon(const struct sth_csim *csim, uint64_t now,
                        uint64_t alone)
{
    uint64_t known = bursts_safe(csim) > 0 ? sth_max64(now, alone) : now;

    return known < STH_NEVER - STH_LAT_VECTOR_PIPE ? known + STH_LAT_VECTOR_PIPE
                                                   : STH_NEVER;
}

/*
 * Sends bursts that are alike in a loop of its own: fixed memory, every earlier
 * burst followed to its end at *bus, no fetch between them.  Stops with the
 * last run of a repetition; updates *bus.
 */
static void send_alike(struct sth_csim *csim, struct sth_mem_channel *channel,
                       uint64_t alone, uint64_t *bus)
{
    struct sth_dma *dma = &csim->load;
    struct sth_writer *writer = &dma->writer;
    struct sth_mem_channel port = *channel;
    uint64_t limit = horizon(csim, dma->issue, alone) - WRITE_PIPE;
    uint64_t issue = sth_max64(dma->issue, csim->read_free);
    uint64_t last_bus = dma->last_bus;
    uint64_t end = *bus;
    uint32_t safe = bursts_safe(csim);
    uint32_t most = safe < dma->cursor.runs ? safe : dma->cursor.runs;
    uint32_t beats = dma->burst.beats;
    uint32_t place = dma->slot_next;
    uint32_t n = 0;

    for (; n < most; n++) {
        uint64_t now = sth_max64(issue, dma->slot[place]);
        uint64_t last = sth_mem_channel_beats(&port, now + port.latency, beats);

        if (now >= alone || burst_end(end, 0, beats, last) >= limit)
            break;
        channel->free = port.free;
        end = burst_end(end, 0, beats, last);
        last_bus = sth_max64(last_bus, last);
        dma->slot[place] = end + STH_LAT_LOAD_REUSE;
        place = (place + 1) & (dma->slots - 1);
        issue = now + 1;
    }
    if (n == 0)
        return;
    csim->now = issue - 1;
    csim->read_free = issue;
    csim->statistics.load_bursts += n;
    dma->issue = issue;
    dma->last_bus = last_bus;
    dma->done = sth_max64(dma->done, last_bus + STH_LAT_LOAD_RETIRE);
    dma->slot_next = place;
    sth_dma_skip(dma, n);
    writer->sent += n;
    writer->written += n;
    writer->arrival[(writer->sent - 1) % STH_ARRIVALS].written =
        end + WRITE_PIPE;
    *bus = end;
}

/* One burst of send_undisturbed(); *bus is the end of the last one written. */
static void send_burst(struct sth_csim *csim, struct sth_mem_channel *channel,
                       uint64_t alone, uint64_t *bus)
{
    struct sth_dma *dma = &csim->load;
    struct sth_writer *writer = &dma->writer;
    uint64_t now = dma->issue;
    uint64_t address = sth_max64(now, csim->read_free);
    uint32_t beats = dma->burst.beats;
    uint64_t last, end;

    csim->now = now;
    csim->read_free = address + 1;
    if (channel != NULL)
        last =
            sth_mem_channel_beats(channel, address + channel->latency, beats);
    else
        last = sth_mem_read_burst(csim->mem, address, dma->burst.addr, beats,
                                  next_beats(csim));
    end = burst_end(*bus, writer->fetched, beats, last);
    if (writer->sent != writer->written ||
        end + WRITE_PIPE >= horizon(csim, now, alone)) {
        expect(csim, last);
        account(csim, address, last, last + STH_LAT_LOAD_REUSE);
        return;
    }
    *bus = end;
    writer->arrival[writer->sent++ % STH_ARRIVALS].written = end + WRITE_PIPE;
    writer->written++;
    writer->fetched = 0;
    account(csim, address, last, end + STH_LAT_LOAD_REUSE);
}

/*
 * Sends addresses before cycle `alone` while nothing meets their data: what
 * send_address() and catch_up() do burst by burst, in one go.  The rest of the
 * command is theirs; returns whether there is any before alone.
 */
static bool send_undisturbed(struct sth_csim *csim, uint64_t alone)
{
    struct sth_dma *dma = &csim->load;
    struct sth_writer *writer = &dma->writer;
    struct sth_mem_channel *channel = sth_mem_read_channel(csim->mem);
    uint64_t bus;
    uint32_t written;

    catch_up_undisturbed(csim, writer->sent, horizon(csim, dma->issue, alone));
    bus = writer->bus;
    written = writer->written;
    while (dma->pending && writer->sent - writer->written < dma->slots) {
        if (channel != NULL && dma->cursor.alike && writer->fetched == 0 &&
            writer->sent == writer->written)
            send_alike(csim, channel, alone, &bus);
        dma->issue = sth_max64(dma->issue, dma->slot[dma->slot_next]);
        if (dma->issue >= alone)
            break;
        send_burst(csim, channel, alone, &bus);
    }
    if (writer->written != written)
        set_bus(writer, bus);
    return dma->pending && dma->issue < alone;
}

/* Sends addresses for as long as nobody else has anything to do. */
void sth_load_step(struct sth_csim *csim)
{
    struct sth_dma *dma = &csim->load;
    uint64_t alone =
        sth_min64(sth_csim_alone(csim, STH_ENGINE_LOAD),
                  sth_flight_oldest(&csim->engine[STH_ENGINE_LOAD])->done);

    dma->issue = csim->now;
    do {
        if (csim->mode != STH_CSIM_FUNCTION_ONLY && dma->issue < alone &&
            !csim->vector.active && undisturbed(csim) &&
            !sth_mem_has_errors(csim->mem) && !send_undisturbed(csim, alone))
            return;
        csim->now = dma->issue;
        send_address(csim);
    } while (dma->pending && dma->issue < alone);
}
