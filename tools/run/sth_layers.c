/* Layer by layer: equal layers are simulated once. */
#include "sth_layers.h"

#include <stdlib.h>
#include <string.h>

#include "sth_mem_timing.h"
#include "sth_trace_table.h"

/* Refresh periods to wait for the memory to come to rest. */
enum { REST_PERIODS = 64 };

/* A layer that was simulated. */
struct layer {
    uint32_t first, ops;
    bool rested; /* it began with the memory at rest */
    uint64_t begin;
    uint64_t cycles; /* to the beginning of the next one */
    uint64_t counter[STH_CNT_COUNT];
    uint64_t commands;
};

static const struct sth_trace_tensor *result_of(const struct sth_trace *trace,
                                                uint32_t op)
{
    return &trace->tensor[sth_trace_op_result(&trace->op[op])];
}

static size_t prefix_bytes(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot ? (size_t)(dot - name) : 0;
}

/* The number of operations of the layer that begins at first. */
static uint32_t layer_ops(const struct sth_trace *trace, uint32_t first)
{
    const char *name = result_of(trace, first)->name;
    size_t bytes = prefix_bytes(name);
    uint32_t op = first + 1;

    while (op < trace->ops &&
           prefix_bytes(result_of(trace, op)->name) == bytes &&
           !memcmp(result_of(trace, op)->name, name, bytes))
        op++;
    return op - first;
}

uint64_t sth_layers_place(struct sth_trace *trace, uint64_t base,
                          const struct sth_mem *mem)
{
    uint64_t period = sth_mem_address_period(mem);

    for (uint32_t i = 0; i < trace->tensors; i++) {
        struct sth_trace_tensor *t = &trace->tensor[i];

        base = (base + period - 1) & ~(period - 1);
        t->addr = base;
        base += sth_trace_tensor_bytes(t);
    }
    return base;
}

/* ---- equality ---------------------------------------------------------- */

/* Tensors of two layers that correspond, in the order of their use. */
struct pairs {
    int32_t *of_first, *of_second; /* tensor to tensor; -1: none yet */
};

static bool same_view(const struct sth_trace *trace, struct pairs *pairs,
                      const struct sth_trace_view *a,
                      const struct sth_trace_view *b)
{
    const struct sth_trace_tensor *s, *t;

    if (a->tensor < 0 || b->tensor < 0)
        return a->tensor < 0 && b->tensor < 0;
    s = &trace->tensor[a->tensor];
    t = &trace->tensor[b->tensor];
    if (s->dtype != t->dtype || s->rows != t->rows || s->cols != t->cols ||
        a->row != b->row || a->rows != b->rows || a->step != b->step ||
        a->col != b->col || a->cols != b->cols)
        return false;
    if (pairs->of_first[a->tensor] < 0 && pairs->of_second[b->tensor] < 0) {
        pairs->of_first[a->tensor] = b->tensor;
        pairs->of_second[b->tensor] = a->tensor;
    }
    return pairs->of_first[a->tensor] == b->tensor &&
           pairs->of_second[b->tensor] == a->tensor;
}

/* What is computed with takes no other time, unless it is not there. */
static bool same_number(enum sth_trace_number_type type, uint32_t a, uint32_t b)
{
    return type == STH_TRACE_TYPE_HEX ? !a == !b : a == b;
}

static bool same_list(enum sth_trace_number_type type,
                      const struct sth_trace_list *a,
                      const struct sth_trace_list *b)
{
    bool same = a->count == b->count;

    for (uint32_t i = 0; same && i < a->count; i++)
        same = same_number(type, a->value[i], b->value[i]);
    return same;
}

static bool same_op(const struct sth_trace *trace, struct pairs *pairs,
                    const struct sth_trace_op *a, const struct sth_trace_op *b)
{
    if (a->kind != b->kind)
        return false;
    for (uint32_t i = 0; i < STH_TRACE_NUMBER_COUNT; i++)
        if (!same_number(sth_trace_number_words[i].type, a->number[i],
                         b->number[i]))
            return false;
    for (uint32_t i = 0; i < STH_TRACE_LIST_COUNT; i++)
        if (!same_list(sth_trace_list_words[i].type, &a->list[i], &b->list[i]))
            return false;
    for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++) {
        if (!same_view(trace, pairs, &a->view[i], &b->view[i]))
            return false;
    }
    return true;
}

uint32_t sth_layers_count(const struct sth_trace *trace)
{
    uint32_t count = 0;

    for (uint32_t op = 0; op < trace->ops; op += layer_ops(trace, op))
        count++;
    return count;
}

static void forget_pairs(const struct sth_trace *trace, struct pairs *pairs,
                         uint32_t first, uint32_t ops)
{
    for (uint32_t op = first; op < first + ops; op++) {
        for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++) {
            int32_t tensor = trace->op[op].view[i].tensor;

            if (tensor < 0)
                continue;
            pairs->of_first[tensor] = -1;
            pairs->of_second[tensor] = -1;
        }
    }
}

