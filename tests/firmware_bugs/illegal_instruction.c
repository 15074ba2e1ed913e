/* An instruction that there is not. */
#include "bug.h"

int main(void)
{
    __asm__ volatile("unimp"); /* BUG */
    return STH_BOARD_STATUS_OK;
}
