/* A wait while mie is zero. */
#include "bug.h"

int main(void)
{
    start();
    put_copy();
    doorbell();
    __asm__ volatile("csrw mie, zero");
    __asm__ volatile("wfi"); /* BUG */
    return STH_BOARD_STATUS_OK;
}
