/*
 * Timing of the matrix engine.  Tile by tile: when its weights are shifted in,
 * when its activation rows enter.  Activation reads are always granted; a
 * weight read waits while it meets one in the same bank.
 */
#include "sth_csim.h"

static struct sth_weight_tile *tile_before(struct sth_matrix_state *matrix,
                                           uint64_t back)
{
    return &matrix->tile[(matrix->tiles - back) % STH_TILES];
}

/* Reads the weights from first_step on; returns the cycle of the last step. */
static uint64_t load_weights(struct sth_csim *csim,
                             struct sth_weight_tile *tile, uint32_t steps)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    const struct sth_weight_tile *streamed = tile_before(matrix, 1);
    uint64_t wrap = (uint64_t)csim->sp_word * csim->params.sp_banks;
    bool a_stays = streamed->a_row % wrap == 0;
    uint32_t *read = matrix->delayed[matrix->delayed_next];
    uint64_t cycle = tile->first_step;
    bool delayed = false;

    tile->delays = -1;
    if (matrix->tiles == 0 || cycle > streamed->last_row ||
        (a_stays && tile->w_row % wrap == 0 &&
         sth_banks_sp(csim, streamed->a) != sth_banks_sp(csim, tile->w)))
        return cycle + steps - 1;
    for (uint32_t i = 0; i < tile->reads; i++, cycle++) {
        uint32_t bank = sth_banks_sp(csim, tile->w + i * tile->w_row);

        while (cycle >= streamed->first_row && cycle <= streamed->last_row &&
               sth_banks_sp(csim, streamed->a +
                                      (uint32_t)(cycle - streamed->first_row) *
                                          streamed->a_row) == bank) {
            cycle = a_stays ? streamed->last_row + 1 : cycle + 1;
            delayed = true;
        }
        read[i] = (uint32_t)(cycle - tile->first_step);
    }
    if (delayed) {
        tile->delays = (int32_t)matrix->delayed_next;
        matrix->delayed_next = (matrix->delayed_next + 1) % STH_DELAYED;
    }
    return cycle + (steps - tile->reads) - 1;
}

static struct sth_flight *loading(struct sth_csim *csim)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_MATRIX];
    uint32_t back = engine->flight_count - csim->matrix.unloaded;

    return &engine->flight[(engine->flight_first + back) % STH_FLIGHTS_MAX];
}

static bool in_last_tile(const struct sth_csim *csim)
{
    return csim->matrix.k_left <= csim->params.array_rows &&
           csim->matrix.n_left <= csim->params.array_cols;
}

/*
 * The loader has turned to a tile in cycle `cycle`.  In the last tile of the
 * newest command it can take another command.
 */
static void turn_to_tile(struct sth_csim *csim, uint64_t cycle)
{
    struct sth_matrix_state *matrix = &csim->matrix;

    if (matrix->unloaded == 1 && in_last_tile(csim))
        csim->engine[STH_ENGINE_MATRIX].ready = cycle;
    if (matrix->tiles >= 2)
        cycle = sth_max64(cycle, tile_before(matrix, 2)->last_row + 1);
    matrix->next = cycle;
}

static void finish(struct sth_csim *csim, struct sth_flight *flight,
                   uint64_t done)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_MATRIX];

    engine->last_done = sth_max64(engine->last_done + 1, done);
    flight->done = engine->last_done;
}

/* Turns to the oldest command that is not loaded. */
static void begin_command(struct sth_csim *csim)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    struct sth_flight *flight;
    const struct sth_command *c;
    uint64_t cycle;

    for (; matrix->unloaded > 0; matrix->unloaded--) {
        flight = loading(csim);
        c = &flight->command;
        cycle = sth_max64(matrix->last_step + 1,
                          flight->start + STH_LAT_MATRIX_LOAD);
        if (!sth_decode_is_sync(c)) {
            matrix->n_left = STH_GET(c, MATMUL_N);
            matrix->k_left = STH_GET(c, MATMUL_K);
            matrix->w_n = STH_GET(c, MATMUL_W);
            matrix->w = matrix->w_n;
            matrix->a = STH_GET(c, MATMUL_A);
            matrix->acc = STH_GET(c, MATMUL_ACC);
            turn_to_tile(csim, cycle);
            return;
        }
        /* SYNC takes a cycle of each stage, in order. */
        if (matrix->unloaded == 1)
            csim->engine[STH_ENGINE_MATRIX].ready = cycle;
        matrix->last_step = cycle;
        matrix->stream_free = sth_max64(matrix->stream_free,
                                        flight->start + STH_LAT_MATRIX_LOAD) +
                              1;
        finish(csim, flight, flight->start + STH_LAT_MATRIX_SYNC);
    }
    matrix->next = STH_NEVER;
}

