#include "sth_vp_names.h"

#include <stdio.h>

bool sth_vp_names_init(struct sth_vp_names *names,
                       const struct sth_session_program *program)
{
    struct sth_compiled_error error;

    names->trace = program->trace;
    return sth_compiled_open(&names->program, program->file, program->bytes,
                             &error) == STH_FW_ERR_OK;
}

/* Behind the operations come the commands that end a step. */
static size_t name_operation(const struct sth_vp_names *n, uint32_t index,
                             char *text, size_t size)
{
    const struct sth_compiled *p = &n->program;
    uint32_t command = 0;

    for (uint32_t step = 0; step < p->header->steps; step++)
        for (uint32_t i = 0; i <= p->header->operations; i++) {
            const struct sth_trace_op *op =
                i < n->trace->ops ? &n->trace->op[i] : NULL;

            command += p->piece[sth_compiled_find(p, step, i)].commands;
            if (command > index)
                return (size_t)snprintf(
                    text, size, "operation %u of step %u, %s (%s)", i, step,
                    op ? sth_trace_op_name(op) : "the end of the step",
                    op ? sth_trace_kind_text(op->kind) : "sync");
        }
    return 0;
}

void sth_vp_names_find(void *user, uint32_t index, uint64_t addr, char *text,
                       size_t size)
{
    const struct sth_vp_names *n = user;
    const size_t length = name_operation(n, index, text, size);

    for (uint32_t i = 0; length != 0 && length < size && i < n->trace->tensors;
         i++) {
        const struct sth_trace_tensor *t = &n->trace->tensor[i];

        if (addr - t->addr < sth_trace_tensor_bytes(t))
            snprintf(text + length, size - length, ", tensor %s", t->name);
    }
}
