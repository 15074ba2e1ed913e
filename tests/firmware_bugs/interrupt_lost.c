/* The interrupt is cleared behind the look: it tells nothing any more. */
#include "bug.h"

int main(void)
{
    start();
    put_copy();
    doorbell();
    while (REG(RETIRED) != tail) {
        for (volatile uint32_t i = 0; i < 1000; i++)
            ;
        REG(IRQ_STATUS) = STH_IRQ_STATUS_COMMAND;
        sleep(); /* BUG */
    }
    return STH_BOARD_STATUS_OK;
}
