/* A variable that start-up does not clear. */
#include "bug.h"

static volatile uint32_t state __attribute__((section(".noinit")));

int main(void)
{
    return state == 1; /* BUG */
}
