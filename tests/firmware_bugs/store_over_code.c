/* An output that lies in the code. */
#include "bug.h"

/* Not called any more. */
static __attribute__((aligned(64), noinline)) void victim(void)
{
    __asm__ volatile(".space 64");
}

int main(void)
{
    start();
    if (tail != 0)
        victim();
    put(load(input, 0, S0));
    put(store((void *)(uintptr_t)victim, S0, 0));
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
