/* An interrupt that nobody acknowledges comes again and again. */
#include "bug.h"

int main(void)
{
    start();
    put_copy();
    doorbell();
    for (;;)
        sleep(); /* BUG */
}
