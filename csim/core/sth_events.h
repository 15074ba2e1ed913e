/* The event stream: retirements that wait for the host. */
#ifndef STH_EVENTS_H
#define STH_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sth_device.h"

struct sth_events {
    struct sth_event *event; /* ring */
    size_t capacity, first, count;
    uint64_t lost;
};

/* Room for so many; 0: keeps none.  False when out of memory. */
bool sth_events_init(struct sth_events *events, size_t capacity);
void sth_events_fini(struct sth_events *events);

/* Appends an event; when there is no room the oldest one is lost. */
void sth_events_put(struct sth_events *events, const struct sth_event *event);

/* Takes the oldest event; false: there is none. */
bool sth_events_take(struct sth_events *events, struct sth_event *event);

#endif
