/* Counters of a timeline. */
#include "sth_timeline_rate.h"

#include "sth_math.h"
#include "sth_work.h"

#include <stdlib.h>
#include <string.h>

/* Stretches of a run: more than a screen has columns. */
enum { BINS = 2000 };

static uint64_t last_end(const struct sth_session *s)
{
    uint64_t end = 0;

    for (size_t i = 0; i < s->event_count; i++)
        end = sth_max64(end, s->events[i].end);
    return end;
}

/* Spreads an amount over [from, to), which is not empty. */
static void spread(const struct sth_timeline_rates *r, enum sth_rate rate,
                   uint64_t from, uint64_t to, uint64_t amount)
{
    double each = (double)amount / (double)(to - from) / (double)r->width;

    while (amount && from < to) {
        uint64_t bin = from / r->width;
        uint64_t until = sth_min64(to, (bin + 1) * r->width);

        r->rate[rate][bin] += each * (double)(until - from);
        from = until;
    }
}

static void add(const struct sth_timeline_rates *r, const struct sth_session *s,
                size_t i, uint64_t *engine_end)
{
    const struct sth_event *e = &s->events[i];
    uint64_t from = sth_max64(e->start, *engine_end);
    struct sth_work work = {0};

    sth_work_add(&work, engine_end, e, &s->commands_seen[i],
                 &s->request.config.params);
    if (from >= e->end)
        from = e->end - 1;
    spread(r, STH_RATE_LOADED, from, e->end, work.load_bytes);
    spread(r, STH_RATE_STORED, from, e->end, work.store_bytes);
    spread(r, STH_RATE_ROWS, from, e->end, work.rows);
    spread(r, STH_RATE_LANES, from, e->end, work.lanes);
}

bool sth_timeline_rates(struct sth_timeline_rates *rates,
                        const struct sth_session *session)
{
    uint64_t engine_end[STH_ENGINE_COUNT] = {0};
    uint64_t end = sth_max64(last_end(session), 1);

    memset(rates, 0, sizeof(*rates));
    rates->width = sth_ceil_div64(end, BINS);
    rates->bins = (uint32_t)sth_ceil_div64(end, rates->width);
    for (int k = 0; k < STH_RATE_COUNT; k++) {
        rates->rate[k] = calloc(rates->bins + 1, sizeof(*rates->rate[k]));
        if (!rates->rate[k]) {
            sth_timeline_rates_fini(rates);
            return false;
        }
    }
    for (size_t i = 0; i < session->event_count; i++)
        add(rates, session, i, &engine_end[session->events[i].engine]);
    return true;
}

void sth_timeline_rates_fini(struct sth_timeline_rates *rates)
{
    for (int k = 0; k < STH_RATE_COUNT; k++)
        free(rates->rate[k]);
}

const char *sth_timeline_rate_name(enum sth_rate rate)
{
    static const char *const names[STH_RATE_COUNT] = {
        [STH_RATE_LOADED] = "bytes loaded",
        [STH_RATE_STORED] = "bytes stored",
        [STH_RATE_ROWS] = "array rows",
        [STH_RATE_LANES] = "vector elements",
    };

    return names[rate];
}
