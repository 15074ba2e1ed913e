/* Cycles of loads and stores, as plans count them. */
#include "sth_transfer.h"
#include "sth_emit.h"

/*
 * Units of so many bytes, a power of two, that runs touch: those that begin
 * anywhere touch one more the likelier the longer they are.
 */
static uint64_t touched(uint64_t runs, uint64_t bytes, uint64_t pitch,
                        uint64_t unit)
{
    const int log2 = __builtin_ctz((uint32_t)unit);
    uint64_t aligned = pitch & (0 - pitch);

    if (aligned > unit)
        aligned = unit;
    return sth_max_u64(runs * ((bytes + unit - 1) >> log2),
                       (runs * (bytes + unit - aligned)) >> log2);
}

/* Memory brings whole chunks, and whole beats. */
static uint64_t brought(const struct sth_params *p,
                        const struct sth_plan_memory *m, uint64_t runs,
                        uint64_t bytes, uint64_t beats)
{
    uint64_t chunks = (bytes + m->chunk - 1) & ~(uint64_t)(m->chunk - 1);

    return m->byte_cost * sth_max_u64(runs * chunks, beats * p->bus_bytes);
}

uint64_t sth_transfer_memory(const struct sth_params *p,
                             const struct sth_plan_memory *m, uint64_t runs,
                             uint64_t bytes, uint64_t pitch)
{
    return brought(p, m, runs, bytes,
                   touched(runs, bytes, pitch, p->bus_bytes)) /
           STH_PLAN_MEMORY_UNIT;
}

uint64_t sth_transfer_runs(const struct sth_params *p,
                           const struct sth_plan_memory *m, uint64_t runs,
                           uint64_t bytes, uint64_t pitch, uint32_t slots)
{
    uint64_t beats = touched(runs, bytes, pitch, p->bus_bytes);
    uint64_t bursts =
        touched(runs, bytes, pitch, sth_burst_block(p->bus_bytes));
    uint64_t all = sth_max_u64(
        beats, (brought(p, m, runs, bytes, beats) + runs * m->run_cost) /
                   STH_PLAN_MEMORY_UNIT);

    /* A slot holds a burst from its address to its last beat. */
    return sth_max_u64(
        all, (bursts * (m->latency + STH_LAT_LOAD_REUSE + 1) + all) / slots);
}

uint64_t sth_transfer_cycles(const struct sth_params *p,
                             const struct sth_plan_memory *m, uint64_t runs,
                             uint64_t bytes, uint64_t pitch, uint32_t slots)
{
    return bytes == pitch
               ? sth_transfer_runs(p, m, 1, runs * bytes, runs * bytes, slots)
               : sth_transfer_runs(p, m, runs, bytes, pitch, slots);
}
