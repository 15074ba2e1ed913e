/* How to cut a matrix product into blocks. */
#include "sth_emit.h"
#include "sth_gemm_plan.h"

/*
 * A run opens a row of DRAM anew.  Memory as wide as a bus of this many bytes
 * loses about a cycle by it; behind a narrow bus it has time to spare.
 */
#define RUN_BUS_BYTES 256u
/* Memory latency that prefetching should cover. */
#define LATENCY 120u
/* Grant to retirement of a vector command beyond its row-tiles. */
#define VECTOR_OVERHEAD 30u
/* Allowances for each command of the array and of the load engine. */
#define PRODUCT_OVERHEAD 16u
#define LOAD_OVERHEAD 16u
#define BLOCK_MAX 32768u
/* Slots beyond these prefetch no further. */
#define STREAM_SLOTS 8u

/* The next number of blocks to try: 1 2 3 4 6 8 12 16 ... */
static uint32_t next_count(uint32_t n)
{
    if (n < 3)
        return n + 1;
    return (n & (n - 1)) == 0 ? n + n / 2 : n / 3 * 4;
}

/*
 * Size of a block when dim is cut into about count blocks of whole quanta;
 * the last block may be smaller.
 */
static uint32_t block_size(uint32_t dim, uint32_t count, uint32_t quantum)
{
    return sth_round_up(sth_ceil_div(dim, count), quantum);
}

/*
 * Bus cycles of runs of `bytes` each: whole beats, one more for runs that are
 * not aligned, and never more bursts in flight than the engine has slots.
 */
static uint64_t transfer(const struct sth_params *p, uint64_t runs,
                         uint64_t bytes, bool aligned, uint32_t slots)
{
    uint64_t beats = (bytes + p->bus_bytes - 1) / p->bus_bytes + !aligned;
    uint64_t bursts = 1 + bytes / STH_BURST_BYTES;
    uint64_t limit = (bursts * LATENCY + beats) / slots;

    return runs * (sth_max_u64(beats, limit) + p->bus_bytes / RUN_BUS_BYTES);
}

/* Scratchpad bytes beside the x and w blocks. */
static uint64_t staging_bytes(const struct sth_params *p,
                              const struct sth_gemm_shape *s,
                              const struct sth_gemm_plan *plan)
{
    uint32_t word = sth_sp_word_bytes(p);
    uint64_t cols = sth_round_up(plan->nb, p->array_cols);
    uint64_t bytes = 2ull * plan->mb * (plan->out_stride);

    bytes += 2ull * plan->mb * plan->residual_stride;
    if (s->temporary)
        bytes += plan->mb * cols * 4;
    if (s->bias)
        bytes += 2 * (cols * 4 + word);
    if (s->scaled)
        bytes += 2 * (cols * 4 + word) +
                 2 * (sth_round_up(plan->mb, p->array_cols) * 4ull + word);
    return bytes + 4ull * word;
}

/*
 * Cycles of the array: each weight tile takes max(rows, load cycles), where
 * the load has a quarter more for bank conflicts.
 */
static uint64_t array_cycles(const struct sth_params *p,
                             const struct sth_gemm_shape *s,
                             const struct sth_gemm_plan *plan)
{
    uint32_t steps = s->transposed ? p->array_cols : p->array_rows;
    uint64_t products = (uint64_t)plan->ms * plan->ns * plan->ks;
    uint64_t shift = steps + steps / 4;
    uint64_t last = s->m - (plan->ms - 1) * plan->mb;
    uint64_t rows = (uint64_t)(plan->ms - 1) * sth_max_u64(plan->mb, shift) +
                    sth_max_u64(last, shift);

    return rows * sth_ceil_div(s->n, p->array_cols) *
               sth_ceil_div(s->k, p->array_rows) +
           products * PRODUCT_OVERHEAD;
}

