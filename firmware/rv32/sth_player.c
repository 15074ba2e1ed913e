/* The player image. */
#include "sth_compiled.h"
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

static enum sth_fw_err run(void)
{
    static struct sth_hal hal;
    static struct sth_driver driver;
    struct sth_driver_config config;
    struct sth_compiled_error error;
    struct sth_compiled program;
    enum sth_fw_err err;

    sth_hal_mmio_init(&hal, mailbox.reg_base, mailbox.mem_base, NULL);
    sth_driver_config_default(&config);
    err = sth_driver_init(&driver, &hal, &config);
    if (err == STH_FW_ERR_OK)
        err = sth_compiled_open(&program, pointer(mailbox.program),
                                mailbox.program_bytes, &error);
    if (err != STH_FW_ERR_OK)
        return err;
    mailbox.state = STH_PLAYER_PLAYING;
    return play(&program, &driver, pointer(mailbox.bases));
}

int main(void)
{
    mailbox.state = STH_PLAYER_OPENING;
    mailbox.err = (uint32_t)run();
    mailbox.state = STH_PLAYER_DONE;
    return 0;
}
