/*
 * Timing of the store engine.  Addresses go out one a cycle and run ahead of
 * the data by a few bursts; a reader fetches bus words from the scratchpad in
 * order, one a cycle while its banks are free, and may be some words ahead of
 * the bus.  Like vector, the reader is followed in arrears.
 */
#include "sth_banks.h"
#include "sth_csim.h"

/* Scratchpad read granted to its word on the bus. */
enum { READ_PIPE = 4 };

static void finish(struct sth_csim *csim, struct sth_flight *flight,
                   uint64_t done)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];

    engine->last_done = sth_max64(engine->last_done + 1, done);
    flight->done = engine->last_done;
}

/* Commands whose last response is known get their time, in order. */
static void finish_known(struct sth_csim *csim)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];

    for (uint32_t i = 0; i < engine->flight_count; i++) {
        struct sth_flight *flight =
            &engine->flight[(engine->flight_first + i) % STH_FLIGHTS_MAX];

        if (flight->done != STH_NEVER)
            continue;
        if (!flight->sent)
            return;
        finish(csim, flight, flight->response);
    }
}

void sth_store_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];

    flight->sent = sth_decode_is_sync(&flight->command);
    flight->response = csim->now + STH_LAT_DMA_SYNC;
    if (flight->sent) {
        finish_known(csim);
        engine->ready = csim->now + 1;
        return;
    }
    sth_dma_begin(&csim->store, &flight->command, csim->params.bus_bytes,
                  csim->now + STH_LAT_STORE_ISSUE);
    csim->store.issue = csim->now + STH_LAT_STORE_ISSUE;
    engine->ready = STH_NEVER;
}

static struct sth_sent *oldest(struct sth_reader *reader)
{
    return &reader->sent[reader->first];
}

/* The reader turns to the oldest burst. */
static void take_burst(struct sth_csim *csim)
{
    struct sth_reader *reader = &csim->store.reader;
    struct sth_sent *sent = oldest(reader);

    reader->word = 0;
    reader->cycle = sth_max64(sent->address + 1, reader->cycle);
    reader->taken[reader->bursts_taken++ % STH_BURST_QUEUE] = reader->cycle - 1;
}

/* The cycle in which the burst queue has room for one more; STH_NEVER: not
 * before the reader takes another burst. */
static uint64_t room(const struct sth_reader *reader)
{
    if (reader->bursts_sent - reader->bursts_taken >= STH_BURST_QUEUE)
        return STH_NEVER;
    if (reader->bursts_sent < STH_BURST_QUEUE)
        return 0;
    return reader->taken[reader->bursts_sent % STH_BURST_QUEUE] + 2;
}

/* Memory accepts a word of the oldest burst in this cycle at the earliest. */
static uint64_t accepted(const struct sth_csim *csim, uint32_t word)
{
    const struct sth_reader *reader = &csim->store.reader;
    const struct sth_sent *sent = &reader->sent[reader->first];
    uint64_t before = (uint64_t)csim->beat_cycles * (sent->beats - 1 - word);

    if (csim->beat_cycles == 0)
        return reader->accepts[reader->first][word];
    return before < sent->scheduled ? sent->scheduled - before : 0;
}

/* The banks of a bus word of a burst. */
static struct sth_two_banks banks_of(const struct sth_csim *csim,
                                     const struct sth_sent *sent, uint32_t word)
{
    uint32_t bus = csim->params.bus_bytes;
    uint32_t begin = word == 0 ? sent->skip : word * bus;
    uint32_t end = (word + 1) * bus;
    uint32_t total = sent->skip + sent->bytes;

    end = end < total ? end : total;
    return (struct sth_two_banks){
        sth_banks_sp(csim, sent->sp + begin - sent->skip),
        sth_banks_sp(csim, sent->sp + end - 1 - sent->skip)};
}

/* The first cycle before `until` in which nothing is in the way of a read. */
static inline uint64_t free_cycle(struct sth_csim *csim,
                                  struct sth_two_banks banks, uint64_t cycle,
                                  uint64_t until)
{
    const struct sth_bank_log *log = &csim->vector_reads;

    do
        cycle = sth_banks_matrix_free(csim, &csim->store.reader.hints, cycle,
                                      until, banks);
    while (cycle < until && cycle <= log->latest &&
           sth_banks_logged(log, cycle, banks) && cycle++ < until);
    return cycle;
}

