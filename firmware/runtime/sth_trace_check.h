/*
 * Checks of one parsed operation: shapes, types, values, overlap.  Separate
 * from the syntax, which is sth_trace_op.c's.
 */
#ifndef STH_TRACE_CHECK_H
#define STH_TRACE_CHECK_H

#include "sth_trace.h"
#include "sth_trace_text.h"

/*
 * False with a "field 'x': ...; ..." message when the operation is wrong.
 * Otherwise the tensors that it uses have their layout.
 */
bool sth_trace_check_op(struct sth_trace *trace, const struct sth_trace_op *op,
                        struct sth_message *message);

#endif
