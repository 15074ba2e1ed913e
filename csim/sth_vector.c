/*
 * Timing of the vector engine: one command at a time, row-tile by row-tile,
 * each of which takes as many cycles as the busier of the two read ports has
 * chunks to read for it.
 */
#include "sth_csim.h"

enum { X, Y, Z, CARRY, OPERANDS };

/* When an operand's chunk has to be read (again). */
struct operand {
    bool used;
    bool sp;
    bool tile_moves;  /* from one tile of a row to the next */
    bool row_moves;   /* from the last tile of a row to the next row's first */
    bool group_moves; /* the same where row is a multiple of array_cols */
};

static struct operand operand_of(const struct sth_command *c, uint32_t word,
                                 uint32_t select, uint32_t tiles)
{
    uint32_t row = c->word[word + 1] & 0xffffu;
    uint32_t tile = c->word[word + 1] >> 16;
    bool stream = select == STH_OPERAND_STREAM;
    bool scalar = select == STH_OPERAND_SCALAR;
    struct operand o = {
        .used = stream || scalar,
        .sp = (c->word[word] >> STH_VECTOR_X_SP_LSB & 1u) != 0,
    };

    if (stream) {
        o.tile_moves = tile != 0;
        o.row_moves = (uint64_t)row != (uint64_t)(tiles - 1) * tile;
        o.group_moves = o.row_moves;
    } else {
        o.group_moves = row != 0;
    }
    return o;
}

/* Cycles of a row-tile: reads of the busier port. */
static uint64_t cost(const struct operand *o, const bool *read)
{
    uint64_t acc = 0;
    uint64_t sp = 0;

    for (int i = 0; i < OPERANDS; i++) {
        if (o[i].used && read[i] && o[i].sp)
            sp++;
        else if (o[i].used && read[i])
            acc++;
    }
    return sth_max64(1, sth_max64(acc, sp));
}

/* Cycles of all row-tiles. */
static uint64_t total_cost(const struct sth_csim *csim,
                           const struct sth_command *c)
{
    uint32_t cols = csim->params.array_cols;
    uint64_t rows = STH_GET(c, VECTOR_ROWS);
    uint64_t tiles = (STH_GET(c, VECTOR_COLS) + cols - 1) / cols;
    uint64_t groups = (rows + cols - 1) / cols;
    bool reduce = STH_GET(c, VECTOR_REDUCE) != STH_REDUCE_NONE;
    struct operand o[OPERANDS] = {
        [X] = operand_of(c, STH_VECTOR_X_ADDR_WORD, STH_OPERAND_STREAM,
                         (uint32_t)tiles),
        [Y] = operand_of(c, STH_VECTOR_Y_ADDR_WORD, STH_GET(c, VECTOR_MULSEL),
                         (uint32_t)tiles),
        [Z] = operand_of(c, STH_VECTOR_Z_ADDR_WORD, STH_GET(c, VECTOR_ADDSEL),
                         (uint32_t)tiles),
        [CARRY] = {.used = reduce && STH_GET(c, VECTOR_CARRY) != 0,
                   .group_moves = true},
    };
    bool all[OPERANDS], tile[OPERANDS], row[OPERANDS], group[OPERANDS];
    uint64_t first, next, start, begin, total;

    for (int i = 0; i < OPERANDS; i++) {
        all[i] = true;
        tile[i] = o[i].tile_moves;
        row[i] = o[i].row_moves;
        group[i] = o[i].group_moves;
    }
    first = cost(o, all);
    begin = cost(o, group);
    start = cost(o, row);
    next = cost(o, tile);
    total = first + (groups - 1) * begin + (rows - groups) * start +
            rows * (tiles - 1) * next;
    /* A reduction beside accumulator results needs a second write cycle. */
    if (reduce && STH_GET(c, VECTOR_WRITE) != 0 &&
        STH_GET(c, VECTOR_D_SP) == 0) {
        if (tiles > 1) {
            total += next == 1 ? groups : 0;
        } else {
            uint64_t alone = (rows - 1) % cols == 0 ? 1 : 0;

            total += start == 1 ? groups - alone : 0;
            if (alone != 0 && (groups == 1 ? first : begin) == 1)
                total++;
        }
    }
    return total;
}

/* Cycles from grant to retirement. */
static uint64_t duration(const struct sth_csim *csim,
                         const struct sth_command *c)
{
    uint64_t tree = 0;

    if (STH_GET(c, VECTOR_REDUCE) != STH_REDUCE_NONE)
        while (1u << tree < csim->params.array_cols)
            tree++;
    return STH_LAT_VECTOR_START + total_cost(csim, c) - 1 +
           STH_LAT_VECTOR_PIPE + tree + STH_LAT_VECTOR_RETIRE;
}

void sth_vector_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_VECTOR];

    if (csim->mode == STH_CSIM_FUNCTION_ONLY ||
        sth_decode_is_sync(&flight->command))
        flight->done = csim->now + 1;
    else
        flight->done = csim->now + duration(csim, &flight->command);
    engine->last_done = flight->done;
    engine->ready = flight->done;
}
