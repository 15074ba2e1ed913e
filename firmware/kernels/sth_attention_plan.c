/* How to cut attention into blocks of queries and tiles of keys. */
#include "sth_attention_plan.h"
#include "sth_emit.h"

#define LATENCY 120u
/* Vector commands of a step, and what each costs beyond its row-tiles. */
#define STEP_COMMANDS 7u
#define OVERHEAD 30u
/* Cycles to bring in a weight tile, bank conflicts included. */
#define SHIFT(steps) ((steps) + (steps) / 2)
#define KEYS_MAX 4096u
#define SCALAR_SETS 5u

static uint64_t load_cycles(const struct sth_params *p, uint64_t rows,
                            uint64_t bytes)
{
    uint64_t beats = (bytes + p->bus_bytes - 1) / p->bus_bytes;

    return rows * sth_max_u64(beats, (LATENCY + beats) / p->load_slots);
}

/* Fills the strides and slots; false when the block does not fit. */
static bool place(struct sth_attention_plan *plan, const struct sth_params *p,
                  const struct sth_attention_shape *s)
{
    uint64_t acc_rows = p->acc_bytes / sth_acc_row_bytes(p);
    uint64_t rows = (uint64_t)plan->heads * plan->queries;
    uint64_t depth_tiles = sth_ceil_div(s->depth, p->array_cols);
    uint64_t key_tiles = sth_ceil_div(plan->keys, p->array_cols);
    uint64_t scalars =
        SCALAR_SETS * ((rows + p->array_cols - 1) / p->array_cols);
    uint64_t tile_count = sth_ceil_div(s->keys, plan->keys);
    uint64_t acc = 2 * rows * key_tiles + scalars;
    uint32_t chunk = 2 * sth_max_u32(p->array_rows, p->array_cols);
    uint64_t sp, pair;

    if (rows > 32768)
        return false;
    plan->q_stride = sth_stream_stride(p, s->depth * 2, p->array_rows * 2);
    plan->kv_stride = sth_weight_stride(p, s->depth * 2, chunk);
    plan->weight_stride = sth_stream_stride(p, plan->keys * 2, chunk);
    plan->out_stride = (uint32_t)(depth_tiles * p->array_cols * 2);
    plan->o_slots = acc + 2 * rows * depth_tiles <= acc_rows ? 2 : 1;
    if (acc + plan->o_slots * rows * depth_tiles > acc_rows)
        return false;
    sp = 2 * rows * plan->q_stride + 2 * rows * plan->weight_stride +
         2 * rows * plan->out_stride + 6ull * sth_sp_word_bytes(p);
    pair = 2ull * plan->keys * plan->kv_stride;
    if (sp + 2 * pair > p->sp_bytes)
        return false;
    plan->kv_slots =
        sth_min_u32((uint32_t)((p->sp_bytes - sp) / pair), STH_CACHE_SLOTS);
    if (plan->kv_slots >= tile_count)
        plan->kv_slots = sth_max_u32((uint32_t)tile_count, 2);
    else if (plan->kv_slots > 4)
        plan->kv_slots = 4;
    return true;
}

/* What one step takes on array, on vector and in the chain that no overlap
 * shortens: the output is rescaled after the last product and before the next.
 */
struct step {
    uint64_t vector, all; /* the slowest */
};

/* A step of a block over so many keys. */
static struct step step_of(const struct sth_attention_plan *plan,
                           const struct sth_params *p,
                           const struct sth_attention_shape *s, uint64_t keys)
{
    uint64_t rows = (uint64_t)plan->heads * plan->queries;
    uint64_t depth_cols = sth_ceil_div(s->depth, p->array_cols);
    uint64_t depth_rows = sth_ceil_div(s->depth, p->array_rows);
    uint64_t columns = (keys + p->array_cols - 1) / p->array_cols;
    uint64_t turns = sth_vector_steps(p); /* of a row-tile in the lanes */
    uint64_t rescale = rows * depth_cols * turns;
    uint64_t scores =
        columns * sth_max_u64(rows, SHIFT(p->array_cols)) * depth_rows;
    uint64_t values = (keys + p->array_rows - 1) / p->array_rows *
                      sth_max_u64(rows, SHIFT(p->array_rows)) * depth_cols;
    uint64_t commands =
        STEP_COMMANDS + (s->masked && plan->heads > 1 ? plan->heads : 0);
    /* Maximum and weights of the scores, rescaling. */
    struct step step = {.vector = (1 + STH_DEPTH_VECTOR_SHARE) * turns * rows *
                                      columns +
                                  rescale + commands * OVERHEAD};

    step.all = sth_max_u64(scores + values, step.vector);
    step.all = sth_max_u64(step.all, values + rescale + 3 * OVERHEAD);
    return step;
}

