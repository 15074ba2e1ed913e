/*
 * Timing of the store engine.  Addresses go out one a cycle and run ahead of
 * the data by a few bursts; the reader follows.  Both go on ahead of the events
 * where that is safe.
 */
#include "sth_store.h"

#include <stdlib.h>
#include <string.h>

#include "sth_decode.h"
#include "sth_store_kernel.h"
#include "sth_store_read.h"

static struct sth_store *store_of(struct sth_engine_state *engine)
{
    return (struct sth_store *)(void *)engine;
}

/* Commands whose last response is known get their time, in order. */
static void finish_known(struct sth_store *store)
{
    struct sth_engine_state *engine = &store->engine;

    for (uint32_t i = 0; i < engine->flight_count; i++) {
        uint32_t place = (engine->flight_first + i) % STH_FLIGHTS_MAX;
        struct sth_flight *flight = &engine->flight[place];

        if (flight->done != STH_NEVER)
            continue;
        if (!store->flight[place].sent)
            return;
        sth_engine_finish(engine, flight, store->flight[place].response);
    }
}

static void start(struct sth_engine_state *engine, struct sth_flight *flight)
{
    struct sth_store *store = store_of(engine);
    uint32_t place = sth_engine_place(engine, flight);
    bool sync = sth_decode_is_sync(&flight->command);
    uint64_t now = engine->clock->now;

    store->flight[place].sent = sync;
    store->flight[place].response = now + STH_LAT_DMA_SYNC;
    if (sync) {
        finish_known(store);
        engine->ready = now + STH_LAT_DMA_NEXT;
        return;
    }
    sth_dma_begin(&store->dma, &flight->command, sth_bus_bytes(store->bus),
                  now + STH_LAT_STORE_ISSUE);
    store->dma.issue = now + STH_LAT_STORE_ISSUE;
    engine->ready = STH_NEVER;
}

/* All data of the oldest burst is read: when it is on the bus is known. */
static void retire_burst(struct sth_store *store)
{
    struct sth_reader *reader = &store->reader;
    const struct sth_sent *sent = sth_store_oldest(reader);
    uint64_t response = sent->response + (reader->last_data - sent->scheduled);
    uint64_t *latest = &store->flight[sent->flight].response;

    store->dma.slot[sent->slot] = response + STH_LAT_STORE_REUSE;
    sth_bus_write_sent(store->bus, response);
    *latest = sth_max64(*latest, response + STH_LAT_STORE_RETIRE);
    store->flight[sent->flight].sent = sent->last;
    reader->first = (reader->first + 1) % STH_SENT;
    reader->count--;
    if (reader->count > 0)
        sth_store_take_burst(store);
    finish_known(store);
}

/* Puts the address of the next burst on the bus. */
static void send_address(struct sth_store *store)
{
    struct sth_engine_state *engine = &store->engine;
    struct sth_bus *bus = store->bus;
    struct sth_dma *dma = &store->dma;
    struct sth_reader *reader = &store->reader;
    const struct sth_burst *burst = &dma->burst;
    struct sth_flight *flight = sth_engine_newest(engine);
    uint64_t now = engine->clock->now;
    struct sth_sent *sent =
        &reader->sent[(reader->first + reader->count) % STH_SENT];

    *sent = (struct sth_sent){
        .address = now,
        .beats = burst->beats,
        .bytes = burst->bytes,
        .sp = burst->sp,
        .skip = burst->skip,
        .slot = dma->slot_next,
        .flight = sth_engine_place(engine, flight),
    };
    sent->response =
        sth_bus_write(bus, burst->addr, burst->beats,
                      reader->accepts[sent - reader->sent], &sent->scheduled);
    if (!flight->error && sth_bus_is_error(bus, burst->addr, burst->beats)) {
        flight->error = true;
        flight->error_addr = burst->addr;
    }
    reader->bursts_sent++;
    reader->count++;
    if (reader->count == 1)
        sth_store_take_burst(store);
    sth_dma_advance(dma, now, STH_NEVER);
    dma->issue = now + 1;
    sent->last = !dma->pending;
    if (sent->last)
        engine->ready = now + STH_LAT_STORE_NEXT;
}

