/*
 * Cycles of a plan for attention.
 *
 * A step is one softmax: its scores S, vector work W, values V.  With D cycles
 * from the last row in the array to the last sum in the accumulator, R or
 * C to bring in the first weights of a product that waited, B buffers of scores
 * and the queues in order, steps follow each other no faster than
 *
 *     S + V                        the array
 *     W                            the vector engine
 *     R + V + D + rescaling        values, the output rescaled, the next values
 *     (S + D + W + R + V) / B      from the scores of a step to its values;
 *     S + C + D + W                of one buffer, which values leave alone
 *     its loads                    unless the keys stay
 *     W + most of V                if its products are more than a queue holds
 */
#include "sth_attention_cost.h"
#include "sth_emit.h"
#include "sth_transfer.h"
#include "sth_weight_tile.h"

/* Allowance for each command of the array. */
#define PRODUCT_OVERHEAD 1u

/*
 * Cycles in which rows of so many tiles wait for sums of the array, of which it
 * reads one a cycle more than half of the time.  Neighbouring rows and tiles
 * lie in neighbouring banks: within a row vector keeps its distance from the
 * array, and from row to row it falls behind by a row but for one bank.  Behind
 * a meeting the next one is `n` rows away, if there is one.
 */
static uint64_t meetings(const struct sth_attention_model *m, uint64_t rows,
                         uint64_t tiles)
{
    uint64_t n = 1, banks = m->p->acc_banks;

    while (n <= banks && (n * (tiles - 1) + 1) % banks != 0)
        n++;
    return n > banks ? 0 : rows * 5 / (8 * n);
}

/*
 * From the grant of a vector command, over so many tiles of each row, to that
 * of the one behind it.  Beside exponentials the array has other scores, to
 * which it adds nothing, most of the time.
 */
static uint64_t pass(const struct sth_attention_model *m, uint64_t rows,
                     uint64_t tiles, bool function, bool reduces)
{
    uint32_t steps = sth_vector_steps(m->p);
    uint32_t turns = sth_vector_turns(m->p, function);
    uint64_t cycles = STH_LAT_VECTOR_START + rows * tiles * turns * steps +
                      STH_LAT_VECTOR_PIPE + turns * (steps - 1) +
                      STH_LAT_VECTOR_RETIRE + STH_LAT_GRANT;

    if (turns * steps == 1)
        cycles += meetings(m, rows, tiles) / (function ? 4 : 1);
    if (function)
        cycles += STH_LAT_FUNC + turns;
    return cycles + (reduces ? m->reducing : 0);
}

static uint64_t scalars(const struct sth_attention_model *m, bool function)
{
    uint32_t cols = m->p->array_cols;
    uint64_t cycles = 0;

    if (m->rows >= cols)
        cycles = pass(m, m->rows / cols, 1, function, false);
    if (m->rows % cols != 0)
        cycles += pass(m, 1, 1, function, false);
    return cycles;
}

/*
 * A product of so many weight tiles, with `all` steps to bring them in, beside
 * rows so many bytes apart.  Few may be under way.  The weights are k (0) or
 * v (1).
 */
static uint64_t product(const struct sth_attention_model *m, uint64_t tiles,
                        uint64_t all, uint32_t a_stride, uint32_t drain,
                        uint32_t which)
{
    uint32_t steps = (uint32_t)sth_ceil_div_u64(all, tiles);
    uint32_t rows = m->unit_rows;
    uint64_t cycles =
        tiles * sth_weight_tile_cycles(m->p, rows, a_stride, steps,
                                       m->plan->kv_stride[which]);

    return sth_max_u64(
        cycles + PRODUCT_OVERHEAD,
        sth_ceil_div_u64(cycles + sth_min_u32(rows, steps) + drain,
                         STH_DEPTH_MATRIX_COMMANDS));
}

