/* Plays one operation of a trace: binds its keys and calls its kernel. */
#ifndef STH_PLAY_H
#define STH_PLAY_H

#include "sth_schedule.h"
#include "sth_trace.h"

/*
 * Emits the commands of operation `index` of a placed trace; state has one
 * entry for each tensor.  Errors stick in the schedule.  A normalisation or
 * quantisation whose result is the x of the product behind it has no commands
 * of its own: they are among those of the product, and where a product made
 * what they take, those of the first *ahead rows among its own.  It begins as
 * zero. NULL: each operation has its own commands.
 */
void sth_play_op(struct sth_schedule *schedule, const struct sth_trace *trace,
                 uint32_t index, struct sth_tensor_state *state,
                 uint32_t *ahead);

#endif
