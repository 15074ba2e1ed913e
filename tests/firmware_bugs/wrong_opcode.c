/* A command that there is not. */
#include "bug.h"

int main(void)
{
    start();
    put(copy(0x99, input, 0, 64, 0, 0));
    doorbell(); /* BUG */
    sleep();
    return STH_BOARD_STATUS_OK;
}
