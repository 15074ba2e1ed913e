/* The processor writes an input behind the doorbell. */
#include "bug.h"

int main(void)
{
    start();
    put_copy();
    doorbell();
    input[5] = 2; /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
