/* The trap handler is where nothing is. */
#include "bug.h"

int main(void)
{
    __asm__ volatile("csrw mtvec, %0" ::"r"(0x60000000));
    __asm__ volatile("unimp"); /* BUG */
    return STH_BOARD_STATUS_OK;
}
