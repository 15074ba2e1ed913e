/*
 * Timing of the vector engine: one command at a time, row-tile by row-tile.
 *
 * A command is first given the time that it takes undisturbed, in closed form.
 * Only if others may use the same banks meanwhile (matrix at all, load while
 * it writes the scratchpad, store while it reads it) are its row-tiles
 * followed one by one, each read and write waiting for its bank; that is done
 * in arrears, when the undisturbed end or another's need for it is reached.
 */
#include "sth_banks.h"
#include "sth_csim.h"

#include <string.h>

enum { SOURCES = 4 };

/* When an operand's chunk has to be read (again). */
struct operand {
    bool sp;
    bool tile_moves;  /* from one tile of a row to the next */
    bool row_moves;   /* from the last tile of a row to the next row's first */
    bool group_moves; /* the same where row is a multiple of array_cols */
};

static struct operand operand_of(const struct sth_vector_source *source,
                                 uint32_t tiles)
{
    struct operand o = {.sp = source->sp};

    o.group_moves = source->row_step != 0;
    if (!source->scalar) {
        o.tile_moves = source->tile_step != 0;
        o.row_moves = (uint64_t)source->row_step !=
                      (uint64_t)(tiles - 1) * source->tile_step;
        o.group_moves = o.row_moves;
    }
    return o;
}

/* Cycles of a row-tile: reads of the busier port. */
static uint64_t cost(const struct operand *o, uint32_t n, const bool *read)
{
    uint64_t acc = 0;
    uint64_t sp = 0;

    for (uint32_t i = 0; i < n; i++) {
        sp += read[i] && o[i].sp;
        acc += read[i] && !o[i].sp;
    }
    return sth_max64(1, sth_max64(acc, sp));
}

/* Cycles of all row-tiles of the command that was just taken. */
static uint64_t total_cost(const struct sth_csim *csim)
{
    const struct sth_vector_state *v = &csim->vector;
    uint32_t lanes = csim->params.array_cols;
    uint64_t rows = v->rows_left;
    uint64_t groups = (rows + lanes - 1) / lanes;
    struct operand o[SOURCES];
    bool all[SOURCES], tile[SOURCES], row[SOURCES], group[SOURCES];
    uint64_t first, next, start, begin, total;

    for (uint32_t i = 0; i < v->sources; i++) {
        o[i] = operand_of(&v->source[i], v->tiles);
        all[i] = true;
        tile[i] = o[i].tile_moves;
        row[i] = o[i].row_moves;
        group[i] = o[i].group_moves;
    }
    first = cost(o, v->sources, all);
    begin = cost(o, v->sources, group);
    start = cost(o, v->sources, row);
    next = cost(o, v->sources, tile);
    total = first + (groups - 1) * begin + (rows - groups) * start +
            rows * (v->tiles - 1) * next;
    /* The last row-tile of a group of rows takes two cycles. */
    if (v->slot && v->tiles > 1) {
        total += next == 1 ? groups : 0;
    } else if (v->slot) {
        bool alone = (rows - 1) % lanes == 0;

        total += start == 1 ? groups - (alone ? 1 : 0) : 0;
        if (alone && (groups == 1 ? first : begin) == 1)
            total++;
    }
    return total;
}

static uint32_t tree_depth(const struct sth_csim *csim)
{
    uint32_t depth = 0;

    while (1u << depth < csim->params.array_cols)
        depth++;
    return depth;
}

static struct sth_vector_source source_of(const struct sth_csim *csim,
                                          const struct sth_command *c,
                                          uint32_t word)
{
    uint32_t unit = 1;
    struct sth_vector_source source = {
        .sp = (c->word[word] >> STH_VECTOR_X_SP_LSB & 1u) != 0,
        .addr = sth_command_get(c, word, STH_VECTOR_X_ADDR_LSB,
                                STH_VECTOR_X_ADDR_WIDTH),
    };

    if (source.sp)
        unit = csim->params.array_cols;
    source.row_addr = source.addr;
    source.row_step = (c->word[word + 1] & 0xffffu) * unit;
    source.tile_step = (c->word[word + 1] >> 16) * unit;
    source.pending = true;
    return source;
}

/* One more source, unless the selection reads nothing. */
static void add_source(struct sth_vector_state *v,
                       struct sth_vector_source source, uint32_t select)
{
    if (select != STH_OPERAND_STREAM && select != STH_OPERAND_SCALAR)
        return;
    source.scalar = select == STH_OPERAND_SCALAR;
    v->reads_sp |= source.sp;
    v->source[v->sources++] = source;
}

