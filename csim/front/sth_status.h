/*
 * How far the core has come, as the host sees it: STATUS.BUSY and the interrupt
 * line follow from it.
 */
#ifndef STH_STATUS_H
#define STH_STATUS_H

#include "sth_clock.h"
#include "sth_spec.h"

struct sth_status {
    struct sth_clock *clock;
    uint32_t tail, retired;
    bool faulted; /* STATUS.FAULTED: the fault registers are valid */
    uint32_t irq_status, irq_enable;
};

static inline bool sth_status_busy(const struct sth_status *status)
{
    return status->retired != status->tail && !status->faulted;
}

/* One more command has retired. */
static inline void sth_status_retire(struct sth_status *status)
{
    status->retired++;
}

/* The interrupt line. */
static inline bool sth_status_irq(const struct sth_status *status)
{
    return (status->irq_status & status->irq_enable) != 0;
}

/* Sets IRQ_STATUS and IRQ_ENABLE. */
static inline void sth_status_set_irq(struct sth_status *status, uint32_t which,
                                      uint32_t enable)
{
    status->irq_status = which;
    status->irq_enable = enable;
    sth_clock_hold(status->clock, STH_HOLD_IRQ, sth_status_irq(status));
}

static inline void sth_status_raise_irq(struct sth_status *status,
                                        uint32_t bits)
{
    sth_status_set_irq(status, status->irq_status | bits, status->irq_enable);
}

static inline void sth_status_reset(struct sth_status *status)
{
    status->tail = STH_RESET_TAIL;
    status->retired = STH_RESET_RETIRED;
    status->faulted = false;
    sth_status_set_irq(status, STH_RESET_IRQ_STATUS, STH_RESET_IRQ_ENABLE);
}

#endif
