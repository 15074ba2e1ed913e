/*
 * What the four engines have in common: the queue in front, starting commands
 * whose semaphores are there, and retiring in order.
 */
#include "sth_csim.h"

#include <string.h>

#include "sth_load_kernel.h"
#include "sth_matmul.h"
#include "sth_sanitizer.h"
#include "sth_store_kernel.h"
#include "sth_vector_kernel.h"

void sth_engine_reset(struct sth_csim *csim)
{
    static const uint32_t limits[STH_ENGINE_COUNT] = {
        [STH_ENGINE_LOAD] = STH_DEPTH_LOAD_COMMANDS,
        [STH_ENGINE_MATRIX] = STH_DEPTH_MATRIX_COMMANDS,
        [STH_ENGINE_VECTOR] = STH_DEPTH_VECTOR_COMMANDS,
        [STH_ENGINE_STORE] = STH_DEPTH_STORE_COMMANDS,
    };

    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        struct sth_engine_state *engine = &csim->engine[e];

        engine->queue_first = 0;
        engine->queue_count = 0;
        engine->flight_first = 0;
        engine->flight_count = 0;
        engine->flight_limit = limits[e];
        engine->ready = 0;
        engine->last_done = 0;
        engine->stop_from = STH_NEVER;
        engine->waits = false;
        csim->next[e] = STH_NEVER;
    }
    sth_dma_reset(&csim->load, csim->params.load_slots);
    sth_dma_reset(&csim->store, csim->params.store_slots);
    memset(&csim->matrix, 0, sizeof(csim->matrix));
    csim->matrix.last_step = csim->now;
    csim->matrix.stream_free = csim->now;
    csim->matrix.next = STH_NEVER;
    memset(&csim->vector, 0, sizeof(csim->vector));
    memset(&csim->vector_reads, 0, sizeof(csim->vector_reads));
    memset(&csim->vector_writes, 0, sizeof(csim->vector_writes));
}

void sth_engine_stop(struct sth_csim *csim, int e)
{
    csim->engine[e].stop_from =
        sth_min64(csim->engine[e].stop_from, csim->now + 1);
}

bool sth_engine_full(const struct sth_csim *csim, int e)
{
    return csim->engine[e].queue_count == csim->params.queue_depth;
}

void sth_engine_push(struct sth_csim *csim, int e,
                     const struct sth_command *command, uint32_t index)
{
    struct sth_engine_state *engine = &csim->engine[e];
    struct sth_queued *entry =
        &engine->queue[(engine->queue_first + engine->queue_count) %
                       STH_QUEUE_MAX];

    entry->command = *command;
    entry->index = index;
    entry->visible = csim->now + STH_LAT_QUEUE;
    engine->queue_count++;
    sth_csim_wake(csim, e, entry->visible);
}

/* What the command does to the memories; its digest. */
static uint32_t execute(struct sth_csim *csim,
                        const struct sth_command *command)
{
    if (csim->mode == STH_CSIM_TIME_ONLY)
        return 0;
    switch (STH_GET(command, ANY_OPCODE)) {
    case STH_OP_LOAD:
        return sth_kernel_load(&csim->chip, command, csim->mem);
    case STH_OP_STORE:
        return sth_kernel_store(&csim->chip, command, csim->mem);
    case STH_OP_MATMUL:
        return sth_kernel_matmul(&csim->chip, command);
    case STH_OP_VECTOR:
        return sth_kernel_vector(&csim->chip, command);
    default:
        return 0;
    }
}

static void record_event(struct sth_csim *csim, const struct sth_event *event,
                         const struct sth_command *command)
{
    if (csim->on_retire != NULL)
        csim->on_retire(csim->context, event, command);
    if (csim->event_capacity == 0)
        return;
    if (csim->event_count == csim->event_capacity) {
        csim->event_first = (csim->event_first + 1) % csim->event_capacity;
        csim->event_count--;
        csim->statistics.events_lost++;
    }
    csim->event[(csim->event_first + csim->event_count) %
                csim->event_capacity] = *event;
    csim->event_count++;
}

static void retire(struct sth_csim *csim, int e)
{
    struct sth_engine_state *engine = &csim->engine[e];
    struct sth_flight *flight = sth_flight_oldest(engine);
    const struct sth_command *command = &flight->command;

    sth_counters_advance(csim);
    csim->watchdog_base = csim->now;
    if (flight->error) {
        sth_engine_stop(csim, e);
        sth_fault_raise(csim,
                        e == STH_ENGINE_LOAD ? STH_FAULT_LOAD_BUS
                                             : STH_FAULT_STORE_BUS,
                        flight->index, flight->error_addr);
    } else {
        struct sth_event event = {
            .index = flight->index,
            .engine = (uint32_t)e,
            .start = flight->start,
            .end = csim->now,
            .digest = execute(csim, command),
        };

        csim->retired++;
        if (STH_GET(command, ANY_IRQ) != 0)
            csim->irq_status |= STH_IRQ_STATUS_COMMAND;
        sth_counters_retire(csim, e, command);
        sth_semaphores_post(csim, (uint32_t)e, flight->index,
                            STH_GET(command, ANY_POST));
        if (csim->sanitizer != NULL)
            sth_sanitizer_retire(csim->sanitizer, (uint32_t)e, flight->index,
                                 command);
        record_event(csim, &event, command);
    }
    engine->flight_first = (engine->flight_first + 1) % STH_FLIGHTS_MAX;
    engine->flight_count--;
}

