/*
 * The one device interface.  csim, the Verilated RTL and the lock-step pair of
 * both implement it; firmware's HAL, the command-line tool and the tests use
 * it and cannot tell which they drive.
 *
 * Faults of the modelled chip are register state, never a C error.
 */
#ifndef STH_DEVICE_H
#define STH_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One retired command. */
struct sth_event {
    uint32_t index;  /* position in the command stream since reset */
    uint32_t engine; /* enum sth_engine */
    uint64_t start;  /* cycle in which its semaphore waits were granted */
    uint64_t end;    /* cycle in which it retired */
    uint32_t digest; /* of everything it wrote; docs/verification.md */
    uint64_t waited; /* cycles up to start in which it lacked a semaphore; the
                        RTL says 0 */
};

/* On-chip memories that peek() can look into. */
enum sth_space { STH_SPACE_SP, STH_SPACE_ACC };

struct sth_device;

struct sth_device_ops {
    /* Reads or writes a register; takes simulated time. */
    uint32_t (*reg_read)(struct sth_device *dev, uint32_t offset);
    void (*reg_write)(struct sth_device *dev, uint32_t offset, uint32_t value);
    /* The host's view of memory behind the bus; takes no simulated time. */
    void (*mem_read)(struct sth_device *dev, uint64_t addr, void *to,
                     size_t bytes);
    void (*mem_write)(struct sth_device *dev, uint64_t addr, const void *from,
                      size_t bytes);
    /*
     * Lets time pass until the interrupt line is high or max_cycles are over.
     * Returns whether the line is high.
     */
    bool (*wait)(struct sth_device *dev, uint64_t max_cycles);
    /*
     * Lets exactly so many cycles pass, whatever the core does; with `stop`
     * none in which the interrupt line is high.  Returns whether it is.
     */
    bool (*pass)(struct sth_device *dev, uint64_t cycles, bool stop);
    /* Takes the next retirement from the event stream; false: none left. */
    bool (*next_event)(struct sth_device *dev, struct sth_event *event);
    /* Copies on-chip memory out, for debugging; takes no simulated time. */
    void (*peek)(struct sth_device *dev, enum sth_space space, uint32_t addr,
                 void *to, size_t bytes);
    /* Cycles since power-up. */
    uint64_t (*cycles)(struct sth_device *dev);
    void (*destroy)(struct sth_device *dev);
};

/* Embedded as the first member of every implementation. */
struct sth_device {
    const struct sth_device_ops *ops;
};

#ifdef __cplusplus
}
#endif

#endif
