/* How to cut attention into blocks of queries and tiles of keys. */
#include "sth_attention_plan.h"
#include "sth_emit.h"

#define LATENCY 120u
/* Vector commands of a key tile that work on whole tiles, and in all. */
#define TILE_COMMANDS 8u
#define VECTOR_OVERHEAD 30u
#define KEYS_MAX 4096u
#define SCALAR_SETS 4u

static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t load_cycles(const struct sth_params *p, uint64_t rows,
                            uint64_t bytes)
{
    uint64_t beats = (bytes + p->bus_bytes - 1) / p->bus_bytes;

    return rows * max_u64(beats, (LATENCY + beats) / p->load_slots);
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
    uint64_t sp, pair;

    if (rows > 32768)
        return false;
    plan->depth_stride = sth_odd_stride(p, s->depth * 2);
    plan->weight_stride = sth_odd_stride(p, plan->keys * 2);
    plan->out_stride = (uint32_t)(depth_tiles * p->array_cols * 2);
    plan->o_slots = acc + 2 * rows * depth_tiles <= acc_rows ? 2 : 1;
    if (acc + plan->o_slots * rows * depth_tiles > acc_rows)
        return false;
    sp = 2 * rows * plan->depth_stride + 2 * rows * plan->weight_stride +
         2 * rows * plan->out_stride + 6ull * sth_sp_word_bytes(p);
    pair = 2ull * plan->keys * plan->depth_stride;
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

static void estimate(struct sth_attention_plan *plan,
                     const struct sth_params *p,
                     const struct sth_attention_shape *s)
{
    uint64_t rows = (uint64_t)plan->heads * plan->queries;
    uint64_t tiles = sth_ceil_div(s->keys, plan->keys);
    uint64_t blocks = (uint64_t)sth_ceil_div(s->sharing, plan->heads) *
                      sth_ceil_div(s->seq, plan->queries);
    uint64_t depth_cols = sth_ceil_div(s->depth, p->array_cols);
    uint64_t key_cols = sth_ceil_div(plan->keys, p->array_cols);
    uint64_t scores = max_u64(rows, p->array_cols) * key_cols *
                      sth_ceil_div(s->depth, p->array_rows);
    uint64_t values = max_u64(rows, p->array_rows) * depth_cols *
                      sth_ceil_div(plan->keys, p->array_rows);
    uint64_t commands =
        TILE_COMMANDS + (s->masked && plan->heads > 1 ? plan->heads : 0);
    uint64_t vector =
        rows * (2 * key_cols + depth_cols) + commands * VECTOR_OVERHEAD;
    uint64_t load = 2 * load_cycles(p, plan->keys, s->depth * 2ull);
    uint64_t tile, start;

    /* Resident tiles are loaded once for all blocks. */
    if (plan->kv_slots >= tiles && blocks > 1)
        load = load / blocks + 1;
    tile = max_u64(max_u64(scores + values, vector), load);
    tile += (vector + values) / 8;
    start = load_cycles(p, rows, s->depth * 2ull) + rows * depth_cols + 4 * 60;
    /* Half a tile in two is wasted on what the mask hides. */
    plan->cycles = blocks * (tiles * tile + start);
    if (s->masked)
        plan->cycles = blocks * ((tiles + 1) * tile / 2 + start);
    plan->cycles += LATENCY + load;
    plan->cycles *= s->groups;
}

static void consider(struct sth_attention_plan *best,
                     const struct sth_params *p,
                     const struct sth_attention_shape *s, uint32_t queries,
                     uint32_t heads)
{
    uint32_t quantum = sth_max_u32(p->array_rows, p->array_cols);
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

bool sth_attention_plan_search(struct sth_attention_plan *best,
                               const struct sth_params *p,
                               const struct sth_attention_shape *s)
{
    uint32_t quantum = s->seq % p->array_cols == 0 ? p->array_cols : 1;

    best->cycles = 0;
    for (uint32_t i = 1;; i *= 2) {
        uint32_t queries = sth_round_up(sth_ceil_div(s->seq, i), quantum);

        for (uint32_t j = 1;; j *= 2) {
            uint32_t heads = sth_ceil_div(s->sharing, j);

            if (is_aligned(p, s, queries, heads))
                consider(best, p, s, queries, heads);
            if (heads == 1)
                break;
        }
        if (queries == quantum)
            break;
    }
    if (best->cycles == 0 && quantum > 1)
        consider(best, p, s, 1, 1);
    return best->cycles != 0;
}