/* The cycle of the next address. */
static uint64_t next_address(const struct sth_store *store)
{
    const struct sth_dma *dma = &store->dma;

    if (!dma->pending)
        return STH_NEVER;
    return sth_max64(sth_max64(dma->issue, dma->slot[dma->slot_next]),
                     sth_store_room(&store->reader));
}

static uint64_t next(const struct sth_engine_state *engine)
{
    const struct sth_store *store =
        (const struct sth_store *)(const void *)engine;
    uint64_t cycle = next_address(store);

    if (store->reader.count > 0)
        cycle = sth_min64(cycle, sth_store_reads_end(store) + 1);
    return cycle;
}

/* The cycle before which nobody else does anything. */
static uint64_t alone_until(struct sth_engine_state *engine)
{
    uint64_t alone = sth_clock_alone(engine->clock, engine->turn);

    if (engine->flight_count > 0)
        alone = sth_min64(alone, sth_engine_oldest(engine)->done);
    return sth_max64(alone, engine->clock->now);
}

/*
 * Whether the next start comes behind the reads of the oldest burst: it comes
 * behind the last address, which waits for a place in the burst queue.
 */
static bool starts_later(const struct sth_store *store)
{
    return store->dma.pending &&
           store->reader.count + sth_dma_left(&store->dma) >=
               STH_BURST_QUEUE + 2;
}

/* Reads words and retires bursts, ahead of time where that is safe. */
static void read_bursts(struct sth_store *store)
{
    struct sth_engine_state *engine = &store->engine;

    if (store->reader.count == 0)
        return;
    sth_banks_settle_vector(store->banks, engine->clock->now);
    while (store->reader.count > 0) {
        uint64_t until = engine->clock->now;

        if (!sth_banks_vector_is_active(store->banks) &&
            (!engine->awaited || starts_later(store)))
            until = alone_until(engine);
        sth_store_read_words(store, until);
        if (sth_store_reads_end(store) >= until)
            return;
        sth_store_read_rest(store);
        retire_burst(store);
    }
}

/* Acts on its command for as long as nobody else has anything to do. */
static void step(struct sth_engine_state *engine)
{
    struct sth_store *store = store_of(engine);

    for (;;) {
        uint64_t cycle;

        if (sth_bus_closed(store->bus))
            store->dma.pending = false;
        read_bursts(store);
        if (next_address(store) <= engine->clock->now)
            send_address(store);
        cycle = next(engine);
        if (!store->dma.pending || cycle >= alone_until(engine))
            return;
        engine->clock->now = cycle;
    }
}

static void reset(struct sth_engine_state *engine)
{
    struct sth_store *store = store_of(engine);

    sth_dma_reset(&store->dma, engine->params->store_slots);
    memset(&store->reader, 0, offsetof(struct sth_reader, accepts));
}

static void follow(void *block, uint64_t now)
{
    struct sth_store *store = block;

    if (store->reader.count > 0)
        sth_store_read_words(store, now);
}

static uint64_t concerned(const void *block)
{
    const struct sth_store *store = block;

    return store->reader.count > 0 ? STH_NEVER : 0;
}

struct sth_engine_state *sth_store_create(const struct sth_engine_site *site,
                                          struct sth_bus *bus,
                                          struct sth_banks *banks)
{
    static const struct sth_engine_ops ops = {
        .flights = STH_DEPTH_STORE_COMMANDS,
        .start = start,
        .step = step,
        .next = next,
        .execute = sth_kernel_store,
        .reset = reset,
    };
    struct sth_store *store = calloc(1, sizeof(*store));

    if (store == NULL)
        return NULL;
    store->bus = bus;
    store->banks = banks;
    sth_banks_enlist_store(banks,
                           (struct sth_follower){store, follow, concerned});
    sth_engine_init(&store->engine, site, STH_ENGINE_STORE, &ops);
    return &store->engine;
}
