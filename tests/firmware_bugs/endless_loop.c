/* A loop that waits for what nothing changes. */
#include "bug.h"

static volatile bool done;

int main(void)
{
    while (!done) /* BUG */
        ;
    return STH_BOARD_STATUS_OK;
}
