/* ENABLE is never set. */
#include "bug.h"

int main(void)
{
    set_up();
    put_copy();
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
