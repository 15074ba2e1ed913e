/* How to cut row-wise operations. */
#include "sth_rows.h"

#include "sth_choice.h"
#include "sth_emit.h"
#include "sth_rows_cost.h"

/* Buffers of results, and of inputs that stream. */
#define DEPTH 2u
#define DEPTH_MAX 4u
#define COLS_MAX 65520u
/* Chunks of a row where that changes no sum. */
#define CHUNKS_MAX 16u
/* Row-tiles of a block at most. */
#define TILES_MAX 4096u
/* What is left to the judge. */
#define CANDIDATES STH_TRIAL_PLANS

static bool fits(const struct sth_params *p, const struct sth_rows_shape *s,
                 const struct sth_rows_plan *plan)
{
    uint64_t acc_rows = p->acc_bytes / sth_acc_row_bytes(p);
    uint64_t tiles = sth_ceil_div(plan->block_cols, p->array_cols);
    uint64_t lanes = tiles * p->array_cols;
    uint64_t word = sth_sp_word_bytes(p);
    uint64_t sp, acc;

    sp = plan->slots * (plan->block_rows * lanes * s->in_bytes + 2 * word);
    sp += plan->depth * (plan->block_rows * lanes * s->out_bytes + word);
    sp += 2ull * s->row_vectors * (lanes * 4 + word);
    sp += plan->depth * s->scalars *
          (sth_round_up(plan->block_rows, p->array_cols) * 4ull + word);
    acc = (s->temporary ? plan->block_rows * tiles : 0) +
          s->scalars * (uint64_t)sth_ceil_div(plan->block_rows, p->array_cols);
    return sp <= p->sp_bytes && acc <= acc_rows;
}

const char *sth_rows_plan_complete(struct sth_rows_plan *plan,
                                   const struct sth_params *p,
                                   const struct sth_rows_shape *s)
{
    if (plan->block_cols == 0 || plan->block_cols % p->array_cols != 0 ||
        plan->block_cols > COLS_MAX ||
        plan->block_cols > sth_round_up(s->cols, p->array_cols))
        return "block_cols";
    if (plan->block_rows == 0 || plan->block_rows > s->rows)
        return "block_rows";
    plan->chunks = sth_ceil_div(s->cols, plan->block_cols);
    if (plan->depth - 1 >= DEPTH_MAX)
        return "depth";
    /* Chunks stream through fewer buffers row by row. */
    if (plan->slots - 1 >= STH_CACHE_SLOTS ||
        (plan->slots < plan->chunks && plan->block_rows > 1) ||
        !fits(p, s, plan))
        return "slots";
    return NULL;
}

/* Cuts a row into `count` chunks. */
static void cut_row(struct sth_rows_plan *plan, const struct sth_params *p,
                    const struct sth_rows_shape *s, uint32_t count)
{
    plan->block_cols =
        sth_round_up(sth_ceil_div(s->cols, count), p->array_cols);
    plan->block_cols = sth_min_u32(plan->block_cols, COLS_MAX);
    plan->block_cols -= plan->block_cols % p->array_cols;
    plan->chunks = sth_ceil_div(s->cols, plan->block_cols);
}

/*
 * Decides the buffers for block_rows, block_cols and depth: the chunks of a row
 * stay, or stream row by row.
 */
static bool place(struct sth_rows_plan *plan, const struct sth_params *p,
                  const struct sth_rows_shape *s)
{
    plan->slots = plan->chunks + plan->depth - 1;
    if (plan->slots <= STH_CACHE_SLOTS && fits(p, s, plan))
        return true;
    plan->slots = plan->depth;
    return plan->block_rows == 1 && fits(p, s, plan);
}

/* The best candidates so far, the best estimate first. */
struct list {
    const struct sth_params *p;
    const struct sth_plan_memory *memory;
    const struct sth_rows_shape *s;
    struct sth_rows_plan *plan;
    uint32_t count;
};

/* Whether plans differ in no more than what the estimate does not see. */
static bool alike(const struct sth_rows_plan *a, const struct sth_rows_plan *b)
{
    return a->block_rows == b->block_rows && a->block_cols == b->block_cols &&
           a->cycles == b->cycles;
}

