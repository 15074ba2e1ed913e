/*
 * Start-up of a bare-metal image: pointers, traps, memory, main(), exit.  The
 * stack is filled with the pattern that sth_board_stack_used() looks for, and
 * whose lowest word is its guard.
 */
#include "sth_board.h"

    .section .text.start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      sp, __stack_top
    la      t0, sth_trap_entry
    csrw    mtvec, t0
    la      t0, __trap_stack_top
    csrw    mscratch, t0
    la      t0, __data_start
    la      t1, __data_end
    la      t2, __data_load
    beq     t0, t2, 2f          /* it lies where it is loaded */
1:  bgeu    t0, t1, 2f
    lw      t3, 0(t2)
    sw      t3, 0(t0)
    addi    t0, t0, 4
    addi    t2, t2, 4
    j       1b
2:  la      t0, __bss_start
    la      t1, __bss_end
3:  bgeu    t0, t1, 4f
    sw      zero, 0(t0)
    addi    t0, t0, 4
    j       3b
4:  la      t0, __stack_limit
    li      t1, STH_BOARD_STACK_PATTERN
5:  bgeu    t0, sp, 6f
    sw      t1, 0(t0)
    addi    t0, t0, 4
    j       5b
6:  call    sth_board_init
    call    main
    call    sth_board_exit
    .size _start, . - _start
