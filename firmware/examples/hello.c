/* Hello: the console, and how a run ends. */
#include "sth_board.h"
#include "sth_console.h"

int main(void)
{
    sth_console_text("hello, stone\n");
    return STH_BOARD_STATUS_OK;
}
