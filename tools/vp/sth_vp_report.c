#include "sth_vp_report.h"

#include <inttypes.h>
#include <math.h>

static double per(double a, double b)
{
    return b > 0 ? a / b : 0;
}

double sth_vp_share_pct(const struct sth_vp_outcome *o)
{
    const double all = (double)o->host.span;

    return o->host.commands ? 100 * (all - (double)o->host.other_span) / all
                            : NAN;
}

/* What the processor stopped at. */
static void put_stop(FILE *out, const struct sth_vp_figures *f)
{
    fprintf(out, "  %s, pc 0x%08x", sth_hart_stop_name(f->stop), f->report.pc);
    if (f->stop == STH_HART_STOP_DOUBLE_FAULT)
        fprintf(out, ", behind cause %u at pc 0x%08x", f->report.first.cause,
                f->report.first.pc);
    else
        fprintf(out, ", address 0x%08x", f->report.addr);
    fputs("\n", out);
}

static void put_end(FILE *out, const struct sth_vp_figures *f)
{
    if (f->end == STH_VP_END_EXIT && f->status == 0)
        return;
    fprintf(out, "the run ended: %s", sth_vp_end_text(f->end));
    if (f->end == STH_VP_END_EXIT)
        fprintf(out, " with status %u", f->status);
    fprintf(out, ", pc 0x%08x\n", f->pc);
    if (f->end == STH_VP_END_STOP)
        put_stop(out, f);
    if (f->end == STH_VP_END_CHIP)
        fprintf(out, "  %s\n", f->why);
}

static void put_compared(FILE *out, const struct sth_vp_outcome *o)
{
    const struct sth_vp_compared *c = &o->host;

    if (!c->commands)
        return;
    fprintf(out,
            "  against the host's firmware: %" PRIu64 " of %" PRIu64
            " commands wrote the same, %" PRIu64 " took as long\n"
            "  %" PRIu64
            " cycles from the first to the last, driven by the host in no time "
            "%" PRIu64 " (%.0f ms)\n"
            "  the processor's share of the time is %.2f %%\n",
            c->data, c->commands, c->durations, c->span, c->other_span,
            1e3 * o->host_seconds, sth_vp_share_pct(o));
}

void sth_vp_report_text(FILE *out, const struct sth_vp_outcome *o)
{
    const struct sth_vp_figures *f = &o->result.figures;
    const double played = (double)(f->cycles - f->rung);
    const double busy = (double)(f->cycles - f->idle);

    fprintf(out, "platform on %s: %" PRIu64 " cycles", o->name, f->cycles);
    if (f->rung)
        fprintf(out,
                ", %" PRIu64 " of them before the first doorbell rang, then "
                "the processor is busy for %.1f %%",
                f->rung, 100 * per(busy - (double)f->rung, played));
    fprintf(out, "\n  %" PRIu64 " instructions of %.2f cycles, ",
            f->instructions, per(busy, (double)f->instructions));
    if (f->commands)
        fprintf(out, "%.1f for each of %" PRIu64 " commands behind that, ",
                per((double)(f->instructions - f->rung_instructions),
                    (double)f->commands),
                f->commands);
    fprintf(out,
            "%" PRIu64 " interrupts\n"
            "  %.0f ms of the host",
            f->interrupts, 1e3 * f->seconds);
    if (f->rung)
        fprintf(out, ", %.1f until the first doorbell", 1e3 * f->rung_seconds);
    fputs("\n", out);
    put_compared(out, o);
    put_end(out, f);
}

static void set(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void set_real(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, json_real(value));
}

static json_t *host_json(const struct sth_vp_outcome *o)
{
    json_t *object = json_object();

    if (!o->host.commands) {
        json_decref(object);
        return json_null();
    }
    set(object, "commands", o->host.commands);
    set(object, "same_data", o->host.data);
    set(object, "same_duration", o->host.durations);
    set(object, "span", o->host.span);
    set(object, "host_span", o->host.other_span);
    set_real(object, "seconds", o->host_seconds);
    set_real(object, "share_pct", sth_vp_share_pct(o));
    return object;
}

json_t *sth_vp_report_json(const struct sth_vp_outcome *o)
{
    const struct sth_vp_figures *f = &o->result.figures;
    json_t *object = json_object();

    json_object_set_new(object, "backend", json_string(o->name));
    json_object_set_new(object, "end", json_string(sth_vp_end_text(f->end)));
    set(object, "status", f->status);
    set(object, "cycles", f->cycles);
    set(object, "busy", f->cycles - f->idle);
    set(object, "instructions", f->instructions);
    set(object, "traps", f->traps);
    set(object, "accesses", f->accesses);
    set(object, "interrupts", f->interrupts);
    set(object, "commands", f->commands);
    set(object, "cycles_before_doorbell", f->rung);
    set(object, "instructions_before_doorbell", f->rung_instructions);
    set_real(object, "seconds_before_doorbell", f->rung_seconds);
    set_real(object, "seconds", f->seconds);
    json_object_set_new(object, "host", host_json(o));
    return object;
}
