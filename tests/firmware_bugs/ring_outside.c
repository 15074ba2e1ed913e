/* A ring beyond memory. */
#include "bug.h"

int main(void)
{
    set_up();
    REG(RING_BASE_LO) = 0x40000000;
    REG(CTRL) = STH_CTRL_ENABLE;
    put_copy();
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
