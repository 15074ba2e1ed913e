/* What a plan of a matrix product takes: times of its parts, closed form. */
#include "sth_gemm_cost.h"

#include "sth_emit.h"

/* A command that retires to the start of one of another engine behind it. */
#define HANDOVER 4u
/* Grant to retirement of a vector command beyond its row-tiles. */
#define VECTOR_OVERHEAD (STH_LAT_VECTOR_START + STH_LAT_VECTOR_PIPE + 4u)
/* Bytes of a lane of depth. */
#define LANE_BYTES 2u

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/*
 * Cycles of runs of `bytes` each in the steady state: beats of the bus, one
 * more for runs that are not aligned, what memory takes for bytes and for a
 * jump, and never more bursts in flight than the engine has slots.
 */
static uint64_t transfer(const struct sth_params *p,
                         const struct sth_plan_memory *m, uint64_t runs,
                         uint64_t bytes, uint64_t pitch, uint32_t slots)
{
    bool aligned = pitch % p->bus_bytes == 0;
    uint64_t beats, bursts, moved, all, turn;
    uint64_t burst = sth_min_u32(STH_BURST_BYTES, 256 * p->bus_bytes);

    if (bytes == pitch) {
        bytes *= runs;
        runs = 1;
    }
    beats = (bytes + p->bus_bytes - 1) / p->bus_bytes + !aligned;
    bursts = (bytes + burst - 1) / burst + !aligned;
    moved = (bytes + m->chunk - 1) / m->chunk * m->chunk;
    all = runs * (moved * m->byte_cost + m->run_cost) / STH_PLAN_MEMORY_UNIT;
    turn = bursts * (m->latency + STH_LAT_LOAD_REUSE + 1) + beats;
    return max_u64(max_u64(runs * beats, all), runs * turn / slots);
}

/* Of the loads and stores. */
static void move_times(struct sth_gemm_times *t, uint32_t rows, uint32_t cols,
                       uint32_t depth, const struct sth_params *p,
                       const struct sth_plan_memory *m,
                       const struct sth_gemm_shape *s)
{
    const uint32_t es = LANE_BYTES;

    t->a = transfer(p, m, rows, depth * es, (uint64_t)s->k * es, p->load_slots);
    t->w = s->transposed ? transfer(p, m, cols, depth * es, (uint64_t)s->k * es,
                                    p->load_slots)
                         : transfer(p, m, depth, (uint64_t)cols * es,
                                    (uint64_t)s->n * es, p->load_slots);
    t->store = transfer(p, m, rows, (uint64_t)cols * s->out_bytes,
                        (uint64_t)s->n * s->out_bytes, p->store_slots);
    if (s->residual_bytes != 0)
        t->residual =
            transfer(p, m, rows, (uint64_t)cols * s->residual_bytes,
                     (uint64_t)s->n * s->residual_bytes, p->load_slots);
    if (s->bias || s->scaled)
        t->residual += cols * 4ull / p->bus_bytes + 2;
}

/* Loads of blocks of x and of w in all. */
static void count_loads(struct sth_gemm_times *t,
                        const struct sth_gemm_plan *plan)
{
    t->a_loads = (uint64_t)plan->ms * plan->ks;
    t->w_loads = (uint64_t)plan->ns * plan->ks;
    if (!plan->w_stationary) {
        if (plan->a_slots < plan->ks)
            t->a_loads *= plan->ns;
        if (t->w_loads > plan->w_slots)
            t->w_loads *= plan->ms;
    } else {
        if (plan->w_slots < plan->ks)
            t->w_loads *= plan->ms;
        if (t->a_loads > plan->a_slots)
            t->a_loads *= plan->ns;
    }
}

