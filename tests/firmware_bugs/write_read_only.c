/* A write to a register that can only be read. */
#include "bug.h"

int main(void)
{
    start();
    REG(RETIRED) = 0; /* BUG */
    put_copy();
    doorbell();
    finish();
    return STH_BOARD_STATUS_OK;
}
