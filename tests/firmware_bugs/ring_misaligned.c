/* A ring that is no multiple of 4096. */
#include "bug.h"

int main(void)
{
    set_up();
    REG(RING_BASE_LO) = bus(&ring[1]); /* BUG */
    REG(CTRL) = STH_CTRL_ENABLE;
    return STH_BOARD_STATUS_OK;
}
