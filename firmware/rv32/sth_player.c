/* The player image. */
#include "sth_accelerator.h"
#include "sth_board.h"
#include "sth_compiled.h"
#include "sth_console.h"
#include "sth_player.h"

static volatile struct sth_player_mailbox mailbox
    __attribute__((section(".mailbox"), used));

static void *pointer(uint32_t address)
{
    return (void *)(uintptr_t)address;
}

static enum sth_fw_err play(const struct sth_compiled *program,
                            struct sth_driver *driver, const uint64_t *base)
{
    enum sth_fw_err err = STH_FW_ERR_OK;

    for (uint32_t s = 0; s < program->header->steps && !err; s++) {
        for (uint32_t i = 0; i <= program->header->operations && !err; i++)
            err = sth_compiled_play(program, driver, base, s, i);
        if (err == STH_FW_ERR_OK)
            err = sth_driver_wait_retired(driver);
    }
    return err;
}

static void say_open_error(const struct sth_compiled_error *error)
{
    sth_console_text("player: byte ");
    sth_console_decimal((uint32_t)error->offset);
    sth_console_text(" of the program: ");
    sth_console_text(error->what);
    sth_console_text("\n");
}

/* What stands still, and what it waits for. */
static void say_diagnosis(struct sth_driver *driver)
{
    static struct sth_driver_diagnosis d;

    sth_driver_diagnose(driver, &d);
    sth_console_text("player: fault ");
    sth_console_decimal(d.fault.code);
    sth_console_text(" at command ");
    sth_console_decimal(d.fault.index);
    sth_console_text("\n");
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        if ((d.known >> e & 1u) == 0)
            continue;
        sth_console_text("player: engine ");
        sth_console_decimal(e);
        sth_console_text(" holds command ");
        sth_console_decimal(d.index[e]);
        sth_console_text(" and waits for semaphores ");
        sth_console_hex(d.waits_for[e]);
        sth_console_text("\n");
    }
}

static enum sth_fw_err run(struct sth_driver *driver)
{
    struct sth_compiled_error error;
    struct sth_compiled program;
    enum sth_fw_err err = sth_accelerator_open(driver, mailbox.accelerator);

    if (err != STH_FW_ERR_OK)
        return err;
    err = sth_compiled_open(&program, pointer(mailbox.program),
                            mailbox.program_bytes, &error);
    if (err != STH_FW_ERR_OK) {
        say_open_error(&error);
        return err;
    }
    mailbox.state = STH_PLAYER_PLAYING;
    err = play(&program, driver, pointer(mailbox.bases));
    mailbox.state = STH_PLAYER_DONE;
    if (err == STH_FW_ERR_FAULT || err == STH_FW_ERR_TIMEOUT)
        say_diagnosis(driver);
    return err;
}

int main(void)
{
    static struct sth_driver driver;
    enum sth_fw_err err;

    mailbox.state = STH_PLAYER_OPENING;
    err = run(&driver);
    mailbox.err = (uint32_t)err;
    mailbox.state = STH_PLAYER_DONE;
    sth_console_text("player: ");
    sth_console_text(sth_fw_err_text(err));
    sth_console_text(", ");
    sth_console_decimal(driver.tail);
    sth_console_text(" commands, stack ");
    sth_console_decimal(sth_board_stack_used());
    sth_console_text(" bytes\n");
    return err == STH_FW_ERR_OK ? STH_BOARD_STATUS_OK : STH_BOARD_STATUS_FAILED;
}
