/* Tracks and slices of a timeline, in the JSON of trace events. */
#include "sth_timeline.h"

#include "sth_disasm.h"
#include "sth_math.h"
#include "sth_report_head.h"
#include "sth_timeline_rate.h"

#include <inttypes.h>
#include <stdlib.h>

/* Groups of tracks. */
enum { ENGINES = 1, OPERATIONS = 2 };
/* Track numbers of an engine: its commands, then its waits. */
enum { TRACKS = 1000, WAITS = TRACKS - 1 };

/* Tracks of which each is free from a cycle on. */
struct tracks {
    uint32_t count;
    uint64_t free_from[WAITS];
};

struct timeline {
    FILE *out;
    const struct sth_session *s;
    const char *separator; /* before the next event */
};

static void begin_event(struct timeline *t, const char *kind, int group,
                        uint32_t track, const char *name)
{
    json_t *text = sth_report_string(name);

    fprintf(t->out,
            "%s{\"ph\": \"%s\", \"pid\": %d, \"tid\": %" PRIu32 ", \"name\": ",
            t->separator, kind, group, track);
    json_dumpf(text, t->out, JSON_ENCODE_ANY);
    json_decref(text);
    t->separator = ",\n";
}

static void begin_slice(struct timeline *t, int group, uint32_t track,
                        const char *name, uint64_t from, uint64_t to)
{
    begin_event(t, "X", group, track, name);
    fprintf(t->out, ", \"ts\": %" PRIu64 ", \"dur\": %" PRIu64 ", \"args\": {",
            from, to - from);
}

static void end_slice(struct timeline *t)
{
    fputs("}}", t->out);
}

static void put_text(struct timeline *t, const char *key, const char *value)
{
    json_t *text = sth_report_string(value);

    fprintf(t->out, "\"%s\": ", key);
    json_dumpf(text, t->out, JSON_ENCODE_ANY);
    json_decref(text);
}

static void name_group(struct timeline *t, int group, const char *name)
{
    begin_event(t, "M", group, 0, "process_name");
    fputs(", \"args\": {", t->out);
    put_text(t, "name", name);
    end_slice(t);
}

/* Tracks stand in the order of their numbers. */
static void name_track(struct timeline *t, int group, uint32_t track,
                       const char *name)
{
    begin_event(t, "M", group, track, "thread_name");
    fputs(", \"args\": {", t->out);
    put_text(t, "name", name);
    end_slice(t);
    begin_event(t, "M", group, track, "thread_sort_index");
    fprintf(t->out, ", \"args\": {\"sort_index\": %" PRIu32, track);
    end_slice(t);
}

/* The first track that is free in a cycle; it is taken up to another one. */
static uint32_t take_track(struct tracks *tracks, uint64_t from, uint64_t to)
{
    uint32_t i = 0;

    while (i < tracks->count && tracks->free_from[i] > from)
        i++;
    if (i == WAITS)
        i--; /* never: an engine starts far fewer */
    if (i == tracks->count)
        tracks->count++;
    tracks->free_from[i] = to;
    return i;
}

/* ---- operations -------------------------------------------------------- */

static void put_operations(struct timeline *t)
{
    struct tracks tracks = {0};

    name_group(t, OPERATIONS, "operations");
    for (uint32_t i = 0; i < t->s->phases; i++) {
        const struct sth_session_phase *p = &t->s->phase[i];
        const struct sth_session_span *span = sth_session_phase_main(t->s, p);

        if (span->end == span->start)
            continue;
        begin_slice(t, OPERATIONS, take_track(&tracks, span->start, span->end),
                    sth_trace_op_name(p->op), span->start, span->end);
        put_text(t, "kind", sth_trace_kind_text(p->op->kind));
        fprintf(t->out,
                ", \"line\": %u, \"first\": %" PRIu32 ", \"commands\": %" PRIu32
                ", \"macs\": %" PRIu64,
                p->op->line, p->first, p->last - p->first, p->macs);
        end_slice(t);
    }
    for (uint32_t i = 0; i < tracks.count; i++)
        name_track(t, OPERATIONS, i, "operations");
}

/* ---- commands ---------------------------------------------------------- */

/* What a command is called, and in full; the RTL alone does not tell. */
static const char *command_name(const struct timeline *t, size_t event,
                                char *text, size_t size)
{
    const struct sth_command *c = &t->s->commands_seen[event];
    const char *name;

    text[0] = 0;
    if (!t->s->csim.present)
        return sth_engine_name(t->s->events[event].engine);
    sth_disasm(c, text, size);
    name = sth_opcode_name(STH_GET(c, ANY_OPCODE));
    return name ? name : sth_engine_name(t->s->events[event].engine);
}

