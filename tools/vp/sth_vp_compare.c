#include "sth_vp_compare.h"

#include <stdlib.h>

/* The events of b by index; what is not there ends in cycle 0. */
static struct sth_event *by_index(const struct sth_session *s)
{
    struct sth_event *event = calloc(s->event_count + 1, sizeof(*event));

    for (size_t i = 0; event && i < s->event_count; i++)
        if (s->events[i].index < s->event_count)
            event[s->events[i].index] = s->events[i];
    return event;
}

static uint64_t span_of(const struct sth_session *s)
{
    uint64_t first = UINT64_MAX, last = 0;

    for (size_t i = 0; i < s->event_count; i++) {
        if (s->events[i].start < first)
            first = s->events[i].start;
        if (s->events[i].end > last)
            last = s->events[i].end;
    }
    return s->event_count ? last - first : 0;
}

bool sth_vp_compare(const struct sth_session *a, const struct sth_session *b,
                    struct sth_vp_compared *compared)
{
    struct sth_event *other = by_index(b);

    if (!other)
        return false;
    *compared = (struct sth_vp_compared){.commands = a->event_count,
                                         .span = span_of(a),
                                         .other_span = span_of(b),
                                         .index = -1};
    for (size_t i = 0; i < a->event_count; i++) {
        const struct sth_event *x = &a->events[i];
        const struct sth_event *y =
            &other[x->index < b->event_count ? x->index : b->event_count];
        const bool same =
            y->end && x->engine == y->engine && x->digest == y->digest;

        compared->data += same;
        compared->durations += x->end - x->start == y->end - y->start;
        compared->cycles += x->end == y->end && x->start == y->start;
        if (!same && (compared->index < 0 || x->index < compared->index))
            compared->index = x->index;
    }
    if (a->event_count != b->event_count && compared->index < 0)
        compared->index =
            (int64_t)(a->event_count < b->event_count ? a->event_count
                                                      : b->event_count);
    free(other);
    return true;
}
