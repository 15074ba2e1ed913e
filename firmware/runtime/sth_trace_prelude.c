/* Which operations of a trace are played beside a product of their result. */
#include "sth_trace_prelude.h"

#include "sth_trace_table.h"

static bool is_same(const struct sth_trace_view *a,
                    const struct sth_trace_view *b)
{
    return a->tensor == b->tensor && a->row == b->row && a->rows == b->rows &&
           a->step == b->step && a->col == b->col && a->cols == b->cols;
}

/* Whether views of an operation, written ones only or all, are of a tensor. */
static bool touches(const struct sth_trace_op *op, int32_t tensor, bool written)
{
    const uint8_t *place = sth_trace_signatures[op->kind].place;

    for (uint32_t key = 0; key < STH_TRACE_VIEW_COUNT; key++)
        if (op->view[key].tensor == tensor && tensor >= 0 &&
            (!written || place[key] == STH_TRACE_PLACE_OUT))
            return true;
    return false;
}

/* Whether all that an operation takes of another comes by these two keys. */
static bool is_apart(const struct sth_trace_op *op,
                     const struct sth_trace_op *next, uint32_t key,
                     uint32_t other)
{
    const uint8_t *place = sth_trace_signatures[next->kind].place;

    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++)
        if (i != key && i != other &&
            touches(op, next->view[i].tensor, place[i] != STH_TRACE_PLACE_OUT))
            return false;
    return true;
}

static bool is_quantize(const struct sth_trace_op *op)
{
    return op->kind == STH_TRACE_KIND_QUANTIZE;
}

/* Whether the x of an operation is what another writes, with its scales. */
static bool takes(const struct sth_trace_op *next,
                  const struct sth_trace_op *op)
{
    const bool scaled = is_quantize(op);

    return is_same(&next->view[STH_TRACE_VIEW_X],
                   &op->view[STH_TRACE_VIEW_OUT]) &&
           (!scaled || is_same(&next->view[STH_TRACE_VIEW_XSCALE],
                               &op->view[STH_TRACE_VIEW_SCALE_OUT])) &&
           is_apart(op, next, STH_TRACE_VIEW_X,
                    scaled ? STH_TRACE_VIEW_XSCALE : STH_TRACE_VIEW_X);
}

bool sth_trace_is_prelude(const struct sth_trace *trace, uint32_t index)
{
    const struct sth_trace_op *op = &trace->op[index], *next = op + 1;

    if (index + 1 >= trace->ops ||
        (!is_quantize(op) && op->kind != STH_TRACE_KIND_LAYERNORM &&
         op->kind != STH_TRACE_KIND_RMSNORM) ||
        !takes(next, op))
        return false;
    if (next->kind == STH_TRACE_KIND_MATMUL)
        return true;
    return is_quantize(next) && !is_quantize(op) &&
           sth_trace_is_prelude(trace, index + 1) &&
           is_apart(op, next + 1, STH_TRACE_VIEW_COUNT, STH_TRACE_VIEW_COUNT);
}

bool sth_trace_feeds_prelude(const struct sth_trace *trace, uint32_t index)
{
    const struct sth_trace_op *op = &trace->op[index], *next = op + 1;

    if (op->kind != STH_TRACE_KIND_MATMUL || index + 1 >= trace->ops ||
        !sth_trace_is_prelude(trace, index + 1) ||
        !is_same(&next->view[STH_TRACE_VIEW_X],
                 &op->view[STH_TRACE_VIEW_OUT]) ||
        touches(next, next->view[STH_TRACE_VIEW_X].tensor, true) ||
        !is_apart(op, next, STH_TRACE_VIEW_X, STH_TRACE_VIEW_X))
        return false;
    return !sth_trace_is_prelude(trace, index + 2) ||
           is_apart(op, next + 1, STH_TRACE_VIEW_COUNT, STH_TRACE_VIEW_COUNT);
}
