#include "sth_serve_spread.h"

#include <math.h>
#include <stdlib.h>

const char *sth_serve_measure_name(enum sth_serve_measure measure)
{
    static const char *const names[STH_SERVE_MEASURES] = {
        [STH_SERVE_FIRST] = "prefill",
        [STH_SERVE_FIRST_LAYER] = "expert_layer_of_prefill",
        [STH_SERVE_EACH] = "step",
        [STH_SERVE_EACH_LAYER] = "expert_layer_of_step",
    };

    return names[measure];
}

static int ascending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The least value that a share of all do not exceed. */
static uint64_t percentile(const uint64_t *value, uint64_t count, double share)
{
    const double rank = ceil(share * (double)count);

    return value[rank > 1 ? (uint64_t)rank - 1 : 0];
}

void sth_serve_spread_of(struct sth_serve_spread *spread, uint64_t *value,
                         uint64_t count)
{
    double squares = 0;

    *spread = (struct sth_serve_spread){.count = count};
    if (!count)
        return;
    qsort(value, count, sizeof(*value), ascending);
    for (uint64_t i = 0; i < count; i++)
        spread->mean += (double)value[i] / (double)count;
    for (uint64_t i = 0; i < count; i++)
        squares += pow((double)value[i] - spread->mean, 2);
    spread->deviation = count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
    spread->least = value[0];
    spread->p5 = percentile(value, count, 0.05);
    spread->median = percentile(value, count, 0.5);
    spread->p95 = percentile(value, count, 0.95);
    spread->most = value[count - 1];
}

struct values {
    uint64_t *value, count, room;
    bool failed;
};

static void put(struct values *v, uint64_t value)
{
    if (v->count == v->room) {
        const uint64_t room = v->room ? 2 * v->room : 256;
        uint64_t *more = realloc(v->value, room * sizeof(*more));

        v->failed |= !more;
        if (!more)
            return;
        v->value = more;
        v->room = room;
    }
    v->value[v->count++] = value;
}

static void measure_tally(struct values *v, const struct sth_serve_tally *tally,
                          bool layers)
{
    if (!layers) {
        put(v, tally->sum.cycles);
        return;
    }
    for (uint32_t i = 0; i < tally->parts; i++)
        if (tally->part[i].experts)
            put(v, tally->part[i].sum.cycles);
}

bool sth_serve_spread(struct sth_serve_spread *spread,
                      const struct sth_serve *serve,
                      enum sth_serve_measure measure)
{
    const bool steps =
        measure == STH_SERVE_EACH || measure == STH_SERVE_EACH_LAYER;
    const bool layers =
        measure == STH_SERVE_FIRST_LAYER || measure == STH_SERVE_EACH_LAYER;
    struct values v = {.value = NULL};

    for (uint32_t d = 0; d < serve->runs; d++) {
        const struct sth_serve_run *run = &serve->run[d];

        if (!steps && run->has_prefill)
            measure_tally(&v, &run->prefill, layers);
        for (uint32_t i = 0; steps && i < run->steps; i++)
            measure_tally(&v, &run->step[i], layers);
    }
    sth_serve_spread_of(spread, v.value, v.count);
    free(v.value);
    return !v.failed;
}
