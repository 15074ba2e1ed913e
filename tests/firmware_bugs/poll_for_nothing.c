/* It looks for one command more than there are. */
#include "bug.h"

int main(void)
{
    start();
    put_copy();
    doorbell();
    while (REG(RETIRED) != tail + 1) /* BUG */
        ;
    return STH_BOARD_STATUS_OK;
}