/* The place after the present tile; false: it was the command's last. */
static bool advance(struct sth_csim *csim, const struct sth_command *c)
{
    struct sth_matrix_state *matrix = &csim->matrix;

    if (matrix->k_left > csim->params.array_rows) {
        matrix->k_left -= csim->params.array_rows;
        matrix->w += STH_GET(c, MATMUL_W_K);
        matrix->a += STH_GET(c, MATMUL_A_K);
        return true;
    }
    if (matrix->n_left > csim->params.array_cols) {
        matrix->n_left -= csim->params.array_cols;
        matrix->k_left = STH_GET(c, MATMUL_K);
        matrix->w_n += STH_GET(c, MATMUL_W_N);
        matrix->w = matrix->w_n;
        matrix->a = STH_GET(c, MATMUL_A);
        matrix->acc += STH_GET(c, MATMUL_ACC_N);
        return true;
    }
    return false;
}

/* A tile begins to load now: everything about it is known. */
static void begin_tile(struct sth_csim *csim)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    struct sth_flight *flight = loading(csim);
    const struct sth_command *c = &flight->command;
    bool west = STH_GET(c, MATMUL_WEST) != 0;
    uint32_t steps = west ? csim->params.array_cols : csim->params.array_rows;
    uint32_t used = west ? matrix->n_left : matrix->k_left;
    uint32_t m = STH_GET(c, MATMUL_M);
    struct sth_weight_tile tile = {
        .first_step = csim->now,
        .w = matrix->w,
        .w_row = STH_GET(c, MATMUL_W_ROW),
        .reads = used < steps ? used : steps,
        .a = matrix->a,
        .a_row = STH_GET(c, MATMUL_A_ROW),
        .acc = matrix->acc,
        .adds = STH_GET(c, MATMUL_ACCUMULATE) != 0 ||
                matrix->k_left != STH_GET(c, MATMUL_K),
    };

    tile.last_step = load_weights(csim, &tile, steps);
    tile.first_row =
        sth_max64(matrix->stream_free, tile.last_step + STH_LAT_MATRIX_STREAM);
    tile.last_row = tile.first_row + m - 1;
    csim->counter[STH_CNT_ARRAY_STREAM] += m;
    csim->counter[STH_CNT_ARRAY_WEIGHT_STALL] +=
        tile.first_row -
        sth_max64(matrix->stream_free, flight->start + STH_LAT_MATRIX_LOAD);
    matrix->last_step = tile.last_step;
    matrix->stream_free = tile.last_row + 1;
    matrix->tile[matrix->tiles++ % STH_TILES] = tile;
    if (advance(csim, c)) {
        turn_to_tile(csim, tile.last_step + 1);
        return;
    }
    finish(csim, flight,
           tile.last_row + csim->params.array_rows + csim->params.array_cols +
               STH_LAT_MATRIX_RETIRE);
    matrix->unloaded--;
    if (matrix->unloaded == 0)
        csim->engine[STH_ENGINE_MATRIX].ready = sth_min64(
            csim->engine[STH_ENGINE_MATRIX].ready, tile.last_step + 1);
    begin_command(csim);
}

void sth_matrix_step(struct sth_csim *csim)
{
    /* The others first look at the past, which is about to be forgotten. */
    sth_vector_catch_up(csim);
    sth_store_catch_up(csim);
    begin_tile(csim);
}

void sth_matrix_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_MATRIX];

    if (csim->mode == STH_CSIM_FUNCTION_ONLY) {
        finish(csim, flight, csim->now + 1);
        engine->ready = engine->last_done;
        return;
    }
    engine->ready = STH_NEVER;
    csim->matrix.unloaded++;
    if (csim->matrix.unloaded == 1)
        begin_command(csim);
}
