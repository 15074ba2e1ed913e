/* An output that lies in the ring. */
#include "bug.h"

int main(void)
{
    start();
    put(load(input, 0, S0));
    put(store(&ring[32], S0, 0));
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
