/*
 * Timing of the vector engine: one command at a time, row-tile by row-tile.
 *
 * A command is first given the time that it takes undisturbed, in closed form.
 * Only if others may use the same banks meanwhile (matrix at all, load while
 * it writes the scratchpad, store while it reads it) are its row-tiles
 * followed one by one, each read and write waiting for its bank; that is done
 * in arrears, when the undisturbed end or another's need for it is reached.
 */
#include "sth_vector.h"

#include <stdlib.h>
#include <string.h>

#include "sth_decode.h"
#include "sth_vector_kernel.h"
#include "sth_vector_seq.h"

/* Places of results, and of sums, those lately written among them. */
enum { RESULTS = 64, SUMS = 32 };
/* Rows of sums lately written that results before the write port may meet. */
#define SUMS_MET 4u

_Static_assert((int)RESULTS >= (int)STH_DEPTH_VECTOR_RESULTS_ALONE &&
                   (int)SUMS >= STH_DEPTH_VECTOR_SUMS_ALONE + (int)SUMS_MET,
               "results and rows of sums on their way have places");

struct sth_vector {
    struct sth_engine_state engine; /* first */
    struct sth_banks *banks;
    struct sth_tile_hints hints, sum_hints;
    uint64_t tree; /* cycles of the adders across the lanes */
    uint32_t most_results, most_sums; /* on their way */

    /* The command at hand. */
    struct sth_vector_seq seq;
    uint64_t pipe; /* from a row-tile's launch to the write of its result */
    uint64_t reduction; /* ... of its reduction */
    uint64_t followed;  /* its accesses before this cycle are known */
    uint64_t check;     /* cycle in which it may retire */
    uint64_t cycle;     /* in which the present row-tile begins */
    uint64_t remaining; /* cycles of the row-tiles after it, undisturbed */
    bool opened;        /* its reads have begun */
    uint64_t plain_end; /* cycle after it, undisturbed */
    uint64_t acc_port, sp_port; /* cycles in which the next reads can be */
    /* Results and sums on their way: earliest cycle, then cycle of the write.
     */
    uint64_t result[RESULTS];
    uint32_t result_bank[RESULTS];
    uint32_t results, results_written;
    uint64_t last_result;
    uint64_t sum_ready[SUMS], sum[SUMS];
    uint32_t sums, sums_written;
    uint64_t last_sum;
};

static struct sth_vector *vector_of(struct sth_engine_state *engine)
{
    return (struct sth_vector *)(void *)engine;
}

/*
 * Reads what the present row-tile still needs, as far as it happens before
 * now.  Returns whether it has all.
 */
static bool read_sources(struct sth_vector *v, uint64_t now)
{
    struct sth_banks *banks = v->banks;
    bool complete = true;

    for (uint32_t i = 0; i < v->seq.sources; i++) {
        struct sth_vector_source *source = &v->seq.source[i];
        uint64_t *port = source->sp ? &v->sp_port : &v->acc_port;

        if (!source->pending)
            continue;
        if (source->sp) {
            uint32_t bank = sth_banks_sp(banks, source->addr);
            uint64_t first = *port;

            *port = sth_banks_matrix_free(banks, &v->hints, first, now,
                                          (struct sth_two_banks){bank, bank});
            for (; first <= *port && first < now; first++)
                sth_banks_log_read(banks, first, bank);
        } else {
            *port = sth_banks_sum_read_free(banks, &v->hints, *port, now,
                                            sth_banks_acc(banks, source->addr));
        }
        if (*port >= now) {
            complete = false;
            continue;
        }
        source->pending = false;
        (*port)++;
    }
    return complete;
}

/* The first cycle from that one on in which no sum has the write port, or
 * waits for it. */
static uint64_t after_sums(const struct sth_vector *v, uint64_t cycle)
{
    uint32_t met = v->most_sums + SUMS_MET;
    uint32_t i = v->sums < met ? 0 : v->sums - met;

    for (; i != v->sums; i++) {
        if (v->sum_ready[i % SUMS] <= cycle && cycle <= v->sum[i % SUMS])
            cycle = v->sum[i % SUMS] + 1;
    }
    return cycle;
}