static uint64_t w_block_cycles(const struct sth_params *p,
                               const struct sth_gemm_shape *s,
                               const struct sth_gemm_plan *plan)
{
    if (s->transposed)
        return transfer(p, plan->nb, (uint64_t)plan->kb * STH_LANE_BYTES,
                        s->k * STH_LANE_BYTES % p->bus_bytes == 0,
                        p->load_slots);
    return transfer(p, plan->kb, (uint64_t)plan->nb * STH_LANE_BYTES,
                    s->n * STH_LANE_BYTES % p->bus_bytes == 0, p->load_slots);
}

/* Fills plan->cycles; slots are decided. */
static void estimate(const struct sth_params *p, const struct sth_gemm_shape *s,
                     struct sth_gemm_plan *plan)
{
    uint64_t blocks = (uint64_t)plan->ms * plan->ns;
    uint64_t a_loads = (uint64_t)plan->ms * plan->ks;
    uint64_t w_loads = (uint64_t)plan->ns * plan->ks;
    uint64_t tiles = sth_ceil_div(plan->nb, p->array_cols);
    uint64_t a_cycles =
        transfer(p, plan->mb, (uint64_t)plan->kb * STH_LANE_BYTES,
                 s->k * STH_LANE_BYTES % p->bus_bytes == 0, p->load_slots);
    uint64_t w_cycles = w_block_cycles(p, s, plan);
    uint64_t residual =
        transfer(p, plan->mb, (uint64_t)plan->nb * s->residual_bytes, false,
                 p->load_slots);
    uint64_t store = transfer(p, plan->mb, (uint64_t)plan->nb * s->out_bytes,
                              false, p->store_slots);
    uint64_t vector =
        s->vector_passes *
        (plan->mb * tiles * sth_vector_steps(p) + VECTOR_OVERHEAD);
    uint64_t load, decode, bound;

    if (!plan->w_stationary) {
        if (plan->a_slots < plan->ks)
            a_loads *= plan->ns;
        if ((uint64_t)plan->ns * plan->ks > plan->w_slots)
            w_loads *= plan->ms;
    } else {
        if (plan->w_slots < plan->ks)
            w_loads *= plan->ms;
        if ((uint64_t)plan->ms * plan->ks > plan->a_slots)
            a_loads *= plan->ns;
    }
    load = a_loads * (a_cycles + LOAD_OVERHEAD) +
           w_loads * (w_cycles + LOAD_OVERHEAD);
    if (s->residual_bytes != 0)
        load += blocks * residual;
    decode = STH_LAT_DECODE *
             (a_loads + w_loads + blocks * (plan->ks + s->vector_passes + 2));
    bound = sth_max_u64(load, array_cycles(p, s, plan));
    bound = sth_max_u64(bound, blocks * vector);
    bound = sth_max_u64(bound, blocks * store);
    bound = sth_max_u64(bound, decode);
    /* Before the first product and after the last nothing overlaps. */
    plan->cycles = bound + a_cycles + w_cycles + vector + store +
                   2 * (plan->ks + s->vector_passes) + 2 * LATENCY;
}

/*
 * Decides the slots of one loop order: the panel of the outer dimension stays
 * if it fits, everything else streams through what is left.
 */
static bool assign_slots(struct sth_gemm_plan *plan, uint64_t room,
                         uint64_t stay_bytes, uint64_t stream_bytes,
                         uint32_t outer, uint32_t inner, uint32_t *stay,
                         uint32_t *stream)
{
    uint32_t panel = plan->ks + (plan->ks < 4 && outer > 1);
    uint64_t all = (uint64_t)inner * plan->ks;
    uint64_t least = all == 1 ? 1 : 2;
    uint64_t left;

    if (panel > STH_CACHE_SLOTS ||
        panel * stay_bytes + least * stream_bytes > room)
        panel = sth_min_u32(2, plan->ks * outer);
    if (panel * stay_bytes + least * stream_bytes > room)
        return false;
    left = (room - panel * stay_bytes) / stream_bytes;
    if (left >= all && all <= STH_CACHE_SLOTS)
        left = all;
    else if (left > STREAM_SLOTS)
        left = STREAM_SLOTS;
    *stay = panel;
    *stream = (uint32_t)left;
    return true;
}

