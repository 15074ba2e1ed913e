/*
 * Timing of the matrix engine.  Tile by tile: when its weights are shifted in,
 * when its activation rows enter.  Activation reads are always granted; a
 * weight read waits while it meets one in the same bank.
 */
#include "sth_banks.h"
#include "sth_csim.h"

static struct sth_weight_tile *tile_before(struct sth_matrix_state *matrix,
                                           uint64_t back)
{
    return &matrix->tile[(matrix->tiles - back) % STH_TILES];
}

/*
 * What the reads of a tile's weights depend on while the rows of the one
 * before stream all along; never 0.
 */
static uint64_t pattern_key(const struct sth_csim *csim,
                            const struct sth_weight_tile *tile,
                            const struct sth_weight_tile *streamed)
{
    uint32_t wrap = csim->sp_word * csim->params.sp_banks - 1;
    uint32_t row = (uint32_t)(tile->first_step - streamed->first_row);
    uint32_t a = streamed->a + row * streamed->a_row;
    uint32_t in_word = tile->w & (csim->sp_word - 1);
    uint64_t key = tile->reads; /* 10 bits */

    /* All of these are multiples of four. */
    _Static_assert(STH_MAX_LANES < 1 << 10 && STH_MAX_LANES * 4 <= 4 << 9 &&
                       STH_MAX_LANES * 4 * STH_MAX_SpBanks <= 4 << 15,
                   "the parts of a key");
    key = key << 9 | in_word >> 2;
    key = key << 15 | ((a - (tile->w - in_word)) & wrap) >> 2;
    key = key << 15 | (streamed->a_row & wrap) >> 2;
    return key << 15 | (tile->w_row & wrap) >> 2;
}

/* The pattern with that key, or one that may be overwritten; -1: none. */
static int32_t find_pattern(const struct sth_csim *csim, uint64_t key)
{
    const struct sth_patterns *patterns = &csim->matrix.patterns;
    uint32_t hash =
        (uint32_t)((key ^ key >> 28) * UINT64_C(0x9e3779b97f4a7c15) >> 58);
    int32_t free = -1;

    _Static_assert((int)STH_PATTERNS == 64, "six bits of hash");
    for (uint32_t i = 0; i < STH_PATTERNS; i++) {
        uint32_t place = (hash + i) % STH_PATTERNS;

        if (key != 0 && patterns->key[place] == key)
            return (int32_t)place;
        if (free < 0 && patterns->in_use[place] < csim->now)
            free = (int32_t)place;
    }
    return free;
}

/*
 * Each read waits while it meets a row of the tile before in its bank.
 * Returns the steps from the first to behind the last.
 */
static uint32_t find_reads(const struct sth_csim *csim,
                           const struct sth_weight_tile *tile,
                           const struct sth_weight_tile *streamed,
                           uint32_t *read)
{
    uint32_t wrap = csim->sp_word * csim->params.sp_banks;
    bool a_stays = (streamed->a_row & (wrap - 1)) == 0;
    uint64_t cycle = tile->first_step;

    for (uint32_t i = 0; i < tile->reads; i++, cycle++) {
        uint32_t bank = sth_banks_sp(csim, tile->w + i * tile->w_row);

        while (cycle >= streamed->first_row && cycle <= streamed->last_row &&
               sth_banks_sp(csim, streamed->a +
                                      (uint32_t)(cycle - streamed->first_row) *
                                          streamed->a_row) == bank)
            cycle = a_stays ? streamed->last_row + 1 : cycle + 1;
        read[i] = (uint32_t)(cycle - tile->first_step);
    }
    return (uint32_t)(cycle - tile->first_step);
}

/* Whether no weight of the tile can meet a row of the one before. */
static bool reads_freely(const struct sth_csim *csim,
                         const struct sth_weight_tile *tile,
                         const struct sth_weight_tile *streamed)
{
    uint32_t wrap = csim->sp_word * csim->params.sp_banks;

    if (csim->matrix.tiles == 0 || tile->first_step > streamed->last_row ||
        tile->first_step + tile->reads <= streamed->first_row)
        return true;
    return ((streamed->a_row | tile->w_row) & (wrap - 1)) == 0 &&
           sth_banks_sp(csim, streamed->a) != sth_banks_sp(csim, tile->w);
}

/*
 * Reads the weights from first_step on: finds last_step and the pattern.
 * False: there is no room for another pattern yet.
 */
static bool load_weights(struct sth_csim *csim, struct sth_weight_tile *tile,
                         uint32_t steps)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    struct sth_patterns *patterns = &matrix->patterns;
    const struct sth_weight_tile *streamed = tile_before(matrix, 1);
    uint64_t most = streamed->last_row + 1 - tile->first_step;
    uint64_t key = 0;
    int32_t i;

    tile->pattern = -1;
    tile->last_step = tile->first_step + steps - 1;
    if (reads_freely(csim, tile, streamed))
        return true;
    if (tile->first_step >= streamed->first_row)
        key = pattern_key(csim, tile, streamed);
    i = find_pattern(csim, key);
    if (key != 0 && i >= 0 && patterns->key[i] == key &&
        patterns->end[i] > most) {
        key = 0;
        i = find_pattern(csim, key);
    }
    if (i < 0)
        return false;
    if (key == 0 || patterns->key[i] != key) {
        patterns->end[i] = find_reads(
            csim, tile, streamed, &patterns->read[sth_pattern_reads(csim, i)]);
        patterns->key[i] = patterns->end[i] > most ? 0 : key;
    }
    if (patterns->end[i] > tile->reads) {
        tile->last_step += patterns->end[i] - tile->reads;
        tile->pattern = i;
        patterns->in_use[i] = tile->last_step;
    }
    return true;
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
    matrix->begin = cycle;
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

