/* No bug: nothing is said. */
#include "bug.h"

int main(void)
{
    start();
    for (uint32_t i = 0; i < RING; i++) {
        put_copy();
        doorbell();
        finish();
        input[0] = output[0];
    }
    return STH_BOARD_STATUS_OK;
}
