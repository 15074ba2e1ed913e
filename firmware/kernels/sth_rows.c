/* How to cut row-wise operations. */
#include "sth_rows.h"

#include "sth_choice.h"
#include "sth_emit.h"

/* Row-tiles in one command: enough to hide its latency, few enough to leave
 * several blocks in flight. */
#define TILES_MIN 64u
#define TILES_MAX 512u
#define DEPTH 2u
#define DEPTH_MAX 4u
#define COLS_MAX 65520u

/* Sizes of blocks for a judge, of what is best without one, in sixteenths. */
static const uint8_t sixteenths[] = {8, 32, 4, 64, 16, 2, 128, 1};
enum { SIZES = sizeof sixteenths, CANDIDATES = 2 * SIZES + 3 };

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
 * The fewest chunks from `chunks` on and the most rows, up to `target`
 * row-tiles, that fit.
 */
static bool cut(struct sth_rows_plan *plan, const struct sth_params *p,
                const struct sth_rows_shape *s, uint32_t chunks,
                uint32_t target, uint32_t depth)
{
    plan->depth = depth;
    for (uint32_t count = chunks;; count *= 2) {
        uint32_t tiles;

        cut_row(plan, p, s, count);
        tiles = plan->block_cols / p->array_cols;
        plan->block_rows = sth_min_u32(s->rows, sth_max_u32(target / tiles, 1));
        for (;; plan->block_rows = (plan->block_rows + 1) / 2) {
            plan->slots = plan->chunks + depth - 1;
            if (plan->slots <= STH_CACHE_SLOTS && fits(p, s, plan))
                return true;
            plan->slots = depth;
            if (plan->block_rows == 1 && fits(p, s, plan))
                return true;
            if (plan->block_rows == 1)
                break;
        }
        if (plan->block_cols == p->array_cols)
            return false;
    }
}

static uint32_t target_of(const struct sth_params *p,
                          const struct sth_rows_shape *s)
{
    uint64_t total = (uint64_t)s->rows * sth_ceil_div(s->cols, p->array_cols);

    return total / 4 < TILES_MIN   ? TILES_MIN
           : total / 4 > TILES_MAX ? TILES_MAX
                                   : (uint32_t)(total / 4);
}

static bool same(const struct sth_rows_plan *a, const struct sth_rows_plan *b)
{
    return a->block_rows == b->block_rows && a->block_cols == b->block_cols &&
           a->slots == b->slots && a->depth == b->depth;
}

/*
 * Of the busier of vector engine and bus, which no plan changes: scalars of a
 * row take a pass each.
 */
static uint32_t cycles_of(const struct sth_params *p,
                          const struct sth_rows_shape *s)
{
    uint64_t elements = (uint64_t)s->rows * s->cols;
    uint64_t vector = elements * (1 + s->scalars) / p->vector_lanes;
    uint64_t load = elements * s->in_bytes / p->bus_bytes;
    uint64_t cycles = vector > load ? vector : load;

    return cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;
}

/* The candidates, the one to take without a judge first. */
static uint32_t propose(struct sth_rows_plan *plans, const struct sth_params *p,
                        const struct sth_rows_shape *s)
{
    uint32_t target = target_of(p, s), count = 0;

    if (!cut(&plans[count++], p, s, 1, target, DEPTH))
        return 0;
    /* The last two cut rows, which changes the order of a row's sums. */
    for (uint32_t i = 0; i < (s->row_vectors ? 2 * SIZES : CANDIDATES - 1);
         i++) {
        bool whole = i < 2 * SIZES;
        uint32_t size = whole ? target * sixteenths[i / 2] / 16 : target;
        uint32_t chunks = whole ? 1 : 2u << (i - 2 * SIZES);
        bool old = !cut(&plans[count], p, s, chunks, sth_max_u32(size, 1),
                        i % 2 == 0 || !whole ? DEPTH_MAX : DEPTH);

        for (uint32_t j = 0; j < count && !old; j++)
            old = same(&plans[j], &plans[count]);
        count += !old;
    }
    for (uint32_t i = 0; i < count; i++)
        plans[i].cycles = cycles_of(p, s);
    return count;
}

static uint64_t estimate_of(const void *plan)
{
    return ((const struct sth_rows_plan *)plan)->cycles;
}

bool sth_rows_plan(struct sth_rows_plan *plan, struct sth_schedule *s,
                   const char *kernel, const struct sth_rows_shape *shape,
                   void (*play)(struct sth_schedule *, const void *job,
                                const void *plan),
                   const void *job)
{
    struct sth_plan_key key = {kernel, shape, sizeof *shape};
    struct sth_trial trial = {.play = play, .job = job};
    struct sth_rows_plan plans[CANDIDATES];

    return sth_choice_recall(s, &key, plan, sizeof *plan) ||
           sth_choice_take(s, &key, &trial, plans,
                           propose(plans, &s->driver->params, shape),
                           estimate_of, plan, sizeof *plan);
}
