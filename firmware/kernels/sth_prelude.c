/* Row-wise operations in front of a product of their result. */
#include "sth_prelude.h"

/* Row-tiles of a command: as many as hide its latency, in steps that are a
 * small part of the whole. */
#define STEP_TILES 512u
#define STEPS_MIN 16u
/* Buffers of results, and of inputs: one is filled ahead. */
#define RESULTS 2u
#define INPUTS 3u
/* Grant to retirement of a vector command beyond its row-tiles. */
#define PASS_CYCLES (STH_LAT_VECTOR_START + STH_LAT_VECTOR_PIPE + 12u)
/* Parts of the memories that a prelude may take. */
#define SHARE 4u
#define LANES_MAX 65520u
/* Beyond row-tiles: loads before the first and stores behind the last. */
#define ALONE_CYCLES 1000u

static const struct sth_operand *source_of(const struct sth_prelude *prelude)
{
    return prelude->norm != NULL ? prelude->norm->x : prelude->quantize->x;
}

static uint64_t take(const struct sth_params *p, uint32_t count, uint64_t bytes)
{
    return count * sth_schedule_sp_bytes(p, bytes);
}

/* Passes that take so many cycles for a row, in so many commands a step. */
static void add_cycles(struct sth_prelude_plan *plan, uint32_t cycles,
                       uint32_t commands)
{
    plan->alone_cycles += cycles;
    plan->row_cycles += cycles + commands * PASS_CYCLES / plan->rows;
}

/* As the buffers that sth_norm_play_init() takes. */
static void add_norm(struct sth_prelude_plan *plan, const struct sth_params *p,
                     const struct sth_norm *norm, uint32_t tiles)
{
    uint64_t lanes = (uint64_t)tiles * p->array_cols;
    uint32_t vectors = norm->beta != NULL ? 2 : 1;
    uint32_t passes = norm->beta != NULL ? 4 : 3;

    plan->sp_bytes +=
        (uint32_t)(take(p, INPUTS,
                        plan->rows * lanes * sth_operand_bytes(norm->x)) +
                   take(p, RESULTS,
                        plan->rows * lanes * sth_operand_bytes(norm->out)) +
                   vectors * sth_schedule_sp_bytes(p, lanes * 4));
    plan->acc_rows +=
        plan->rows * tiles + 3 * sth_ceil_div(plan->rows, p->array_cols);
    add_cycles(plan, passes * tiles * sth_vector_steps(p),
               passes + 2 * vectors - 1);
}

/* As the buffers that sth_quantize_play_init() takes. */
static void add_quantize(struct sth_prelude_plan *plan,
                         const struct sth_params *p,
                         const struct sth_quantize *quantize, uint32_t tiles,
                         bool given)
{
    uint64_t lanes = (uint64_t)tiles * p->array_cols;
    uint32_t groups = sth_ceil_div(plan->rows, p->array_cols);

    plan->sp_bytes +=
        (uint32_t)((given ? 0
                          : take(p, INPUTS,
                                 plan->rows * lanes *
                                     sth_operand_bytes(quantize->x))) +
                   take(p, RESULTS, plan->rows * lanes) +
                   take(p, RESULTS, groups * p->array_cols * 4));
    plan->acc_rows += 2 * groups;
    add_cycles(plan, 2 * tiles * sth_vector_steps(p), 4);
}

/* With steps of so many rows. */
static bool fits(struct sth_prelude_plan *plan, const struct sth_params *p,
                 const struct sth_prelude *prelude, uint32_t tiles,
                 uint32_t rows)
{
    *plan = (struct sth_prelude_plan){.rows = rows};
    if (prelude->norm != NULL)
        add_norm(plan, p, prelude->norm, tiles);
    if (prelude->quantize != NULL)
        add_quantize(plan, p, prelude->quantize, tiles, prelude->norm != NULL);
    return plan->sp_bytes <= p->sp_bytes / SHARE &&
           plan->acc_rows <= p->acc_bytes / sth_acc_row_bytes(p) / SHARE;
}

