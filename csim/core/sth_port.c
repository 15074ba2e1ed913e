/* What engines see of the core: semaphores, retirement, faults, counters. */
#include "sth_csim.h"

#include "sth_decode.h"

static void account(void *above)
{
    struct sth_csim *csim = above;

    sth_counters_advance(&csim->front.counters);
}

static uint64_t semaphores_from(void *above, uint32_t mask)
{
    const struct sth_csim *csim = above;

    return sth_semaphores_from(&csim->front.semaphores, mask);
}

static void started(void *above, const struct sth_engine_state *engine,
                    const struct sth_flight *flight)
{
    struct sth_csim *csim = above;
    const struct sth_command *command = &flight->command;

    sth_semaphores_take(&csim->front.semaphores, STH_GET(command, ANY_WAIT));
    if (csim->sanitizer != NULL)
        sth_sanitizer_start(csim->sanitizer, engine->number, flight->index,
                            command);
}

/* What the command does to the memories; its digest. */
static uint32_t execute(struct sth_csim *csim,
                        const struct sth_engine_state *engine,
                        const struct sth_command *command)
{
    if (csim->mode == STH_CSIM_TIME_ONLY || sth_decode_is_sync(command))
        return 0;
    return engine->ops->execute(&csim->chip, command,
                                sth_bus_storage(&csim->bus));
}

static void fail(struct sth_csim *csim, struct sth_engine_state *engine,
                 const struct sth_flight *flight)
{
    sth_engine_stop(engine);
    sth_faults_raise(&csim->front.faults,
                     engine->number == STH_ENGINE_LOAD ? STH_FAULT_LOAD_BUS
                                                       : STH_FAULT_STORE_BUS,
                     flight->index, flight->error_addr);
}

static void retired(void *above, struct sth_engine_state *engine,
                    const struct sth_flight *flight)
{
    struct sth_csim *csim = above;
    struct sth_front *front = &csim->front;
    const struct sth_command *command = &flight->command;
    struct sth_event event = {
        .index = flight->index,
        .engine = engine->number,
        .start = flight->start,
        .end = csim->clock.now,
        .waited = flight->waited,
    };

    sth_control_progress(&front->control);
    if (flight->error) {
        fail(csim, engine, flight);
        return;
    }
    event.digest = execute(csim, engine, command);
    sth_status_retire(&front->status);
    if (STH_GET(command, ANY_IRQ) != 0)
        sth_status_raise_irq(&front->status, STH_IRQ_STATUS_COMMAND);
    sth_counters_retire(&front->counters, engine->number, command);
    sth_semaphores_post(&front->semaphores, engine->number, flight->index,
                        STH_GET(command, ANY_POST));
    if (csim->sanitizer != NULL)
        sth_sanitizer_retire(csim->sanitizer, engine->number, flight->index,
                             command);
    if (csim->on_retire != NULL)
        csim->on_retire(csim->context, &event, command);
    sth_events_put(&csim->events, &event);
}

struct sth_engine_port sth_csim_port(struct sth_csim *csim)
{
    return (struct sth_engine_port){csim, account, semaphores_from, started,
                                    retired};
}
