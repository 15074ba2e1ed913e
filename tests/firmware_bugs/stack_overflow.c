/* A recursion without an end. */
#include "bug.h"

static uint32_t dig(uint32_t by)
{
    volatile uint32_t room[64];

    room[by % 64] = by;
    return by == UINT32_MAX ? 0 : dig(by + 1) + room[by % 64]; /* BUG */
}

int main(void)
{
    return (int)dig(0);
}