/* Whether firmware does the same in both layers, but for where tensors are. */
static bool same_layer(const struct sth_trace *trace, struct pairs *pairs,
                       uint32_t a, uint32_t b, uint32_t ops)
{
    bool same = true;

    for (uint32_t i = 0; i < ops && same; i++)
        same = same_op(trace, pairs, &trace->op[a + i], &trace->op[b + i]);
    forget_pairs(trace, pairs, a, ops);
    forget_pairs(trace, pairs, b, ops);
    return same;
}

/* ---- the run ----------------------------------------------------------- */

struct run {
    const struct sth_layers *job;
    struct sth_layers_figures *figures;
    struct pairs pairs;
    struct layer *layer; /* those simulated */
    uint32_t layers;
    uint64_t later; /* copied layers took that many cycles */
};

/* To the next refresh period at least that finds the memory at rest. */
static bool come_to_rest(struct sth_device *csim, const struct sth_mem *mem)
{
    uint64_t period = sth_mem_cycle_period(mem);

    for (int i = 0; i < REST_PERIODS; i++) {
        uint64_t now = csim->ops->cycles(csim);

        sth_csim_pass(csim, period - now % period);
        if (sth_mem_is_at_rest(mem, csim->ops->cycles(csim)))
            return true;
    }
    return false;
}

static struct layer *find_equal(struct run *r, uint32_t first, uint32_t ops)
{
    for (uint32_t i = r->layers; i-- > 0 && !r->job->simulate_all;) {
        struct layer *l = &r->layer[i];

        if (l->ops == ops && l->rested &&
            same_layer(r->job->trace, &r->pairs, l->first, first, ops))
            return l;
    }
    return NULL;
}

/* Of operations from `first` on, which behave as l. */
static void add_figures(struct run *r, const struct layer *l, uint32_t first)
{
    r->job->tell(r->job->user, first, l->ops, first != l->first,
                 l->counter[STH_CNT_CYCLES], l->commands);
    r->figures->layers++;
    for (int i = 0; i < STH_CNT_COUNT; i++)
        r->figures->counter[i] += l->counter[i];
}

static enum sth_fw_err simulate(struct run *r, struct layer *l)
{
    const struct sth_layers *job = r->job;
    struct sth_trace part = *job->trace;
    enum sth_fw_err err = sth_runtime_recover(job->runtime);

    part.op += l->first;
    part.ops = l->ops;
    if (err == STH_FW_ERR_OK) {
        job->begin(job->user, l->first, r->later);
        err = sth_runtime_run(job->runtime, &part, job->workspace,
                              job->workspace_bytes);
    }
    job->runtime->failed_op += l->first;
    sth_csim_get_counters(job->csim, l->counter);
    l->commands = job->runtime->driver.tail;
    r->figures->simulated++;
    r->layers++;
    return err;
}

static enum sth_fw_err run_layers(struct run *r)
{
    const struct sth_layers *job = r->job;
    bool rested = come_to_rest(job->csim, job->mem);
    uint32_t ops;

    for (uint32_t op = 0; op < job->trace->ops; op += ops) {
        struct layer *l = NULL;
        enum sth_fw_err err;

        ops = layer_ops(job->trace, op);
        if (rested)
            l = find_equal(r, op, ops);
        if (l) {
            uint64_t now = job->csim->ops->cycles(job->csim);

            job->copy(job->user, op, ops, l->first, now + r->later - l->begin);
            r->later += l->cycles;
            add_figures(r, l, op);
            continue;
        }
        l = &r->layer[r->layers];
        *l = (struct layer){.first = op, .ops = ops, .rested = rested};
        l->begin = job->csim->ops->cycles(job->csim) + r->later;
        err = simulate(r, l);
        add_figures(r, l, op);
        if (err != STH_FW_ERR_OK)
            return err;
        rested = come_to_rest(job->csim, job->mem);
        l->rested = l->rested && rested;
        l->cycles = job->csim->ops->cycles(job->csim) + r->later - l->begin;
    }
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_layers_run(const struct sth_layers *job,
                               struct sth_layers_figures *figures)
{
    size_t tensors = job->trace->tensors + 1;
    struct run r = {.job = job, .figures = figures};
    enum sth_fw_err err = STH_FW_ERR_WORKSPACE;

    memset(figures, 0, sizeof(*figures));
    r.pairs.of_first = malloc(tensors * sizeof(*r.pairs.of_first));
    r.pairs.of_second = malloc(tensors * sizeof(*r.pairs.of_second));
    r.layer = calloc(job->trace->ops + 1, sizeof(*r.layer));
    if (r.pairs.of_first && r.pairs.of_second && r.layer) {
        memset(r.pairs.of_first, 0xff, tensors * sizeof(*r.pairs.of_first));
        memset(r.pairs.of_second, 0xff, tensors * sizeof(*r.pairs.of_second));
        err = run_layers(&r);
    }
    free(r.pairs.of_first);
    free(r.pairs.of_second);
    free(r.layer);
    return err;
}
