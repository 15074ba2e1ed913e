/* Steps of a trace: what is another in each of them. */
#include <stddef.h>

#include "sth_trace_check.h"
#include "sth_trace_parser.h"

static void advance(struct sth_trace *trace, const struct sth_trace_growth *g,
                    uint32_t steps)
{
    uint8_t *op = (uint8_t *)&trace->op[g->op];

    *(uint32_t *)(void *)(op + g->offset) += g->by * steps;
}

void sth_trace_set_step(struct sth_trace *trace, uint32_t step)
{
    for (uint32_t i = 0; i < trace->growths; i++)
        advance(trace, &trace->growth[i], step - trace->step);
    trace->step = step;
}

bool sth_parser_cut_growth(struct sth_span *number, uint32_t *by)
{
    struct sth_span rest = *number;

    *by = 0;
    if (!sth_span_cut(&rest, '+', number))
        return true;
    return sth_span_decimal(rest, STH_TRACE_NUMBER_MAX, by);
}

void sth_parser_grow(struct sth_parser *p, size_t offset, uint32_t by)
{
    struct sth_trace *trace = p->trace;

    if (by != 0)
        trace->growth[trace->growths++] = (struct sth_trace_growth){
            .op = trace->ops, .offset = (uint32_t)offset, .by = by};
}

/* How often the operations are done: a line in front of them. */
bool sth_parser_steps(struct sth_parser *p, struct sth_span rest)
{
    struct sth_span number = sth_parser_word(&rest);
    struct sth_span extra = sth_parser_word(&rest);

    if (p->trace->ops != 0 || p->trace->steps != 1)
        return sth_parser_fail(p, "steps",
                               "stands behind an operation or is given twice; "
                               "write it once, above them");
    if (!sth_span_decimal(number, STH_TRACE_STEPS_MAX, &p->trace->steps) ||
        p->trace->steps == 0 || extra.bytes != 0)
        return sth_parser_fail(p, "steps",
                               "must be one number from 1 to 65536");
    return true;
}

/* The ranges and numbers of an operation are those of a tensor and a trace. */
static bool in_range(struct sth_parser *p, const struct sth_trace_op *op)
{
    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++) {
        const struct sth_trace_view *v = &op->view[i];
        const struct sth_trace_tensor *t;

        if (v->tensor < 0)
            continue;
        t = &p->trace->tensor[v->tensor];
        if (v->rows == 0 || v->cols == 0 || v->rows > t->rows ||
            v->cols > t->cols || v->row >= t->rows ||
            (uint64_t)(v->rows - 1) * v->step >= t->rows - v->row ||
            v->col > t->cols - v->cols)
            return sth_parser_fail(
                p, "steps", "a range leaves its tensor; declare a larger one");
    }
    for (uint32_t i = 0; i < STH_TRACE_NUMBER_COUNT; i++)
        if (i == STH_TRACE_NUMBER_PAST && op->number[i] > STH_TRACE_NUMBER_MAX)
            return sth_parser_fail(p, "steps", "a number exceeds 1073741823");
    return true;
}

bool sth_parser_check_steps(struct sth_parser *p)
{
    struct sth_trace *trace = p->trace;
    const uint32_t index = trace->ops - 1;
    uint32_t first = trace->growths;

    while (first != 0 && trace->growth[first - 1].op == index)
        first--;
    if (first == trace->growths)
        return true;
    for (uint32_t step = 1; step <= trace->steps; step++) {
        const uint32_t by = step < trace->steps ? 1 : 1 - step;

        for (uint32_t i = first; i < trace->growths; i++)
            advance(trace, &trace->growth[i], by);
        if (in_range(p, &trace->op[index]) &&
            sth_trace_check_op(trace, &trace->op[index], &p->message))
            continue;
        sth_message_add(&p->message, " (in step ");
        sth_message_add_number(&p->message, step);
        sth_message_add(&p->message, ")");
        return false;
    }
    return true;
}
