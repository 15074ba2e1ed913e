/* A load that forgets to post: the store waits for ever. */
#include "bug.h"

int main(void)
{
    start();
    put(load(input, 0, 0));
    put(store(output, S0, 0));
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
