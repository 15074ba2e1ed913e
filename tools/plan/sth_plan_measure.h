/* Cycles of a trace on the C model, time only. */
#ifndef STH_PLAN_MEASURE_H
#define STH_PLAN_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#include "sth_config.h"
#include "sth_fw_err.h"
#include "sth_plan_judge.h"

/*
 * Plays a trace on a chip at rest, as `systolith run --time-only` does; `watch`
 * may be NULL, and so may `plans`: those given, to which those decided are
 * added. Writes nothing but *cycles, and that only when all is well; WORKSPACE:
 * the host is out of memory, TYPE: the trace is none.
 */
enum sth_fw_err sth_plan_measure(const struct sth_config *config,
                                 const char *text, size_t bytes,
                                 const struct sth_plan_watch *watch,
                                 struct sth_plan_book *plans, uint64_t *cycles);

#endif
