/* A wait for commands of which none interrupts. */
#include "bug.h"

int main(void)
{
    start();
    put(load(input, 0, 0));
    doorbell();
    sleep(); /* BUG */
    return STH_BOARD_STATUS_OK;
}