/* Everything that the sequencer takes from the command. */
static void set_up(struct sth_csim *csim, const struct sth_command *c)
{
    struct sth_vector_state *v = &csim->vector;
    uint32_t lanes = csim->params.array_cols;
    struct sth_vector_source d = source_of(csim, c, STH_VECTOR_D_ADDR_WORD);
    struct sth_tile_hints hints = v->hints;
    struct sth_tile_hints sum_hints = v->sum_hints;

    memset(v, 0, sizeof(*v));
    v->hints = hints;
    v->sum_hints = sum_hints;
    v->rows_left = STH_GET(c, VECTOR_ROWS);
    v->tiles = (STH_GET(c, VECTOR_COLS) + lanes - 1) / lanes;
    v->reduce = STH_GET(c, VECTOR_REDUCE) != STH_REDUCE_NONE;
    v->r_addr = STH_GET(c, VECTOR_R_ADDR);
    /* In the order in which they are read. */
    add_source(v, source_of(csim, c, STH_VECTOR_X_ADDR_WORD),
               STH_OPERAND_STREAM);
    add_source(v, source_of(csim, c, STH_VECTOR_Y_ADDR_WORD),
               STH_GET(c, VECTOR_MULSEL));
    add_source(v, source_of(csim, c, STH_VECTOR_Z_ADDR_WORD),
               STH_GET(c, VECTOR_ADDSEL));
    if (v->reduce && STH_GET(c, VECTOR_CARRY) != 0)
        add_source(v,
                   (struct sth_vector_source){.row_step = 1,
                                              .row_addr = v->r_addr,
                                              .addr = v->r_addr,
                                              .pending = true},
                   STH_OPERAND_SCALAR);
    v->write = STH_GET(c, VECTOR_WRITE) != 0;
    v->d_sp = d.sp;
    v->d_addr = d.addr;
    v->d_row_addr = d.addr;
    v->d_row_step = d.row_step;
    v->d_tile_step = d.tile_step;
    v->slot = v->reduce && v->write && !v->d_sp;
    v->cycle = csim->now + STH_LAT_VECTOR_START;
    v->remaining = total_cost(csim);
    v->active = true;
    v->followed = csim->now;
}

static void log_access(struct sth_bank_log *log, uint64_t cycle, uint32_t bank)
{
    log->latest = sth_max64(log->latest, cycle);
    log->access[cycle % STH_LOG] = cycle << 8 | bank;
}

/* Undisturbed cycles of the present row-tile from its first on. */
static uint64_t plain_cost(const struct sth_vector_state *v, bool extra)
{
    uint64_t acc = 0;
    uint64_t sp = 0;

    for (uint32_t i = 0; i < v->sources; i++) {
        sp += v->source[i].pending && v->source[i].sp;
        acc += v->source[i].pending && !v->source[i].sp;
    }
    return sth_max64(sth_max64(acc, sp), extra ? 2 : 1);
}

/*
 * Reads what the present row-tile still needs, as far as it happens before
 * now.  Returns whether it has all.
 */
static bool read_sources(struct sth_csim *csim)
{
    struct sth_vector_state *v = &csim->vector;
    uint32_t mask = csim->params.acc_banks - 1;
    bool complete = true;

    for (uint32_t i = 0; i < v->sources; i++) {
        struct sth_vector_source *source = &v->source[i];
        uint64_t *port = source->sp ? &v->sp_port : &v->acc_port;

        if (!source->pending)
            continue;
        if (source->sp) {
            uint32_t bank = sth_banks_sp(csim, source->addr);

            uint64_t first = *port;

            *port = sth_banks_matrix_free(csim, &v->hints, first, csim->now,
                                          (struct sth_two_banks){bank, bank});
            for (; first <= *port && first < csim->now; first++)
                log_access(&csim->vector_reads, first, bank);
        } else {
            *port = sth_banks_sum_read_free(csim, &v->hints, *port, csim->now,
                                            source->addr & mask);
        }
        if (*port >= csim->now) {
            complete = false;
            continue;
        }
        source->pending = false;
        (*port)++;
    }
    return complete;
}

/* Writes what the datapath delivers, as far as it happens before now. */
static void write_results(struct sth_csim *csim)
{
    struct sth_vector_state *v = &csim->vector;

    while (v->results_written != v->results) {
        uint32_t place = v->results_written % STH_VECTOR_RESULTS;
        uint64_t cycle = sth_max64(v->result[place], v->last_result + 1);

        if (!v->d_sp)
            cycle = sth_banks_sum_write_free(csim, &v->hints, cycle, csim->now,
                                             v->result_bank[place]);
        v->result[place] = cycle;
        if (cycle >= csim->now)
            break;
        v->last_result = cycle;
        v->results_written++;
    }
}

