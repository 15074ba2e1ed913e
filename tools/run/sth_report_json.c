/* The report of a run as JSON. */
#include "sth_report.h"

#include "sth_report_head.h"
#include "sth_roofline.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

static const char *counter_name(uint32_t counter)
{
    static const char *const names[] = {
#define COUNTER(name, doc) #name,
#include "counters.def"
#undef COUNTER
    };

    return names[counter];
}

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *side_object(const struct sth_session_side *side)
{
    json_t *object = json_object(), *counters = json_object();

    json_object_set_new(object, "cycles",
                        json_integer((json_int_t)side->cycles));
    for (uint32_t i = 0; i < STH_CNT_COUNT; i++)
        json_object_set_new(counters, counter_name(i),
                            json_integer((json_int_t)side->counter[i]));
    json_object_set_new(object, "counters", counters);
    return object;
}

static void set_span(json_t *object, const char *side,
                     const struct sth_session_span *span, bool present)
{
    char start[16], end[16];

    snprintf(start, sizeof(start), "%s_start", side);
    snprintf(end, sizeof(end), "%s_end", side);
    json_object_set_new(object, start,
                        present ? json_integer((json_int_t)span->start)
                                : json_null());
    json_object_set_new(object, end,
                        present ? json_integer((json_int_t)span->end)
                                : json_null());
}

static json_t *phases_array(const struct sth_session *s)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < s->phases; i++) {
        const struct sth_session_phase *p = &s->phase[i];
        const struct sth_session_span *span = sth_session_phase_main(s, p);
        json_t *object = json_pack(
            "{s:o, s:s, s:i, s:I, s:I, s:I}", "name",
            sth_report_string(sth_trace_op_name(p->op)), "kind",
            sth_trace_kind_text(p->op->kind), "commands",
            (int)(p->last - p->first), "macs", (json_int_t)p->macs, "start",
            (json_int_t)span->start, "end", (json_int_t)span->end);

        if (s->steps > 1)
            json_object_set_new(object, "step", json_integer(i / s->trace.ops));
        set_span(object, "csim", &p->csim, s->csim.present);
        set_span(object, "rtl", &p->rtl, s->rtl.present);
        json_object_set_new(object, "error_pct",
                            s->in_step
                                ? real_or_null(sth_session_phase_error_pct(p))
                                : json_null());
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *diagnostics_array(const struct sth_session *s)
{
    json_t *array = json_array();

    for (size_t i = 0; i < s->diagnostics; i++)
        json_array_append_new(array, sth_report_string(s->diagnostic[i].text));
    return array;
}

static json_t *bound_object(const struct sth_session *s)
{
    const struct sth_session_side *side = sth_session_main(s);
    struct sth_session_bound bound = sth_session_bound(s);

    return json_pack("{s:s, s:f, s:f}", "name", bound.name, "cycles",
                     bound.cycles, "attained",
                     side->cycles ? bound.cycles / (double)side->cycles : 0);
}

static json_t *outputs_array(const struct sth_session *s)
{
    json_t *array = json_array();

    for (uint32_t i = 0; i < s->outputs; i++) {
        const struct sth_session_output *t = &s->output[i];

        json_array_append_new(
            array, json_pack("{s:o, s:o, s:o}", "name",
                             sth_report_string(t->tensor->name),
                             "max_abs_error", real_or_null(t->max_abs_error),
                             "cosine", real_or_null(t->cosine)));
    }
    return array;
}

bool sth_report_json(FILE *out, const struct sth_session *session)
{
    const struct sth_session *s = session;
    json_t *root = json_object();

    sth_report_head(root, &s->request.config);
    json_object_set_new(root, "trace",
                        sth_report_string(s->request.trace_path));
    json_object_set_new(root, "commands",
                        json_integer((json_int_t)s->commands));
    json_object_set_new(root, "macs", json_integer((json_int_t)s->macs));
    json_object_set_new(root, "needed_macs",
                        json_integer((json_int_t)sth_session_needed(s)));
    if (s->request.roofline)
        json_object_set_new(root, "roofline", sth_roofline_json(s));
    if (s->steps > 1)
        json_object_set_new(root, "steps", json_integer(s->steps));
    if (s->request.by_layer)
        json_object_set_new(root, "layers",
                            json_pack("{s:i, s:i}", "count",
                                      (int)s->layers.layers, "simulated",
                                      (int)s->layers.simulated));
    json_object_set_new(root, "csim",
                        s->csim.present ? side_object(&s->csim) : json_null());
    json_object_set_new(root, "rtl",
                        s->rtl.present ? side_object(&s->rtl) : json_null());
    json_object_set_new(root, "cycle_error_pct",
                        s->in_step
                            ? real_or_null(sth_session_cycle_error_pct(s))
                            : json_null());
    json_object_set_new(root, "bit_exact",
                        s->in_step ? json_boolean(s->bit_exact) : json_null());
    json_object_set_new(root, "difference",
                        s->in_step && !s->bit_exact ? json_string(s->difference)
                                                    : json_null());
    json_object_set_new(root, "max_abs_error",
                        s->compared ? real_or_null(s->max_abs_error)
                                    : json_null());
    json_object_set_new(root, "cosine",
                        s->compared ? real_or_null(s->cosine) : json_null());
    json_object_set_new(root, "outputs", outputs_array(s));
    json_object_set_new(root, "array_utilization",
                        json_real(sth_session_utilization(s)));
    json_object_set_new(root, "bound", bound_object(s));
    json_object_set_new(root, "complete", json_boolean(!s->failed));
    json_object_set_new(root, "wall_seconds", json_real(s->seconds));
    json_object_set_new(root, "planning_seconds",
                        json_real(s->planning.seconds));
    json_object_set_new(root, "phases", phases_array(s));
    json_object_set_new(root, "diagnostics", diagnostics_array(s));
    return sth_report_write(out, root);
}
