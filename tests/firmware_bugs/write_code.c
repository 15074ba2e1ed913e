/* A wild pointer into the code. */
#include "bug.h"

int main(void)
{
    volatile uint32_t *wild = (volatile uint32_t *)(uintptr_t)sth_board_init;

    wild[1] = wild[0]; /* BUG */
    return STH_BOARD_STATUS_OK;
}