/* A tile of so many keys of k (0) or of v (1). */
static uint64_t load_tile(const struct sth_attention_model *m, uint64_t keys,
                          uint32_t which)
{
    const struct sth_attention_plan *plan = m->plan;
    uint64_t pitch = m->s->depth * 2ull * m->s->kv_heads;
    uint64_t bytes = m->depth * 2ull;
    uint32_t units = plan->kv_heads / plan->fold;

    if (plan->unit_bytes[which] == bytes)
        bytes *= units;
    else
        keys *= units;
    /* Rows that lie apart on chip are runs of their own. */
    if (plan->kv_stride[which] != bytes)
        pitch *= 2;
    return plan->sequences * sth_transfer_cycles(m->p, m->memory, keys, bytes,
                                                 pitch, m->p->load_slots);
}

/* Queries of a block, or its results. */
static uint64_t move_rows(const struct sth_attention_model *m, uint32_t slots)
{
    uint64_t bytes = m->s->depth * 2ull;

    return sth_transfer_cycles(m->p, m->memory, m->rows, bytes,
                               bytes * m->s->kv_heads * m->s->sharing, slots);
}

/* The passes over the scores of a step, and over what they are to exceed. */
static void add_softmax(struct sth_attention_times *t,
                        const struct sth_attention_model *m, uint32_t columns,
                        bool first)
{
    const struct sth_attention_shape *s = m->s;
    uint32_t parts = 1;

    if (s->biased != 0)
        parts = m->rows / sth_attention_bias_rows(m->plan, s);
    t->softmax =
        parts * pass(m, m->rows / parts, columns, s->capped != 0, true) +
        pass(m, m->rows, columns, true, true);
    t->passes = parts + 1;
    if (s->capped != 0)
        t->softmax += scalars(m, false);
    if (!first && (s->capped != 0 || s->biased != 0))
        t->softmax += scalars(m, false);
}

/* Biases of a step. */
static uint64_t load_bias(const struct sth_attention_model *m, uint32_t keys)
{
    return m->s->biased == 0
               ? 0
               : sth_transfer_cycles(
                     m->p, m->memory, m->plan->kv_heads * m->plan->heads,
                     4ull * keys, 4ull * m->s->keys, m->p->load_slots);
}

void sth_attention_times(struct sth_attention_times *t,
                         const struct sth_attention_model *m, uint32_t key0,
                         uint32_t keys, bool first)
{
    const struct sth_attention_plan *plan = m->plan;
    const struct sth_params *p = m->p;
    uint32_t tiles = sth_ceil_div(keys, plan->tile);
    /* Tiles are loaded whole, but for the last of all keys. */
    uint32_t loaded = sth_min_u32(tiles * plan->tile, m->s->keys - key0);
    uint64_t depth_cols = sth_ceil_div(m->depth, p->array_cols);
    uint64_t depth_rows = sth_ceil_div(m->depth, plan->lanes);
    uint32_t columns = sth_ceil_div(keys, p->array_cols);
    uint64_t turns = sth_ceil_div_u64(keys, plan->lanes) * depth_cols;

    *t = (struct sth_attention_times){
        .tiles = tiles,
        .scores = m->units * tiles *
                  product(m, sth_ceil_div_u64(columns * depth_rows, tiles),
                          sth_ceil_div_u64(keys * depth_rows, tiles),
                          plan->q_stride, m->score_drain, 0),
        .values = m->units * tiles *
                  product(m, sth_ceil_div_u64(turns, tiles),
                          sth_ceil_div_u64(keys * depth_cols, tiles),
                          plan->weight_stride, m->value_drain, 1),
        .load = {load_tile(m, sth_ceil_div(loaded, tiles), 0),
                 load_tile(m, sth_ceil_div(loaded, tiles), 1)},
        .bias = load_bias(m, keys),
    };
    add_softmax(t, m, columns, first);
    if (!first) {
        t->softmax += scalars(m, true);
        t->rescaling = pass(m, m->rows, depth_cols, false, false);
        t->update = scalars(m, false);
        t->passes += 2;
    }
    t->commands = t->passes + 2 * tiles * (m->units + plan->sequences);
    t->commands += first ? 0 : 1;
}

