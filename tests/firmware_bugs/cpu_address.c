/* An address of the processor's in a command: the chip has others. */
#include "bug.h"

int main(void)
{
    struct sth_command command = load(input, 0, 0);

    start();
    command.word[STH_LOAD_MEM_LO_WORD] = (uint32_t)(uintptr_t)input;
    put(command);
    doorbell(); /* BUG */
    finish();
    return STH_BOARD_STATUS_OK;
}
