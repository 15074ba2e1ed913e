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
#include "sth_attention_plan.h"
#include "sth_emit.h"
#include "sth_transfer.h"

/* Allowance for each command of the array. */
#define PRODUCT_OVERHEAD 8u
static uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t ceil_u64(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

struct model {
    const struct sth_attention_plan *plan;
    const struct sth_params *p;
    const struct sth_plan_memory *memory;
    const struct sth_attention_shape *s;
    uint32_t rows, units, unit_rows;
    uint32_t parts;    /* blocks of the query heads of a key/value head */
    uint32_t drain;    /* of the array */
    uint32_t reducing; /* latency of a reduction beyond its result */
};

/* Steps of one kind. */
struct step_cycles {
    uint64_t array, vector, values, rescaling, load, commands;
    uint64_t interval; /* between steps */
};

/* From the grant of a vector command to that of the one behind it. */
static uint64_t pass(const struct model *m, uint64_t row_tiles, bool function,
                     bool reduces)
{
    uint32_t steps = sth_vector_steps(m->p);
    uint32_t turns = function ? STH_DEPTH_VECTOR_SHARE : 1;
    uint64_t cycles = STH_LAT_VECTOR_START + row_tiles * turns * steps +
                      STH_LAT_VECTOR_PIPE + turns * (steps - 1) +
                      STH_LAT_VECTOR_RETIRE + STH_LAT_GRANT;

    if (function)
        cycles += STH_LAT_FUNC + STH_DEPTH_VECTOR_SHARE;
    return cycles + (reduces ? m->reducing : 0);
}

static uint64_t scalars(const struct model *m, bool function)
{
    uint32_t cols = m->p->array_cols;
    uint64_t cycles = 0;

    if (m->rows >= cols)
        cycles = pass(m, m->rows / cols, function, false);
    if (m->rows % cols != 0)
        cycles += pass(m, 1, function, false);
    return cycles;
}

/*
 * A product of so many weight tiles, `steps` to bring in each: a step waits
 * when a row of the tile before is in its bank.  Few may be under way.
 */
static uint64_t product(const struct model *m, uint64_t tiles, uint32_t steps)
{
    uint32_t rows = m->unit_rows;
    uint64_t shift = steps + ceil_u64(sth_min_u32(rows, steps), m->p->sp_banks);
    uint64_t cycles = tiles * max_u64(max_u64(rows, shift), STH_LAT_MATRIX_SUM);

    return max_u64(cycles + PRODUCT_OVERHEAD,
                   ceil_u64(cycles + sth_min_u32(rows, steps) + m->drain,
                            STH_DEPTH_MATRIX_COMMANDS));
}

/* A tile of so many keys of k or of v. */
static uint64_t load_tile(const struct model *m, uint64_t keys)
{
    const struct sth_attention_plan *plan = m->plan;
    uint64_t pitch = m->s->depth * 2ull * m->s->kv_heads;
    uint64_t bytes = m->s->depth * 2ull;

    if (plan->head_bytes == bytes)
        bytes *= plan->kv_heads;
    else
        keys *= plan->kv_heads;
    /* Rows that lie apart on chip are runs of their own. */
    if (plan->kv_stride != bytes)
        pitch += m->p->bus_bytes;
    return plan->sequences * sth_transfer_cycles(m->p, m->memory, keys, bytes,
                                                 pitch, m->p->load_slots);
}

/* Queries of a block, or its results. */
static uint64_t move_rows(const struct model *m, uint32_t slots)
{
    uint64_t bytes = m->s->depth * 2ull;

    return sth_transfer_cycles(m->p, m->memory, m->rows, bytes,
                               bytes * m->s->kv_heads * m->s->sharing, slots);
}

/* A step over so many keys, the first of a block or not. */
static struct step_cycles step_of(const struct model *m, uint64_t keys,
                                  bool first, bool masked)
{
    const struct sth_attention_plan *plan = m->plan;
    const struct sth_params *p = m->p;
    uint64_t tiles = ceil_u64(keys, plan->tile);
    uint64_t depth_cols = sth_ceil_div(m->s->depth, p->array_cols);
    uint64_t depth_rows = sth_ceil_div(m->s->depth, p->array_rows);
    uint64_t columns = ceil_u64(keys, p->array_cols);
    uint32_t parts = masked ? m->units * plan->heads : 1;
    uint64_t part_tiles = m->rows / parts * columns;
    uint64_t scores, turn, held, commands, products;
    struct step_cycles c;

    scores = m->units * tiles *
             product(m, ceil_u64(columns * depth_rows, tiles), p->array_cols);
    c.values =
        m->units * tiles *
        product(m, ceil_u64(ceil_u64(keys, p->array_rows) * depth_cols, tiles),
                p->array_rows);
    c.array = scores + c.values;
    c.vector = parts * (pass(m, part_tiles, false, true) +
                        pass(m, part_tiles, true, true));
    c.rescaling = 0;
    commands = 2ull * parts;
    if (!first) {
        c.rescaling = pass(m, m->rows * depth_cols, false, false);
        c.vector += c.rescaling + scalars(m, true) + scalars(m, false);
        commands += 3;
    }
    c.load = 2 * tiles * load_tile(m, sth_min_u32((uint32_t)keys, plan->tile));
    commands += 2 * tiles * (m->units + plan->sequences);
    c.commands = commands;
    /* A buffer is free again when its product has left the array. */
    held = m->memory->latency + STH_LAT_LOAD_RETIRE + m->drain +
           (c.load + c.array) / (2 * tiles);
    c.interval = max_u64(c.array, c.vector);
    turn = c.array + p->array_rows + m->drain + c.vector;
    if (plan->score_slots == 1)
        turn = scores + p->array_cols + m->drain + c.vector;
    c.interval = max_u64(c.interval, ceil_u64(turn, plan->score_slots));
    if (!first)
        c.interval = max_u64(c.interval,
                             p->array_rows + c.values + m->drain + c.rescaling);
    /* The next softmax is behind these products in the ring. */
    products = m->units * tiles;
    if (products > p->queue_depth + STH_DEPTH_MATRIX_COMMANDS)
        c.interval = max_u64(
            c.interval, c.vector + c.values -
                            c.values *
                                (p->queue_depth + STH_DEPTH_MATRIX_COMMANDS) /
                                products);
    c.load = max_u64(c.load, 2 * tiles * held / plan->kv_slots);
    return c;
}

/* Sums over the blocks of a key/value head that share keys and values. */
struct sums {
    uint64_t interval, array, vector, load, commands;
    uint64_t tail; /* behind the last load */
};

static void add_steps(struct sums *sum, const struct step_cycles *c,
                      uint64_t steps, bool stay)
{
    sum->interval +=
        steps * (stay ? c->interval : max_u64(c->interval, c->load));
    sum->array += steps * c->array;
    sum->vector += steps * c->vector;
    sum->load += steps * c->load;
    sum->commands += steps * c->commands;
}

/* Keys that stay hold the first blocks up: load is what all of them take. */
static struct sums sum_blocks(const struct model *m, bool stay, uint64_t load,
                              uint64_t output)
{
    const struct sth_attention_plan *plan = m->plan;
    const struct sth_attention_shape *s = m->s;
    const struct step_cycles first = step_of(m, plan->keys, true, false);
    const struct step_cycles whole = step_of(m, plan->keys, false, false);
    struct sums sum = {0};
    uint64_t lag = 0;

    for (uint64_t b = 1, seen; b == 1 || (b - 1) * plan->queries < s->seq;
         b++) {
        uint64_t steps;
        struct step_cycles last;

        seen = s->keys;
        if (s->masked && b * plan->queries < s->seq)
            seen -= s->seq - b * plan->queries;
        steps = ceil_u64(seen, plan->keys);
        last =
            step_of(m, seen - (steps - 1) * plan->keys, steps == 1, s->masked);
        sum.tail = m->drain + last.vector + last.values;
        sum.tail -= sth_min_u32((uint32_t)sum.tail, (uint32_t)(last.load / 2));
        sum.tail = max_u64(sum.tail, last.values * plan->tile / plan->keys);
        last.vector += output;
        last.interval = max_u64(last.interval, last.vector);
        add_steps(&sum, &last, 1, stay);
        if (steps > 1)
            add_steps(&sum, &first, 1, stay);
        if (steps > 2)
            add_steps(&sum, &whole, steps - 2, stay);
        if (stay && sum.interval + lag < load * seen / s->keys)
            lag = load * seen / s->keys - sum.interval;
        /* Tiles at the end of a block are smaller than those they wait for. */
        if (!stay)
            sum.interval += first.load * plan->tile /
                            (2ull * plan->keys * (plan->kv_slots - 1));
    }
    if (stay)
        sum.load = 0;
    sum.interval *= m->parts;
    sum.array *= m->parts;
    sum.vector *= m->parts;
    sum.load *= m->parts;
    sum.commands *= m->parts;
    sum.interval += lag;
    if (stay)
        sum.load = load;
    return sum;
}

uint64_t sth_attention_estimate(const struct sth_attention_plan *plan,
                                const struct sth_params *p,
                                const struct sth_plan_memory *memory,
                                const struct sth_attention_shape *s)
{
    struct model m = {.plan = plan,
                      .p = p,
                      .memory = memory,
                      .s = s,
                      .rows = sth_attention_rows(plan),
                      .units = sth_attention_units(plan),
                      .unit_rows = sth_attention_unit_rows(plan),
                      .parts = sth_ceil_div(s->sharing, plan->heads),
                      .drain = STH_LAT_PE_SUM * p->array_rows + p->array_cols +
                               STH_LAT_MATRIX_RETIRE,
                      .reducing = STH_LAT_VECTOR_REDUCE};
    uint64_t groups = (uint64_t)sth_ceil_div(s->batch, plan->sequences) *
                      sth_ceil_div(s->kv_heads, plan->kv_heads);
    uint64_t blocks = m.parts * sth_ceil_div(s->seq, plan->queries);
    uint64_t tiles = 2ull * sth_attention_tiles(plan, s->keys);
    uint64_t tile = load_tile(&m, sth_min_u32(plan->tile, s->keys));
    uint64_t q = move_rows(&m, p->load_slots);
    uint64_t store = move_rows(&m, p->store_slots);
    uint64_t output, interval;
    struct sums sum;

    for (uint32_t v = p->vector_lanes; v > 1; v /= 2)
        m.reducing += STH_LAT_VECTOR_LEVEL;
    output = pass(&m, (uint64_t)m.rows * sth_ceil_div(s->depth, p->array_cols),
                  false, false) +
             scalars(&m, true);
    sum = sum_blocks(&m, plan->kv_slots >= tiles, tiles * tile, output);
    sum.load +=
        blocks * q + sum.commands * ceil_u64(STH_COMMAND_BYTES, p->bus_bytes);
    interval = max_u64(max_u64(sum.interval, sum.array),
                       max_u64(sum.vector, sum.load));
    interval = max_u64(interval,
                       max_u64(blocks * store, sum.commands * STH_LAT_DECODE));
    return groups * interval + 2 * memory->latency + q + tile + sum.tail +
           m.drain + output + store;
}