/*
 * Fills plan->cycles.  A step is one key tile of one block; under a mask a
 * block's last one ends with the last key that its last query sees.
 */
static void estimate(struct sth_attention_plan *plan,
                     const struct sth_params *p,
                     const struct sth_attention_shape *s)
{
    uint64_t rows = (uint64_t)plan->heads * plan->queries;
    uint64_t parts = sth_ceil_div(s->sharing, plan->heads);
    uint64_t blocks = sth_ceil_div(s->seq, plan->queries);
    uint64_t tiles = sth_ceil_div(s->keys, plan->keys);
    uint64_t output =
        rows * sth_ceil_div(s->depth, p->array_cols) * sth_vector_steps(p) +
        2 * OVERHEAD;
    uint64_t fill =
        2 * (load_cycles(p, plan->keys, s->depth * 2ull) + OVERHEAD);
    const struct step whole = step_of(plan, p, s, plan->keys);
    uint64_t steps = 0, cycles = 0, vector = blocks * output, load;

    for (uint64_t queries = plan->queries; queries < s->seq + plan->queries;
         queries += plan->queries) {
        uint64_t hidden = s->masked && queries < s->seq ? s->seq - queries : 0;
        uint64_t n = (s->keys - hidden - 1) / plan->keys;
        const struct step last =
            step_of(plan, p, s, s->keys - hidden - n * plan->keys);

        steps += n + 1;
        cycles += n * whole.all + last.all;
        vector += n * whole.vector + last.vector;
    }
    load = steps * fill;
    /* Resident tiles are loaded once for all blocks. */
    if (plan->kv_slots >= tiles)
        load = tiles * fill / parts;
    load += blocks * load_cycles(p, rows, s->depth * 2ull);
    plan->cycles = sth_max_u64(sth_max_u64(cycles, vector), load);
    plan->cycles *= parts * s->groups;
    plan->cycles += LATENCY + fill;
}

static void consider(struct sth_attention_plan *best,
                     const struct sth_params *p,
                     const struct sth_attention_shape *s, uint32_t queries,
                     uint32_t heads, uint32_t quantum)
{
    struct sth_attention_plan plan = {.queries = queries, .heads = heads};

    for (uint32_t n = 1;; n++) {
        plan.keys = sth_round_up(sth_ceil_div(s->keys, n), quantum);
        if (plan.keys <= KEYS_MAX && place(&plan, p, s)) {
            estimate(&plan, p, s);
            if (best->cycles == 0 || plan.cycles < best->cycles)
                *best = plan;
        }
        if (plan.keys == quantum)
            break;
        /* Skip counts that give the same size. */
        n = sth_max_u32(n, sth_ceil_div(s->keys, plan.keys - quantum + 1) - 1);
        if (n > 4)
            n += n / 4;
    }
}

/*
 * Several heads in one block under a mask need their scalars in groups of
 * whole accumulator rows.
 */
static bool is_aligned(const struct sth_params *p,
                       const struct sth_attention_shape *s, uint32_t queries,
                       uint32_t heads)
{
    return !s->masked || heads == 1 ||
           (queries % p->array_cols == 0 && s->seq % p->array_cols == 0);
}

/* Blocks of whole multiples of `queries`, key tiles of multiples of `keys`. */
static void search(struct sth_attention_plan *best, const struct sth_params *p,
                   const struct sth_attention_shape *s, uint32_t query_quantum,
                   uint32_t key_quantum)
{
    for (uint32_t i = 1;; i *= 2) {
        uint32_t queries = sth_round_up(sth_ceil_div(s->seq, i), query_quantum);

        for (uint32_t j = 1;; j *= 2) {
            uint32_t heads = sth_ceil_div(s->sharing, j);

            if (is_aligned(p, s, queries, heads))
                consider(best, p, s, queries, heads, key_quantum);
            if (heads == 1)
                break;
        }
        if (queries == query_quantum)
            break;
    }
}

/* Whole tiles of queries and keys if they fit, ever smaller ones if not. */
bool sth_attention_plan_search(struct sth_attention_plan *best,
                               const struct sth_params *p,
                               const struct sth_attention_shape *s)
{
    uint32_t keys = sth_max_u32(p->array_rows, p->array_cols);

    best->cycles = 0;
    search(best, p, s, s->seq % p->array_cols == 0 ? p->array_cols : 1, keys);
    while (best->cycles == 0 && keys > 1) {
        keys /= 2;
        search(best, p, s, 1, keys);
    }
    return best->cycles != 0;
}
