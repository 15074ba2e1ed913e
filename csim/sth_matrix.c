/*
 * Timing of the matrix engine.  Tile by tile: when its weights are shifted in,
 * when its activation rows enter.  Activation reads are always granted; a
 * weight read waits while it meets one in the same bank.
 */
#include "sth_csim.h"

/* Weight steps of one tile. */
struct weights {
    uint64_t addr;  /* scratchpad address of the first read */
    uint32_t row;   /* bytes between reads */
    uint32_t reads; /* the remaining steps inject zeros */
    uint32_t steps;
};

static uint32_t bank_of(const struct sth_csim *csim, uint64_t addr)
{
    return (uint32_t)(addr / csim->sp_word) & (csim->params.sp_banks - 1);
}

/*
 * The cycle of the last step of a tile whose first step may be in cycle first
 * while the tile before it is streamed.
 */
static uint64_t last_step(const struct sth_csim *csim,
                          const struct weights *weights, uint64_t first,
                          const struct sth_tile *streamed)
{
    uint64_t wrap = (uint64_t)csim->sp_word * csim->params.sp_banks;
    bool a_stays = streamed->a_row % wrap == 0;
    bool w_stays = weights->row % wrap == 0;
    uint64_t cycle = first;

    if (first > streamed->last_row)
        return first + weights->steps - 1;
    if (a_stays && w_stays &&
        bank_of(csim, streamed->a) != bank_of(csim, weights->addr))
        return first + weights->steps - 1;
    for (uint32_t i = 0; i < weights->reads; i++, cycle++) {
        uint32_t bank =
            bank_of(csim, weights->addr + (uint64_t)i * weights->row);

        while (cycle >= streamed->first_row && cycle <= streamed->last_row &&
               bank_of(csim, streamed->a + (cycle - streamed->first_row) *
                                               streamed->a_row) == bank)
            cycle = a_stays ? streamed->last_row + 1 : cycle + 1;
        if (cycle > streamed->last_row)
            return cycle + (weights->steps - i) - 1;
    }
    return cycle + (weights->steps - weights->reads) - 1;
}

/* Appends a tile: its weights from cycle `earliest`, then its m rows. */
static void add_tile(struct sth_csim *csim, const struct weights *weights,
                     uint64_t earliest, uint32_t m, uint32_t a, uint32_t a_row)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    struct sth_tile *newest = &matrix->tile[1];
    uint64_t first =
        sth_max64(matrix->last_step + 1, matrix->tile[0].last_row + 1);
    uint64_t start;
    uint64_t free;

    first = sth_max64(first, earliest);
    matrix->last_step = last_step(csim, weights, first, newest);
    free = newest->last_row + 1;
    start = sth_max64(free, matrix->last_step + STH_LAT_MATRIX_STREAM);
    csim->counter[STH_CNT_ARRAY_STREAM] += m;
    csim->counter[STH_CNT_ARRAY_WEIGHT_STALL] +=
        start - sth_max64(free, earliest);
    matrix->tile[0] = *newest;
    *newest = (struct sth_tile){start, start + m - 1, a, a_row};
}

/* The tiles of one command; the cycle after the last tile but one is loaded. */
static uint64_t add_tiles(struct sth_csim *csim, const struct sth_command *c)
{
    const struct sth_params *p = &csim->params;
    uint64_t earliest = csim->now + STH_LAT_MATRIX_LOAD;
    uint32_t m = STH_GET(c, MATMUL_M);
    uint32_t n = STH_GET(c, MATMUL_N);
    uint32_t k = STH_GET(c, MATMUL_K);
    uint32_t a_row = STH_GET(c, MATMUL_A_ROW);
    bool west = STH_GET(c, MATMUL_WEST) != 0;
    struct weights weights = {
        .row = STH_GET(c, MATMUL_W_ROW),
        .steps = west ? p->array_cols : p->array_rows,
    };
    uint64_t w_n = STH_GET(c, MATMUL_W);
    uint64_t loaded = 0;

    for (uint32_t n_left = n;;) {
        uint64_t a = STH_GET(c, MATMUL_A);

        weights.addr = w_n;
        for (uint32_t k_left = k;;) {
            uint32_t used = west ? n_left : k_left;

            weights.reads = used < weights.steps ? used : weights.steps;
            loaded = csim->matrix.last_step + 1;
            add_tile(csim, &weights, earliest, m, (uint32_t)a, a_row);
            if (k_left <= p->array_rows)
                break;
            k_left -= p->array_rows;
            a += STH_GET(c, MATMUL_A_K);
            weights.addr += STH_GET(c, MATMUL_W_K);
        }
        if (n_left <= p->array_cols)
            return loaded;
        n_left -= p->array_cols;
        w_n += STH_GET(c, MATMUL_W_N);
    }
}

/* SYNC occupies each stage for one cycle, in order. */
static void add_sync(struct sth_csim *csim)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    uint64_t earliest = csim->now + STH_LAT_MATRIX_LOAD;

    matrix->last_step = sth_max64(matrix->last_step + 1, earliest);
    matrix->tile[1].last_row =
        sth_max64(matrix->tile[1].last_row + 1, earliest);
}

void sth_matrix_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_MATRIX];
    uint64_t earliest = csim->now + STH_LAT_MATRIX_LOAD;
    uint64_t done;

    if (csim->mode == STH_CSIM_FUNCTION_ONLY) {
        done = csim->now + 1;
        engine->ready = done;
    } else if (sth_decode_is_sync(&flight->command)) {
        engine->ready = sth_max64(csim->matrix.last_step + 1, earliest);
        add_sync(csim);
        done = csim->now + STH_LAT_MATRIX_SYNC;
    } else {
        engine->ready = sth_max64(add_tiles(csim, &flight->command), earliest);
        done = csim->matrix.tile[1].last_row + csim->params.array_rows +
               csim->params.array_cols + STH_LAT_MATRIX_RETIRE;
    }
    engine->last_done = sth_max64(engine->last_done + 1, done);
    flight->done = engine->last_done;
}
