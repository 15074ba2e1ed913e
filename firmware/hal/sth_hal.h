/*
 * Hardware abstraction: the only door to registers, to the memory behind the
 * bus and to the interrupt.  Every layer above takes a struct sth_hal and
 * cannot tell what it drives.
 */
#ifndef STH_HAL_H
#define STH_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sth_hal;

/* Why a wait is over; what is so is so when it returns. */
enum sth_hal_wake {
    STH_HAL_WAKE_INTERRUPT, /* the interrupt line is high */
    STH_HAL_WAKE_IDLE,      /* it is low and STATUS.BUSY is zero: what the
                               doorbell announced will raise none */
    STH_HAL_WAKE_TIMEOUT    /* it is low, the core busy, max_cycles are over */
};

struct sth_hal_ops {
    uint32_t (*reg_read)(struct sth_hal *hal, uint32_t offset);
    void (*reg_write)(struct sth_hal *hal, uint32_t offset, uint32_t value);
    /* The processor's view of the memory behind the bus. */
    void (*mem_read)(struct sth_hal *hal, uint64_t addr, void *to,
                     size_t bytes);
    void (*mem_write)(struct sth_hal *hal, uint64_t addr, const void *from,
                      size_t bytes);
    /*
     * Where the processor itself sees that memory, for good; NULL, or no such
     * function: it has to be copied.
     */
    void *(*mem_at)(struct sth_hal *hal, uint64_t addr, size_t bytes);
    /* Whether it sees all of those bytes; no such function: it sees all. */
    bool (*reaches)(struct sth_hal *hal, uint64_t addr, uint64_t bytes);
    /*
     * Sleeps until the interrupt line is high; at once when it is.  IDLE may be
     * said as early as it is so, and as late as when max_cycles are over.
     */
    enum sth_hal_wake (*wait)(struct sth_hal *hal, uint64_t max_cycles);
};

/*
 * How a bare-metal processor sleeps: until the device's interrupt or until so
 * many cycles of the device have passed since the first call with `again`
 * false; it may return early.  False: they have passed.
 */
typedef bool sth_hal_sleep(uint64_t max_cycles, bool again);

struct sth_hal {
    const struct sth_hal_ops *ops;
    void *context;        /* host: struct sth_device */
    uintptr_t reg_base;   /* bare metal: address of the register block */
    uintptr_t mem_base;   /* bare metal: processor address of bus address 0 */
    sth_hal_sleep *sleep; /* bare metal */
};

struct sth_device;

/* Drives a device of spec/sth_device.h, which must outlive the context. */
void sth_hal_host_init(struct sth_hal *hal, struct sth_device *device);

/*
 * Drives memory-mapped registers at reg_base; bus address a is processor
 * address mem_base + a, so what does not fit a pointer is out of reach.  A wait
 * looks at the registers, then sleeps, until they say how it ends; without
 * `sleep` (NULL) it looks again at once, and a look counts as a cycle.
 *
 * On RISC-V a register access is ordered with all accesses to memory before
 * and behind it.
 */
void sth_hal_mmio_init(struct sth_hal *hal, uintptr_t reg_base,
                       uintptr_t mem_base, sth_hal_sleep *sleep);

static inline uint32_t sth_hal_reg_read(struct sth_hal *hal, uint32_t offset)
{
    return hal->ops->reg_read(hal, offset);
}

static inline void sth_hal_reg_write(struct sth_hal *hal, uint32_t offset,
                                     uint32_t value)
{
    hal->ops->reg_write(hal, offset, value);
}

static inline void sth_hal_mem_read(struct sth_hal *hal, uint64_t addr,
                                    void *to, size_t bytes)
{
    hal->ops->mem_read(hal, addr, to, bytes);
}

static inline void sth_hal_mem_write(struct sth_hal *hal, uint64_t addr,
                                     const void *from, size_t bytes)
{
    hal->ops->mem_write(hal, addr, from, bytes);
}

static inline void *sth_hal_mem_at(struct sth_hal *hal, uint64_t addr,
                                   size_t bytes)
{
    return hal->ops->mem_at != NULL ? hal->ops->mem_at(hal, addr, bytes) : NULL;
}

static inline bool sth_hal_reaches(struct sth_hal *hal, uint64_t addr,
                                   uint64_t bytes)
{
    return hal->ops->reaches == NULL || hal->ops->reaches(hal, addr, bytes);
}

static inline enum sth_hal_wake sth_hal_wait(struct sth_hal *hal,
                                             uint64_t max_cycles)
{
    return hal->ops->wait(hal, max_cycles);
}

#ifdef __cplusplus
}
#endif

#endif
