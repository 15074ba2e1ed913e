/*
 * Faults: detected, drained, reported.  Also the two other things that happen
 * to the core as a whole: watchdog and soft reset.
 */
#include "sth_csim.h"

void sth_fault_raise(struct sth_csim *csim, enum sth_fault code, uint32_t index,
                     uint64_t addr)
{
    struct sth_fault_state *fault = &csim->fault;

    if (fault->reported)
        return;
    csim->front.stop_from = sth_min64(csim->front.stop_from, csim->now + 1);
    if (fault->pending && (int32_t)(index - fault->index) >= 0)
        return;
    if (!fault->pending) {
        fault->since = csim->now;
        fault->quiet = STH_NEVER;
    }
    fault->pending = true;
    fault->code = code;
    fault->index = index;
    fault->addr = addr;
}

/* Whether an engine holds a command, or can start one sooner or later. */
static bool active(const struct sth_csim *csim)
{
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_engine_state *engine = &csim->engine[e];

        if (engine->flight_count > 0)
            return true;
        if (engine->queue_count > 0 && engine->stop_from == STH_NEVER &&
            sth_semaphores_ready(
                csim,
                STH_GET(&engine->queue[engine->queue_first].command, ANY_WAIT)))
            return true;
    }
    return false;
}

static void report(struct sth_csim *csim)
{
    sth_counters_advance(csim);
    csim->fault.reported = true;
    csim->irq_status |= STH_IRQ_STATUS_FAULT;
}

/* The lowest index among dispatched commands that have not retired. */
static uint32_t oldest_unretired(const struct sth_csim *csim)
{
    const struct sth_front *front = &csim->front;
    uint32_t oldest = front->decoded - (front->decoding ? 1u : 0u);

    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_engine_state *engine = &csim->engine[e];
        uint32_t index;

        if (engine->flight_count > 0)
            index = engine->flight[engine->flight_first].index;
        else if (engine->queue_count > 0)
            index = engine->queue[engine->queue_first].index;
        else
            continue;
        if ((int32_t)(index - oldest) < 0)
            oldest = index;
    }
    return oldest;
}

/* Gives up waiting, or is a fault like others: the older command's wins over
 * one detected in the same cycle. */
static void bark(struct sth_csim *csim)
{
    struct sth_diagnostic deadlock;
    struct sth_diagnostic *kept;

    if (csim->fault.pending && csim->fault.since < csim->now) {
        report(csim);
        return;
    }
    if (sth_deadlock_find(csim, &deadlock)) {
        kept = sth_diagnostics_add(&csim->diagnostics);
        if (kept != NULL)
            *kept = deadlock;
    }
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        sth_engine_stop(csim, e);
    sth_fault_raise(csim, STH_FAULT_WATCHDOG, oldest_unretired(csim), 0);
    csim->watchdog_base = csim->now;
}

/* The cycle in which the watchdog expires. */
static uint64_t watchdog_cycle(const struct sth_csim *csim)
{
    if (csim->watchdog == 0 || !sth_csim_busy(csim))
        return STH_NEVER;
    return csim->watchdog_base + csim->watchdog;
}

/* The last cycle of the soft reset. */
static uint64_t reset_cycle(const struct sth_csim *csim)
{
    uint64_t dma = sth_max64(csim->load.last_bus, csim->store.last_bus);
    uint64_t idle = sth_max64(csim->front.last_bus, dma + 1) + 1;

    if (!csim->resetting || csim->store.reader.count > 0)
        return STH_NEVER;
    return sth_max64(idle, csim->reset_from + 1) + STH_LAT_SOFT_RESET - 1;
}

void sth_fault_step(struct sth_csim *csim)
{
    if (reset_cycle(csim) <= csim->now) {
        sth_csim_reset(csim);
        return;
    }
    if (csim->fault.pending && !csim->fault.reported &&
        csim->fault.quiet <= csim->now)
        report(csim);
    if (watchdog_cycle(csim) <= csim->now)
        bark(csim);
}

void sth_fault_update(struct sth_csim *csim)
{
    struct sth_fault_state *fault = &csim->fault;
    uint64_t next = reset_cycle(csim);

    if (fault->pending && !fault->reported) {
        if (active(csim))
            fault->quiet = STH_NEVER;
        else if (fault->quiet == STH_NEVER)
            fault->quiet = csim->now + STH_LAT_FAULT_REPORT - 1;
        next = sth_min64(next, fault->quiet);
    }
    next = sth_min64(next, watchdog_cycle(csim));
    csim->next[STH_ACTOR_CONTROL] = sth_max64(next, csim->now + 1);
}
