/* What a plan of a matrix product takes: times of its parts, closed form. */
#include "sth_gemm_cost.h"

#include "sth_emit.h"
#include "sth_gemm_rotate.h"
#include "sth_transfer.h"
#include "sth_weight_tile.h"

/* Beside the array the vector engine waits for banks: one in so many cycles. */
#define BESIDE_WAITS 2u
/* Grant to retirement of a vector command beyond its row-tiles. */
#define VECTOR_OVERHEAD (STH_LAT_VECTOR_START + STH_LAT_VECTOR_PIPE + 4u)

/*
 * Of rows of a matrix that lie `stride` bytes apart on chip; adds what a memory
 * that is shared takes to *turn.
 */
static uint64_t row_times(const struct sth_params *p,
                          const struct sth_plan_memory *m, uint64_t rows,
                          uint64_t bytes, uint64_t pitch, uint32_t stride,
                          uint32_t slots, uint64_t *turn)
{
    if (stride == bytes && bytes == pitch) {
        bytes = pitch = rows * bytes;
        rows = 1;
    }
    if (m->shared)
        *turn += sth_transfer_memory(p, m, rows, bytes, pitch);
    return sth_transfer_runs(p, m, rows, bytes, pitch, slots);
}

/* Of the load of an operand as large as the result. */
static uint64_t block_times(uint32_t rows, uint32_t cols, uint32_t bytes,
                            uint32_t stride, const struct sth_params *p,
                            const struct sth_plan_memory *m,
                            const struct sth_gemm_shape *s, uint64_t *turn)
{
    return bytes == 0
               ? 0
               : row_times(p, m, rows, (uint64_t)cols * bytes,
                           (uint64_t)s->n * bytes, stride, p->load_slots, turn);
}

/* Of the loads of cos and sin, head after head. */
static uint64_t angle_times(uint32_t rows, uint32_t wide,
                            const struct sth_params *p,
                            const struct sth_plan_memory *m,
                            const struct sth_gemm_shape *s)
{
    uint32_t heads = sth_ceil_div(wide, s->half);

    return 2 * sth_transfer_cycles(p, m, (uint64_t)rows * heads, s->half * 4ull,
                                   s->half * (heads > 1 ? 8ull : 4ull),
                                   p->load_slots);
}

/* Of the loads and stores. */
static void move_times(struct sth_gemm_times *t,
                       const struct sth_gemm_plan *plan, uint32_t rows,
                       uint32_t cols, uint32_t depth,
                       const struct sth_params *p,
                       const struct sth_plan_memory *m,
                       const struct sth_gemm_shape *s)
{
    const uint32_t es = STH_LANE_BYTES;
    const uint32_t parts = s->half != 0 ? 2 : 1;

    t->a = row_times(p, m, rows, depth * es, (uint64_t)s->k * es,
                     plan->a_stride, p->load_slots, &t->a_turn);
    t->w = s->transposed
               ? row_times(p, m, cols, depth * es, (uint64_t)s->k * es,
                           plan->w_stride, p->load_slots, &t->w_turn)
               : row_times(p, m, depth * parts, (uint64_t)cols / parts * es,
                           (uint64_t)s->n / parts * es, plan->w_stride / parts,
                           p->load_slots, &t->w_turn);
    t->store = row_times(p, m, rows, (uint64_t)cols * s->out_bytes,
                         (uint64_t)s->n * s->out_bytes, plan->out_stride,
                         p->store_slots, &t->turn);
    if (s->half != 0)
        t->store = sth_transfer_cycles(
            p, m, (uint64_t)rows * sth_ceil_div(cols, s->half),
            (uint64_t)s->half * s->out_bytes, 2ull * s->half * s->out_bytes,
            p->store_slots);
    t->rest = s->half != 0 ? angle_times(rows, plan->angle_cols, p, m, s) : 0;
    t->rest += block_times(rows, cols, s->mul_bytes, plan->mul_stride, p, m, s,
                           &t->turn);
    t->rest += block_times(rows, cols, s->residual_bytes, plan->residual_stride,
                           p, m, s, &t->turn);
    if (s->bias || s->scaled)
        t->rest += cols * 4ull / p->bus_bytes + 2;
}

