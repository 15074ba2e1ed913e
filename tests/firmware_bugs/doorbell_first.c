/* The doorbell rings before the command is in memory. */
#include "bug.h"

int main(void)
{
    start();
    put(load(input, 0, S0));
    tail++;
    doorbell(); /* BUG */
    tail--;
    put(store(output, S0, 0));
    finish();
    return STH_BOARD_STATUS_OK;
}
