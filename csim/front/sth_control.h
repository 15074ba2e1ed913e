/*
 * What happens to the core as a whole: it drains after a fault, its watchdog
 * expires, it is reset by software.
 */
#ifndef STH_CONTROL_H
#define STH_CONTROL_H

#include "sth_bus.h"
#include "sth_dispatch.h"
#include "sth_semaphores.h"

struct sth_control {
    struct sth_clock *clock;
    struct sth_status *status;
    struct sth_faults *faults;
    struct sth_bus *bus;
    const struct sth_semaphores *semaphores;
    const struct sth_dispatch *dispatch;
    struct sth_engine_state *const *engine;
    uint64_t quiet;         /* cycle in which a fault counts as drained */
    uint32_t watchdog;      /* the register; 0: off */
    uint64_t watchdog_base; /* the cycle from which it counts */
    uint64_t reset_from;    /* cycle in which a soft reset was asked for */
};

/* Nothing is under way, the watchdog is off. */
void sth_control_reset(struct sth_control *control);

/* WATCHDOG is written. */
void sth_control_set_watchdog(struct sth_control *control, uint32_t cycles);

/* Whether the watchdog is on: what is due changes with every retirement. */
static inline bool sth_control_watches(const struct sth_control *control)
{
    return control->watchdog != 0;
}

/* A command retires, or there is work again: the watchdog begins anew. */
void sth_control_progress(struct sth_control *control);

/* CTRL.SOFT_RESET is written. */
void sth_control_soft_reset(struct sth_control *control);

/* Whether this cycle is the last of a soft reset, which is the caller's. */
bool sth_control_reset_is_due(const struct sth_control *control);

/* Whether the watchdog expires now. */
bool sth_control_expires(const struct sth_control *control);

/* What is due now, but for a soft reset: reports a fault, or the watchdog
 * barks. */
void sth_control_step(struct sth_control *control);

/* The core's state may have changed: finds when there is something to do. */
void sth_control_update(struct sth_control *control);

#endif
