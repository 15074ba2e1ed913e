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
    /* Sleeps until the interrupt line is high (true) or max_cycles passed. */
    bool (*wait)(struct sth_hal *hal, uint64_t max_cycles);
};

struct sth_hal {
    const struct sth_hal_ops *ops;
    void *context;      /* host: struct sth_device */
    uintptr_t reg_base; /* bare metal: address of the register block */
    uintptr_t mem_base; /* bare metal: processor address of bus address 0 */
};

struct sth_device;

/* Drives a device of spec/sth_device.h, which must outlive the context. */
void sth_hal_host_init(struct sth_hal *hal, struct sth_device *device);

/*
 * Drives memory-mapped registers at reg_base; bus address a is processor
 * address mem_base + a, so what does not fit a pointer is out of reach. Waiting
 * polls IRQ_STATUS & IRQ_ENABLE.
 */
void sth_hal_mmio_init(struct sth_hal *hal, uintptr_t reg_base,
                       uintptr_t mem_base);

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

static inline bool sth_hal_wait(struct sth_hal *hal, uint64_t max_cycles)
{
    return hal->ops->wait(hal, max_cycles);
}

#ifdef __cplusplus
}
#endif

#endif
