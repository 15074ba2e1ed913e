/* A store beyond RAM. */
#include "bug.h"

int main(void)
{
    *(volatile uint32_t *)0xf0000000 = 1; /* BUG */
    return STH_BOARD_STATUS_OK;
}
