/*
 * HAL over memory-mapped registers, for bare metal.  It polls instead of
 * sleeping, so it needs no interrupt controller.
 */
#include <string.h>

#include "sth_hal.h"
#include "sth_spec.h"

static volatile uint32_t *reg_at(struct sth_hal *hal, uint32_t offset)
{
    return (volatile uint32_t *)(hal->reg_base + offset);
}

static uint32_t mmio_reg_read(struct sth_hal *hal, uint32_t offset)
{
    return *reg_at(hal, offset);
}

/* Orders earlier stores to memory before the register write (doorbell). */
static void mmio_reg_write(struct sth_hal *hal, uint32_t offset, uint32_t value)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    *reg_at(hal, offset) = value;
}

static void mmio_mem_read(struct sth_hal *hal, uint64_t addr, void *to,
                          size_t bytes)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    memcpy(to, (const void *)(hal->mem_base + (uintptr_t)addr), bytes);
}

static void mmio_mem_write(struct sth_hal *hal, uint64_t addr, const void *from,
                           size_t bytes)
{
    memcpy((void *)(hal->mem_base + (uintptr_t)addr), from, bytes);
}

static void *mmio_mem_at(struct sth_hal *hal, uint64_t addr, size_t bytes)
{
    (void)bytes;
    return (void *)(hal->mem_base + (uintptr_t)addr);
}

/* A poll takes a handful of cycles; counting polls as cycles errs long. */
static bool mmio_wait(struct sth_hal *hal, uint64_t max_cycles)
{
    for (uint64_t i = 0; i < max_cycles; i++) {
        uint32_t status = mmio_reg_read(hal, STH_REG_IRQ_STATUS);

        if ((status & mmio_reg_read(hal, STH_REG_IRQ_ENABLE)) != 0)
            return true;
    }
    return false;
}

static const struct sth_hal_ops mmio_ops = {
    .reg_read = mmio_reg_read,
    .reg_write = mmio_reg_write,
    .mem_read = mmio_mem_read,
    .mem_write = mmio_mem_write,
    .mem_at = mmio_mem_at,
    .wait = mmio_wait,
};

void sth_hal_mmio_init(struct sth_hal *hal, uintptr_t reg_base,
                       uintptr_t mem_base)
{
    hal->ops = &mmio_ops;
    hal->context = NULL;
    hal->reg_base = reg_base;
    hal->mem_base = mem_base;
}
