/* TAIL announces more than the ring has room for. */
#include "bug.h"

int main(void)
{
    start();
    for (uint32_t i = 0; i < RING; i++)
        put(load(input, 0, 0));
    put(store(output, 0, 0));
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
