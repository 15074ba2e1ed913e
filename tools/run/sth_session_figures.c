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
        {"memory", sth_mem_cycles(&session->request.config.memory, p->bus_bytes,
                                  load, store)},
    };
    struct sth_session_bound most = list[0];

    for (size_t i = 1; i < sizeof(list) / sizeof(*list); i++)
        if (list[i].cycles > most.cycles)
            most = list[i];
    return most;
}
