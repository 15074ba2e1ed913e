/* A loop that counts, and has no end. */
#include "bug.h"

static volatile uint32_t count;

int main(void)
{
    for (;; count++) /* BUG */
        ;
}
