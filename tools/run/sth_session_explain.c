/* Why firmware gave up a run: the operation, and what the chip says. */
#include "sth_session_impl.h"

#include "sth_disasm.h"

#include <inttypes.h>
#include <stdio.h>

/* "file:12: operation 'name': ", as far as it is known. */
static void name_operation(const struct sth_session *s,
                           const struct sth_trace_op *op, char *text,
                           size_t size)
{
    if (op)
        snprintf(text, size, "%s:%u: operation '%s'", s->request.trace_path,
                 op->line, sth_trace_op_name(op));
    else
        snprintf(text, size, "%s", s->request.trace_path);
}

/* The chip tells the command; it belongs to an operation that was emitted
 * before the one at which firmware noticed. */
static void explain_fault(struct sth_session *s,
                          const struct sth_driver_fault *fault,
                          struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;
    const struct sth_session_phase *p = sth_session_phase_of(s, fault->index);
    const char *name = sth_fault_name(fault->code);
    char place[512], text[STH_DISASM_BYTES] = "no longer in the ring";
    struct sth_command command;

    name_operation(s, p ? p->op : NULL, place, sizeof(place));
    if (sth_driver_read_command(&o->runtime->driver, fault->index, &command))
        sth_disasm(&command, text, sizeof(text));
    sth_session_fail(f,
                     "%s: the chip reports fault %s: %s; %s 0x%" PRIx64
                     ", command %" PRIu32 ": %s",
                     place, name ? name : "?", sth_fault_meaning(fault->code),
                     fault->code < STH_FAULT_FETCH_BUS ? "word" : "address",
                     fault->addr, fault->index, text);
}

void sth_session_explain(struct sth_session *s, enum sth_fw_err err,
                         struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;
    const struct sth_runtime *r = o->runtime;
    const struct sth_params *p = &s->request.config.params;
    struct sth_driver_fault fault;
    char place[512];

    sth_driver_read_fault(&o->runtime->driver, &fault);
    if (fault.code != STH_FAULT_NONE) {
        explain_fault(s, &fault, f);
        return;
    }
    name_operation(
        s, r->failed_op < s->trace.ops ? &s->trace.op[r->failed_op] : NULL,
        place, sizeof(place));
    if (err == STH_FW_ERR_SPACE)
        sth_session_fail(
            f, "%s: %s; enlarge sp_bytes (%u) or acc_bytes (%u) of '%s'", place,
            sth_fw_err_text(err), p->sp_bytes, p->acc_bytes,
            s->request.config.name);
    else
        sth_session_fail(f, "%s: %s", place, sth_fw_err_text(err));
}
