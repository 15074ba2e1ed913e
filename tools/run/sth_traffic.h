/*
 * What the bytes that go over the bus are of: weights, caches, activations.
 */
#ifndef STH_TRAFFIC_H
#define STH_TRAFFIC_H

#include "sth_spec.h"
#include "sth_trace.h"

#include <stdbool.h>
#include <stdint.h>

/* An operation writes a cache, which has a source, and activations, which have
 * none; nobody writes weights.  The input of layers without an embedding, "x",
 * is an activation. */
enum sth_traffic_class {
    STH_TRAFFIC_WEIGHTS,
    STH_TRAFFIC_CACHE,
    STH_TRAFFIC_ACTIVATIONS,
    STH_TRAFFIC_CLASSES
};

const char *sth_traffic_name(enum sth_traffic_class c);

struct sth_traffic {
    uint64_t read[STH_TRAFFIC_CLASSES], written[STH_TRAFFIC_CLASSES];
};

void sth_traffic_sum(struct sth_traffic *into, const struct sth_traffic *from);

/* The class of each tensor of a trace, to be freed; NULL: out of memory. */
uint8_t *sth_traffic_classes(const struct sth_trace *trace);

/* Adds a command of load or store.  Tensors stand at ascending addresses; what
 * lies in none of them is an activation. */
void sth_traffic_add(struct sth_traffic *traffic, const struct sth_trace *trace,
                     const uint8_t *classes, const struct sth_command *command);

#endif
