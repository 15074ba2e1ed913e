/* Why firmware gave up a run: the operation, and what the chip says. */
#include "sth_session_impl.h"

#include "sth_disasm.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

__attribute__((format(printf, 2, 3))) static void
add(struct sth_session_failure *f, const char *format, ...)
{
    const size_t used = strlen(f->text);
    va_list args;

    va_start(args, format);
    vsnprintf(f->text + used, f->size - used, format, args);
    va_end(args);
}

/* A line for each engine that holds a command: which, whose, why. */
static void add_engines(struct sth_session *s, struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;
    struct sth_driver_diagnosis d;

    sth_driver_diagnose(&o->runtime->driver, &d);
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        const struct sth_session_phase *p;
        char text[STH_DISASM_BYTES];

        if ((d.known >> e & 1u) == 0)
            continue;
        p = sth_session_phase_of(s, d.index[e]);
        sth_disasm(&d.command[e], text, sizeof(text));
        add(f, "\n  %s %s command %" PRIu32, sth_engine_name(e),
            (d.engine_busy >> e & 1u) != 0 ? "is at" : "has not begun",
            d.index[e]);
        if (p)
            add(f, " of operation '%s'", sth_trace_op_name(p->op));
        for (uint32_t n = 0; n < STH_SEMAPHORES; n++)
            if ((d.waits_for[e] >> n & 1u) != 0)
                add(f, ", waits for semaphore %" PRIu32, n);
        add(f, ": %s", text);
    }
    for (uint32_t n = 0; n < STH_SEMAPHORES; n++)
        if (d.semaphore[n] != 0)
            add(f, "\n  semaphore %" PRIu32 " is at %u", n, d.semaphore[n]);
    add(f, "\n  %" PRIu32 " of %" PRIu32 " commands have retired", d.retired,
        d.tail);
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
        add_engines(s, f);
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
    if (r->schedule.err == err && r->schedule.field)
        add(f, ": '%s'", r->schedule.field);
    if (err == STH_FW_ERR_TIMEOUT)
        add_engines(s, f);
}
