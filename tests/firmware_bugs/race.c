/* Nothing orders the store behind the load. */
#include "bug.h"

int main(void)
{
    start();
    put(load(input, 0, 0));
    doorbell();
    put(store(output, 0, 0));
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
