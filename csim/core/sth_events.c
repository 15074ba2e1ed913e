/* The event stream; see sth_events.h. */
#include "sth_events.h"

#include <stdlib.h>

bool sth_events_init(struct sth_events *events, size_t capacity)
{
    *events = (struct sth_events){.capacity = capacity};
    if (capacity > 0)
        events->event = calloc(capacity, sizeof(*events->event));
    return capacity == 0 || events->event != NULL;
}

void sth_events_fini(struct sth_events *events)
{
    free(events->event);
}

void sth_events_put(struct sth_events *events, const struct sth_event *event)
{
    if (events->capacity == 0)
        return;
    if (events->count == events->capacity) {
        events->first = (events->first + 1) % events->capacity;
        events->count--;
        events->lost++;
    }
    events->event[(events->first + events->count) % events->capacity] = *event;
    events->count++;
}

bool sth_events_take(struct sth_events *events, struct sth_event *event)
{
    if (events->count == 0)
        return false;
    *event = events->event[events->first];
    events->first = (events->first + 1) % events->capacity;
    events->count--;
    return true;
}
