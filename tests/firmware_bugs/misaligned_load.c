/* A word at an odd address. */
#include "bug.h"

int main(void)
{
    uint32_t value;

    __asm__ volatile("lw %0, 1(%1)" : "=r"(value) : "r"(input)); /* BUG */
    return (int)value;
}
