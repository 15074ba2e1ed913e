/* An accelerator of the platform with a ring in the image. */
#include "sth_accelerator.h"
#include "sth_board.h"
#include "sth_platform.h"

/* Written before it is read. */
static struct sth_command ring[1 << STH_ACCELERATOR_RING_LOG2]
    __attribute__((section(".noinit"), aligned(4096)));

uint32_t sth_accelerator_address(const void *at)
{
    return (uintptr_t)at - STH_PLATFORM_RAM_BASE;
}

enum sth_fw_err sth_accelerator_open(struct sth_driver *driver, uint32_t number)
{
    static struct sth_hal hal;
    const uintptr_t regs = sth_board_accelerator(number);
    struct sth_driver_config config;

    if (regs == 0)
        return STH_FW_ERR_DEVICE_ID;
    sth_hal_mmio_init(&hal, regs, STH_PLATFORM_RAM_BASE, sth_board_sleep);
    sth_driver_config_default(&config);
    config.ring_addr = sth_accelerator_address(ring);
    config.ring_log2 = STH_ACCELERATOR_RING_LOG2;
    return sth_driver_init(driver, &hal, &config);
}