static void write_sums(struct sth_csim *csim)
{
    struct sth_vector_state *v = &csim->vector;

    while (v->sums_written != v->sums) {
        uint64_t *sum = &v->sum[v->sums_written % STH_VECTOR_SUMS];
        uint64_t cycle = sth_max64(*sum, v->last_sum + 1);

        cycle =
            sth_banks_sum_write_free(csim, &v->sum_hints, cycle, csim->now,
                                     v->r_addr & (csim->params.acc_banks - 1));
        *sum = cycle;
        if (cycle >= csim->now)
            break;
        v->last_sum = cycle;
        v->r_addr++;
        v->sums_written++;
    }
}

/* Addresses of the next row-tile, and which chunks it has to read. */
static void move_on(struct sth_csim *csim, bool row_ends)
{
    struct sth_vector_state *v = &csim->vector;
    bool lane_last = v->lane == csim->params.array_cols - 1;

    for (uint32_t i = 0; i < v->sources; i++) {
        struct sth_vector_source *s = &v->source[i];
        uint32_t before = s->addr;

        if (row_ends && (!s->scalar || lane_last))
            s->row_addr += s->row_step;
        if (row_ends)
            s->addr = s->row_addr;
        else if (!s->scalar)
            s->addr += s->tile_step;
        s->pending = s->addr != before;
    }
    if (row_ends) {
        v->d_row_addr += v->d_row_step;
        v->d_addr = v->d_row_addr;
        v->tile = 0;
        v->rows_left--;
        v->lane = lane_last ? 0 : v->lane + 1;
    } else {
        v->d_addr += v->d_tile_step;
        v->tile++;
    }
}

static bool ends_row(const struct sth_vector_state *v)
{
    return v->tile == v->tiles - 1;
}

static bool ends_group(const struct sth_csim *csim)
{
    const struct sth_vector_state *v = &csim->vector;

    return ends_row(v) &&
           (v->rows_left == 1 || v->lane == csim->params.array_cols - 1);
}

/* Begins the present row-tile. */
static void open_row_tile(struct sth_csim *csim, bool extra)
{
    struct sth_vector_state *v = &csim->vector;
    uint64_t plain = plain_cost(v, extra);

    v->opened = true;
    v->plain_end = v->cycle + plain;
    v->remaining -= plain;
    v->acc_port = v->cycle;
    v->sp_port = v->cycle;
}

/* The cycle in which the present row-tile can leave. */
static uint64_t launch_cycle(const struct sth_vector_state *v, bool extra)
{
    uint64_t launch = sth_max64(v->acc_port, v->sp_port);

    launch = sth_max64(launch, v->cycle + (extra ? 2 : 1)) - 1;
    if (v->write && v->results >= STH_VECTOR_RESULTS)
        launch =
            sth_max64(launch, v->result[v->results % STH_VECTOR_RESULTS] + 1);
    return launch;
}

/* Follows the present row-tile up to now; returns whether it has left. */
static bool do_row_tile(struct sth_csim *csim)
{
    struct sth_vector_state *v = &csim->vector;
    bool group = ends_group(csim);
    bool row = ends_row(v);
    bool extra = v->slot && group; /* a cycle for the sums */
    uint64_t launch;

    if (!v->opened)
        open_row_tile(csim, extra);
    if (!read_sources(csim))
        return false;
    if (v->write && v->results - v->results_written == STH_VECTOR_RESULTS)
        return false;
    launch = launch_cycle(v, extra);
    if (launch >= csim->now)
        return false;
    if (v->write) {
        uint32_t place = v->results++ % STH_VECTOR_RESULTS;

        v->result[place] = launch + STH_LAT_VECTOR_PIPE;
        v->result_bank[place] = v->d_sp
                                    ? sth_banks_sp(csim, v->d_addr)
                                    : v->d_addr & (csim->params.acc_banks - 1);
        /* Nothing keeps it from the scratchpad: load may know already. */
        if (v->d_sp)
            log_access(&csim->vector_writes, v->result[place],
                       v->result_bank[place]);
    }
    if (v->reduce && group)
        v->sum[v->sums++ % STH_VECTOR_SUMS] =
            launch + STH_LAT_VECTOR_PIPE + tree_depth(csim);
    csim->counter[STH_CNT_VECTOR_BANK_STALL] += launch + 1 - v->plain_end;
    v->cycle = launch + 1;
    v->opened = false;
    move_on(csim, row);
    return true;
}

