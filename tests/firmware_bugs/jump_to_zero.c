/* A function pointer that nobody has set. */
#include "bug.h"

static int (*volatile hook)(void);

int main(void)
{
    return 1 + hook(); /* BUG */
}
