/*
 * What a cycle of a run may be spent on, and how much of it a command asks for.
 */
#ifndef STH_BOUND_H
#define STH_BOUND_H

#include "sth_config.h"
#include "sth_spec.h"

#include <stdint.h>

enum sth_bound {
    STH_BOUND_ARRAY,      /* activation rows stream through the array */
    STH_BOUND_WEIGHTS,    /* tiles whose weights take longer than their rows */
    STH_BOUND_FILL,       /* array or lanes fill, drain, or wait for a bank */
    STH_BOUND_VECTOR,     /* elements go through the lanes */
    STH_BOUND_FUNCTION,   /* lanes take turns in a function unit */
    STH_BOUND_OPERANDS,   /* the lanes wait for more than one operand */
    STH_BOUND_LOAD,       /* full beats, in */
    STH_BOUND_STORE,      /* full beats, out */
    STH_BOUND_BEATS,      /* beats that a short run fills in part */
    STH_BOUND_MEMORY,     /* bytes that memory moves slower than the bus */
    STH_BOUND_LATENCY,    /* bytes are on their way, the bus is at rest */
    STH_BOUND_ISSUE,      /* commands are fetched, decoded, in line */
    STH_BOUND_DEPENDENCY, /* a post reaches the command that waits for it */
    STH_BOUND_COUNT
};

/* Cycles in which a command has its engine at work when nothing disturbs it. */
struct sth_bound_cost {
    uint64_t cycles[STH_BOUND_COUNT];
    uint64_t work;       /* their sum */
    uint64_t latency;    /* from its start to its end, beside the work */
    enum sth_bound rest; /* what its other cycles count as */
};

void sth_bound_cost(struct sth_bound_cost *cost,
                    const struct sth_command *command,
                    const struct sth_config *config);

/* The engine whose work it is a part of; STH_ENGINE_COUNT: no engine's. */
uint32_t sth_bound_engine(enum sth_bound bound);

const char *sth_bound_name(enum sth_bound bound);

/* What would make it less, as a phrase. */
const char *sth_bound_lift(enum sth_bound bound);

#endif
