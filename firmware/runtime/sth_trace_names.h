/* Finds the tensor of a name while a trace is parsed: a hash table. */
#ifndef STH_TRACE_NAMES_H
#define STH_TRACE_NAMES_H

#include "sth_trace.h"
#include "sth_trace_text.h"

struct sth_trace_names {
    uint32_t *place; /* tensor + 1, or 0 */
    uint32_t mask;   /* places - 1 */
};

/* Places for that many names: a power of two, at most half of them taken. */
uint32_t sth_trace_names_places(uint32_t names);

/* memory has room for that many places and outlives the table. */
void sth_trace_names_init(struct sth_trace_names *names, uint32_t *memory,
                          uint32_t places);

/* Adds tensor `index` of the trace, whose name is new. */
void sth_trace_names_add(struct sth_trace_names *names,
                         const struct sth_trace *trace, uint32_t index);

/* The tensor, or -1. */
int32_t sth_trace_names_find(const struct sth_trace_names *names,
                             const struct sth_trace *trace,
                             struct sth_span name);

#endif