/* Hands the oldest queued command over; its waits are satisfied. */
static void start(struct sth_csim *csim, int e)
{
    struct sth_engine_state *engine = &csim->engine[e];
    struct sth_queued *entry = &engine->queue[engine->queue_first];
    struct sth_flight *flight;

    sth_counters_advance(csim);
    engine->flight_count++;
    flight = sth_flight_newest(engine);
    flight->command = entry->command;
    flight->index = entry->index;
    flight->start = csim->now;
    flight->done = STH_NEVER;
    flight->error = false;
    sth_semaphores_take(csim, STH_GET(&flight->command, ANY_WAIT));
    engine->queue_first = (engine->queue_first + 1) % STH_QUEUE_MAX;
    engine->queue_count--;
    sth_front_queue_popped(csim, e);
    if (csim->sanitizer != NULL)
        sth_sanitizer_start(csim->sanitizer, (uint32_t)e, flight->index,
                            &flight->command);
    switch (e) {
    case STH_ENGINE_LOAD:
        sth_load_start(csim, flight);
        break;
    case STH_ENGINE_MATRIX:
        sth_matrix_start(csim, flight);
        break;
    case STH_ENGINE_VECTOR:
        sth_vector_start(csim, flight);
        break;
    default:
        sth_store_start(csim, flight);
        break;
    }
}

/* Whether the oldest queued command could start now but for semaphores. */
static bool may_start(const struct sth_csim *csim,
                      const struct sth_engine_state *engine)
{
    return engine->queue_count > 0 && csim->now < engine->stop_from &&
           !csim->resetting && engine->flight_count < engine->flight_limit &&
           engine->ready <= csim->now &&
           engine->queue[engine->queue_first].visible <= csim->now;
}

/* The next cycle in which the engine has something to do. */
static uint64_t next_step(const struct sth_csim *csim, int e)
{
    const struct sth_engine_state *engine = &csim->engine[e];
    uint64_t next = STH_NEVER;

    if (engine->flight_count > 0)
        next = engine->flight[engine->flight_first].done;
    if (e == STH_ENGINE_LOAD && csim->load.pending)
        next = sth_min64(next, csim->load.issue);
    if (e == STH_ENGINE_STORE)
        next = sth_min64(next, sth_store_next(csim));
    if (e == STH_ENGINE_MATRIX)
        next = sth_min64(next, csim->matrix.next);
    if (e == STH_ENGINE_VECTOR && csim->vector.active)
        next = sth_min64(next, csim->vector.check);
    if (engine->queue_count > 0 && csim->now < engine->stop_from &&
        !engine->waits && engine->flight_count < engine->flight_limit)
        next = sth_min64(next,
                         sth_max64(engine->ready,
                                   engine->queue[engine->queue_first].visible));
    return next == STH_NEVER ? next : sth_max64(next, csim->now + 1);
}

/* Starts the oldest queued command unless it lacks a semaphore. */
static void try_start(struct sth_csim *csim, int e)
{
    struct sth_engine_state *engine = &csim->engine[e];
    bool ready = sth_semaphores_ready(
        csim, STH_GET(&engine->queue[engine->queue_first].command, ANY_WAIT));

    if (engine->waits == ready) {
        sth_counters_advance(csim);
        engine->waits = !ready;
    }
    if (ready)
        start(csim, e);
}

void sth_engine_step(struct sth_csim *csim, int e)
{
    struct sth_engine_state *engine = &csim->engine[e];
    bool free = may_start(csim, engine);

    if (e == STH_ENGINE_VECTOR && csim->vector.active &&
        csim->vector.check <= csim->now)
        sth_vector_step(csim);
    if (e == STH_ENGINE_LOAD && engine->flight_count > 0 &&
        sth_flight_oldest(engine)->done <= csim->now)
        sth_flight_oldest(engine)->done = sth_load_done(csim);
    if (engine->flight_count > 0 &&
        sth_flight_oldest(engine)->done <= csim->now)
        retire(csim, e);
    if (e == STH_ENGINE_LOAD && csim->load.pending &&
        csim->load.issue <= csim->now)
        sth_load_step(csim);
    if (e == STH_ENGINE_STORE && sth_store_next(csim) <= csim->now)
        sth_store_step(csim);
    if (e == STH_ENGINE_MATRIX && csim->matrix.next <= csim->now)
        sth_matrix_step(csim);
    /* A full matrix engine takes a command only in the next cycle. */
    if (e == STH_ENGINE_MATRIX ? free : may_start(csim, engine))
        try_start(csim, e);
    csim->next[e] = next_step(csim, e);
}
