/* Traps: exceptions, interrupts, and the return from either. */
#ifndef STH_HART_TRAP_H
#define STH_HART_TRAP_H

#include "sth_hart.h"

/* In mstatus. */
#define STH_HART_MIE 0x00000008u
#define STH_HART_MPIE 0x00000080u
#define STH_HART_MPP 0x00001800u

/* What mip and mie have. */
#define STH_HART_INTERRUPTS                                                    \
    (1u << STH_HART_INTERRUPT_SOFTWARE | 1u << STH_HART_INTERRUPT_TIMER |      \
     1u << STH_HART_INTERRUPT_EXTERNAL)

/* Interrupts that are asked for and let through, by bit. */
static inline uint32_t sth_hart_pending(const struct sth_hart_state *state)
{
    return state->mip & state->mie;
}

/* The trap is taken instead of the instruction at pc. */
void sth_hart_trap(struct sth_hart *hart, uint32_t cause, uint32_t value);

/* Takes the most urgent interrupt that is pending, if they are enabled. */
void sth_hart_interrupt(struct sth_hart *hart);

void sth_hart_return(struct sth_hart *hart);

#endif
