/* What the chip has done, and what of that firmware knows. */
#include "sth_guard_state.h"

#include <stdlib.h>

#include "sth_footprint.h"

static void see_load(void *context, const struct sth_footprint_run *run)
{
    struct sth_guard *g = ((void **)context)[0];
    struct sth_guard_flight *flight = ((void **)context)[1];
    char line[STH_GUARD_LINE];
    uint64_t first;

    if (run->space != STH_FOOTPRINT_MEM)
        return;
    if (sth_footprint_is_write(run->role)) {
        if (g->options.is_written == NULL)
            sth_guard_memory_write(&g->memory, run->addr, run->bytes);
        if (g->options.wrote != NULL)
            g->options.wrote(g->options.user, run->addr, run->bytes);
    } else if (!sth_guard_is_written(g, run->addr, run->bytes, &first)) {
        sth_guard_describe(flight, line);
        sth_guard_find(g, STH_GUARD_UNWRITTEN, flight, NULL,
                       "%s reads memory at 0x%llx, which nobody has written",
                       line, (unsigned long long)first);
    }
}

/* New diagnostics become findings. */
static void take_diagnostics(struct sth_guard *g)
{
    static const enum sth_guard_kind kind[] = {
        [STH_DIAGNOSTIC_RACE] = STH_GUARD_RACE,
        [STH_DIAGNOSTIC_OVERLAP] = STH_GUARD_OVERLAP,
        [STH_DIAGNOSTIC_UNWRITTEN] = STH_GUARD_UNWRITTEN,
        [STH_DIAGNOSTIC_SEMAPHORE] = STH_GUARD_SEMAPHORE,
    };

    for (; g->diagnosed < g->diagnostics.count; g->diagnosed++) {
        const struct sth_diagnostic *d = &g->diagnostics.list[g->diagnosed];
        struct sth_guard_flight *other =
            d->other != d->index ? sth_guard_flights_at(&g->flights, d->other)
                                 : NULL;

        sth_guard_find(g, kind[d->kind],
                       sth_guard_flights_at(&g->flights, d->index), other, "%s",
                       d->text);
    }
}

static void count_tokens(struct sth_guard *g,
                         const struct sth_guard_flight *flight)
{
    const uint32_t wait = STH_GET(&flight->command, ANY_WAIT);
    const uint32_t post = STH_GET(&flight->command, ANY_POST);

    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        g->token[s] += (post >> s & 1u) - (wait >> s & 1u);
        if ((post >> s & 1u) != 0)
            g->poster[s] = flight->index;
    }
}

/*
 * A command starts and retires at once here: what happened before it has
 * retired before it starts, and so comes before it; the rest is a race in
 * whatever order it comes.
 */
void sth_guard_retire(struct sth_guard *g, const struct sth_event *event)
{
    struct sth_guard_flight *f =
        sth_guard_flights_at(&g->flights, event->index);
    void *context[2] = {g, f};

    if (f == NULL || f->retired)
        return;
    sth_guard_refresh(g, f);
    f->retired = true;
    g->looks = 0;
    g->since = g->inner->ops->cycles(g->inner);
    f->order = g->retired++;
    if (f->engine == STH_ENGINE_COUNT)
        return;
    count_tokens(g, f);
    if (g->options.light)
        return;
    sth_footprint_visit(&g->params, &f->command, see_load, context);
    sth_sanitizer_start(g->sanitizer, f->engine, f->index, &f->command);
    sth_sanitizer_retire(g->sanitizer, f->engine, f->index, &f->command);
    take_diagnostics(g);
}

/* When there is no more room, the oldest is lost. */
static void keep(struct sth_guard *g, const struct sth_event *event)
{
    const uint32_t more = g->event_room != 0 ? 2 * g->event_room : 1024;

    if (g->events - g->taken == g->event_room && more <= STH_GUARD_EVENTS) {
        struct sth_event *ring = malloc(more * sizeof(*ring));

        if (ring != NULL) {
            for (uint32_t i = g->taken; i != g->events; i++)
                ring[i % more] = g->event[i % g->event_room];
            free(g->event);
            g->event = ring;
            g->event_room = more;
        }
    }
    if (g->event_room == 0)
        return;
    g->event[g->events++ % g->event_room] = *event;
    if (g->events - g->taken > g->event_room)
        g->taken = g->events - g->event_room;
}

void sth_guard_drain(struct sth_guard *g)
{
    struct sth_event event;

    while (g->inner->ops->next_event(g->inner, &event)) {
        keep(g, &event);
        sth_guard_retire(g, &event);
    }
}

void sth_guard_look(struct sth_guard *g, uint32_t retired)
{
    const uint32_t tail = g->flights.tail;

    for (uint32_t i = g->flights.first; i != tail; i++) {
        struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, i);

        if (f == NULL || !f->retired || (int32_t)(f->order - retired) >= 0)
            continue;
        sth_guard_flights_know(&g->flights, f);
        if ((int32_t)(f->index + 1 - g->head) > 0)
            g->head = f->index + 1;
    }
    g->unseen = false;
    if (retired == tail)
        sth_sanitizer_drained(g->sanitizer, retired);
}
