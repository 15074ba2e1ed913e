/* A post that nobody waits for. */
#include "bug.h"

int main(void)
{
    start();
    put(load(input, 0, S0));
    put(store(output, S0, S1));
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
