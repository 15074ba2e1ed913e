/*
 * One core, put together: clock, bus, banks, engines and front end, and what
 * happens between them.
 *
 * Engines know the clock, the bus and the banks; what they do to the core as a
 * whole goes through struct sth_engine_port, whose other end is sth_port.c.
 * docs/timing.md states every formula.
 */
#ifndef STH_CSIM_H
#define STH_CSIM_H

#include "systolith.h"

#include "sth_banks.h"
#include "sth_bus.h"
#include "sth_clock.h"
#include "sth_diagnostic.h"
#include "sth_engine.h"
#include "sth_events.h"
#include "sth_front.h"
#include "sth_onchip.h"
#include "sth_sanitizer.h"

struct sth_csim {
    struct sth_device device; /* first */
    struct sth_params params;
    enum sth_csim_mode mode;
    struct sth_clock clock;
    struct sth_bus bus;
    struct sth_banks banks;
    struct sth_onchip chip;
    struct sth_engine_port port;
    struct sth_engine_state *engine[STH_ENGINE_COUNT];
    struct sth_front front;
    struct sth_events events;
    void (*on_retire)(void *context, const struct sth_event *event,
                      const struct sth_command *command);
    void *context;
    struct sth_sanitizer *sanitizer; /* NULL: off */
    struct sth_diagnostics diagnostics;
    uint32_t patterns[]; /* sth_banks_room() */
};

/*
 * sth_loop.c
 */
/* Control takes its turn. */
void sth_csim_enlist(struct sth_csim *csim);
/*
 * Simulates every event before cycle until, where now ends up.  With
 * stop_on_irq it stops in the first cycle in which the interrupt line is high,
 * and when nothing is left that could ever raise it.
 */
void sth_csim_run(struct sth_csim *csim, uint64_t until, bool stop_on_irq);
/* Everything but capabilities, cycle counter and memories. */
void sth_csim_reset(struct sth_csim *csim);

/*
 * sth_port.c
 */
/* What the engines see of the core. */
struct sth_engine_port sth_csim_port(struct sth_csim *csim);

/*
 * sth_deadlock.c
 */
/* Fills in the diagnostic and returns true if nothing can proceed. */
bool sth_deadlock_find(const struct sth_csim *csim,
                       struct sth_diagnostic *found);

/*
 * sth_host.c
 */
/* The operations of the device. */
extern const struct sth_device_ops sth_csim_ops;

#endif
