/* The fault of the core; see sth_faults.h. */
#include "sth_faults.h"

void sth_faults_reset(struct sth_faults *faults)
{
    faults->pending = false;
    faults->given_up = false;
    faults->stop_from = STH_NEVER;
    sth_clock_hold(faults->status->clock, STH_HOLD_FAULT, false);
}

void sth_faults_raise(struct sth_faults *faults, enum sth_fault code,
                      uint32_t index, uint64_t addr)
{
    struct sth_clock *clock = faults->status->clock;

    if (faults->status->faulted)
        return;
    faults->stop_from = sth_min64(faults->stop_from, clock->now + 1);
    if (faults->given_up ||
        (faults->pending && (int32_t)(index - faults->index) >= 0))
        return;
    if (!faults->pending)
        faults->since = clock->now;
    faults->pending = true;
    faults->code = code;
    faults->index = index;
    faults->addr = addr;
    sth_clock_hold(clock, STH_HOLD_FAULT, true);
}

void sth_faults_report(struct sth_faults *faults)
{
    sth_counters_advance(faults->counters);
    faults->status->faulted = true;
    sth_status_raise_irq(faults->status, STH_IRQ_STATUS_FAULT);
}
