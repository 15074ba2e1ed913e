/* Cycles of loads and stores, as plans count them. */
#include "sth_transfer.h"
#include "sth_emit.h"

static uint64_t ceil_u64(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

uint64_t sth_transfer_cycles(const struct sth_params *p,
                             const struct sth_plan_memory *m, uint64_t runs,
                             uint64_t bytes, uint64_t pitch, uint32_t slots)
{
    /* Runs that lie in a beat each are as good as aligned. */
    uint32_t unaligned = pitch % p->bus_bytes != 0 && p->bus_bytes % pitch != 0;
    uint64_t beats, bursts, all, turn;

    if (bytes == pitch) {
        bytes *= runs;
        runs = 1;
    }
    beats = ceil_u64(bytes, p->bus_bytes) + unaligned;
    bursts = ceil_u64(bytes, sth_burst_block(p->bus_bytes)) + unaligned;
    /* Memory brings whole chunks, and whole beats. */
    all =
        sth_max_u64(ceil_u64(bytes, m->chunk) * m->chunk, beats * p->bus_bytes);
    all = runs * (all * m->byte_cost + m->run_cost) / STH_PLAN_MEMORY_UNIT;
    turn = bursts * (m->latency + STH_LAT_LOAD_REUSE + 1) + beats;
    return sth_max_u64(sth_max_u64(runs * beats, all), runs * turn / slots);
}
