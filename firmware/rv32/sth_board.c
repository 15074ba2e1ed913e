/* What an image uses of the platform besides the accelerator. */
#include "sth_board.h"
#include "sth_console.h"
#include "sth_platform.h"

enum {
    MSTATUS_MIE = 1 << 3,
    MIE_TIMER = 1 << 7,
    MIE_EXTERNAL = 1 << 11,
    ACCELS = STH_PLATFORM_ACCEL_BYTES / STH_PLATFORM_ACCEL_STRIDE
};

extern uint32_t __stack_limit[], __stack_top[];

/*
 * The source that the handler took and that is not given back yet: its line is
 * high until the driver has acknowledged, which it has before it sleeps again.
 */
static volatile uint32_t claimed;
static volatile bool is_over; /* the time of a sleep */

static volatile uint32_t *word(uint32_t base, uint32_t offset)
{
    return (volatile uint32_t *)(base + offset);
}

#define PLIC(reg) word(STH_PLATFORM_PLIC_BASE, STH_PLATFORM_PLIC_##reg)
#define CLINT(reg) word(STH_PLATFORM_CLINT_BASE, STH_PLATFORM_CLINT_##reg)

void sth_board_init(void)
{
    for (uint32_t n = 0; n < ACCELS; n++) {
        const uint32_t source = STH_PLATFORM_ACCEL_SOURCE + n;

        PLIC(PRIORITY)[source] = 1;
        PLIC(ENABLE)[source / 32] |= 1u << source % 32;
    }
    *PLIC(THRESHOLD) = 0;
    __asm__ volatile("csrs mie, %0" ::"r"(MIE_EXTERNAL));
    __asm__ volatile("csrs mstatus, %0" ::"r"(MSTATUS_MIE));
}

_Noreturn void sth_board_exit(enum sth_board_status status)
{
    if (status <= STH_BOARD_STATUS_FAILED &&
        !sth_board_stack_holds((uintptr_t)__stack_top)) {
        sth_console_text("panic: stack overflow, seen at the end\n");
        status = STH_BOARD_STATUS_STACK_OVERFLOW;
    }
    *word(STH_PLATFORM_FINISHER_BASE, STH_PLATFORM_FINISHER_EXIT) =
        status == STH_BOARD_STATUS_OK
            ? STH_PLATFORM_FINISHER_PASS
            : STH_PLATFORM_FINISHER_FAIL | (uint32_t)status << 16;
    for (;;)
        __asm__ volatile("wfi");
}

uintptr_t sth_board_accelerator(uint32_t number)
{
    return number < ACCELS
               ? STH_PLATFORM_ACCEL_BASE + number * STH_PLATFORM_ACCEL_STRIDE
               : 0;
}

static uint64_t now(void)
{
    uint32_t low, high;

    do {
        high = CLINT(MTIME)[1];
        low = CLINT(MTIME)[0];
    } while (high != CLINT(MTIME)[1]);
    return (uint64_t)high << 32 | low;
}

/* Never early on the way: the upper half is the largest while the lower
 * changes. */
static void arm(uint64_t cycles)
{
    const uint64_t begin = now();
    const uint64_t end = begin + cycles < begin ? UINT64_MAX : begin + cycles;

    CLINT(MTIMECMP)[1] = UINT32_MAX;
    CLINT(MTIMECMP)[0] = (uint32_t)end;
    CLINT(MTIMECMP)[1] = (uint32_t)(end >> 32);
    is_over = false;
    __asm__ volatile("csrs mie, %0" ::"r"(MIE_TIMER));
}

/*
 * Interrupts are off between the look and the sleep, which an interrupt ends
 * nevertheless; it is taken when they are on again.
 */
bool sth_board_sleep(uint64_t max_cycles, bool again)
{
    if (!again)
        arm(max_cycles);
    if (claimed != 0) {
        const uint32_t source = claimed;

        claimed = 0;
        *PLIC(CLAIM) = source;
    }
    __asm__ volatile("csrc mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
    if (claimed == 0 && !is_over)
        __asm__ volatile("wfi");
    __asm__ volatile("csrs mstatus, %0" ::"r"(MSTATUS_MIE) : "memory");
    return !is_over;
}

void sth_board_take_external(void)
{
    const uint32_t source = *PLIC(CLAIM);

    if (source != 0)
        claimed = source;
}

void sth_board_take_timer(void)
{
    is_over = true;
    __asm__ volatile("csrc mie, %0" ::"r"(MIE_TIMER));
}

bool sth_board_stack_holds(uint32_t sp)
{
    return sp >= (uintptr_t)__stack_limit &&
           __stack_limit[0] == STH_BOARD_STACK_PATTERN;
}

uint32_t sth_board_stack_used(void)
{
    const uint32_t *at = __stack_limit;

    while (at != __stack_top && *at == STH_BOARD_STACK_PATTERN)
        at++;
    return (uint32_t)((uintptr_t)__stack_top - (uintptr_t)at);
}