/* The operation that a command belongs to, and its number. */
static void put_owner(struct timeline *t, const struct sth_event *e,
                      const struct sth_session_phase *phase)
{
    put_text(t, "operation", phase ? sth_trace_op_name(phase->op) : "");
    if (phase)
        fprintf(t->out, ", \"line\": %u", phase->op->line);
    fprintf(t->out, ", \"index\": %" PRIu32, e->index);
}

static void put_wait(struct timeline *t, const struct sth_event *e,
                     const struct sth_session_phase *phase, const char *text)
{
    uint32_t track = e->engine * TRACKS + WAITS;

    begin_slice(t, ENGINES, track, "waits for a semaphore",
                e->start - e->waited, e->start);
    put_owner(t, e, phase);
    fputs(", ", t->out);
    put_text(t, "command", text);
    end_slice(t);
}

/* NULL: it ends the run and belongs to none. */
static const struct sth_session_phase *operation_of(const struct timeline *t,
                                                    uint32_t index)
{
    const struct sth_session_phase *p = sth_session_phase_of(t->s, index);

    return p != NULL && index < p->last ? p : NULL;
}

static void put_command(struct timeline *t, size_t i, struct tracks *tracks)
{
    const struct sth_event *e = &t->s->events[i];
    const struct sth_session_phase *phase = operation_of(t, e->index);
    char text[STH_DISASM_BYTES];
    const char *name = command_name(t, i, text, sizeof(text));

    begin_slice(t, ENGINES,
                e->engine * TRACKS +
                    take_track(&tracks[e->engine], e->start, e->end),
                name, e->start, e->end);
    put_owner(t, e, phase);
    if (t->s->csim.present) {
        fputs(", ", t->out);
        put_text(t, "command", text);
    }
    end_slice(t);
    if (e->waited)
        put_wait(t, e, phase, text);
}

static void name_engines(struct timeline *t, const struct tracks *tracks)
{
    char name[64];

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        for (uint32_t i = 0; i < tracks[e].count; i++)
            name_track(t, ENGINES, e * TRACKS + i, sth_engine_name(e));
        snprintf(name, sizeof(name), "%s waits", sth_engine_name(e));
        if (t->s->csim.present)
            name_track(t, ENGINES, e * TRACKS + WAITS, name);
    }
}

static bool put_engines(struct timeline *t)
{
    struct tracks *tracks = calloc(STH_ENGINE_COUNT, sizeof(*tracks));

    if (!tracks)
        return false;
    name_group(t, ENGINES, "engines");
    for (size_t i = 0; i < t->s->event_count; i++)
        put_command(t, i, tracks);
    name_engines(t, tracks);
    free(tracks);
    return true;
}

/* ---- counters ---------------------------------------------------------- */

static bool put_rates(struct timeline *t)
{
    struct sth_timeline_rates r;

    if (!sth_timeline_rates(&r, t->s))
        return false;
    for (int k = 0; k < STH_RATE_COUNT; k++) {
        for (uint32_t i = 0; i <= r.bins; i++) {
            begin_event(t, "C", ENGINES, 0,
                        sth_timeline_rate_name((enum sth_rate)k));
            fprintf(t->out,
                    ", \"ts\": %" PRIu64 ", \"args\": {\"a cycle\": %.3f",
                    i * r.width, r.rate[k][i]);
            end_slice(t);
        }
    }
    sth_timeline_rates_fini(&r);
    return true;
}

bool sth_timeline_write(FILE *out, const struct sth_session *session)
{
    struct timeline t = {.out = out, .s = session, .separator = ""};
    json_t *head = json_object();
    bool ok;

    sth_report_head(head, &session->request.config);
    json_object_set_new(head, "trace",
                        sth_report_string(session->request.trace_path));
    fputs("{\"displayTimeUnit\": \"ns\", \"otherData\": ", out);
    json_dumpf(head, out, 0);
    json_decref(head);
    fputs(", \"traceEvents\": [\n", out);
    put_operations(&t);
    ok = put_engines(&t) && (!session->csim.present || put_rates(&t));
    if (session->request.player && session->request.player->timeline)
        session->request.player->timeline(session->request.player->user, out);
    fputs("\n]}\n", out);
    return ok && !ferror(out);
}