/* From this cycle on nothing is known to be in the reader's way. */
static uint64_t undisturbed_from(const struct sth_csim *csim)
{
    const struct sth_vector_state *v = &csim->vector;
    const struct sth_matrix_state *matrix = &csim->matrix;
    uint64_t last = csim->vector_reads.latest;

    if (v->active && v->reads_sp)
        return STH_NEVER;
    if (matrix->tiles > 0)
        last = sth_max64(
            last, matrix->tile[(matrix->tiles - 1) % STH_TILES].last_row);
    return last + 1;
}

/*
 * Reads words of the oldest burst and offers them, if that happens before
 * `until`, for as long as anything can be in the way.
 */
static void read_words(struct sth_csim *csim, uint64_t until)
{
    struct sth_reader *reader = &csim->store.reader;
    const struct sth_sent *sent = oldest(reader);
    uint64_t end = sth_min64(until, undisturbed_from(csim));
    uint64_t cycle = reader->cycle;

    while (reader->word < sent->beats && cycle < end) {
        uint64_t *beat = &reader->beat[reader->beat_next];
        uint64_t first = sth_max64(cycle, *beat + 1);

        cycle =
            free_cycle(csim, banks_of(csim, sent, reader->word), first, until);
        csim->counter[STH_CNT_STORE_BANK_STALL] += cycle - first;
        if (cycle >= until)
            break;
        *beat = sth_max64(sth_max64(cycle + READ_PIPE, reader->last_data + 1),
                          accepted(csim, reader->word));
        reader->last_data = *beat;
        reader->beat_next = (reader->beat_next + 1) % STH_READ_AHEAD;
        reader->word++;
        cycle++;
    }
    reader->cycle = cycle;
}

void sth_store_follow(struct sth_csim *csim)
{
    if (csim->store.reader.count > 0)
        read_words(csim, csim->now);
}

void sth_store_catch_up(struct sth_csim *csim)
{
    struct sth_reader *reader = &csim->store.reader;

    if (reader->count == 0)
        return;
    sth_vector_catch_up(csim);
    read_words(csim, csim->now);
}

/* Undisturbed, the n-th word of the oldest burst from here is on the bus then.
 */
static uint64_t data_end(const struct sth_csim *csim, uint32_t n)
{
    const struct sth_reader *reader = &csim->store.reader;
    uint64_t end =
        sth_max64(reader->last_data + n, accepted(csim, reader->word + n - 1));

    return sth_max64(end, reader->cycle + n - 1 + READ_PIPE);
}

/* Undisturbed, the last word of the oldest burst is read then. */
static uint64_t reads_end(const struct sth_csim *csim)
{
    const struct sth_reader *reader = &csim->store.reader;
    uint32_t left = reader->sent[reader->first].beats - reader->word;
    uint64_t before; /* the word that makes room */

    if (left == 0)
        return reader->cycle - 1;
    if (left > STH_READ_AHEAD)
        before = data_end(csim, left - STH_READ_AHEAD);
    else
        before = reader->beat[(reader->beat_next + left - 1) % STH_READ_AHEAD];
    return sth_max64(reader->cycle + left - 1, before + 1);
}

/* The rest of the oldest burst, undisturbed. */
static void read_rest(struct sth_csim *csim)
{
    struct sth_reader *reader = &csim->store.reader;
    const struct sth_sent *sent = oldest(reader);
    uint32_t left = sent->beats - reader->word;
    uint32_t kept = left < STH_READ_AHEAD ? left : STH_READ_AHEAD;
    uint64_t cycle = reads_end(csim) + 1;

    for (uint32_t n = left - kept + 1; n <= left; n++) {
        reader->beat[reader->beat_next] = data_end(csim, n);
        reader->beat_next = (reader->beat_next + 1) % STH_READ_AHEAD;
    }
    if (left > 0)
        reader->last_data = data_end(csim, left);
    reader->cycle = cycle;
    reader->word = sent->beats;
}

/* All data of the oldest burst is read: when it is on the bus is known. */
static void retire_burst(struct sth_csim *csim)
{
    struct sth_dma *dma = &csim->store;
    struct sth_reader *reader = &dma->reader;
    const struct sth_sent *sent = oldest(reader);
    struct sth_flight *flight =
        &csim->engine[STH_ENGINE_STORE].flight[sent->flight];
    uint64_t response = sent->response + (reader->last_data - sent->scheduled);

    dma->slot[sent->slot] = response + STH_LAT_STORE_REUSE;
    dma->last_bus = sth_max64(dma->last_bus, response);
    flight->response =
        sth_max64(flight->response, response + STH_LAT_STORE_RETIRE);
    flight->sent = sent->last;
    reader->first = (reader->first + 1) % STH_SENT;
    reader->count--;
    if (reader->count > 0)
        take_burst(csim);
    finish_known(csim);
}

