/* A read where no register is. */
#include "bug.h"

int main(void)
{
    start();
    return REG_AT(0x900) == 0 ? STH_BOARD_STATUS_OK /* BUG */
                              : STH_BOARD_STATUS_FAILED;
}
