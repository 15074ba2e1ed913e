/* The reset is still going on when the next register is written. */
#include "bug.h"

int main(void)
{
    REG(CTRL) = STH_CTRL_SOFT_RESET;
    REG(RING_BASE_LO) = bus(ring); /* BUG */
    return STH_BOARD_STATUS_OK;
}
