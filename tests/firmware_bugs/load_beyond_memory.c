/* An address beyond memory: the bus answers with an error. */
#include "bug.h"

int main(void)
{
    start();
    put(load((void *)(uintptr_t)(STH_PLATFORM_RAM_BASE + 0x20000000u), 0, 0));
    doorbell(); /* BUG */
    sleep();
    return STH_BOARD_STATUS_OK;
}
