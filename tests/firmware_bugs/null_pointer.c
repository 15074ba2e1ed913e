/* A null pointer. */
#include "bug.h"

static volatile uint32_t *volatile table;

int main(void)
{
    return (int)table[2]; /* BUG */
}
