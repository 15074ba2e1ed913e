/* What a run amounts to: counters, differences, figures. */
#include "sth_session_impl.h"

#include <stdio.h>
#include <string.h>

static void read_side(struct sth_device *dev, struct sth_session_side *side)
{
    side->present = dev != NULL;
    if (!dev)
        return;
    for (uint32_t i = 0; i < STH_CNT_COUNT; i++) {
        uint32_t low = dev->ops->reg_read(dev, STH_REG_CNT_BASE + 8 * i);
        uint32_t high = dev->ops->reg_read(dev, STH_REG_CNT_BASE + 8 * i + 4);

        side->counter[i] = (uint64_t)high << 32 | low;
    }
    side->cycles = side->counter[STH_CNT_CYCLES];
}

/* The device counted its last layer only. */
static void take_layers(struct sth_session *s)
{
    memcpy(s->csim.counter, s->layers.counter, sizeof(s->csim.counter));
    s->csim.cycles = s->csim.counter[STH_CNT_CYCLES];
    s->macs = s->csim.counter[STH_CNT_MACS];
    s->commands = s->layers.commands;
}

void sth_session_collect(struct sth_session *s)
{
    struct sth_session_owned *o = s->owned;
    const struct sth_session_side *side;
    const struct sth_diagnostic *list;
    struct sth_event event;

    read_side(o->csim, &s->csim);
    read_side(o->rtl, &s->rtl);
    side = sth_session_main(s);
    s->macs = side->counter[STH_CNT_MACS];
    s->commands = o->runtime->driver.tail;
    if (s->request.by_layer)
        take_layers(s);
    if (s->request.backend == STH_BACKEND_RTL)
        while (o->rtl->ops->next_event(o->rtl, &event))
            sth_session_on_retire(s, &event, NULL);
    if (o->csim) {
        s->diagnostics = sth_csim_report(o->csim, &list);
        memcpy(s->diagnostic, list, s->diagnostics * sizeof(*list));
    }
    if (o->lockstep) {
        struct sth_difference difference;

        s->in_step = true;
        o->backend->difference(o->lockstep, &difference);
        s->bit_exact = !difference.found;
        snprintf(s->difference, sizeof(s->difference), "%s", difference.text);
    }
}

const struct sth_session_side *
sth_session_main(const struct sth_session *session)
{
    return session->rtl.present ? &session->rtl : &session->csim;
}

double sth_session_cycle_error_pct(const struct sth_session *session)
{
    if (!session->csim.present || !session->rtl.present || !session->rtl.cycles)
        return 0;
    return 100 * ((double)session->csim.cycles - (double)session->rtl.cycles) /
           (double)session->rtl.cycles;
}

static double span_cycles(const struct sth_session_span *span)
{
    return (double)(span->end - span->start);
}

double sth_session_phase_error_pct(const struct sth_session_phase *phase)
{
    if (!phase->csim.end || !phase->rtl.end)
        return 0;
    return 100 * (span_cycles(&phase->csim) - span_cycles(&phase->rtl)) /
           span_cycles(&phase->rtl);
}

const struct sth_session_span *
sth_session_phase_main(const struct sth_session *session,
                       const struct sth_session_phase *phase)
{
    return session->csim.present ? &phase->csim : &phase->rtl;
}

double sth_session_utilization(const struct sth_session *session)
{
    const struct sth_params *p = &session->request.config.params;
    const struct sth_session_side *side = sth_session_main(session);

    if (!side->cycles)
        return 0;
    return (double)session->macs /
           ((double)side->cycles * p->array_rows * p->array_cols);
}

struct sth_session_bound sth_session_bound(const struct sth_session *session)
{
    const struct sth_params *p = &session->request.config.params;
    const uint64_t *counter = sth_session_main(session)->counter;
    uint64_t load = counter[STH_CNT_LOAD_BYTES];
    uint64_t store = counter[STH_CNT_STORE_BYTES];
    const struct sth_session_bound list[] = {
        {"array", (double)session->macs / p->array_rows / p->array_cols},
        {"load", (double)load / p->bus_bytes},
        {"store", (double)store / p->bus_bytes},
        {"memory",
         sth_mem_cycles(&session->request.memory, p->bus_bytes, load, store)},
    };
    struct sth_session_bound most = list[0];

    for (size_t i = 1; i < sizeof(list) / sizeof(*list); i++)
        if (list[i].cycles > most.cycles)
            most = list[i];
    return most;
}
