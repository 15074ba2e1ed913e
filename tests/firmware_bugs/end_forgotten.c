/* The end before the commands are done. */
#include "bug.h"

int main(void)
{
    start();
    put_copy();
    doorbell(); /* BUG */
    return STH_BOARD_STATUS_OK;
}
