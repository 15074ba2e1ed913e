/* Figures that follow from the results of a session. */
#include "sth_session.h"

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

/* The least cycles of the array: a PE does products of int8 two at once. */
static double array_cycles(const struct sth_session *session)
{
    const struct sth_params *p = &session->request.config.params;
    double macs = (double)session->macs;

    for (uint32_t i = 0; i < session->phases; i++) {
        const struct sth_session_phase *phase = &session->phase[i];

        macs -= (double)phase->macs * (1 - 1.0 / phase->products);
    }
    return macs / p->array_rows / p->array_cols;
}

double sth_session_utilization(const struct sth_session *session)
{
    const struct sth_session_side *side = sth_session_main(session);

    return side->cycles ? array_cycles(session) / (double)side->cycles : 0;
}

uint64_t sth_session_needed(const struct sth_session *session)
{
    uint64_t macs = 0;

    for (uint32_t i = 0; i < session->phases; i++)
        macs += session->phase[i].macs;
    return macs;
}

struct sth_session_bound sth_session_bound(const struct sth_session *session)
{
    const struct sth_params *p = &session->request.config.params;
    const uint64_t *counter = sth_session_main(session)->counter;
    uint64_t load = counter[STH_CNT_LOAD_BYTES];
    uint64_t store = counter[STH_CNT_STORE_BYTES];
    const struct sth_session_bound list[] = {
        {"array", array_cycles(session)},
        {"load", (double)load / p->bus_bytes},
        {"store", (double)store / p->bus_bytes},
        {"memory", sth_mem_cycles(&session->request.config.memory, p->bus_bytes,
                                  load, store)},
    };
    struct sth_session_bound most = list[0];

    for (size_t i = 1; i < sizeof(list) / sizeof(*list); i++)
        if (list[i].cycles > most.cycles)
            most = list[i];
    return most;
}
