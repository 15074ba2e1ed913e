/*
 * Timing of the matrix engine.  Tile by tile: when its weights are shifted in,
 * when its activation rows enter.  Nothing but its own commands has any effect
 * on it, so tiles are worked out and announced ahead of time, as many as can be
 * remembered.
 */
#include "sth_matrix.h"

#include <stdlib.h>
#include <string.h>

#include "sth_decode.h"
#include "sth_matmul.h"
#include "sth_weight_loader.h"

struct sth_matrix {
    struct sth_engine_state engine; /* first */
    struct sth_banks *banks;
    struct sth_weight_loader loader;
    uint64_t counted;     /* the counters have the tiles before this one */
    uint64_t last_step;   /* of the weight loader */
    uint64_t stream_free; /* cycle from which a row can enter */
    /* The loader's place in the oldest command that is not loaded. */
    uint32_t unloaded;       /* commands */
    uint32_t n_left, k_left; /* columns, lanes of depth */
    uint32_t lanes;          /* of depth of a tile */
    uint32_t w_n, w, a, acc;
    uint64_t begin; /* cycle in which the next tile begins to load */
    uint64_t next;  /* cycle in which to look for room for more tiles */
};

static struct sth_matrix *matrix_of(struct sth_engine_state *engine)
{
    return (struct sth_matrix *)(void *)engine;
}

static uint32_t depth_of(const struct sth_command *c)
{
    return sth_depth_lanes(STH_GET(c, MATMUL_K), STH_GET(c, MATMUL_BF16));
}

/* The oldest command that is not loaded; there is one. */
static struct sth_flight *loading(struct sth_matrix *matrix)
{
    struct sth_engine_state *engine = &matrix->engine;
    uint32_t back = engine->flight_count - matrix->unloaded;

    return &engine->flight[(engine->flight_first + back) % STH_FLIGHTS_MAX];
}

static bool in_last_tile(const struct sth_matrix *matrix)
{
    return matrix->k_left <= matrix->lanes &&
           matrix->n_left <= matrix->engine.params->array_cols;
}

/*
 * The loader has turned to a tile in cycle `cycle`.  In the last tile of the
 * newest command it can take another command.
 */
static void turn_to_tile(struct sth_matrix *matrix, uint64_t cycle)
{
    const struct sth_banks *banks = matrix->banks;

    if (matrix->unloaded == 1 && in_last_tile(matrix))
        matrix->engine.ready = cycle;
    if (sth_banks_tiles(banks) >= 2)
        cycle = sth_max64(
            cycle,
            sth_banks_tile(banks, sth_banks_tiles(banks) - 2)->last_row + 1);
    matrix->begin = cycle;
}

/* Turns to the oldest command that is not loaded. */
static void begin_command(struct sth_matrix *matrix)
{
    for (; matrix->unloaded > 0; matrix->unloaded--) {
        struct sth_flight *flight = loading(matrix);
        const struct sth_command *c = &flight->command;
        uint64_t could_load = flight->start + STH_LAT_MATRIX_LOAD;
        uint64_t cycle = sth_max64(matrix->last_step + 1, could_load);

        if (!sth_decode_is_sync(c)) {
            matrix->n_left = STH_GET(c, MATMUL_N);
            matrix->k_left = depth_of(c);
            matrix->lanes = sth_tile_lanes(matrix->engine.params, c);
            matrix->w_n = STH_GET(c, MATMUL_W);
            matrix->w = matrix->w_n;
            matrix->a = STH_GET(c, MATMUL_A);
            matrix->acc = STH_GET(c, MATMUL_ACC);
            turn_to_tile(matrix, cycle);
            return;
        }
        /* SYNC takes a cycle of each stage, in order. */
        if (matrix->unloaded == 1)
            matrix->engine.ready = cycle;
        matrix->last_step = cycle;
        matrix->stream_free = sth_max64(matrix->stream_free, could_load) + 1;
        sth_engine_finish(&matrix->engine, flight,
                          flight->start + STH_LAT_MATRIX_SYNC);
    }
}

/* The place after the present tile; false: it was the command's last. */
static bool advance(struct sth_matrix *matrix, const struct sth_command *c)
{
    const struct sth_params *params = matrix->engine.params;

    if (matrix->k_left > matrix->lanes) {
        matrix->k_left -= matrix->lanes;
        matrix->w += STH_GET(c, MATMUL_W_K);
        matrix->a += STH_GET(c, MATMUL_A_K);
        return true;
    }
    if (matrix->n_left > params->array_cols) {
        matrix->n_left -= params->array_cols;
        matrix->k_left = depth_of(c);
        matrix->w_n += STH_GET(c, MATMUL_W_N);
        matrix->w = matrix->w_n;
        matrix->a = STH_GET(c, MATMUL_A);
        matrix->acc += STH_GET(c, MATMUL_ACC_N);
        return true;
    }
    return false;
}