void sth_gemm_times(struct sth_gemm_times *t, const struct sth_gemm_plan *plan,
                    uint32_t rows, uint32_t cols, uint32_t depth,
                    const struct sth_params *p,
                    const struct sth_plan_memory *memory,
                    const struct sth_gemm_shape *s)
{
    uint32_t col_tiles = sth_ceil_div(cols, p->array_cols);
    uint64_t row_tiles = (uint64_t)rows * col_tiles * sth_vector_steps(p);
    uint32_t lines = s->transposed ? cols : depth; /* of weights */
    uint32_t most = s->transposed ? p->array_cols : plan->lanes;
    uint32_t steps = sth_min_u32(lines, most);

    *t = (struct sth_gemm_times){
        .steps = steps,
        .rows = rows,
        .tiles = (uint64_t)col_tiles * sth_ceil_div(depth, plan->lanes),
        .drain = sth_weight_tile_drain(p, sth_min_u32(depth, plan->lanes)),
        .latency = memory->latency,
        .answer = memory->write_latency,
        .fetch = sth_max_u32(STH_COMMAND_BYTES / p->bus_bytes, 1),
        .rest_loads = (s->mul_bytes != 0 ? 1u : 0u) +
                      (s->residual_bytes != 0 ? 1u : 0u) + s->bias +
                      2u * s->scaled + (s->half != 0 ? 2u : 0u),
        .passes = s->vector_passes,
    };
    if (s->half != 0)
        t->passes += 4 * (sth_gemm_rotate_chunks(p, s->half, cols / 2,
                                                 plan->angle_cols) -
                          1);
    t->tile =
        sth_weight_tile_cycles(p, rows, plan->a_stride, steps, plan->w_stride);
    t->product = lines / most * t->tile;
    if (lines % most != 0)
        t->product += sth_weight_tile_cycles(p, rows, plan->a_stride,
                                             lines % most, plan->w_stride);
    t->product *= t->tiles / sth_ceil_div(lines, most);
    t->vector = s->vector_turns * row_tiles +
                t->passes * (VECTOR_OVERHEAD + STH_HANDOVER);
    move_times(t, plan, rows, cols, depth, p, memory, s);
}

/* Loads of blocks of x and of w in all. */
static void count_loads(uint64_t *a, uint64_t *w,
                        const struct sth_gemm_plan *plan)
{
    *a = (uint64_t)plan->ms * plan->ks;
    *w = (uint64_t)plan->ns * plan->ks;
    if (!plan->w_stationary) {
        if (plan->a_slots < plan->ks)
            *a *= plan->ns;
        if (*w > plan->w_slots)
            *w *= plan->ms;
    } else {
        if (plan->w_slots < plan->ks)
            *w *= plan->ms;
        if (*a > plan->a_slots)
            *a *= plan->ns;
    }
}

static void bound_by(struct sth_gemm_plan *plan, uint64_t *most,
                     uint64_t cycles, enum sth_gemm_bound bound)
{
    if (cycles > *most) {
        *most = cycles;
        plan->bound = bound;
    }
}

void sth_gemm_blocks_init(struct sth_gemm_blocks *b,
                          const struct sth_gemm_plan *plan,
                          const struct sth_params *p,
                          const struct sth_plan_memory *memory,
                          const struct sth_gemm_shape *s)
{
    sth_gemm_times(&b->mean, plan, sth_ceil_div(s->m, plan->ms),
                   sth_ceil_div(s->n, plan->ns), sth_ceil_div(s->k, plan->ks),
                   p, memory, s);
    sth_gemm_times(&b->last, plan, s->m - (plan->ms - 1) * plan->mb,
                   s->n - (plan->ns - 1) * plan->nb, s->k, p, memory, s);
    b->tile = sth_weight_tile_cycles(p, plan->mb, plan->a_stride,
                                     (uint32_t)b->mean.steps, plan->w_stride);
}

