/* Registers without a driver: who is there, and what it is made of. */
#include "sth_board.h"
#include "sth_console.h"
#include "sth_hal.h"
#include "sth_platform.h"
#include "sth_spec.h"

static void say(const char *what, uint32_t value)
{
    sth_console_text(what);
    sth_console_text(" ");
    sth_console_decimal(value);
    sth_console_text("\n");
}

int main(void)
{
    uint32_t offset = STH_REG_CAP_BASE;
    struct sth_hal hal;

    sth_hal_mmio_init(&hal, sth_board_accelerator(0), STH_PLATFORM_RAM_BASE,
                      sth_board_sleep);
    if (sth_hal_reg_read(&hal, STH_REG_ID) != (uint32_t)STH_RESET_ID)
        return STH_BOARD_STATUS_FAILED;
    sth_console_text("version ");
    sth_console_hex(sth_hal_reg_read(&hal, STH_REG_VERSION));
    sth_console_text("\n");
#define PARAM(c, ...)                                                          \
    say(#c, sth_hal_reg_read(&hal, offset));                                   \
    offset += 4;
#include "params.def"
#undef PARAM
    /* What is written is read again. */
    sth_hal_reg_write(&hal, STH_REG_WATCHDOG, 12345);
    say("watchdog", sth_hal_reg_read(&hal, STH_REG_WATCHDOG));
    return STH_BOARD_STATUS_OK;
}
