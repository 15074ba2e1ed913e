/* The walk along the critical path. */
#include "sth_critical.h"

#include "sth_math.h"

#include <stdlib.h>

#define NONE UINT32_MAX

struct walk {
    const struct sth_event *event;
    const struct sth_command *command;
    const struct sth_config *config;
    void (*add)(void *user, uint32_t index, enum sth_bound bound,
                uint64_t cycles);
    void *user;
    uint64_t begin; /* of the run */
    uint32_t count;
    uint32_t *before; /* of its engine; NONE: the first */
    uint32_t *poster; /* the last one that it waited for; NONE: no wait */
    uint32_t *order;  /* events by their start */
    uint32_t *rank;   /* place of an event there */
};

/* ---- who waits for whom ------------------------------------------------ */

static void find_before(struct walk *w)
{
    uint32_t last[STH_ENGINE_COUNT];

    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        last[e] = NONE;
    for (uint32_t i = 0; i < w->count; i++) {
        w->before[i] = last[w->event[i].engine];
        last[w->event[i].engine] = i;
    }
}

static int by_start(const void *a, const void *b)
{
    const struct sth_event *x = *(const struct sth_event *const *)a;
    const struct sth_event *y = *(const struct sth_event *const *)b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static bool find_order(struct walk *w)
{
    const struct sth_event **sorted = malloc(w->count * sizeof(*sorted));

    if (!sorted)
        return false;
    for (uint32_t i = 0; i < w->count; i++)
        sorted[i] = &w->event[i];
    qsort(sorted, w->count, sizeof(*sorted), by_start);
    for (uint32_t i = 0; i < w->count; i++) {
        w->order[i] = (uint32_t)(sorted[i] - w->event);
        w->rank[w->order[i]] = i;
    }
    free(sorted);
    return true;
}

/*
 * The n-th command that takes a semaphore waits for the n-th post: takes come
 * in the order of starts, posts in that of retirements.
 */
static void find_posters(struct walk *w, uint32_t semaphore)
{
    uint32_t bit = UINT32_C(1) << semaphore, post = 0;

    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t taker = w->order[i];

        if (!(STH_GET(&w->command[taker], ANY_WAIT) & bit))
            continue;
        while (post < w->count && !(STH_GET(&w->command[post], ANY_POST) & bit))
            post++;
        if (post == w->count)
            return;
        if (w->poster[taker] == NONE || w->poster[taker] < post)
            w->poster[taker] = post;
        post++;
    }
}

/* ---- the path ---------------------------------------------------------- */

/* Charges cycles to a command: its work first, then what else takes time. */
static void charge(const struct walk *w, uint32_t i,
                   const struct sth_bound_cost *cost, uint64_t cycles)
{
    for (int b = 0; b < STH_BOUND_COUNT; b++) {
        uint64_t part = sth_min64(cost->cycles[b], cycles);

        if (part)
            w->add(w->user, w->event[i].index, (enum sth_bound)b, part);
        cycles -= part;
    }
    if (cycles)
        w->add(w->user, w->event[i].index, cost->rest, cycles);
}

static void charge_as(const struct walk *w, uint32_t i, enum sth_bound bound,
                      uint64_t cycles)
{
    if (cycles)
        w->add(w->user, w->event[i].index, bound, cycles);
}

/* Where the path goes on: at the end of a command, or at its start. */
struct place {
    uint32_t event; /* NONE: the path is at its beginning */
    bool at_start;
};

/* What is in front of it in its engine counts if its own latency is over by
 * then. */
static struct place from_end(const struct walk *w, uint32_t i)
{
    const struct sth_event *e = &w->event[i];
    uint32_t p = w->before[i];
    struct sth_bound_cost cost;

    sth_bound_cost(&cost, &w->command[i], w->config);
    if (p != NONE && w->event[p].end >= e->start + cost.latency) {
        charge(w, i, &cost, e->end - w->event[p].end);
        return (struct place){p, false};
    }
    charge(w, i, &cost, e->end - e->start);
    return (struct place){i, true};
}

/* The last start before its own of a command before it in the stream. */
static uint32_t issued_before(const struct walk *w, uint32_t i)
{
    for (uint32_t r = w->rank[i]; r-- > 0;)
        if (w->event[w->order[r]].index < w->event[i].index &&
            w->event[w->order[r]].start < w->event[i].start)
            return w->order[r];
    return NONE;
}

static struct place from_start(const struct walk *w, uint32_t i)
{
    const struct sth_event *e = &w->event[i];
    uint32_t p = w->before[i], q = w->poster[i];
    struct sth_bound_cost cost;

    if (e->waited && q != NONE && w->event[q].end <= e->start) {
        charge_as(w, i, STH_BOUND_DEPENDENCY, e->start - w->event[q].end);
        return (struct place){q, false};
    }
    if (p != NONE && w->event[p].end > e->start) {
        sth_bound_cost(&cost, &w->command[p], w->config);
        charge(w, p, &cost, e->start - w->event[p].start);
        return (struct place){p, true};
    }
    if (p != NONE && e->start - w->event[p].end <= STH_LAT_GRANT) {
        charge_as(w, i, STH_BOUND_FILL, e->start - w->event[p].end);
        return (struct place){p, false};
    }
    q = issued_before(w, i);
    charge_as(w, i, STH_BOUND_ISSUE,
              e->start - (q == NONE ? w->begin : w->event[q].start));
    return (struct place){q, true};
}

static void walk(const struct walk *w)
{
    struct place at = {w->count - 1, false};

    while (at.event != NONE)
        at = at.at_start ? from_start(w, at.event) : from_end(w, at.event);
}

bool sth_critical_path(const struct sth_event *event,
                       const struct sth_command *command, size_t count,
                       uint64_t begin, const struct sth_config *config,
                       void (*add)(void *user, uint32_t index,
                                   enum sth_bound bound, uint64_t cycles),
                       void *user)
{
    uint32_t *memory = malloc((4 * count + 1) * sizeof(*memory));
    struct walk w = {.event = event,
                     .command = command,
                     .config = config,
                     .add = add,
                     .user = user,
                     .begin = begin,
                     .count = (uint32_t)count};
    bool ok;

    if (!memory)
        return false;
    w.before = memory;
    w.poster = memory + count;
    w.order = memory + 2 * count;
    w.rank = memory + 3 * count;
    for (uint32_t i = 0; i < w.count; i++)
        w.poster[i] = NONE;
    find_before(&w);
    ok = count == 0 || find_order(&w);
    for (uint32_t s = 0; ok && s < STH_SEMAPHORES; s++)
        find_posters(&w, s);
    if (ok && count)
        walk(&w);
    free(memory);
    return ok;
}
