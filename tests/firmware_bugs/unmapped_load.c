/* A load where nothing is. */
#include "bug.h"

int main(void)
{
    return *(volatile int *)0x60000000; /* BUG */
}