void sth_attention_model_init(struct sth_attention_model *m,
                              const struct sth_attention_plan *plan,
                              const struct sth_params *p,
                              const struct sth_plan_memory *memory,
                              const struct sth_attention_shape *s)
{
    *m = (struct sth_attention_model){
        .plan = plan,
        .p = p,
        .memory = memory,
        .s = s,
        .rows = sth_attention_rows(plan),
        .units = sth_attention_units(plan),
        .unit_rows = sth_attention_unit_rows(plan),
        .depth = sth_attention_depth(plan, s),
        .parts = sth_ceil_div(s->sharing, plan->heads),
        .queued = p->queue_depth + STH_DEPTH_MATRIX_COMMANDS,
        .score_drain = sth_weight_tile_drain(
            p, sth_min_u32(plan->lanes, sth_attention_depth(plan, s))),
        .value_drain = sth_weight_tile_drain(
            p, sth_min_u32(plan->lanes, sth_min_u32(plan->tile, s->keys))),
        .reducing = STH_LAT_VECTOR_REDUCE,
        .score_steps = sth_min_u32(p->array_cols, s->keys),
        .value_steps = sth_min_u32(plan->lanes, s->keys),
    };
    m->decode = sth_ceil_div(memory->latency + STH_LAT_FETCH_REQUEST +
                                 STH_LAT_FETCH_ADDRESS + STH_LAT_FETCH_DATA,
                             sth_fetch_ahead(p));
    m->decode = sth_max_u32(m->decode, STH_LAT_DECODE);
    for (uint32_t v = p->vector_lanes; v > 1; v /= 2)
        m->reducing += STH_LAT_VECTOR_LEVEL;
    m->q = move_rows(m, p->load_slots);
    m->store = move_rows(m, p->store_slots);
    m->output =
        pass(m, m->rows, sth_ceil_div(m->depth, p->array_cols), false, false);
    if (plan->fold > 1)
        m->clear = memory->latency + plan->q_slots * m->output;
    m->inverse = scalars(m, true);
}

struct sth_attention_span
sth_attention_seen(const struct sth_attention_model *m, uint32_t b)
{
    uint32_t query0 = b * m->plan->queries;

    return sth_attention_span_of(
        m->plan, m->s, query0,
        sth_min_u32(m->plan->queries, m->s->seq - query0));
}

bool sth_attention_stays(const struct sth_attention_model *m)
{
    return m->plan->kv_slots >= 2 * sth_attention_held(m->plan, m->s);
}

uint32_t sth_attention_groups(const struct sth_attention_model *m)
{
    return sth_ceil_div(m->s->batch, m->plan->sequences) *
           sth_ceil_div(m->s->kv_heads, m->plan->kv_heads);
}

/* Sums over the blocks of a key/value head that share keys and values. */
struct sums {
    uint64_t interval, array, vector, load, commands;
    uint64_t tail; /* behind the last load */
};

/* Steps of one kind, vector busy for `more` cycles in each. */
static void add_steps(struct sums *sum, const struct sth_attention_model *m,
                      const struct sth_attention_times *t, uint64_t steps,
                      bool stays, uint64_t more)
{
    const struct sth_attention_plan *plan = m->plan;
    uint64_t array = t->scores + t->values;
    uint64_t vector = t->softmax + t->rescaling + t->update + more;
    uint64_t turn = array + m->value_steps + m->score_drain + vector;
    uint64_t products = m->units * t->tiles;
    uint64_t load = t->tiles * (t->load[0] + t->load[1]) + t->bias;
    uint64_t interval, held;

    if (plan->score_slots == 1)
        turn = t->scores + m->score_steps + m->score_drain + vector;
    interval = sth_max_u64(
        array, sth_max_u64(vector, sth_ceil_div_u64(turn, plan->score_slots)));
    if (t->rescaling != 0)
        interval = sth_max_u64(interval, m->value_steps + t->values +
                                             m->value_drain + t->rescaling);
    /* The next softmax is behind these products in the ring. */
    if (products > m->queued)
        interval = sth_max_u64(interval, vector + t->values -
                                             t->values * m->queued / products);
    /* A buffer is free again when its product has left the array. */
    held = m->memory->latency + STH_LAT_LOAD_RETIRE +
           sth_max_u32(m->score_drain, m->value_drain) +
           (load + array) / (2 * t->tiles);
    load = sth_max_u64(load, 2 * t->tiles * held / plan->kv_slots);
    sum->interval += steps * (stays ? interval : sth_max_u64(interval, load));
    sum->array += steps * array;
    sum->vector += steps * vector;
    sum->load += steps * (stays ? t->bias : load);
    sum->commands += steps * t->commands;
}

