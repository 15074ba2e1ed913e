/* A wait without a command. */
#include "bug.h"

int main(void)
{
    start();
    sleep(); /* BUG */
    return STH_BOARD_STATUS_OK;
}
