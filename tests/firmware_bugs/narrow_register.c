/* A register read by bytes. */
#include "bug.h"

int main(void)
{
    start();
    return *(volatile uint8_t *)&REG(HEAD); /* BUG */
}