/* When a result can be written, no earlier than in that cycle. */
static uint64_t result_cycle(struct sth_vector *v, uint64_t cycle, uint64_t now,
                             uint32_t bank)
{
    uint64_t free = cycle;

    if (v->seq.d_sp)
        return cycle;
    do {
        cycle = after_sums(v, free);
        free = sth_banks_sum_write_free(v->banks, &v->hints, cycle, now, bank);
    } while (free < now && free != after_sums(v, free));
    return free;
}

/* The cycle before which no sums come but those that are on their way: later
 * ones are launched with the present row-tile or behind it, which a full queue
 * of results holds up. */
static uint64_t sums_known(const struct sth_vector *v)
{
    if (!v->seq.slot || v->seq.rows_left == 0 ||
        v->results - v->results_written == v->most_results)
        return STH_NEVER;
    return v->cycle + v->reduction;
}

/* Writes what the datapath delivers, as far as it happens before now. */
static void write_results(struct sth_vector *v, uint64_t now)
{
    while (v->results_written != v->results) {
        uint32_t place = v->results_written % RESULTS;
        uint64_t until = sth_min64(now, sums_known(v));
        uint64_t cycle =
            result_cycle(v, sth_max64(v->result[place], v->last_result + 1),
                         until, v->result_bank[place]);

        v->result[place] = cycle;
        if (cycle >= until)
            break;
        v->last_result = cycle;
        v->results_written++;
    }
}

static void write_sums(struct sth_vector *v, uint64_t now)
{
    while (v->sums_written != v->sums) {
        uint64_t *sum = &v->sum[v->sums_written % SUMS];
        uint64_t cycle = sth_max64(*sum, v->last_sum + 1);

        cycle =
            sth_banks_sum_write_free(v->banks, &v->sum_hints, cycle, now,
                                     sth_banks_acc(v->banks, v->seq.r_addr));
        *sum = cycle;
        if (cycle >= now)
            break;
        v->last_sum = cycle;
        v->seq.r_addr++;
        v->sums_written++;
    }
}

/* Begins the present row-tile. */
static void open_row_tile(struct sth_vector *v, bool extra)
{
    uint64_t plain = sth_vector_seq_cost(&v->seq, extra);

    v->opened = true;
    v->plain_end = v->cycle + plain;
    v->remaining -= plain;
    v->acc_port = v->cycle;
    v->sp_port = v->cycle;
}

/* The cycle in which the present row-tile can leave. */
static uint64_t launch_cycle(const struct sth_vector *v, bool extra)
{
    uint64_t launch = sth_max64(v->acc_port, v->sp_port);

    launch =
        sth_max64(launch, v->cycle + sth_vector_seq_least(&v->seq, extra)) - 1;
    if (v->seq.write && v->results >= v->most_results)
        launch = sth_max64(
            launch, v->result[(v->results - v->most_results) % RESULTS] + 1);
    if (v->seq.reduce && sth_vector_seq_ends_group(&v->seq) &&
        v->sums >= v->most_sums)
        launch = sth_max64(launch, v->sum[(v->sums - v->most_sums) % SUMS] + 1);
    return launch;
}

/* The present row-tile leaves in that cycle: its result is on its way. */
static void launch_result(struct sth_vector *v, uint64_t launch)
{
    struct sth_banks *banks = v->banks;
    uint32_t place = v->results++ % RESULTS;

    v->result[place] = launch + v->pipe;
    v->result_bank[place] = v->seq.d_sp ? sth_banks_sp(banks, v->seq.d_addr)
                                        : sth_banks_acc(banks, v->seq.d_addr);
    /* Nothing keeps it from the scratchpad: load may know already. */
    if (v->seq.d_sp)
        sth_banks_log_write(banks, v->result[place], v->result_bank[place]);
}

