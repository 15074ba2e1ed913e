/* A load of memory that nobody has written. */
#include "bug.h"

static uint8_t weights[64] __attribute__((section(".noinit"), aligned(64)));

int main(void)
{
    start();
    put(load(weights, 0, S0));
    put(store(output, S0, 0));
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