void sth_gemm_times(struct sth_gemm_times *t, const struct sth_gemm_plan *plan,
                    const struct sth_params *p,
                    const struct sth_plan_memory *memory,
                    const struct sth_gemm_shape *s)
{
    uint32_t rows = sth_ceil_div(s->m, plan->ms);
    uint32_t cols = sth_ceil_div(s->n, plan->ns);
    uint32_t depth = sth_ceil_div(s->k, plan->ks);
    uint32_t col_tiles = sth_ceil_div(cols, p->array_cols);
    uint64_t row_tiles = (uint64_t)rows * col_tiles * sth_vector_steps(p);

    *t = (struct sth_gemm_times){
        .steps = s->transposed ? p->array_cols : p->array_rows,
        .rows = rows,
        .tiles = (uint64_t)col_tiles * sth_ceil_div(depth, p->array_rows),
        .drain = (uint64_t)STH_LAT_PE_SUM * p->array_rows + p->array_cols +
                 STH_LAT_MATRIX_RETIRE,
        .latency = memory->latency,
        .rest_loads =
            (s->residual_bytes != 0 ? 1u : 0u) + s->bias + 2u * s->scaled,
        .passes = s->vector_passes,
    };
    t->tile = max_u64(rows, t->steps);
    if (rows > 1)
        t->tile = max_u64(t->tile,
                          t->steps + sth_min_u32(rows, (uint32_t)t->steps) / 4);
    t->tile = max_u64(t->tile, STH_LAT_MATRIX_SUM);
    t->vector = s->vector_passes * (row_tiles + VECTOR_OVERHEAD + HANDOVER);
    move_times(t, rows, cols, depth, p, memory, s);
    count_loads(t, plan);
}

static void bound_by(struct sth_gemm_plan *plan, uint64_t *most,
                     uint64_t cycles, enum sth_gemm_bound bound)
{
    if (cycles > *most) {
        *most = cycles;
        plan->bound = bound;
    }
}

void sth_gemm_cost(struct sth_gemm_plan *plan, const struct sth_gemm_times *t)
{
    uint64_t blocks = (uint64_t)plan->ms * plan->ns;
    uint64_t product = t->tiles * t->tile + HANDOVER;
    uint64_t array = plan->ks * product;
    uint64_t after = t->vector + t->store + t->latency;
    uint64_t hold = t->latency + product + t->drain; /* of a buffer */
    uint64_t load = t->a_loads * (t->a + 1) + t->w_loads * (t->w + 1) +
                    blocks * t->residual;
    uint64_t commands = t->a_loads + t->w_loads +
                        blocks * (plan->ks + t->passes + 1 + t->rest_loads);
    uint64_t first = t->a + t->w, pace = 0;

    bound_by(plan, &pace, load, STH_GEMM_BOUND_LOAD);
    bound_by(plan, &pace, blocks * array, STH_GEMM_BOUND_ARRAY);
    bound_by(plan, &pace, blocks * t->vector, STH_GEMM_BOUND_VECTOR);
    bound_by(plan, &pace, blocks * t->store, STH_GEMM_BOUND_STORE);
    bound_by(plan, &pace, commands * STH_LAT_DECODE, STH_GEMM_BOUND_FRONT);
    bound_by(plan, &pace,
             blocks * (array + t->drain + t->vector + HANDOVER) /
                 plan->acc_slots,
             STH_GEMM_BOUND_SUMS);
    bound_by(plan, &pace, blocks * after / plan->stage_slots,
             STH_GEMM_BOUND_STAGE);
    if (t->w_loads > plan->w_slots)
        bound_by(plan, &pace, t->w_loads * (t->w + hold) / plan->w_slots,
                 STH_GEMM_BOUND_LOAD);
    if (t->a_loads > plan->a_slots)
        bound_by(plan, &pace, t->a_loads * (t->a + hold) / plan->a_slots,
                 STH_GEMM_BOUND_LOAD);
    /* Before the first product and after the last nothing overlaps. */
    if (plan->bound == STH_GEMM_BOUND_LOAD)
        first = product;
    plan->cycles = pace + first + t->latency + t->drain + after;
}