/* Keys that stay hold the first blocks up: load is what all of them take. */
static struct sums sum_blocks(const struct sth_attention_model *m, bool stays,
                              uint64_t load)
{
    const struct sth_attention_plan *plan = m->plan;
    const struct sth_attention_shape *s = m->s;
    struct sth_attention_times first = {0}, whole = {0}, last;
    struct sums sum = {0};
    uint64_t lag = 0;
    uint32_t before = 0;

    for (uint32_t b = 0; b * plan->queries < s->seq; b++) {
        struct sth_attention_span span = sth_attention_seen(m, b);
        uint32_t seen = span.end - span.first;
        uint32_t keys = sth_attention_step_keys(plan, seen);
        uint32_t steps = sth_ceil_div(seen, keys);
        uint64_t loads;

        if (keys != before) {
            sth_attention_times(&first, m, 0, keys, true);
            sth_attention_times(&whole, m, 0, keys, false);
            before = keys;
        }
        sth_attention_times(&last, m, span.first + (steps - 1) * keys,
                            seen - (steps - 1) * keys, steps == 1);
        add_steps(&sum, m, &last, 1, stays, m->output + m->inverse);
        if (steps > 1)
            add_steps(&sum, m, &first, 1, stays, 0);
        if (steps > 2)
            add_steps(&sum, m, &whole, steps - 2, stays, 0);
        if (stays && sum.interval + lag < load * span.end / s->keys)
            lag = load * span.end / s->keys - sum.interval;
        /* Tiles at the end of a block are smaller than those they wait for. */
        if (!stays)
            sum.interval += first.load[1] / (plan->kv_slots - 1);
        loads = stays ? 0 : last.tiles * last.load[1];
        sum.tail = m->value_drain + last.softmax + last.rescaling + last.values;
        sum.tail -= sth_min_u32((uint32_t)sum.tail, (uint32_t)loads);
        sum.tail = sth_max_u64(sum.tail, last.values / last.tiles);
    }
    sum.interval = sum.interval * m->parts + lag;
    sum.array *= m->parts;
    sum.vector *= m->parts;
    sum.load = sum.load * m->parts + (stays ? load : 0);
    sum.commands *= m->parts;
    return sum;
}

uint64_t sth_attention_cost(const struct sth_attention_plan *plan,
                            const struct sth_params *p,
                            const struct sth_plan_memory *memory,
                            const struct sth_attention_shape *s)
{
    struct sth_attention_model m;
    struct sth_attention_times t;
    uint64_t interval, blocks;
    struct sums sum;

    sth_attention_model_init(&m, plan, p, memory, s);
    sth_attention_times(&t, &m, 0, plan->keys, true);
    blocks = m.parts * sth_ceil_div(s->seq, plan->queries);
    sum = sum_blocks(&m, sth_attention_stays(&m),
                     sth_attention_tiles(plan, s->keys) *
                         (t.load[0] + t.load[1]));
    sum.load +=
        blocks * m.q +
        sum.commands * sth_ceil_div_u64(STH_COMMAND_BYTES, p->bus_bytes);
    interval = sth_max_u64(sth_max_u64(sum.interval, sum.array),
                           sth_max_u64(sum.vector, sum.load));
    interval = sth_max_u64(
        interval, sth_max_u64(blocks * m.store, sum.commands * m.decode));
    return sth_attention_groups(&m) * interval + 2 * memory->latency + m.q +
           sth_max_u64(m.clear, t.load[0]) + sum.tail + m.value_drain +
           m.output + m.store;
}