/* Follows the present row-tile up to now; returns whether it has left. */
static bool do_row_tile(struct sth_vector *v, uint64_t now)
{
    bool group = sth_vector_seq_ends_group(&v->seq);
    bool extra = v->seq.slot && group; /* a cycle for the sums */
    uint64_t launch;

    if (!v->opened)
        open_row_tile(v, extra);
    if (!read_sources(v, now))
        return false;
    if (v->seq.write && v->results - v->results_written == v->most_results)
        return false;
    if (v->seq.reduce && group && v->sums - v->sums_written == v->most_sums)
        return false;
    launch = launch_cycle(v, extra);
    if (launch >= now)
        return false;
    if (v->seq.write)
        launch_result(v, launch);
    if (v->seq.reduce && group) {
        v->sum_ready[v->sums % SUMS] = launch + v->reduction;
        v->sum[v->sums % SUMS] = v->sum_ready[v->sums % SUMS];
        v->sums++;
    }
    v->engine.counter[STH_CNT_VECTOR_BANK_STALL] += launch + 1 - v->plain_end;
    v->cycle = launch + 1;
    v->opened = false;
    sth_vector_seq_advance(&v->seq);
    return true;
}

/* Row-tiles before now. */
static void follow_row_tiles(struct sth_vector *v, uint64_t now)
{
    uint64_t until = sth_banks_disturbed_until(v->banks, v->seq.reads_sp,
                                               v->seq.write && v->seq.d_sp);
    bool moves = true;

    while (moves) {
        write_sums(v, now);
        write_results(v, now);
        moves = v->seq.rows_left > 0 && v->cycle < now &&
                (v->opened || v->cycle <= until) && do_row_tile(v, now);
    }
}

/*
 * The log remembers so many cycles: load and store come along before it forgets
 * what they have not looked at.
 */
static void follow(void *block, uint64_t now)
{
    struct sth_vector *v = block;
    const uint64_t stretch = STH_LOG / 4;

    for (; v->followed + stretch < now; v->followed += stretch) {
        uint64_t end = v->followed + stretch;

        follow_row_tiles(v, end);
        sth_banks_follow_vector(v->banks, end);
    }
    follow_row_tiles(v, now);
}

/* Results and sums that share a port are written by then, one a cycle. */
static uint64_t port_end(const struct sth_vector *v)
{
    const struct sth_vector_seq *seq = &v->seq;
    uint64_t writes =
        v->results - v->results_written + v->sums - v->sums_written;

    if (seq->rows_left > 0)
        writes += (uint64_t)seq->rows_left * seq->tiles - seq->tile +
                  (seq->lane + seq->rows_left + seq->cols - 1) / seq->cols;
    return sth_max64(v->last_result, v->last_sum) + writes;
}

/* When the last of some writes, one a cycle, is done: the first of those on
 * their way can be in `first`, the last of them in `last`. */
static uint64_t last_write(uint64_t before, uint64_t first, uint64_t last,
                           uint32_t writes)
{
    return sth_max64(sth_max64(before + 1, first) + writes - 1, last);
}

/* The end of the command if nothing disturbs it from here on. */
static uint64_t undisturbed_end(const struct sth_vector *v)
{
    const struct sth_vector_seq *seq = &v->seq;
    uint64_t result = v->last_result;
    uint64_t sum = v->last_sum;
    uint64_t last;

    if (v->results_written != v->results)
        result = last_write(result, v->result[v->results_written % RESULTS],
                            v->result[(v->results - 1) % RESULTS],
                            v->results - v->results_written);
    if (v->sums_written != v->sums)
        sum =
            last_write(sum, v->sum[v->sums_written % SUMS],
                       v->sum[(v->sums - 1) % SUMS], v->sums - v->sums_written);
    if (seq->slot)
        sum = sth_max64(sum, port_end(v));
    if (seq->rows_left == 0)
        return sth_max64(result, sum) + STH_LAT_VECTOR_RETIRE;
    if (v->opened) {
        uint64_t acc = v->acc_port;
        uint64_t sp = v->sp_port;

        for (uint32_t i = 0; i < seq->sources; i++) {
            sp += seq->source[i].pending && seq->source[i].sp;
            acc += seq->source[i].pending && !seq->source[i].sp;
        }
        last = sth_max64(sth_max64(acc, sp), v->plain_end);
    } else {
        last = v->cycle;
    }
    last += v->remaining - 1;
    if (seq->write) /* one a row-tile, behind those that wait */
        result += (uint64_t)seq->rows_left * seq->tiles - seq->tile;
    result = sth_max64(result, last + v->pipe);
    if (seq->reduce)
        result = sth_max64(result, last + v->reduction);
    return sth_max64(result, sum) + STH_LAT_VECTOR_RETIRE;
}

