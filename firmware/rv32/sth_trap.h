/* Traps: interrupts are taken, everything else ends the run with a report. */
#ifndef STH_TRAP_H
#define STH_TRAP_H

#include <stdint.h>

/* What the trap interrupted. */
struct sth_trap_frame {
    uint32_t x[31]; /* registers 1 to 31 */
    uint32_t pc;
};

/* Called by sth_trap_entry; returns the pc to go on from. */
uint32_t sth_trap_take(const struct sth_trap_frame *frame);

/* Called by sth_trap_entry for a trap within a trap. */
_Noreturn void sth_trap_nested(void);

#endif
