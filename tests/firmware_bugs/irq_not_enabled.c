/* A wait while IRQ_ENABLE is zero. */
#include "bug.h"

int main(void)
{
    start();
    REG(IRQ_ENABLE) = 0;
    put_copy();
    doorbell();
    sleep(); /* BUG */
    return STH_BOARD_STATUS_OK;
}
