#include "sth_traffic.h"

#include <stdlib.h>
#include <string.h>

#include "sth_trace_table.h"

const char *sth_traffic_name(enum sth_traffic_class c)
{
    static const char *const names[] = {
        [STH_TRAFFIC_WEIGHTS] = "weights",
        [STH_TRAFFIC_CACHE] = "cache",
        [STH_TRAFFIC_ACTIVATIONS] = "activations",
    };

    return names[c];
}

void sth_traffic_sum(struct sth_traffic *into, const struct sth_traffic *from)
{
    for (int c = 0; c < STH_TRAFFIC_CLASSES; c++) {
        into->read[c] += from->read[c];
        into->written[c] += from->written[c];
    }
}

uint8_t *sth_traffic_classes(const struct sth_trace *trace)
{
    uint8_t *class = calloc(trace->tensors + 1, sizeof(*class));

    if (!class)
        return NULL;
    for (uint32_t i = 0; i < trace->tensors; i++)
        if (!strcmp(trace->tensor[i].name, "x"))
            class[i] = STH_TRAFFIC_ACTIVATIONS;
    for (uint32_t op = 0; op < trace->ops; op++) {
        const struct sth_trace_op *o = &trace->op[op];

        for (uint32_t v = 0; v < STH_TRACE_VIEW_COUNT; v++) {
            const int32_t t = o->view[v].tensor;

            if (t >= 0 &&
                sth_trace_signatures[o->kind].place[v] == STH_TRACE_PLACE_OUT)
                class[t] = !strcmp(trace->tensor[t].source, "zero")
                               ? STH_TRAFFIC_ACTIVATIONS
                               : STH_TRAFFIC_CACHE;
        }
    }
    return class;
}

static enum sth_traffic_class class_of(const struct sth_trace *trace,
                                       const uint8_t *classes, uint64_t addr)
{
    uint32_t low = 0, high = trace->tensors;

    while (low + 1 < high) {
        const uint32_t middle = (low + high) / 2;

        if (trace->tensor[middle].addr <= addr)
            low = middle;
        else
            high = middle;
    }
    if (low >= trace->tensors || addr < trace->tensor[low].addr ||
        addr - trace->tensor[low].addr >=
            sth_trace_tensor_bytes(&trace->tensor[low]))
        return STH_TRAFFIC_ACTIVATIONS;
    return (enum sth_traffic_class)classes[low];
}

void sth_traffic_add(struct sth_traffic *traffic, const struct sth_trace *trace,
                     const uint8_t *classes, const struct sth_command *command)
{
    const uint32_t opcode = STH_GET(command, ANY_OPCODE);
    uint64_t *moved = opcode == STH_OP_LOAD ? traffic->read : traffic->written;

    if (opcode == STH_OP_LOAD || opcode == STH_OP_STORE)
        moved[class_of(trace, classes, sth_command_memory(command))] +=
            (uint64_t)STH_GET(command, LOAD_LEN) * STH_GET(command, LOAD_N1) *
            STH_GET(command, LOAD_N2);
}
