/*
 * Counters by interval: between two changes of state every cycle counts the
 * same, so a change first accounts for the cycles that have passed.
 */
#include "sth_csim.h"

void sth_counters_advance(struct sth_csim *csim)
{
    uint64_t cycles = csim->now - csim->counted;
    unsigned busy = 0;

    csim->counted = csim->now;
    sth_matrix_count(csim);
    if (cycles == 0 || !sth_csim_busy(csim))
        return;
    csim->counter[STH_CNT_CYCLES] += cycles;
    for (unsigned e = 0; e < STH_ENGINE_COUNT; e++) {
        if (csim->engine[e].flight_count > 0) {
            busy |= 1u << e;
            csim->counter[STH_CNT_LOAD_BUSY + e] += cycles;
        } else if (csim->engine[e].waits) {
            csim->counter[STH_CNT_LOAD_SEM + e] += cycles;
        }
    }
    csim->counter[STH_CNT_OVERLAP_0 + busy] += cycles;
}

void sth_counters_retire(struct sth_csim *csim, int engine,
                         const struct sth_command *c)
{
    csim->counter[STH_CNT_LOAD_COMMANDS + (unsigned)engine]++;
    csim->statistics.commands[engine]++;
    switch (STH_GET(c, ANY_OPCODE)) {
    case STH_OP_LOAD:
    case STH_OP_STORE:
        csim->counter[engine == STH_ENGINE_LOAD ? STH_CNT_LOAD_BYTES
                                                : STH_CNT_STORE_BYTES] +=
            (uint64_t)STH_GET(c, LOAD_LEN) * STH_GET(c, LOAD_N1) *
            STH_GET(c, LOAD_N2);
        break;
    case STH_OP_MATMUL:
        csim->counter[STH_CNT_MACS] += (uint64_t)STH_GET(c, MATMUL_M) *
                                       STH_GET(c, MATMUL_N) *
                                       STH_GET(c, MATMUL_K);
        break;
    default:
        break;
    }
}
