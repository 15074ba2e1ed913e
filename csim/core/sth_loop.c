/*
 * The event loop: time jumps from one cycle in which somebody acts to the next.
 * tests/core/test_ahead.c holds what engines do ahead of it against a run event
 * by event.
 */
#include "sth_csim.h"

void sth_csim_reset(struct sth_csim *csim)
{
    csim->diagnostics.count = 0;
    sth_bus_reset(&csim->bus);
    sth_banks_reset(&csim->banks);
    sth_front_reset(&csim->front);
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        sth_engine_reset(csim->engine[e]);
    if (csim->sanitizer != NULL)
        sth_sanitizer_reset(csim->sanitizer);
}

/* Control's turn: what happens to the core as a whole. */
static void control(void *block)
{
    struct sth_csim *csim = block;
    struct sth_diagnostic deadlock;

    if (sth_control_reset_is_due(&csim->front.control)) {
        sth_csim_reset(csim);
        return;
    }
    if (sth_control_expires(&csim->front.control) &&
        sth_deadlock_find(csim, &deadlock)) {
        struct sth_diagnostic *kept = sth_diagnostics_add(&csim->diagnostics);

        if (kept != NULL)
            *kept = deadlock;
    }
    sth_control_step(&csim->front.control);
}

void sth_csim_enlist(struct sth_csim *csim)
{
    sth_clock_enlist(&csim->clock, STH_TURN_CONTROL, control, csim);
}

void sth_csim_run(struct sth_csim *csim, uint64_t until, bool stop_on_irq)
{
    struct sth_clock *clock = &csim->clock;

    clock->until = until;
    for (;;) {
        uint64_t cycle = sth_clock_next(clock);

        if (cycle == STH_NEVER && stop_on_irq &&
            !sth_status_busy(&csim->front.status))
            return;
        if (cycle >= until)
            break;
        clock->now = cycle;
        for (int turn = 0; turn < STH_TURNS; turn++) {
            if (clock->next[turn] <= cycle)
                clock->actor[turn].step(clock->actor[turn].block);
        }
        if (clock->holds != 0 || sth_control_watches(&csim->front.control))
            sth_control_update(&csim->front.control);
        if (stop_on_irq && sth_status_irq(&csim->front.status)) {
            /* The line is high from the next cycle. */
            clock->now = cycle + 1;
            return;
        }
    }
    clock->now = sth_max64(clock->now, until);
}
