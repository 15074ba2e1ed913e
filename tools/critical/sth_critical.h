/*
 * The critical path of a run: for each of its cycles the command that the run
 * waited for, and what that command was doing.
 *
 * The path is walked from the last retirement backwards.  What a command ends
 * for is the work in front of it in its engine, or its own from its start on;
 * what it starts for is the post that it waited for, the commands that its
 * engine has started, or its turn in the command stream.
 */
#ifndef STH_CRITICAL_H
#define STH_CRITICAL_H

#include "sth_bound.h"
#include "sth_device.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Calls `add` with cycles of the path, each part with the index of the command
 * that it is charged to; the parts add up to the cycles from `begin` to the end
 * of the last command. `event` and `command` are side by side, in order of
 * retirement, of a run that began with command 0 and semaphores of zero. False:
 * out of memory.
 */
bool sth_critical_path(const struct sth_event *event,
                       const struct sth_command *command, size_t count,
                       uint64_t begin, const struct sth_config *config,
                       void (*add)(void *user, uint32_t index,
                                   enum sth_bound bound, uint64_t cycles),
                       void *user);

#endif
