/* The interrupt controller does not let the chip through. */
#include "bug.h"

int main(void)
{
    start();
    *(volatile uint32_t *)(STH_PLATFORM_PLIC_BASE + STH_PLATFORM_PLIC_ENABLE) =
        0;
    put_copy();
    doorbell();
    sleep(); /* BUG */
    return STH_BOARD_STATUS_OK;
}
