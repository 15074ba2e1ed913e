/* Timing of the load engine: read bursts, one address a cycle. */
#include "sth_csim.h"

static void finish_issue(struct sth_csim *csim, uint64_t done)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_LOAD];

    engine->last_done = sth_max64(engine->last_done + 1, done);
    sth_flight_newest(engine)->done = engine->last_done;
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

void sth_load_step(struct sth_csim *csim)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_LOAD];
    struct sth_dma *dma = &csim->load;
    struct sth_flight *flight = sth_flight_newest(engine);
    uint64_t last = csim->now;

    if (csim->reset_done != 0) {
        dma->pending = false;
        return;
    }
    if (csim->mode != STH_CSIM_FUNCTION_ONLY) {
        if (csim->read_free > csim->now) { /* fetch uses the address bus */
            dma->issue = csim->read_free;
            return;
        }
        csim->read_free = csim->now + 1;
        last = sth_mem_read_burst(csim->mem, csim->now, dma->burst.addr,
                                  dma->burst.beats, NULL);
    }
    csim->statistics.load_bursts++;
    dma->last_bus = sth_max64(dma->last_bus, last);
    dma->done = sth_max64(dma->done, last + STH_LAT_LOAD_RETIRE);
    if (!flight->error &&
        sth_mem_is_error(csim->mem, dma->burst.addr,
                         (uint64_t)dma->burst.beats * csim->params.bus_bytes)) {
        flight->error = true;
        flight->error_addr = dma->burst.addr;
    }
    sth_dma_advance(dma, csim->now, last + STH_LAT_LOAD_REUSE);
    if (!dma->pending) {
        finish_issue(csim, dma->done);
        engine->ready = csim->now + STH_LAT_LOAD_NEXT;
    }
}