/* The next tile: everything about it is known.  False: no room for it yet. */
static bool begin_tile(struct sth_csim *csim)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    struct sth_flight *flight = loading(csim);
    const struct sth_command *c = &flight->command;
    bool west = STH_GET(c, MATMUL_WEST) != 0;
    uint32_t steps = west ? csim->params.array_cols : csim->params.array_rows;
    uint32_t used = west ? matrix->n_left : matrix->k_left;
    uint64_t could_stream =
        sth_max64(matrix->stream_free, flight->start + STH_LAT_MATRIX_LOAD);
    struct sth_weight_tile *tile = &matrix->tile[matrix->tiles % STH_TILES];

    tile->first_step = matrix->begin;
    tile->w = matrix->w;
    tile->w_row = STH_GET(c, MATMUL_W_ROW);
    tile->reads = used < steps ? used : steps;
    tile->a = matrix->a;
    tile->a_row = STH_GET(c, MATMUL_A_ROW);
    tile->acc = matrix->acc;
    tile->adds = STH_GET(c, MATMUL_ACCUMULATE) != 0 ||
                 matrix->k_left != STH_GET(c, MATMUL_K);
    if (!load_weights(csim, tile, steps))
        return false;
    tile->first_row =
        sth_max64(matrix->stream_free, tile->last_step + STH_LAT_MATRIX_STREAM);
    tile->last_row = tile->first_row + STH_GET(c, MATMUL_M) - 1;
    tile->stalls = tile->first_row - could_stream;
    matrix->last_step = tile->last_step;
    matrix->stream_free = tile->last_row + 1;
    matrix->tiles++;
    if (advance(csim, c)) {
        turn_to_tile(csim, tile->last_step + 1);
        return true;
    }
    finish(csim, flight,
           tile->last_row + csim->params.array_rows + csim->params.array_cols +
               STH_LAT_MATRIX_RETIRE);
    matrix->unloaded--;
    if (matrix->unloaded == 0)
        csim->engine[STH_ENGINE_MATRIX].ready = sth_min64(
            csim->engine[STH_ENGINE_MATRIX].ready, tile->last_step + 1);
    begin_command(csim);
    return true;
}

/* From this cycle on nobody looks for tile `number` any more. */
static uint64_t past(const struct sth_csim *csim, uint64_t number)
{
    return csim->matrix.tile[number % STH_TILES].last_row +
           sth_banks_sum_write_delay(csim) + 1;
}

/* Cycles that two intervals without their ends have in common. */
static uint64_t overlap(uint64_t begin, uint64_t end, uint64_t from,
                        uint64_t to)
{
    uint64_t first = sth_max64(begin, from);
    uint64_t last = sth_min64(end, to);

    return last > first ? last - first : 0;
}

void sth_matrix_count(struct sth_csim *csim)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    /* Counters stand while the core does not count as busy. */
    uint64_t from = sth_csim_busy(csim) ? matrix->counted_to : csim->now;

    for (; matrix->counted < matrix->tiles; matrix->counted++) {
        const struct sth_weight_tile *tile =
            &matrix->tile[matrix->counted % STH_TILES];

        csim->counter[STH_CNT_ARRAY_STREAM] +=
            overlap(tile->first_row, tile->last_row + 1, from, csim->now);
        csim->counter[STH_CNT_ARRAY_WEIGHT_STALL] += overlap(
            tile->first_row - tile->stalls, tile->first_row, from, csim->now);
        if (tile->last_row >= csim->now)
            break;
    }
    matrix->counted_to = csim->now;
}

/*
 * Whether another tile can be remembered: none is forgotten for it that has
 * not passed.  One that begins now needs no look: so many tiles before it the
 * sums of the first are written.
 */
static bool has_room(const struct sth_csim *csim)
{
    const struct sth_matrix_state *matrix = &csim->matrix;

    if (matrix->begin <= csim->now)
        return true;
    if (csim->in_order)
        return false;
    return matrix->tiles + 1 < STH_TILES ||
           past(csim, matrix->tiles + 1 - STH_TILES) <= csim->now;
}

/*
 * Nothing but its own commands has any effect on the matrix engine, so its
 * tiles are looked at ahead of time, as many as can be remembered.
 */
void sth_matrix_step(struct sth_csim *csim)
{
    struct sth_matrix_state *matrix = &csim->matrix;
    bool room;

    /* The others first look at the past, which is about to be forgotten. */
    sth_vector_catch_up(csim);
    sth_store_catch_up(csim);
    sth_matrix_count(csim);
    do
        room = has_room(csim) && begin_tile(csim);
    while (room && matrix->unloaded > 0);
    matrix->next = matrix->unloaded > 0 ? matrix->begin : STH_NEVER;
    /* Not for one tile: when half of the memory is free again. */
    if (matrix->unloaded > 0 && matrix->tiles >= STH_TILES && !csim->in_order)
        matrix->next =
            sth_min64(matrix->next, past(csim, matrix->tiles - STH_TILES / 2));
}

void sth_matrix_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_MATRIX];
    struct sth_matrix_state *matrix = &csim->matrix;

    if (csim->mode == STH_CSIM_FUNCTION_ONLY) {
        finish(csim, flight, csim->now + 1);
        engine->ready = engine->last_done;
        return;
    }
    engine->ready = STH_NEVER;
    matrix->unloaded++;
    if (matrix->unloaded == 1) {
        begin_command(csim);
        matrix->next = matrix->unloaded > 0 ? matrix->begin : STH_NEVER;
    }
}
