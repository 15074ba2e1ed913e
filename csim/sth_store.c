/*
 * Timing of the store engine.  Addresses go out one a cycle and run ahead of
 * the data by a few bursts; a reader fetches bus words from the scratchpad in
 * order, one a cycle, and may be some words ahead of the bus.
 */
#include "sth_csim.h"

enum {
    READ_PIPE = 4, /* scratchpad read granted to its word on the bus */
    READ_AHEAD = 7 /* words that are read before an earlier one leaves */
};

static void finish_issue(struct sth_csim *csim, uint64_t done)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];

    engine->last_done = sth_max64(engine->last_done + 1, done);
    sth_flight_newest(engine)->done = engine->last_done;
}

/* The burst queue has room for one more address. */
static void wait_for_room(struct sth_dma *dma)
{
    dma->issue = sth_max64(dma->issue, dma->taken[dma->taken_next] + 2);
}

void sth_store_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];

    if (sth_decode_is_sync(&flight->command)) {
        finish_issue(csim, csim->now + STH_LAT_DMA_SYNC);
        engine->ready = csim->now + 1;
        return;
    }
    sth_dma_begin(&csim->store, &flight->command, csim->params.bus_bytes,
                  csim->now + STH_LAT_STORE_ISSUE);
    wait_for_room(&csim->store);
    engine->ready = STH_NEVER;
}

/* The response to a burst whose address is on the bus now. */
static uint64_t burst_response(struct sth_csim *csim)
{
    struct sth_dma *dma = &csim->store;
    uint32_t beats = dma->burst.beats;
    uint64_t taken = sth_max64(csim->now, dma->granted);
    uint64_t granted = taken + beats;
    uint64_t scheduled;
    uint64_t response;
    uint64_t last;

    response = sth_mem_write_burst(csim->mem, csim->now, dma->burst.addr, beats,
                                   NULL, &scheduled);
    last = sth_max64(scheduled, granted + READ_PIPE);
    last = sth_max64(last, dma->last_data + beats);
    dma->last_data = last;
    dma->granted = last > granted + READ_AHEAD ? last - READ_AHEAD : granted;
    dma->taken[dma->taken_next] = taken;
    dma->taken_next = (dma->taken_next + 1) % STH_BURST_QUEUE;
    return response + (last - scheduled);
}

void sth_store_step(struct sth_csim *csim)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_STORE];
    struct sth_dma *dma = &csim->store;
    struct sth_flight *flight = sth_flight_newest(engine);
    uint64_t response = csim->now;

    if (csim->reset_done != 0) {
        dma->pending = false;
        return;
    }
    if (csim->mode != STH_CSIM_FUNCTION_ONLY)
        response = burst_response(csim);
    csim->statistics.store_bursts++;
    dma->last_bus = sth_max64(dma->last_bus, response);
    dma->done = sth_max64(dma->done, response + STH_LAT_STORE_RETIRE);
    if (!flight->error &&
        sth_mem_is_error(csim->mem, dma->burst.addr,
                         (uint64_t)dma->burst.beats * csim->params.bus_bytes)) {
        flight->error = true;
        flight->error_addr = dma->burst.addr;
    }
    sth_dma_advance(dma, csim->now, response + STH_LAT_STORE_REUSE);
    wait_for_room(dma);
    if (!dma->pending) {
        finish_issue(csim, dma->done);
        engine->ready = csim->now + STH_LAT_STORE_NEXT;
    }
}
