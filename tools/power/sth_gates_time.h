/*
 * Gates with delays.  A node's output follows its inputs after the node's
 * delay, and not at all where they take their change back within it.  A cycle
 * is as long as it takes to settle.  Times are in steps of STH_GATES_STEP.
 */
#ifndef STH_GATES_TIME_H
#define STH_GATES_TIME_H

#include "sth_gates.h"

/* Nanosecond. */
#define STH_GATES_STEP 0.01

/*
 * From now on with delays: `node` of each node, at least a step, `net` of each
 * net that edges and ports change, from the edge on; nanosecond.  They settle
 * without delays before.  False when out of memory.
 */
bool sth_gates_time_init(struct sth_gates *gates, const double *node,
                         const double *net) __attribute__((warn_unused_result));
void sth_gates_time_fini(struct sth_gates *gates);

/* Whether memory has run out since, and changes are missing. */
bool sth_gates_time_failed(const struct sth_gates *gates);

#endif