/* Whether the command is over now; if not, when to look again. */
static void settle(struct sth_engine_state *engine)
{
    struct sth_vector *v = vector_of(engine);
    uint64_t now = engine->clock->now;
    uint64_t end;

    if (v->check > now)
        return;
    sth_banks_settle_vector(v->banks, now);
    end = undisturbed_end(v);
    v->check = end;
    if (end > now)
        return;
    sth_banks_end_vector(v->banks);
    v->check = STH_NEVER;
    sth_engine_newest(engine)->done = end;
    engine->last_done = end;
    engine->ready = end;
}

static uint64_t next(const struct sth_engine_state *engine)
{
    return ((const struct sth_vector *)(const void *)engine)->check;
}

static void start(struct sth_engine_state *engine, struct sth_flight *flight)
{
    struct sth_vector *v = vector_of(engine);
    uint64_t now = engine->clock->now;

    if (engine->clock->instant || sth_decode_is_sync(&flight->command)) {
        flight->done = now + 1;
        engine->ready = flight->done;
        return;
    }
    engine->ready = STH_NEVER;
    sth_vector_seq_begin(&v->seq, engine->params, &flight->command);
    v->pipe = STH_LAT_VECTOR_PIPE + v->seq.turns * (v->seq.steps - 1);
    if (v->seq.function)
        v->pipe += STH_LAT_FUNC + v->seq.turns;
    v->reduction = v->pipe + STH_LAT_VECTOR_REDUCE + v->tree;
    v->cycle = now + STH_LAT_VECTOR_START;
    v->remaining = sth_vector_seq_total(&v->seq);
    v->followed = now;
    v->opened = false;
    v->results = v->results_written = 0;
    v->sums = v->sums_written = 0;
    v->last_result = v->last_sum = 0;
    sth_banks_begin_vector(v->banks, v->seq.reads_sp);
    v->check = undisturbed_end(v);
}

static void reset(struct sth_engine_state *engine)
{
    struct sth_vector *v = vector_of(engine);

    memset(&v->hints, 0, sizeof(v->hints));
    memset(&v->sum_hints, 0, sizeof(v->sum_hints));
    v->check = STH_NEVER;
}

static uint32_t execute(const struct sth_onchip *chip,
                        const struct sth_command *command, struct sth_mem *mem)
{
    (void)mem;
    return sth_kernel_vector(chip, command);
}

struct sth_engine_state *sth_vector_create(const struct sth_engine_site *site,
                                           struct sth_banks *banks)
{
    static const struct sth_engine_ops ops = {
        .flights = STH_DEPTH_VECTOR_COMMANDS,
        .start = start,
        .settle = settle,
        .next = next,
        .execute = execute,
        .reset = reset,
    };
    struct sth_vector *v = calloc(1, sizeof(*v));

    if (v == NULL)
        return NULL;
    v->banks = banks;
    for (uint32_t lanes = 1; lanes < site->params->vector_lanes; lanes *= 2)
        v->tree += STH_LAT_VECTOR_LEVEL;
    v->most_results = sth_vector_results(site->params);
    v->most_sums = sth_vector_sums(site->params);
    sth_banks_enlist_vector(banks, (struct sth_follower){v, follow, NULL});
    sth_engine_init(&v->engine, site, STH_ENGINE_VECTOR, &ops);
    return &v->engine;
}