static void consider(struct sth_gemm_plan *best, const struct sth_params *p,
                     const struct sth_gemm_shape *s,
                     const struct sth_gemm_plan *sizes, bool w_stationary)
{
    struct sth_gemm_plan plan = *sizes;
    uint64_t a_bytes = (uint64_t)plan.mb * plan.a_stride;
    uint64_t w_bytes =
        (uint64_t)(s->transposed ? plan.nb : plan.kb) * plan.w_stride;
    uint64_t staging = staging_bytes(p, s, &plan);
    bool fits;

    if (staging >= p->sp_bytes)
        return;
    plan.w_stationary = w_stationary;
    if (w_stationary)
        fits = assign_slots(&plan, p->sp_bytes - staging, w_bytes, a_bytes,
                            plan.ns, plan.ms, &plan.w_slots, &plan.a_slots);
    else
        fits = assign_slots(&plan, p->sp_bytes - staging, a_bytes, w_bytes,
                            plan.ms, plan.ns, &plan.a_slots, &plan.w_slots);
    if (!fits)
        return;
    estimate(p, s, &plan);
    if (best->cycles == 0 || plan.cycles < best->cycles)
        *best = plan;
}

static void consider_sizes(struct sth_gemm_plan *best,
                           const struct sth_params *p,
                           const struct sth_gemm_shape *s, uint32_t mb,
                           uint32_t nb, uint32_t kb)
{
    uint32_t acc_rows = p->acc_bytes / sth_acc_row_bytes(p);
    uint32_t tiles = sth_ceil_div(nb, p->array_cols);
    const uint32_t lane = STH_LANE_BYTES;
    struct sth_gemm_plan plan = {.mb = mb, .nb = nb, .kb = kb};

    plan.ms = sth_ceil_div(s->m, mb);
    plan.ns = sth_ceil_div(s->n, nb);
    plan.ks = sth_ceil_div(s->k, kb);
    plan.acc_slots = (uint64_t)plan.ms * plan.ns == 1 ? 1 : 2;
    if ((uint64_t)plan.acc_slots * mb * tiles > acc_rows)
        return;
    plan.a_stride = sth_stream_stride(p, kb * lane, p->array_rows * lane);
    plan.w_stride = s->transposed
                        ? sth_weight_stride(p, kb * lane, p->array_rows * lane)
                        : sth_weight_stride(p, nb * lane, p->array_cols * lane);
    plan.out_stride = tiles * p->array_cols * s->out_bytes;
    plan.residual_stride = tiles * p->array_cols * s->residual_bytes;
    consider(best, p, s, &plan, false);
    consider(best, p, s, &plan, true);
}

bool sth_gemm_plan_search(struct sth_gemm_plan *best,
                          const struct sth_params *p,
                          const struct sth_gemm_shape *s)
{
    uint32_t acc_rows = p->acc_bytes / sth_acc_row_bytes(p);

    best->cycles = 0;
    for (uint32_t i = 1, mb = 0; mb != 1; i = next_count(i)) {
        mb = block_size(s->m, i, 1);
        if (mb > acc_rows || mb > BLOCK_MAX)
            continue;
        for (uint32_t j = 1, nb = 0; nb != p->array_cols; j = next_count(j)) {
            nb = block_size(s->n, j, p->array_cols);
            if (nb > BLOCK_MAX || mb * (nb / p->array_cols) > acc_rows)
                continue;
            for (uint32_t l = 1, kb = 0; kb != p->array_rows;
                 l = next_count(l)) {
                kb = block_size(s->k, l, p->array_rows);
                if (kb <= BLOCK_MAX)
                    consider_sizes(best, p, s, mb, nb, kb);
            }
        }
    }
    return best->cycles != 0;
}
