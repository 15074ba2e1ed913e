/* Evaluates a trace, one operation after another. */
#include "sth_reference.h"

#include "sth_reference_ops.h"

#include <stdlib.h>

static void (*const references[STH_TRACE_KIND_COUNT])(
    struct sth_reference *, const struct sth_trace_op *) = {
#define OP(kind, word, stem) [STH_TRACE_KIND_##kind] = sth_reference_##stem,
#include "sth_trace_ops.def"
};

struct sth_reference *
sth_reference_run(struct sth_trace *trace, struct sth_source *sources,
                  void (*progress)(void *user, uint32_t done), void *user)
{
    struct sth_reference *r = calloc(1, sizeof(*r));
    uint32_t widest = 1;

    if (!r)
        return NULL;
    for (uint32_t i = 0; i < trace->tensors; i++)
        if (trace->tensor[i].cols > widest)
            widest = trace->tensor[i].cols;
    r->trace = trace;
    r->sources = sources;
    r->value = calloc(trace->tensors + 1, sizeof(*r->value));
    r->quantised = calloc(trace->tensors + 1, sizeof(*r->quantised));
    r->raw = malloc((size_t)widest * 4);
    r->failed = !r->value || !r->quantised || !r->raw;
    for (uint32_t step = 0; step < trace->steps; step++) {
        sth_trace_set_step(trace, step);
        for (uint32_t i = 0; i < trace->ops && !r->failed; i++) {
            references[trace->op[i].kind](r, &trace->op[i]);
            if (progress)
                progress(user, step * trace->ops + i + 1);
        }
    }
    if (r->failed) {
        sth_reference_destroy(r);
        return NULL;
    }
    return r;
}

void sth_reference_destroy(struct sth_reference *reference)
{
    if (!reference)
        return;
    for (uint32_t i = 0; reference->value && i < reference->trace->tensors; i++)
        free(reference->value[i]);
    free(reference->value);
    free(reference->quantised);
    free(reference->raw);
    free(reference);
}

const double *sth_reference_tensor(const struct sth_reference *reference,
                                   uint32_t tensor)
{
    return reference->quantised[tensor] ? NULL : reference->value[tensor];
}
