/*
 * Where every trap begins.  mscratch holds the top of the trap stack outside of
 * traps and 0 within one, so that a trap within a trap is seen; registers are
 * saved as struct sth_trap_frame, x1 first.
 */
#include "sth_board.h"

    .cfi_sections .debug_frame
    .text
    .balign 4
    .globl sth_trap_entry
    .type sth_trap_entry, @function
sth_trap_entry:
    .cfi_startproc
    /* What is said of the frame holds while sth_trap_take() runs: registers are
     * where they were saved, and column 64 is the pc that was interrupted. */
    .cfi_signal_frame
    .cfi_return_column 64
    .cfi_def_cfa sp, STH_TRAP_FRAME_BYTES
    .cfi_offset 64, 124 - STH_TRAP_FRAME_BYTES
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    .cfi_offset \n, 4 * (\n - 1) - STH_TRAP_FRAME_BYTES
    .endr
    csrrw   sp, mscratch, sp
    beqz    sp, nested
    addi    sp, sp, -STH_TRAP_FRAME_BYTES
    .irp    n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sw      x\n, 4 * (\n - 1)(sp)
    .endr
    csrrw   t0, mscratch, zero
    sw      t0, 4(sp)           /* x2 */
    csrr    t1, mepc
    sw      t1, 124(sp)
    mv      a0, sp
    call    sth_trap_take
    csrw    mepc, a0
    lw      t0, 4(sp)
    .irp    n, 1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lw      x\n, 4 * (\n - 1)(sp)
    .endr
    /* sp and t0 last: mscratch is the top of the trap stack again. */
    csrw    mscratch, t0
    lw      t0, 16(sp)
    addi    sp, sp, STH_TRAP_FRAME_BYTES
    csrrw   sp, mscratch, sp
    mret
    .cfi_endproc
/* The first trap's report is cut short: this one's has a stack of its own. */
nested:
    la      sp, __trap_stack_top
    call    sth_trap_nested
    .size sth_trap_entry, . - sth_trap_entry
