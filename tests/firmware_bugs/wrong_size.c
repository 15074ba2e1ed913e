/* A load beyond the scratchpad. */
#include "bug.h"

int main(void)
{
    start();
    put(copy(STH_OP_LOAD, input, 1u << 28, 64, 0, S0));
    put(store(output, S0, 0));
    doorbell(); /* BUG */
    sleep();
    return STH_BOARD_STATUS_OK;
}
