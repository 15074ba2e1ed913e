/*
 * The front end: registers, fetch, dispatch, semaphores, faults and counters
 * of one core, in front of its engines.
 */
#ifndef STH_FRONT_H
#define STH_FRONT_H

#include "sth_bus.h"
#include "sth_command_ring.h"
#include "sth_control.h"
#include "sth_counters.h"
#include "sth_dispatch.h"
#include "sth_engine.h"
#include "sth_faults.h"
#include "sth_fetch.h"
#include "sth_semaphores.h"
#include "sth_status.h"

struct sth_front {
    const struct sth_params *params;
    struct sth_engine_state *const *engine; /* by number */
    struct sth_status status;
    struct sth_counters counters;
    struct sth_faults faults;
    struct sth_command_ring ring;
    struct sth_fetch fetch;
    struct sth_dispatch dispatch;
    struct sth_semaphores semaphores;
    struct sth_control control;
    uint32_t counter_high; /* of the counter whose low half was read last */
};

/*
 * Connects the parts and puts them into their turns on the bus's clock, but for
 * that of control, which is the core's.  keeps_ring: memory keeps no data.  The
 * engines need not exist yet.  False when out of memory; sth_front_fini() is
 * due in any case.
 */
bool sth_front_init(struct sth_front *front, const struct sth_params *params,
                    struct sth_bus *bus, struct sth_engine_state *const *engine,
                    bool keeps_ring);
void sth_front_fini(struct sth_front *front);

/* All registers but capabilities have their reset values; nothing is under
 * way. */
void sth_front_reset(struct sth_front *front);

#endif
