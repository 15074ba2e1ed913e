/*
 * What an image uses of the platform besides the accelerator: sleep, the timer,
 * interrupts, the end of the run, and what its stack came to.
 */
#ifndef STH_BOARD_H
#define STH_BOARD_H

/* For assembler too. */
#define STH_BOARD_STACK_PATTERN 0x5ac3a55a
#define STH_TRAP_FRAME_BYTES 128

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* How a run ends; main() returns one of the first two. */
enum sth_board_status {
    STH_BOARD_STATUS_OK,
    STH_BOARD_STATUS_FAILED,
    STH_BOARD_STATUS_PANIC,
    STH_BOARD_STATUS_NESTED_TRAP,
    STH_BOARD_STATUS_STACK_OVERFLOW
};

/* Called before main(): interrupts of all accelerators are on. */
void sth_board_init(void);

/* Ends the run: the stack must have held, if the status is to be kept. */
_Noreturn void sth_board_exit(enum sth_board_status status);

/* Address of the registers of an accelerator; 0: the platform has fewer. */
uintptr_t sth_board_accelerator(uint32_t number);

/* An sth_hal_sleep: by wait-for-interrupt, with the timer as its bound. */
bool sth_board_sleep(uint64_t max_cycles, bool again);

/* Called by the trap handler. */
void sth_board_take_external(void);
void sth_board_take_timer(void);

/* Whether the stack never reached beyond its end; `sp` points to it now. */
bool sth_board_stack_holds(uint32_t sp);

/* Bytes of the stack that were ever used. */
uint32_t sth_board_stack_used(void);

#endif
#endif
