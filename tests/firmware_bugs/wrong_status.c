/* A status of no meaning. */
#include "bug.h"

int main(void)
{
    return 77;
}
