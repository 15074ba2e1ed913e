/* What a session keeps of retirements: events, spans, work. */
#include "sth_session_impl.h"

#include <stdlib.h>
#include <string.h>

static void keep_event(struct sth_session *s, const struct sth_event *event,
                       const struct sth_command *command)
{
    struct sth_session_owned *o = s->owned;

    if (s->event_count == o->events_room) {
        size_t room = o->events_room ? 2 * o->events_room : 4096;
        void *events = realloc(s->events, room * sizeof(*s->events));
        void *commands =
            realloc(s->commands_seen, room * sizeof(*s->commands_seen));

        if (events)
            s->events = events;
        if (commands)
            s->commands_seen = commands;
        if (!events || !commands) {
            o->event_lost = true;
            return;
        }
        o->events_room = room;
    }
    s->events[s->event_count] = *event;
    memset(&s->commands_seen[s->event_count], 0, sizeof(*s->commands_seen));
    if (command)
        s->commands_seen[s->event_count] = *command;
    s->event_count++;
}

const struct sth_session_phase *
sth_session_phase_of(const struct sth_session *session, uint32_t index)
{
    const struct sth_session_owned *o = session->owned;
    uint32_t low = o->layer_first, high = session->phases;

    while (low + 1 < high) {
        uint32_t middle = (low + high) / 2;

        if (session->phase[middle].first <= index)
            low = middle;
        else
            high = middle;
    }
    return low < session->phases && index >= session->phase[low].first
               ? &session->phase[low]
               : NULL;
}

static struct sth_session_phase *find_phase(struct sth_session *s,
                                            uint32_t index)
{
    const struct sth_session_phase *p = sth_session_phase_of(s, index);

    return p != NULL ? &s->phase[p - s->phase] : NULL;
}

static void extend_span(struct sth_session_span *span,
                        const struct sth_event *event)
{
    if (!span->end || event->start < span->start)
        span->start = event->start;
    if (event->end > span->end)
        span->end = event->end;
    span->engine_end[event->engine] = event->end;
}

void sth_session_on_retire(void *context, const struct sth_event *event,
                           const struct sth_command *command)
{
    struct sth_session *s = context;
    struct sth_session_owned *o = s->owned;
    struct sth_session_phase *p = find_phase(s, event->index);
    struct sth_event later = *event;

    later.start += o->layer_later;
    later.end += o->layer_later;
    if (p)
        extend_span(s->request.backend == STH_BACKEND_RTL ? &p->rtl : &p->csim,
                    &later);
    if (p && command)
        sth_work_add(&p->work, &o->engine_end[event->engine], &later, command,
                     &s->request.config.params);
    if (p && command && o->classes)
        sth_traffic_add(&p->traffic, &s->trace, o->classes, command);
    if (s->request.keep_events || s->request.roofline)
        keep_event(s, event, command);
}

/* The C model's half has come through sth_session_on_retire(). */
void sth_session_on_pair(void *user, const struct sth_event *reference,
                         const struct sth_event *dut,
                         const struct sth_command *command)
{
    struct sth_session *s = user;
    struct sth_session_phase *p = find_phase(s, dut->index);

    sth_fidelity_note(&s->fidelity, reference, dut, command);
    if (p)
        extend_span(&p->rtl, dut);
}

static void add_critical(void *user, uint32_t index, enum sth_bound bound,
                         uint64_t cycles)
{
    struct sth_session_phase *p = find_phase(user, index);

    if (p)
        p->critical[bound] += cycles;
}

static void add_demand(struct sth_session *s)
{
    struct sth_bound_cost cost;

    for (size_t i = 0; i < s->event_count; i++) {
        struct sth_session_phase *p = find_phase(s, s->events[i].index);

        if (!p)
            continue;
        sth_bound_cost(&cost, &s->commands_seen[i], &s->request.config);
        for (int b = 0; b < STH_BOUND_COUNT; b++)
            p->demand[b] += cost.cycles[b];
    }
}

void sth_session_find_critical(struct sth_session *s)
{
    struct sth_session_owned *o = s->owned;

    if (s->request.roofline && !o->event_lost) {
        add_demand(s);
        o->event_lost = !sth_critical_path(s->events, s->commands_seen,
                                           s->event_count, o->layer_begin,
                                           &s->request.config, add_critical, s);
    }
    if (!s->request.keep_events)
        s->event_count = 0;
}
