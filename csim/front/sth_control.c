/* Drain, watchdog and soft reset; see sth_control.h. */
#include "sth_control.h"

void sth_control_reset(struct sth_control *control)
{
    control->quiet = STH_NEVER;
    control->watchdog = STH_RESET_WATCHDOG;
    control->watchdog_base = control->clock->now;
    sth_clock_hold(control->clock, STH_HOLD_RESET, false);
    control->clock->next[STH_TURN_CONTROL] = STH_NEVER;
}

void sth_control_set_watchdog(struct sth_control *control, uint32_t cycles)
{
    control->watchdog = cycles;
    control->watchdog_base = control->clock->now + 1;
}

void sth_control_progress(struct sth_control *control)
{
    control->watchdog_base = control->clock->now;
}

void sth_control_soft_reset(struct sth_control *control)
{
    control->reset_from = control->clock->now;
    /* An address that was on its way in this cycle still goes out. */
    sth_bus_close(control->bus, control->clock->now + 2);
    sth_clock_hold(control->clock, STH_HOLD_RESET, true);
}

/* Whether an engine holds a command, or can start one sooner or later. */
static bool is_active(const struct sth_control *control)
{
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_engine_state *engine = control->engine[e];
        const struct sth_queued *oldest = sth_engine_queued(engine, 0);

        if (sth_engine_busy(engine))
            return true;
        if (oldest != NULL && !sth_engine_stopped(engine) &&
            sth_semaphores_ready(control->semaphores,
                                 STH_GET(&oldest->command, ANY_WAIT)))
            return true;
    }
    return false;
}

/* The lowest index among dispatched commands that have not retired. */
static uint32_t oldest_unretired(const struct sth_control *control)
{
    uint32_t oldest = sth_dispatch_next(control->dispatch);

    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        uint32_t index = 0;

        if (sth_engine_first(control->engine[e], &index) &&
            (int32_t)(index - oldest) < 0)
            oldest = index;
    }
    return oldest;
}

/* The first cycle after now in which the search for the oldest fault may end.
 */
static uint64_t search_end(const struct sth_control *control)
{
    return control->clock->now + STH_LAT_FAULT_REPORT - 1;
}

/* Gives up waiting, or is a fault like others: the older command's wins over
 * one detected in the same cycle. */
static void bark(struct sth_control *control)
{
    struct sth_faults *faults = control->faults;

    if (faults->pending && faults->since < control->clock->now) {
        faults->given_up = true;
        control->quiet = sth_min64(control->quiet, search_end(control));
        control->watchdog_base = control->clock->now;
        return;
    }
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        sth_engine_stop(control->engine[e]);
    sth_faults_raise(faults, STH_FAULT_WATCHDOG, oldest_unretired(control), 0);
    control->watchdog_base = control->clock->now;
}

/* The cycle in which the watchdog expires. */
static uint64_t watchdog_cycle(const struct sth_control *control)
{
    if (control->watchdog == 0 || !sth_status_busy(control->status))
        return STH_NEVER;
    return control->watchdog_base + control->watchdog;
}

/* The last cycle of the soft reset. */
static uint64_t reset_cycle(const struct sth_control *control)
{
    uint64_t idle = sth_bus_idle(control->bus);

    if (!sth_clock_resets(control->clock) || idle == STH_NEVER)
        return STH_NEVER;
    return sth_max64(idle, control->reset_from + 1) + STH_LAT_SOFT_RESET - 1;
}

bool sth_control_reset_is_due(const struct sth_control *control)
{
    return reset_cycle(control) <= control->clock->now;
}

bool sth_control_expires(const struct sth_control *control)
{
    return watchdog_cycle(control) <= control->clock->now;
}

/* Whether a fault waits for the engines to drain. */
static bool drains(const struct sth_control *control)
{
    return control->faults->pending && !control->status->faulted;
}

void sth_control_step(struct sth_control *control)
{
    if (drains(control) && control->quiet <= control->clock->now)
        sth_faults_report(control->faults);
    if (sth_control_expires(control))
        bark(control);
}

void sth_control_update(struct sth_control *control)
{
    uint64_t now = control->clock->now;
    uint64_t next = reset_cycle(control);

    if (drains(control)) {
        if (!control->faults->given_up && is_active(control))
            control->quiet = STH_NEVER;
        else if (control->quiet == STH_NEVER)
            control->quiet = search_end(control);
        next = sth_min64(next, control->quiet);
    }
    next = sth_min64(next, watchdog_cycle(control));
    control->clock->next[STH_TURN_CONTROL] = sth_max64(next, now + 1);
}
