/* The common part of every engine; see sth_engine.h. */
#include "sth_engine.h"

#include <stdlib.h>

static void turn(void *block)
{
    sth_engine_step(block);
}

void sth_engine_init(struct sth_engine_state *engine,
                     const struct sth_engine_site *site, enum sth_engine number,
                     const struct sth_engine_ops *ops)
{
    engine->ops = ops;
    engine->params = site->params;
    engine->clock = site->clock;
    engine->port = site->port;
    engine->counter = site->counter;
    engine->number = number;
    engine->turn = STH_TURN_ENGINE + (int)number;
    sth_clock_enlist(engine->clock, engine->turn, turn, engine);
    sth_engine_reset(engine);
}

void sth_engine_reset(struct sth_engine_state *engine)
{
    engine->queue_first = 0;
    engine->queue_count = 0;
    engine->flight_first = 0;
    engine->flight_count = 0;
    engine->ready = 0;
    engine->room_from = 0;
    engine->last_done = 0;
    engine->stop_from = STH_NEVER;
    engine->waits = false;
    engine->awaited = false;
    engine->clock->next[engine->turn] = STH_NEVER;
    engine->ops->reset(engine);
}

void sth_engine_destroy(struct sth_engine_state *engine)
{
    free(engine);
}

void sth_engine_stop(struct sth_engine_state *engine)
{
    engine->stop_from = sth_min64(engine->stop_from, engine->clock->now + 1);
}

void sth_engine_push(struct sth_engine_state *engine,
                     const struct sth_command *command, uint32_t index)
{
    struct sth_queued *entry =
        &engine->queue[(engine->queue_first + engine->queue_count) %
                       STH_QUEUE_MAX];

    entry->command = *command;
    entry->index = index;
    entry->visible = engine->clock->now + STH_LAT_GRANT;
    engine->queue_count++;
    sth_clock_wake(engine->clock, engine->turn, entry->visible);
}

static void retire(struct sth_engine_state *engine)
{
    engine->port->account(engine->port->above);
    engine->port->retired(engine->port->above, engine,
                          sth_engine_oldest(engine));
    engine->flight_first = (engine->flight_first + 1) % STH_FLIGHTS_MAX;
    engine->flight_count--;
}

/* Hands the oldest queued command over; its waits are satisfied. */
static void start(struct sth_engine_state *engine)
{
    const struct sth_queued *entry = &engine->queue[engine->queue_first];
    struct sth_flight *flight;

    engine->port->account(engine->port->above);
    engine->flight_count++;
    flight = sth_engine_newest(engine);
    flight->command = entry->command;
    flight->index = entry->index;
    flight->start = engine->clock->now;
    flight->waited = engine->clock->now - engine->waits_from;
    flight->done = STH_NEVER;
    flight->error = false;
    engine->queue_first = (engine->queue_first + 1) % STH_QUEUE_MAX;
    engine->queue_count--;
    engine->queue[engine->queue_first].visible =
        sth_max64(engine->queue[engine->queue_first].visible,
                  engine->clock->now + STH_LAT_GRANT);
    engine->room_from = engine->clock->now + STH_LAT_QUEUE;
    if (engine->awaited)
        sth_clock_wake(engine->clock, STH_TURN_DISPATCH, engine->room_from);
    engine->port->started(engine->port->above, engine, flight);
    engine->ops->start(engine, flight);
}

/* Whether the oldest queued command could start now but for semaphores. */
static bool may_start(const struct sth_engine_state *engine)
{
    uint64_t now = engine->clock->now;

    return engine->queue_count > 0 && now < engine->stop_from &&
           !sth_clock_resets(engine->clock) &&
           engine->flight_count < engine->ops->flights &&
           engine->ready <= now &&
           engine->queue[engine->queue_first].visible <= now;
}

/* The next cycle in which the engine has something to do. */
static uint64_t next_step(const struct sth_engine_state *engine)
{
    uint64_t now = engine->clock->now;
    uint64_t next = engine->ops->next(engine);

    if (engine->flight_count > 0)
        next = sth_min64(next, engine->flight[engine->flight_first].done);
    if (engine->queue_count > 0 && now < engine->stop_from && !engine->waits &&
        engine->flight_count < engine->ops->flights)
        next = sth_min64(next,
                         sth_max64(engine->ready,
                                   engine->queue[engine->queue_first].visible));
    return next == STH_NEVER ? next : sth_max64(next, now + 1);
}

/* Starts the oldest queued command unless it lacks a semaphore.  Returns the
 * cycle in which to try again, unless one is posted before. */
static uint64_t try_start(struct sth_engine_state *engine)
{
    const struct sth_queued *entry = &engine->queue[engine->queue_first];
    uint64_t from = engine->port->semaphores_from(
        engine->port->above, STH_GET(&entry->command, ANY_WAIT));
    bool ready = from <= engine->clock->now;

    if (!engine->waits)
        engine->waits_from = engine->clock->now;
    if (engine->waits == ready) {
        engine->port->account(engine->port->above);
        engine->waits = !ready;
    }
    if (!ready)
        return from;
    start(engine);
    return STH_NEVER;
}

void sth_engine_step(struct sth_engine_state *engine)
{
    const struct sth_engine_ops *ops = engine->ops;
    struct sth_clock *clock = engine->clock;
    bool free = may_start(engine);
    uint64_t again = STH_NEVER;

    if (ops->settle != NULL)
        ops->settle(engine);
    if (engine->flight_count > 0 &&
        sth_engine_oldest(engine)->done <= clock->now)
        retire(engine);
    if (ops->step != NULL && ops->next(engine) <= clock->now)
        ops->step(engine);
    if (ops->full_waits ? free : may_start(engine))
        again = try_start(engine);
    clock->next[engine->turn] = sth_min64(next_step(engine), again);
}
