/* A session from its request to its release. */
#include "sth_session_impl.h"

#include <stdlib.h>
#include <string.h>

/*
 * Runs all of it again, this time with a waveform around the difference.  The
 * results are those of the first run; phases are written again, alike, and the
 * devices that are left are those of the second.
 */
static void record_wave(struct sth_session *s, uint64_t cycle)
{
    static const uint64_t BEFORE = 2000, AFTER = 200;
    char text[512] = "";
    struct sth_session_failure f = {text, sizeof(text)};
    struct sth_session_owned *o = s->owned;
    struct sth_session copy = *s;
    int status;

    sth_session_destroy_devices(o);
    copy.request.keep_events = false;
    sth_session_play(&copy, cycle > BEFORE ? cycle - BEFORE : 0, cycle + AFTER,
                     &status, &f);
}

static uint64_t difference_cycle(const struct sth_session *s)
{
    const struct sth_session_owned *o = s->owned;
    struct sth_difference difference;

    o->rtl_library.backend->difference(o->lockstep, &difference);
    return difference.rtl_cycle;
}

static bool begin(struct sth_session *s,
                  const struct sth_session_request *request,
                  struct sth_session_failure *f)
{
    struct sth_session_owned *o = calloc(1, sizeof(*o));

    memset(s, 0, sizeof(*s));
    s->request = *request;
    s->owned = o;
    f->text[0] = 0;
    return (o && (o->runtime = calloc(1, sizeof(*o->runtime)))) ||
           sth_session_fail(f, "out of memory");
}

bool sth_session_ask(const struct sth_session_request *request, char *error,
                     size_t error_size)
{
    struct sth_session s;
    struct sth_session_failure f = {error, error_size};
    bool good = begin(&s, request, &f) && sth_session_load_trace(&s, &f) &&
                sth_session_ask_sources(&s);

    sth_session_fini(&s);
    return good;
}

int sth_session_run(struct sth_session *session,
                    const struct sth_session_request *request, char *error,
                    size_t error_size)
{
    struct sth_session *s = session;
    struct sth_session_failure f = {error, error_size};
    struct sth_session_owned *o;
    const uint64_t wave_last =
        request->backend == STH_BACKEND_RTL ? UINT64_MAX : 0;
    int status = 2;
    bool good;

    if (!begin(s, request, &f))
        return 2;
    o = s->owned;
    if (!sth_session_load_trace(s, &f) || !sth_session_ask_sources(s) ||
        !sth_session_open_sources(s, &f))
        return 2;
    if (o->is_compiled && request->plans) {
        sth_session_fail(&f, "%s: a compiled program has no plans",
                         request->trace_path);
        return 2;
    }
    s->steps = o->is_compiled ? o->program.header->steps : s->trace.steps;
    if (s->steps > s->trace.steps) {
        sth_session_fail(&f, "%s: its trace has fewer steps than it",
                         request->trace_path);
        return 2;
    }
    s->trace.steps = s->steps;
    if (s->request.if_layers &&
        (o->is_compiled || s->steps > 1 || sth_layers_count(&s->trace) < 2))
        s->request.by_layer = false;
    if (s->request.by_layer && (o->is_compiled || s->steps > 1)) {
        sth_session_fail(&f, "%s: %s runs as a whole, not layer by layer",
                         request->trace_path,
                         o->is_compiled ? "a compiled program"
                                        : "a trace of several steps");
        return 2;
    }
    s->phase = calloc((size_t)s->trace.ops * s->steps + 1, sizeof(*s->phase));
    s->layer =
        calloc(s->request.by_layer ? s->trace.ops + 1 : 1, sizeof(*s->layer));
    if (request->traffic)
        o->classes = sth_traffic_classes(&s->trace);
    if (!s->phase || !s->layer || (request->traffic && !o->classes)) {
        sth_session_fail(&f, "out of memory");
        return 2;
    }
    good = sth_session_play(s, 0, wave_last, &status, &f);
    if (good && !sth_session_compare(s, &f))
        return 2;
    if (s->in_step && !s->bit_exact && s->request.wave_path)
        record_wave(s, difference_cycle(s));
    if (!good)
        return status;
    return (s->in_step && !s->bit_exact) || s->diagnostics ||
                   (s->compared && !s->finite)
               ? 1
               : 0;
}

void sth_session_fini(struct sth_session *session)
{
    struct sth_session_owned *o = session->owned;

    if (o) {
        sth_session_destroy_devices(o);
        for (uint32_t i = 0; i < o->sources_open; i++)
            sth_source_close(&o->sources[i]);
        free(o->sources);
        free(o->classes);
        free(o->workspace);
        free(o->runtime);
        sth_plan_judge_destroy(o->judge);
        sth_plan_book_fini(&o->own_plans);
        free(o->arena);
        free(o->text);
        sth_rtl_close(&o->rtl_library);
        free(o);
    }
    free(session->layer);
    free(session->output);
    free(session->phase);
    free(session->events);
    free(session->commands_seen);
    memset(session, 0, sizeof(*session));
}