void sth_gemm_cost(struct sth_gemm_plan *plan,
                   const struct sth_gemm_blocks *block)
{
    const struct sth_gemm_times *t = &block->mean, *last = &block->last;
    uint64_t blocks = (uint64_t)plan->ms * plan->ns, pace = 0;
    uint64_t rows, product, array, hold, load, commands, first, a, w;

    count_loads(&a, &w, plan);
    /* The last rows take a tile of their own, however few they are. */
    rows = block->tile * (plan->ms - 1) + last->tile;
    product = t->product + STH_HANDOVER;
    array = plan->ks * t->product * rows / (t->tile * plan->ms);
    hold = t->latency + product + t->drain; /* of a buffer of x or w */
    commands = a + w + blocks * (plan->ks + t->passes + 1 + t->rest_loads);
    load = a * t->a + w * t->w + blocks * t->rest + commands * t->fetch;
    bound_by(plan, &pace, load, STH_GEMM_BOUND_LOAD);
    bound_by(plan, &pace, a * t->a_turn + w * t->w_turn + blocks * t->turn,
             STH_GEMM_BOUND_LOAD);
    bound_by(plan, &pace, blocks * array, STH_GEMM_BOUND_ARRAY);
    bound_by(plan, &pace, blocks * t->vector, STH_GEMM_BOUND_VECTOR);
    bound_by(plan, &pace, blocks * t->store, STH_GEMM_BOUND_STORE);
    bound_by(plan, &pace, commands * STH_LAT_DECODE, STH_GEMM_BOUND_FRONT);
    bound_by(plan, &pace,
             blocks * (array + t->drain + t->vector + STH_HANDOVER) /
                 plan->acc_slots,
             STH_GEMM_BOUND_SUMS);
    bound_by(plan, &pace,
             blocks * (t->vector + t->store + t->answer) / plan->stage_slots,
             STH_GEMM_BOUND_STAGE);
    if (w > plan->w_slots)
        bound_by(plan, &pace, w * (t->w + hold) / plan->w_slots,
                 STH_GEMM_BOUND_LOAD);
    if (a > plan->a_slots)
        bound_by(plan, &pace, a * (t->a + hold) / plan->a_slots,
                 STH_GEMM_BOUND_LOAD);
    /* Before the first product and after the last nothing overlaps. */
    first = plan->bound == STH_GEMM_BOUND_LOAD ? last->tile : t->a + t->w;
    plan->cycles =
        pace + first + 2 * t->latency + t->drain + last->vector + last->store;
}

void sth_gemm_add_prelude(struct sth_gemm_plan *plan,
                          const struct sth_params *p,
                          const struct sth_gemm_shape *s)
{
    uint64_t first = (uint64_t)s->prelude.row_cycles * plan->mb;
    uint64_t later = first + first / BESIDE_WAITS;
    uint64_t products = plan->cycles / plan->ms;
    uint64_t vector = (uint64_t)s->prelude.row_cycles * s->m +
                      (uint64_t)s->vector_turns * s->m *
                          sth_ceil_div(s->n, p->array_cols) *
                          sth_vector_steps(p);

    if (plan->w_stationary)
        products /= plan->ns;
    vector += vector / BESIDE_WAITS;
    plan->prelude_cycles = s->prelude.alone_cycles;
    if (plan->beside) {
        plan->prelude_cycles = first;
        if (later > products)
            plan->prelude_cycles += (later - products) * (plan->ms - 1);
        if (vector > plan->cycles)
            plan->prelude_cycles += vector - plan->cycles;
    }
    plan->cycles += plan->prelude_cycles;
}
