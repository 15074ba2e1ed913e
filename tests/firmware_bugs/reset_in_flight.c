/* A reset while commands are under way. */
#include "bug.h"

int main(void)
{
    start();
    put_copy();
    doorbell();
    reset(); /* BUG */
    return STH_BOARD_STATUS_OK;
}
