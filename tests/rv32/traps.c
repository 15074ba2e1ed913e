/*
 * An image whose first word of memory says what it does: shows what start-up
 * and console make, or goes wrong in one of the ways that a trap reports.
 */
#include "sth_board.h"
#include "sth_console.h"

static volatile uint32_t what __attribute__((section(".mailbox"), used));
static volatile uint32_t initialised = 0x12345678, cleared;

extern volatile uint32_t __stack_limit[];

static void show(void)
{
    const uint32_t value[] = {0, 9, 10, 4294967295u};

    sth_console_hex(initialised);
    sth_console_text(" ");
    sth_console_hex(cleared);
    for (uint32_t i = 0; i < sizeof value / sizeof value[0]; i++) {
        sth_console_text(" ");
        sth_console_decimal(value[i]);
    }
    sth_console_text("\n");
}

/* Uses all of the stack and a little more. */
static uint32_t overflow(uint32_t depth)
{
    volatile uint32_t room[64];

    room[depth % 64] = depth;
    return depth == 0 ? 0 : overflow(depth - 1) + room[depth % 64];
}

int main(void)
{
    switch (what) {
    case 0:
        show();
        return STH_BOARD_STATUS_OK;
    case 1:
        return STH_BOARD_STATUS_FAILED;
    case 2:
        return *(volatile int *)0x60000000;
    case 3:
        *(volatile int *)0x60000004 = 0;
        break;
    case 4:
        __asm__ volatile(".word 0xffffffff");
        break;
    case 5:
        __asm__ volatile("ebreak");
        break;
    case 6: /* beyond memory, or into what is below */
        return overflow(8192 / 256) == 0;
    case 8: /* a word too many, seen at the end */
        *__stack_limit = 0;
        return STH_BOARD_STATUS_OK;
    case 7: /* no source of interrupts is left */
        __asm__ volatile("csrw mie, zero");
        for (;;)
            __asm__ volatile("wfi");
    default:
        break;
    }
    return STH_BOARD_STATUS_FAILED;
}