/* Puts the address of the next burst on the bus. */
static void send_address(struct sth_csim *csim)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];
    struct sth_dma *dma = &csim->store;
    struct sth_reader *reader = &dma->reader;
    const struct sth_burst *burst = &dma->burst;
    struct sth_flight *flight = sth_flight_newest(engine);
    struct sth_sent *sent =
        &reader->sent[(reader->first + reader->count) % STH_SENT];

    *sent = (struct sth_sent){
        .address = csim->now,
        .scheduled = csim->now,
        .response = csim->now,
        .beats = burst->beats,
        .bytes = burst->bytes,
        .sp = burst->sp,
        .skip = burst->skip,
        .slot = dma->slot_next,
        .flight = (uint32_t)(flight - engine->flight),
    };
    if (csim->mode != STH_CSIM_FUNCTION_ONLY) {
        uint64_t *accepts = reader->accepts[sent - reader->sent];

        sent->response = sth_mem_write_burst(
            csim->mem, csim->now, burst->addr, burst->beats,
            csim->beat_cycles == 0 ? accepts : NULL, &sent->scheduled);
    }
    if (!flight->error &&
        sth_mem_is_error(csim->mem, burst->addr,
                         (uint64_t)burst->beats * csim->params.bus_bytes)) {
        flight->error = true;
        flight->error_addr = burst->addr;
    }
    csim->statistics.store_bursts++;
    reader->bursts_sent++;
    reader->count++;
    if (reader->count == 1)
        take_burst(csim);
    sth_dma_advance(dma, csim->now, STH_NEVER);
    dma->issue = csim->now + 1;
    sent->last = !dma->pending;
    if (sent->last)
        engine->ready = csim->now + STH_LAT_STORE_NEXT;
}

/* The cycle of the next address. */
static uint64_t next_address(const struct sth_csim *csim)
{
    const struct sth_dma *dma = &csim->store;

    if (!dma->pending)
        return STH_NEVER;
    return sth_max64(sth_max64(dma->issue, dma->slot[dma->slot_next]),
                     room(&dma->reader));
}

uint64_t sth_store_next(const struct sth_csim *csim)
{
    const struct sth_reader *reader = &csim->store.reader;
    uint64_t next = next_address(csim);

    if (reader->count > 0)
        next = sth_min64(next, reads_end(csim) + 1);
    return next;
}

/* The cycle before which nobody else does anything. */
static uint64_t alone_until(struct sth_csim *csim)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];
    uint64_t alone = sth_csim_alone(csim, STH_ENGINE_STORE);

    if (engine->flight_count > 0)
        alone = sth_min64(alone, sth_flight_oldest(engine)->done);
    return sth_max64(alone, csim->now);
}

/*
 * Whether the next start comes behind the reads of the oldest burst: it comes
 * behind the last address, which waits for a place in the burst queue.
 */
static bool starts_later(const struct sth_csim *csim)
{
    const struct sth_dma *dma = &csim->store;

    return dma->pending &&
           dma->reader.count + sth_dma_left(dma) >= STH_BURST_QUEUE + 2;
}

/* Reads words and retires bursts, ahead of time where that is safe. */
static void read_bursts(struct sth_csim *csim)
{
    struct sth_reader *reader = &csim->store.reader;

    if (reader->count == 0)
        return;
    sth_vector_catch_up(csim);
    while (reader->count > 0) {
        uint64_t until = csim->now;

        if (!csim->vector.active &&
            (!sth_front_waits_for(csim, STH_ENGINE_STORE) ||
             starts_later(csim)))
            until = alone_until(csim);
        read_words(csim, until);
        if (reads_end(csim) >= until)
            return;
        read_rest(csim);
        retire_burst(csim);
    }
}

/* Acts on its command for as long as nobody else has anything to do. */
void sth_store_step(struct sth_csim *csim)
{
    for (;;) {
        uint64_t next;

        if (sth_csim_draining(csim))
            csim->store.pending = false;
        read_bursts(csim);
        if (next_address(csim) <= csim->now)
            send_address(csim);
        next = sth_store_next(csim);
        if (!csim->store.pending || next >= alone_until(csim))
            return;
        csim->now = next;
    }
}