/* All tiles of the command are announced. */
static void end_command(struct sth_matrix *matrix, struct sth_flight *flight,
                        const struct sth_weight_tile *last)
{
    struct sth_engine_state *engine = &matrix->engine;

    sth_engine_finish(engine, flight,
                      last->last_row + last->fall + engine->params->array_cols +
                          STH_LAT_MATRIX_RETIRE);
    matrix->unloaded--;
    if (matrix->unloaded == 0)
        engine->ready = sth_min64(engine->ready, last->last_step + 1);
    begin_command(matrix);
}

/*
 * The first cycle in which a row of the tile may enter so that it finds the
 * sums of the tile before: of rows in step with its own, that long after its
 * first row, else after its last.
 */
static uint64_t sums_found(const struct sth_banks *banks,
                           const struct sth_weight_tile *tile)
{
    const struct sth_weight_tile *before;

    if (sth_banks_tiles(banks) == 0)
        return 0;
    before = sth_banks_last_tile(banks);
    if (tile->acc == before->acc || tile->acc >= before->acc + before->rows ||
        before->acc >= tile->acc + tile->rows)
        return before->first_row + STH_LAT_MATRIX_SUM;
    return before->last_row + STH_LAT_MATRIX_SUM;
}

/*
 * What the sums of a tile fall that has its first row.  They leave at the row
 * that its depth asks for if those of the tile before have left by then, and
 * can be added to; else no earlier than those.
 */
static uint32_t fall_of(const struct sth_matrix *matrix,
                        const struct sth_weight_tile *tile)
{
    const struct sth_banks *banks = matrix->banks;
    uint32_t lanes =
        matrix->k_left < matrix->lanes ? matrix->k_left : matrix->lanes;
    uint32_t own = STH_LAT_PE_SUM * sth_exit_rows(lanes);
    const struct sth_weight_tile *before;

    if (sth_banks_tiles(banks) == 0)
        return own;
    before = sth_banks_last_tile(banks);
    return before->fall <= own ||
                   tile->first_row + own >=
                       before->last_row + before->fall + STH_LAT_MATRIX_SUM
               ? own
               : before->fall;
}

/* The next tile: everything about it is known.  False: no room for it yet. */
static bool begin_tile(struct sth_matrix *matrix)
{
    const struct sth_params *params = matrix->engine.params;
    struct sth_flight *flight = loading(matrix);
    const struct sth_command *c = &flight->command;
    bool west = STH_GET(c, MATMUL_WEST) != 0;
    uint32_t most = west ? params->array_cols : matrix->lanes;
    uint32_t left = west ? matrix->n_left : matrix->k_left;
    uint64_t could_stream =
        sth_max64(matrix->stream_free, flight->start + STH_LAT_MATRIX_LOAD);
    struct sth_weight_tile *tile = sth_banks_new_tile(matrix->banks);

    tile->first_step = matrix->begin;
    tile->w = matrix->w;
    tile->w_row = STH_GET(c, MATMUL_W_ROW);
    tile->reads = left < most ? left : most;
    tile->a = matrix->a;
    tile->a_row = STH_GET(c, MATMUL_A_ROW);
    tile->acc = matrix->acc;
    tile->rows = STH_GET(c, MATMUL_M);
    tile->adds =
        STH_GET(c, MATMUL_ACCUMULATE) != 0 || matrix->k_left != depth_of(c);
    if (!sth_weight_loader_read(&matrix->loader, matrix->engine.clock->now,
                                tile))
        return false;
    tile->first_row =
        sth_max64(matrix->stream_free, tile->last_step + STH_LAT_MATRIX_STREAM);
    tile->first_row =
        sth_max64(tile->first_row, sums_found(matrix->banks, tile));
    tile->last_row = tile->first_row + tile->rows - 1;
    tile->fall = fall_of(matrix, tile);
    tile->stalls = tile->first_row - could_stream;
    matrix->last_step = tile->last_step;
    matrix->stream_free = tile->last_row + 1;
    sth_banks_announce_tile(matrix->banks);
    if (advance(matrix, c))
        turn_to_tile(matrix, tile->last_step + 1);
    else
        end_command(matrix, flight, tile);
    return true;
}

/* Cycles that two intervals without their ends have in common. */
static uint64_t overlap(uint64_t begin, uint64_t end, uint64_t from,
                        uint64_t to)
{
    uint64_t first = sth_max64(begin, from);
    uint64_t last = sth_min64(end, to);

    return last > first ? last - first : 0;
}

