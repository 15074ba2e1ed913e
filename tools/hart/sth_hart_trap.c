#include "sth_hart_trap.h"

#include "sth_hart_cycles.h"

void sth_hart_trap(struct sth_hart *hart, uint32_t cause, uint32_t value)
{
    struct sth_hart_state *s = &hart->state;
    const bool vectored = cause & STH_HART_CAUSE_INTERRUPT && s->mtvec & 1;

    if (hart->listener.exception && !(cause & STH_HART_CAUSE_INTERRUPT))
        hart->listener.exception(hart->listener.user, cause, value);
    if (s->unsaved) {
        s->double_faults++;
        if (hart->stop == STH_HART_STOP_NONE) {
            hart->stop = STH_HART_STOP_DOUBLE_FAULT;
            hart->report =
                (struct sth_hart_report){.pc = s->pc, .first = s->trap};
        }
    }
    s->trap = (struct sth_hart_trap){cause, s->pc, value, s->cycles};
    s->traps++;
    s->unsaved = true;
    s->reserving = false;
    s->mepc = s->pc;
    s->mcause = cause;
    s->mtval = value;
    s->mstatus = (s->mstatus & ~(STH_HART_MIE | STH_HART_MPIE)) |
                 (s->mstatus & STH_HART_MIE ? STH_HART_MPIE : 0);
    s->pc = (s->mtvec & ~3u) + (vectored ? 4 * (cause & 0xff) : 0);
    s->cycles += STH_HART_CYCLES_TRAP;
}

void sth_hart_interrupt(struct sth_hart *hart)
{
    static const uint32_t urgency[] = {STH_HART_INTERRUPT_EXTERNAL,
                                       STH_HART_INTERRUPT_SOFTWARE,
                                       STH_HART_INTERRUPT_TIMER};
    const uint32_t pending = sth_hart_pending(&hart->state);

    if (!(hart->state.mstatus & STH_HART_MIE))
        return;
    for (unsigned i = 0; i < sizeof(urgency) / sizeof(*urgency); i++)
        if (pending >> urgency[i] & 1) {
            sth_hart_trap(hart, STH_HART_CAUSE_INTERRUPT | urgency[i], 0);
            return;
        }
}

void sth_hart_return(struct sth_hart *hart)
{
    struct sth_hart_state *s = &hart->state;

    s->mstatus = (s->mstatus & ~STH_HART_MIE) | STH_HART_MPIE |
                 (s->mstatus & STH_HART_MPIE ? STH_HART_MIE : 0);
    s->unsaved = false;
    s->reserving = false;
    s->pc = s->mepc;
}
