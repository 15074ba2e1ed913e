/* HAL over the one device interface: the model, the RTL, or both in step. */
#include "sth_hal.h"
#include "sth_device.h"
#include "sth_spec.h"

static struct sth_device *device_of(struct sth_hal *hal)
{
    return (struct sth_device *)hal->context;
}

static uint32_t host_reg_read(struct sth_hal *hal, uint32_t offset)
{
    struct sth_device *dev = device_of(hal);

    return dev->ops->reg_read(dev, offset);
}

static void host_reg_write(struct sth_hal *hal, uint32_t offset, uint32_t value)
{
    struct sth_device *dev = device_of(hal);

    dev->ops->reg_write(dev, offset, value);
}

static void host_mem_read(struct sth_hal *hal, uint64_t addr, void *to,
                          size_t bytes)
{
    struct sth_device *dev = device_of(hal);

    dev->ops->mem_read(dev, addr, to, bytes);
}

static void host_mem_write(struct sth_hal *hal, uint64_t addr, const void *from,
                           size_t bytes)
{
    struct sth_device *dev = device_of(hal);

    dev->ops->mem_write(dev, addr, from, bytes);
}

/* A device returns early when it is idle. */
static enum sth_hal_wake host_wait(struct sth_hal *hal, uint64_t max_cycles)
{
    struct sth_device *dev = device_of(hal);

    if (dev->ops->wait(dev, max_cycles))
        return STH_HAL_WAKE_INTERRUPT;
    return (host_reg_read(hal, STH_REG_STATUS) & STH_STATUS_BUSY) != 0
               ? STH_HAL_WAKE_TIMEOUT
               : STH_HAL_WAKE_IDLE;
}

static const struct sth_hal_ops host_ops = {
    .reg_read = host_reg_read,
    .reg_write = host_reg_write,
    .mem_read = host_mem_read,
    .mem_write = host_mem_write,
    .wait = host_wait,
};

void sth_hal_host_init(struct sth_hal *hal, struct sth_device *device)
{
    hal->ops = &host_ops;
    hal->context = device;
    hal->reg_base = 0;
    hal->mem_base = 0;
    hal->sleep = NULL;
}
