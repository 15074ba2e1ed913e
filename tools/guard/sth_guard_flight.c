#include "sth_guard_flight.h"

#include <stdlib.h>
#include <string.h>

enum { HISTORY = 1 << 13, PAGE_SHIFT = 12 };

bool sth_guard_flights_init(struct sth_guard_flights *f)
{
    *f = (struct sth_guard_flights){.room = HISTORY};
    f->flight = calloc(f->room, sizeof(*f->flight));
    return f->flight != NULL;
}

void sth_guard_flights_fini(struct sth_guard_flights *f)
{
    free(f->flight);
}

void sth_guard_flights_reset(struct sth_guard_flights *f)
{
    memset(f->flight, 0, f->room * sizeof(*f->flight));
    memset(f->heat, 0, sizeof(f->heat));
    f->first = 0;
    f->tail = 0;
}

/* Twice the room; the history stays where it does not collide. */
static bool grow(struct sth_guard_flights *f)
{
    const uint32_t room = f->room * 2;
    struct sth_guard_flight *more = calloc(room, sizeof(*more));

    if (more == NULL)
        return false;
    for (uint32_t i = 0; i < f->room; i++)
        if (f->flight[i].valid)
            more[f->flight[i].index & (room - 1)] = f->flight[i];
    free(f->flight);
    f->flight = more;
    f->room = room;
    return true;
}

struct sth_guard_flight *sth_guard_flights_next(struct sth_guard_flights *f)
{
    struct sth_guard_flight *next;

    if (f->tail - f->first == f->room && !grow(f))
        return NULL;
    next = &f->flight[f->tail & (f->room - 1)];
    *next = (struct sth_guard_flight){.index = f->tail};
    return next;
}

/* Adds to the heat of the pages of a range; of a very long one to all. */
static void warm(struct sth_guard_flights *f, uint64_t first, uint64_t end,
                 uint32_t by)
{
    const uint64_t from = first >> PAGE_SHIFT;
    uint64_t pages = end > first ? ((end - 1) >> PAGE_SHIFT) - from + 1 : 0;

    if (pages > STH_GUARD_HEAT)
        pages = STH_GUARD_HEAT;
    for (uint64_t i = 0; i < pages; i++) {
        uint32_t *heat = &f->heat[(from + i) % STH_GUARD_HEAT];

        *heat += by;
    }
}

void sth_guard_flights_announce(struct sth_guard_flights *f,
                                struct sth_guard_flight *flight)
{
    flight->valid = true;
    f->tail++;
    warm(f, flight->first, flight->end, 1);
}

struct sth_guard_flight *sth_guard_flights_at(struct sth_guard_flights *f,
                                              uint32_t index)
{
    struct sth_guard_flight *flight = &f->flight[index & (f->room - 1)];

    return flight->valid && flight->index == index ? flight : NULL;
}

void sth_guard_flights_know(struct sth_guard_flights *f,
                            struct sth_guard_flight *flight)
{
    if (flight->known)
        return;
    flight->known = true;
    warm(f, flight->first, flight->end, UINT32_MAX); /* one less */
    while (f->first != f->tail && f->flight[f->first & (f->room - 1)].known)
        f->first++;
}

bool sth_guard_flights_is_hot(const struct sth_guard_flights *f, uint64_t addr,
                              uint64_t bytes)
{
    const uint64_t from = addr >> PAGE_SHIFT;
    const uint64_t to = (addr + bytes - 1) >> PAGE_SHIFT;

    if (f->first == f->tail || bytes == 0)
        return false;
    if (to - from >= STH_GUARD_HEAT)
        return true;
    for (uint64_t page = from; page <= to; page++)
        if (f->heat[page % STH_GUARD_HEAT] != 0)
            return true;
    return false;
}
