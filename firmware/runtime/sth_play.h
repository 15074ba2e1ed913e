/* Plays one operation of a trace: binds its keys and calls its kernel. */
#ifndef STH_PLAY_H
#define STH_PLAY_H

#include "sth_schedule.h"
#include "sth_trace.h"

/*
 * Emits the commands of an operation of a placed trace; state has one entry
 * for each tensor.  Errors stick in the schedule.
 */
void sth_play_op(struct sth_schedule *schedule, const struct sth_trace *trace,
                 const struct sth_trace_op *op, struct sth_tensor_state *state);

#endif
