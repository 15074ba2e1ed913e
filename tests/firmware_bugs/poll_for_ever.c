/* A deadlock that firmware looks at, awake. */
#include "bug.h"

int main(void)
{
    start();
    put(load(input, S0, 0));
    doorbell();
    while (REG(RETIRED) != tail) /* BUG */
        ;
    return STH_BOARD_STATUS_OK;
}
