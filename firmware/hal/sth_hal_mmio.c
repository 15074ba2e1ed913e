/* HAL over memory-mapped registers, for bare metal. */
#include <string.h>

#include "sth_hal.h"
#include "sth_spec.h"

static volatile uint32_t *reg_at(struct sth_hal *hal, uint32_t offset)
{
    return (volatile uint32_t *)(hal->reg_base + offset);
}

/*
 * Everything before it, in memory and in registers, comes before everything
 * behind it.  A fence of C orders memory alone: compilers make it `fence rw,
 * rw` on RISC-V.
 */
static inline void order(void)
{
#ifdef __riscv
    __asm__ volatile("fence iorw, iorw" ::: "memory");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/* What the register says comes before what memory holds then. */
static uint32_t mmio_reg_read(struct sth_hal *hal, uint32_t offset)
{
    const uint32_t value = *reg_at(hal, offset);

    order();
    return value;
}

/* Commands are in memory before the doorbell rings. */
static void mmio_reg_write(struct sth_hal *hal, uint32_t offset, uint32_t value)
{
    order();
    *reg_at(hal, offset) = value;
}

static void mmio_mem_read(struct sth_hal *hal, uint64_t addr, void *to,
                          size_t bytes)
{
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

static bool mmio_reaches(struct sth_hal *hal, uint64_t addr, uint64_t bytes)
{
    const uint64_t room = UINTPTR_MAX - hal->mem_base;

    return addr <= room && bytes <= room - addr;
}

static bool poll(struct sth_hal *hal, enum sth_hal_wake *wake)
{
    const uint32_t irq = mmio_reg_read(hal, STH_REG_IRQ_STATUS);

    if ((irq & mmio_reg_read(hal, STH_REG_IRQ_ENABLE)) != 0)
        *wake = STH_HAL_WAKE_INTERRUPT;
    else if ((mmio_reg_read(hal, STH_REG_STATUS) & STH_STATUS_BUSY) == 0)
        *wake = STH_HAL_WAKE_IDLE;
    else
        return false;
    return true;
}

static enum sth_hal_wake mmio_wait(struct sth_hal *hal, uint64_t max_cycles)
{
    enum sth_hal_wake wake = STH_HAL_WAKE_TIMEOUT;
    uint64_t looks = 0;
    bool left = true;

    while (!poll(hal, &wake) && left) {
        left = hal->sleep != NULL ? hal->sleep(max_cycles, looks != 0)
                                  : looks < max_cycles;
        looks++;
    }
    return wake;
}

static const struct sth_hal_ops mmio_ops = {
    .reg_read = mmio_reg_read,
    .reg_write = mmio_reg_write,
    .mem_read = mmio_mem_read,
    .mem_write = mmio_mem_write,
    .mem_at = mmio_mem_at,
    .reaches = mmio_reaches,
    .wait = mmio_wait,
};

void sth_hal_mmio_init(struct sth_hal *hal, uintptr_t reg_base,
                       uintptr_t mem_base, sth_hal_sleep *sleep)
{
    hal->ops = &mmio_ops;
    hal->context = NULL;
    hal->reg_base = reg_base;
    hal->mem_base = mem_base;
    hal->sleep = sleep;
}
