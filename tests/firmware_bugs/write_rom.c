/* A store to the ROM. */
#include "bug.h"

int main(void)
{
    *(volatile uint32_t *)STH_PLATFORM_ROM_BASE = 1; /* BUG */
    return STH_BOARD_STATUS_OK;
}
