/* Traps: interrupts are taken, everything else ends the run with a report. */
#include <stddef.h>

#include "sth_trap.h"
#include "sth_board.h"
#include "sth_console.h"

_Static_assert(sizeof(struct sth_trap_frame) == STH_TRAP_FRAME_BYTES,
               "the frame is what the assembler saves");

#define INTERRUPT 0x80000000u
#define MACHINE_TIMER (INTERRUPT | 7u)
#define MACHINE_EXTERNAL (INTERRUPT | 11u)

#define READ_CSR(name)                                                         \
    ({                                                                         \
        uint32_t csr_;                                                         \
        __asm__ volatile("csrr %0, " #name : "=r"(csr_));                      \
        csr_;                                                                  \
    })

static const char *cause_name(uint32_t cause)
{
    static const char *const name[] = {
        "instruction address misaligned",
        "instruction access fault",
        "illegal instruction",
        "breakpoint",
        "load address misaligned",
        "load access fault",
        "store address misaligned",
        "store access fault",
        "environment call",
    };

    if (cause < sizeof name / sizeof name[0])
        return name[cause];
    return (cause & INTERRUPT) != 0 ? "unexpected interrupt"
                                    : "unexpected exception";
}

static void put_pair(const char *what, uint32_t value)
{
    sth_console_text(what);
    sth_console_hex(value);
}

/* One line: what, where, and who called. */
static _Noreturn void panic(const char *what, uint32_t pc,
                            const struct sth_trap_frame *frame,
                            enum sth_board_status status)
{
    sth_console_text("panic: ");
    sth_console_text(what);
    put_pair(", pc ", pc);
    put_pair(", cause ", READ_CSR(mcause));
    put_pair(", value ", READ_CSR(mtval));
    if (frame != NULL) {
        put_pair(", ra ", frame->x[0]);
        put_pair(", sp ", frame->x[1]);
    }
    sth_console_text("\n");
    sth_board_exit(status);
}

uint32_t sth_trap_take(const struct sth_trap_frame *frame)
{
    const uint32_t cause = READ_CSR(mcause);

    if (!sth_board_stack_holds(frame->x[1]))
        panic("stack overflow", frame->pc, frame,
              STH_BOARD_STATUS_STACK_OVERFLOW);
    if (cause == MACHINE_EXTERNAL)
        sth_board_take_external();
    else if (cause == MACHINE_TIMER)
        sth_board_take_timer();
    else
        panic(cause_name(cause), frame->pc, frame, STH_BOARD_STATUS_PANIC);
    return frame->pc;
}

/* The third in a row says nothing: it is the report that fails. */
_Noreturn void sth_trap_nested(void)
{
    static bool is_reported;

    if (is_reported)
        sth_board_exit(STH_BOARD_STATUS_NESTED_TRAP);
    is_reported = true;
    panic("trap within a trap", READ_CSR(mepc), NULL,
          STH_BOARD_STATUS_NESTED_TRAP);
}