void sth_prelude_plan(struct sth_prelude_plan *plan, const struct sth_params *p,
                      const struct sth_prelude *prelude)
{
    const struct sth_operand *x = source_of(prelude);
    uint32_t tiles = sth_ceil_div(x->cols, p->array_cols);
    uint32_t most = x->rows / STEPS_MIN;
    uint32_t rows = sth_max_u32(sth_min_u32(STEP_TILES / tiles, most), 1);
    bool good = fits(plan, p, prelude, tiles, rows);
    uint64_t alone = (uint64_t)plan->alone_cycles * x->rows + ALONE_CYCLES;

    while (rows > 1 && !good) {
        rows /= 2;
        good = fits(plan, p, prelude, tiles, rows);
    }
    if (!good || most == 0 || tiles > LANES_MAX / p->array_cols)
        *plan = (struct sth_prelude_plan){0};
    plan->alone_cycles = alone < UINT32_MAX ? (uint32_t)alone : UINT32_MAX;
}

/* Rows from `first` on. */
static struct sth_operand rows_from(const struct sth_operand *operand,
                                    uint32_t first)
{
    struct sth_operand rest = *operand;

    rest.addr += first * rest.stride;
    rest.rows -= first;
    rest.row0 += first * sth_max_u32(rest.row_step, 1);
    return rest;
}

void sth_prelude_run(struct sth_schedule *s, const struct sth_prelude *prelude)
{
    const struct sth_norm *n = prelude->norm;
    const struct sth_quantize *q = prelude->quantize;
    uint32_t first = prelude->first;
    struct sth_operand x, out, scale;

    if (n != NULL) {
        struct sth_norm norm = *n;

        x = rows_from(n->x, first);
        out = rows_from(n->out, first);
        norm.x = &x;
        norm.out = &out;
        sth_kernel_norm(s, &norm);
    }
    if (q != NULL) {
        struct sth_quantize quantize = *q;

        x = rows_from(q->x, first);
        x.before = x.tensor->bands;
        out = rows_from(q->out, first);
        scale = *q->scale;
        scale.addr += first * sth_dtype_bytes(scale.dtype);
        scale.cols -= first;
        quantize = (struct sth_quantize){.out = &out, .scale = &scale, .x = &x};
        sth_kernel_quantize(s, &quantize);
    }
}

void sth_prelude_init(struct sth_prelude_play *t, struct sth_schedule *s,
                      const struct sth_prelude *prelude,
                      const struct sth_prelude_plan *plan)
{
    const struct sth_operand *x = source_of(prelude);
    struct sth_rows_plan rows = {
        .block_rows = plan->rows,
        .block_cols = sth_round_up(x->cols, s->driver->params.array_cols),
        .chunks = 1,
        .slots = INPUTS,
        .depth = RESULTS};

    t->prelude = prelude;
    t->step = plan->rows;
    t->rows = x->rows;
    t->done = prelude->first;
    if (prelude->norm != NULL) {
        sth_norm_play_init(&t->norm, s, prelude->norm, &rows);
        t->norm.row0 = t->done;
        rows.slots = 0;
    }
    if (prelude->quantize != NULL)
        sth_quantize_play_init(&t->quantize, s, prelude->quantize, &rows);
    t->quantize.row0 = t->done;
}

/* A step, with the load of the next where its rows are there. */
static bool step(struct sth_prelude_play *t)
{
    const struct sth_prelude *prelude = t->prelude;
    uint32_t all = source_of(prelude)->rows;
    bool ahead = sth_min_u32(t->done + 2 * t->step, all) <= t->rows;
    bool more = true;

    if (prelude->norm != NULL) {
        more = sth_norm_play_rows(&t->norm);
        if (ahead)
            sth_norm_play_prefetch(&t->norm);
        t->quantize.given = t->norm.result;
        t->done = t->norm.row0;
    }
    if (prelude->quantize != NULL && more) {
        more = sth_quantize_play_rows(&t->quantize);
        if (ahead && prelude->norm == NULL)
            sth_quantize_play_prefetch(&t->quantize);
        t->done = t->quantize.row0;
    }
    return more;
}

void sth_prelude_reach(struct sth_prelude_play *t, uint32_t rows)
{
    while (t->done < sth_min_u32(rows, t->rows) && step(t)) {
    }
}
