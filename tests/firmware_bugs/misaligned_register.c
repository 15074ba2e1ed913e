/* A register read across two. */
#include "bug.h"

int main(void)
{
    uint32_t value;

    start();
    __asm__ volatile("lw %0, 2(%1)" /* BUG */
                     : "=r"(value)
                     : "r"(&REG(HEAD)));
    return (int)value;
}
