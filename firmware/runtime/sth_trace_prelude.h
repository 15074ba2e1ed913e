/* Which operations of a trace are played beside a product of their result. */
#ifndef STH_TRACE_PRELUDE_H
#define STH_TRACE_PRELUDE_H

#include "sth_trace.h"

/* Operations in front of a product at most. */
#define STH_PRELUDE_MAX 2

/*
 * Whether an operation is a normalisation or quantisation whose result the
 * product behind it takes as x, alone or with the quantisation between them,
 * and the product touches nothing else of it.
 */
bool sth_trace_is_prelude(const struct sth_trace *trace, uint32_t index);

/* Whether the operations that are played beside a later product take the result
 * of this product, and nothing else of theirs touches it. */
bool sth_trace_feeds_prelude(const struct sth_trace *trace, uint32_t index);

#endif