/*
 * Up to which cycle somebody needs to know the accesses of vector one by one;
 * STH_NEVER: as long as it runs.
 */
static uint64_t disturbed_until(const struct sth_csim *csim)
{
    const struct sth_matrix_state *matrix = &csim->matrix;
    const struct sth_vector_state *v = &csim->vector;
    uint64_t until = 0;

    if (v->reads_sp && csim->store.reader.count > 0)
        return STH_NEVER;
    if (v->write && v->d_sp) {
        if (csim->load.writer.written != csim->load.writer.sent)
            return STH_NEVER;
        until = csim->load.last_bus;
    }
    if (matrix->tiles > 0)
        until = sth_max64(
            until, matrix->tile[(matrix->tiles - 1) % STH_TILES].last_row +
                       csim->params.array_rows + csim->params.array_cols +
                       STH_LAT_MATRIX_RETIRE);
    return until;
}

/* Row-tiles before now. */
static void follow(struct sth_csim *csim)
{
    struct sth_vector_state *v = &csim->vector;
    uint64_t until = disturbed_until(csim);
    bool moves = true;

    while (moves) {
        write_results(csim);
        write_sums(csim);
        moves = v->rows_left > 0 && v->cycle < csim->now &&
                (v->opened || v->cycle <= until) && do_row_tile(csim);
    }
}

/*
 * The log remembers so many cycles: load and store come along before it forgets
 * what they have not looked at.
 */
void sth_vector_catch_up(struct sth_csim *csim)
{
    struct sth_vector_state *v = &csim->vector;
    const uint64_t now = csim->now, stretch = STH_LOG / 4;

    if (!v->active)
        return;
    for (; v->followed + stretch < now; v->followed += stretch) {
        csim->now = v->followed + stretch;
        follow(csim);
        sth_load_follow(csim);
        sth_store_follow(csim);
    }
    csim->now = now;
    follow(csim);
}

/* The end of the command if nothing disturbs it from here on. */
static uint64_t undisturbed_end(const struct sth_csim *csim)
{
    const struct sth_vector_state *v = &csim->vector;
    uint64_t result = v->last_result;
    uint64_t sum = v->last_sum;
    uint64_t last;

    if (v->results_written != v->results)
        result = sth_max64(result + (v->results - v->results_written),
                           v->result[(v->results - 1) % STH_VECTOR_RESULTS]);
    if (v->sums_written != v->sums)
        sum = sth_max64(sum + (v->sums - v->sums_written),
                        v->sum[(v->sums - 1) % STH_VECTOR_SUMS]);
    if (v->rows_left == 0)
        return sth_max64(result, sum) + STH_LAT_VECTOR_RETIRE;
    if (v->opened) {
        uint64_t acc = v->acc_port;
        uint64_t sp = v->sp_port;

        for (uint32_t i = 0; i < v->sources; i++) {
            sp += v->source[i].pending && v->source[i].sp;
            acc += v->source[i].pending && !v->source[i].sp;
        }
        last = sth_max64(sth_max64(acc, sp), v->plain_end);
    } else {
        last = v->cycle;
    }
    last += v->remaining - 1 + STH_LAT_VECTOR_PIPE;
    if (v->write) /* one a row-tile, behind those that wait */
        result += (uint64_t)v->rows_left * v->tiles - v->tile;
    result = sth_max64(result, last);
    if (v->reduce)
        result = sth_max64(result, last + tree_depth(csim));
    return sth_max64(result, sum) + STH_LAT_VECTOR_RETIRE;
}

/* The command may be over: if so it retires now. */
void sth_vector_step(struct sth_csim *csim)
{
    struct sth_vector_state *v = &csim->vector;
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_VECTOR];
    uint64_t end;

    sth_vector_catch_up(csim);
    end = undisturbed_end(csim);
    v->check = end;
    if (end > csim->now)
        return;
    v->active = false;
    v->check = STH_NEVER;
    sth_flight_newest(engine)->done = end;
    engine->last_done = end;
    engine->ready = end;
}

void sth_vector_start(struct sth_csim *csim, struct sth_flight *flight)
{
    struct sth_engine_state *engine = &csim->engine[STH_ENGINE_VECTOR];

    engine->ready = STH_NEVER;
    if (csim->mode == STH_CSIM_FUNCTION_ONLY ||
        sth_decode_is_sync(&flight->command)) {
        flight->done = csim->now + 1;
        engine->ready = flight->done;
        return;
    }
    set_up(csim, &flight->command);
    csim->vector.check = undisturbed_end(csim);
}
