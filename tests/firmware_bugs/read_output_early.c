/* The processor reads an output before it has looked whether it is there. */
#include "bug.h"

int main(void)
{
    uint32_t sum;

    start();
    put_copy();
    doorbell();
    for (volatile uint32_t i = 0; i < 1000; i++) /* long enough, it seems */
        ;
    sum = output[0]; /* BUG */
    finish();
    return sum == 1 ? STH_BOARD_STATUS_OK : STH_BOARD_STATUS_FAILED;
}
