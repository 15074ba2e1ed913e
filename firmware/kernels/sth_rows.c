/* How to cut row-wise operations. */
#include "sth_emit.h"
#include "sth_rows.h"

/* Row-tiles in one command: enough to hide its latency, few enough to leave
 * several blocks in flight. */
#define TILES_MIN 64u
#define TILES_MAX 512u

static bool fits(const struct sth_params *p, const struct sth_rows_shape *s,
                 const struct sth_rows_plan *plan)
{
    uint64_t acc_rows = p->acc_bytes / sth_acc_row_bytes(p);
    uint64_t tiles = sth_ceil_div(plan->block_cols, p->array_cols);
    uint64_t lanes = tiles * p->array_cols;
    uint64_t word = sth_sp_word_bytes(p);
    uint64_t sp, acc;

    sp = plan->slots * (plan->block_rows * lanes * s->in_bytes + 2 * word);
    sp += 2 * (plan->block_rows * lanes * s->out_bytes + word);
    sp += 2ull * s->row_vectors * (lanes * 4 + word);
    sp += 2ull * s->scalars *
          (sth_round_up(plan->block_rows, p->array_cols) * 4ull + word);
    acc = (s->temporary ? plan->block_rows * tiles : 0) +
          s->scalars * (uint64_t)sth_ceil_div(plan->block_rows, p->array_cols);
    return sp <= p->sp_bytes && acc <= acc_rows;
}

bool sth_rows_plan(struct sth_rows_plan *plan, const struct sth_params *p,
                   const struct sth_rows_shape *s)
{
    uint64_t total = (uint64_t)s->rows * sth_ceil_div(s->cols, p->array_cols);
    uint64_t target = total / 4;

    if (target < TILES_MIN)
        target = TILES_MIN;
    if (target > TILES_MAX)
        target = TILES_MAX;
    for (uint32_t count = 1;; count *= 2) {
        uint32_t tiles;

        plan->block_cols =
            sth_round_up(sth_ceil_div(s->cols, count), p->array_cols);
        plan->block_cols = sth_min_u32(plan->block_cols, 65520);
        plan->block_cols -= plan->block_cols % p->array_cols;
        plan->chunks = sth_ceil_div(s->cols, plan->block_cols);
        tiles = plan->block_cols / p->array_cols;
        plan->block_rows =
            sth_min_u32(s->rows, sth_max_u32((uint32_t)target / tiles, 1));
        for (;; plan->block_rows = (plan->block_rows + 1) / 2) {
            plan->slots = plan->chunks + 1;
            if (plan->slots <= STH_CACHE_SLOTS && fits(p, s, plan))
                return true;
            plan->slots = 2;
            if (plan->block_rows == 1 && fits(p, s, plan))
                return true;
            if (plan->block_rows == 1)
                break;
        }
        if (plan->block_cols == p->array_cols)
            return false;
    }
}