/* Fills what follows from the cut. */
static void size_up(struct sth_rows_plan *plan, const struct sth_params *p,
                    const struct sth_plan_memory *memory,
                    const struct sth_rows_shape *s)
{
    plan->cycles = sth_rows_cost(plan, p, memory, s);
    plan->blocks = sth_ceil_div(s->rows, plan->block_rows) *
                   (s->scalars != 0 ? 1 : plan->chunks);
}

/* Of those alike the last stays: it has the most buffers. */
static void enter(struct list *list, struct sth_rows_plan *plan)
{
    uint32_t i = 0, end;

    size_up(plan, list->p, list->memory, list->s);
    while (i < list->count && list->plan[i].cycles <= plan->cycles) {
        if (alike(&list->plan[i], plan)) {
            list->plan[i] = *plan;
            return;
        }
        i++;
    }
    if (i == CANDIDATES)
        return;
    end = list->count < CANDIDATES ? list->count++ : CANDIDATES - 1;
    for (; end > i; end--)
        list->plan[end] = list->plan[end - 1];
    list->plan[i] = *plan;
}

/* The next of 1 2 3 4 6 8 12 16 ... below: the same on every chip. */
static uint32_t fewer(uint32_t rows)
{
    uint32_t n = 1;

    while (2 * n < rows)
        n *= 2;
    return n + n / 2 < rows ? n + n / 2 : n < rows ? n : 0;
}

/* Blocks of ever fewer rows of so many chunks, from the most that fit on. */
static void propose_rows(struct list *list, uint32_t chunks, uint32_t depth)
{
    struct sth_rows_plan plan = {.depth = depth};
    uint32_t least = 0, most, tiles;

    cut_row(&plan, list->p, list->s, chunks);
    tiles = plan.block_cols / list->p->array_cols;
    most = sth_min_u32(list->s->rows, sth_max_u32(TILES_MAX / tiles, 1)) + 1;
    while (most - least > 1) {
        plan.block_rows = least + (most - least) / 2;
        if (place(&plan, list->p, list->s))
            least = plan.block_rows;
        else
            most = plan.block_rows;
    }
    for (uint32_t rows = least; rows > 0; rows = fewer(rows)) {
        /* As many in each block, or a short one at the end. */
        plan.block_rows =
            sth_ceil_div(list->s->rows, sth_ceil_div(list->s->rows, rows));
        if (place(&plan, list->p, list->s))
            enter(list, &plan);
        if (plan.block_rows == rows)
            continue;
        plan.block_rows = rows;
        if (place(&plan, list->p, list->s))
            enter(list, &plan);
    }
}

/* The candidates.  Rows whose sums are taken are cut only if they must be. */
static uint32_t fill(struct list *list)
{
    const uint32_t most = sth_ceil_div(list->s->cols, list->p->array_cols);

    for (uint32_t chunks = 1; chunks <= most; chunks *= 2) {
        for (uint32_t depth = DEPTH; depth <= DEPTH_MAX; depth++)
            propose_rows(list, chunks, depth);
        if (list->count != 0 &&
            (list->s->row_vectors != 0 || chunks >= CHUNKS_MAX))
            break;
    }
    return list->count;
}

static uint32_t propose(void *plans, const struct sth_params *p,
                        const struct sth_plan_memory *memory, const void *shape)
{
    struct list list = {.p = p, .memory = memory, .s = shape, .plan = plans};

    return fill(&list);
}

static void estimate(void *plan, const struct sth_params *p,
                     const struct sth_plan_memory *memory, const void *shape)
{
    size_up(plan, p, memory, shape);
}

static const struct sth_planning planning = {propose, estimate};

static void size(struct sth_trial *trial)
{
    const struct sth_rows_plan *plan = trial->plan;

    trial->estimate = plan->cycles;
    trial->blocks = plan->blocks;
}

bool sth_rows_plan(struct sth_rows_plan *plan, struct sth_schedule *s,
                   const char *kernel, const struct sth_rows_shape *shape,
                   void (*play)(struct sth_schedule *, const void *job,
                                const void *plan),
                   const void *job)
{
    struct sth_plan_key key = {kernel, shape, sizeof *shape};
    struct sth_trial trial = {
        .planning = &planning, .play = play, .size = size, .job = job};
    struct sth_rows_plan plans[CANDIDATES];

    return sth_choice_recall(s, &key, plan, sizeof *plan) ||
           sth_choice_take(
               s, &key, &trial, plans,
               propose(plans, &s->driver->params, &s->memory, shape), plan,
               sizeof *plan);
}