static void count(struct sth_engine_state *engine, uint64_t from, uint64_t to)
{
    struct sth_matrix *matrix = matrix_of(engine);
    const struct sth_banks *banks = matrix->banks;
    uint64_t number = matrix->counted;
    uint64_t rows = 0, stalls = 0;

    for (; number < sth_banks_tiles(banks); number++) {
        const struct sth_weight_tile *tile = sth_banks_tile(banks, number);
        uint64_t first = tile->first_row;

        rows += overlap(first, tile->last_row + 1, from, to);
        stalls += overlap(first - tile->stalls, first, from, to);
        if (tile->last_row >= to)
            break;
    }
    matrix->counted = number;
    engine->counter[STH_CNT_ARRAY_STREAM] += rows;
    engine->counter[STH_CNT_ARRAY_WEIGHT_STALL] += stalls;
}

static bool in_order(const struct sth_matrix *matrix)
{
    return (matrix->engine.clock->holds & STH_HOLD_IN_ORDER) != 0;
}

/*
 * Whether another tile can be remembered: none is forgotten for it that has
 * not passed.  One that begins now needs no look: so many tiles before it the
 * sums of the first are written.
 */
static bool has_room(const struct sth_matrix *matrix)
{
    const struct sth_banks *banks = matrix->banks;
    uint64_t now = matrix->engine.clock->now;

    if (matrix->begin <= now)
        return true;
    if (in_order(matrix))
        return false;
    return sth_banks_tiles(banks) + 1 < STH_TILES ||
           sth_banks_past(banks, sth_banks_tile(banks, sth_banks_tiles(banks) +
                                                           1 - STH_TILES)) <=
               now;
}

/* Announces tiles, as many as there is room for. */
static void step(struct sth_engine_state *engine)
{
    struct sth_matrix *matrix = matrix_of(engine);
    const struct sth_banks *banks = matrix->banks;
    bool room;

    /* The others first look at the past, which is about to be forgotten. */
    sth_banks_settle(matrix->banks, engine->clock->now);
    engine->port->account(engine->port->above);
    do
        room = has_room(matrix) && begin_tile(matrix);
    while (room && matrix->unloaded > 0);
    matrix->next = matrix->unloaded > 0 ? matrix->begin : STH_NEVER;
    /* Not for one tile: when half of the memory is free again. */
    if (matrix->unloaded > 0 && sth_banks_tiles(banks) >= STH_TILES &&
        !in_order(matrix))
        matrix->next = sth_min64(
            matrix->next,
            sth_banks_past(banks, sth_banks_tile(banks, sth_banks_tiles(banks) -
                                                            STH_TILES / 2)));
}

static uint64_t next(const struct sth_engine_state *engine)
{
    return ((const struct sth_matrix *)(const void *)engine)->next;
}

static void start(struct sth_engine_state *engine, struct sth_flight *flight)
{
    struct sth_matrix *matrix = matrix_of(engine);

    if (engine->clock->instant) {
        sth_engine_finish(engine, flight, engine->clock->now + 1);
        engine->ready = engine->last_done;
        return;
    }
    engine->ready = STH_NEVER;
    matrix->unloaded++;
    if (matrix->unloaded == 1) {
        begin_command(matrix);
        matrix->next = matrix->unloaded > 0 ? matrix->begin : STH_NEVER;
    }
}

static void reset(struct sth_engine_state *engine)
{
    struct sth_matrix *matrix = matrix_of(engine);

    sth_weight_loader_reset(&matrix->loader);
    matrix->counted = 0;
    matrix->last_step = engine->clock->now;
    matrix->stream_free = engine->clock->now;
    matrix->unloaded = 0;
    matrix->next = STH_NEVER;
}

static uint32_t execute(const struct sth_onchip *chip,
                        const struct sth_command *command, struct sth_mem *mem)
{
    (void)mem;
    return sth_kernel_matmul(chip, command);
}

struct sth_engine_state *sth_matrix_create(const struct sth_engine_site *site,
                                           struct sth_banks *banks)
{
    static const struct sth_engine_ops ops = {
        .flights = STH_DEPTH_MATRIX_COMMANDS,
        .full_waits = true,
        .start = start,
        .step = step,
        .next = next,
        .count = count,
        .execute = execute,
        .reset = reset,
    };
    struct sth_matrix *matrix = calloc(1, sizeof(*matrix));

    if (matrix == NULL)
        return NULL;
    matrix->banks = banks;
    matrix->loader.banks = banks;
    sth_engine_init(&matrix->engine, site, STH_ENGINE_MATRIX, &ops);
    return &matrix->engine;
}
