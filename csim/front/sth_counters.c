/* The performance counters; see sth_counters.h. */
#include "sth_counters.h"

#include <string.h>

void sth_counters_reset(struct sth_counters *counters)
{
    memset(counters->counter, 0, sizeof(counters->counter));
    counters->counted = counters->clock->now;
}

void sth_counters_advance(struct sth_counters *counters)
{
    uint64_t now = counters->clock->now;
    uint64_t *counter = counters->counter;
    bool counts = sth_status_busy(counters->status);
    uint64_t from = counts ? counters->counted : now;
    unsigned busy = 0;

    if (counters->counted == now)
        return;
    counters->counted = now;
    for (unsigned e = 0; e < STH_ENGINE_COUNT; e++) {
        struct sth_engine_state *engine = counters->engine[e];

        if (engine->ops->count != NULL)
            engine->ops->count(engine, from, now);
    }
    if (now == from)
        return;
    counter[STH_CNT_CYCLES] += now - from;
    for (unsigned e = 0; e < STH_ENGINE_COUNT; e++) {
        if (sth_engine_busy(counters->engine[e])) {
            busy |= 1u << e;
            counter[STH_CNT_LOAD_BUSY + e] += now - from;
        } else if (sth_engine_waits(counters->engine[e])) {
            counter[STH_CNT_LOAD_SEM + e] += now - from;
        }
    }
    counter[STH_CNT_OVERLAP_0 + busy] += now - from;
}

void sth_counters_retire(struct sth_counters *counters, enum sth_engine engine,
                         const struct sth_command *c)
{
    uint64_t *counter = counters->counter;

    counter[STH_CNT_LOAD_COMMANDS + (unsigned)engine]++;
    counters->commands[engine]++;
    switch (STH_GET(c, ANY_OPCODE)) {
    case STH_OP_LOAD:
    case STH_OP_STORE:
        counter[engine == STH_ENGINE_LOAD ? STH_CNT_LOAD_BYTES
                                          : STH_CNT_STORE_BYTES] +=
            (uint64_t)STH_GET(c, LOAD_LEN) * STH_GET(c, LOAD_N1) *
            STH_GET(c, LOAD_N2);
        break;
    case STH_OP_MATMUL:
        counter[STH_CNT_MACS] += (uint64_t)STH_GET(c, MATMUL_M) *
                                 STH_GET(c, MATMUL_N) * STH_GET(c, MATMUL_K);
        break;
    default:
        break;
    }
}
