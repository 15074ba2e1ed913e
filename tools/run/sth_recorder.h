/*
 * A device that takes commands and does none: it retires each as soon as the
 * doorbell announces it, and keeps it.
 */
#ifndef STH_RECORDER_H
#define STH_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_hal.h"
#include "sth_spec.h"

struct sth_recorder {
    struct sth_hal hal;
    struct sth_params params;
    struct sth_command *ring; /* of ring_log2 */
    uint32_t ring_log2;
    uint64_t ring_addr;
    struct sth_command *command; /* those announced so far */
    uint32_t commands;
    uint32_t room;
    bool full; /* memory was short: commands are missing */
};

/* False when out of memory.  The ring is where a driver must put its own. */
bool sth_recorder_init(struct sth_recorder *recorder,
                       const struct sth_params *params, uint64_t ring_addr,
                       uint32_t ring_log2);
void sth_recorder_fini(struct sth_recorder *recorder);

#endif
