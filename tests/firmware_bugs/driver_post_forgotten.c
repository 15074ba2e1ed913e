/* The same by way of the driver, whose watchdog ends it. */
#include "bug.h"

#include "sth_accelerator.h"

static struct sth_driver driver;

int main(void)
{
    const struct sth_command command[] = {load(input, 0, 0),
                                          store(output, S0, 0)};
    struct sth_driver_fault fault;
    enum sth_fw_err err = sth_accelerator_open(&driver, 0);

    for (uint32_t i = 0; i < 2 && !err; i++)
        err = sth_driver_put(&driver, &command[i]);
    if (!err)
        err = sth_driver_wait_retired(&driver); /* BUG */
    sth_driver_read_fault(&driver, &fault);
    sth_console_text(sth_fw_err_text(err));
    return err ? STH_BOARD_STATUS_FAILED : STH_BOARD_STATUS_OK;
}
