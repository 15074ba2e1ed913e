/* Costs of commands, after the closed forms of docs/timing.md. */
#include "sth_bound.h"

#include "sth_math.h"
#include "sth_plan_judge.h"

#include <string.h>

#define NOBODY STH_ENGINE_COUNT

static const struct {
    const char *name, *lift;
    uint32_t engine;
} bounds[STH_BOUND_COUNT] = {
    [STH_BOUND_ARRAY] = {"array", "a larger array", STH_ENGINE_MATRIX},
    [STH_BOUND_WEIGHTS] = {"weights",
                           "more rows for each weight tile: a larger batch or "
                           "block",
                           STH_ENGINE_MATRIX},
    [STH_BOUND_FILL] = {"fill and drain",
                        "larger blocks, or more of them under way", NOBODY},
    [STH_BOUND_VECTOR] = {"vector", "more lanes, or fewer passes over the data",
                          STH_ENGINE_VECTOR},
    [STH_BOUND_FUNCTION] = {"function units",
                            "a smaller vector_share: more function units",
                            STH_ENGINE_VECTOR},
    [STH_BOUND_OPERANDS] = {"operands",
                            "operands in both memories, or fewer passes",
                            STH_ENGINE_VECTOR},
    [STH_BOUND_LOAD] = {"load",
                        "a wider bus, or blocks that reuse more of what they "
                        "load",
                        STH_ENGINE_LOAD},
    [STH_BOUND_STORE] = {"store", "a wider bus, or narrower results",
                         STH_ENGINE_STORE},
    [STH_BOUND_BEATS] = {"short runs",
                         "longer runs of bytes; a wider bus does not help",
                         STH_ENGINE_LOAD},
    [STH_BOUND_MEMORY] = {"memory",
                          "a faster memory, or blocks that reuse more of what "
                          "they load",
                          STH_ENGINE_LOAD},
    [STH_BOUND_LATENCY] = {"memory latency",
                           "longer runs of bytes, or more bursts in flight",
                           NOBODY},
    [STH_BOUND_ISSUE] = {"command issue", "larger blocks: fewer commands",
                         NOBODY},
    [STH_BOUND_DEPENDENCY] = {"dependency",
                              "more buffers or blocks, so that engines overlap",
                              NOBODY},
};

uint32_t sth_bound_engine(enum sth_bound bound)
{
    return bounds[bound].engine;
}

const char *sth_bound_name(enum sth_bound bound)
{
    return bounds[bound].name;
}

const char *sth_bound_lift(enum sth_bound bound)
{
    return bounds[bound].lift;
}

/* ---- load and store ---------------------------------------------------- */

struct block {
    uint64_t addr, bytes; /* of a run */
    uint64_t runs;
    uint32_t stride;
};

/* Beats of a run at an address. */
static uint64_t beats_of(uint64_t addr, uint64_t bytes, uint32_t bus)
{
    return (addr % bus + bytes + bus - 1) / bus;
}

/* Beats are those of runs that begin as the first two do, half of each kind. */
static void transfer(struct sth_bound_cost *cost, const struct block *b,
                     const struct sth_config *config, enum sth_bound way)
{
    uint32_t bus = config->params.bus_bytes;
    uint64_t bytes = b->bytes * b->runs;
    uint64_t beats = (beats_of(b->addr, b->bytes, bus) +
                      beats_of(b->addr + b->stride, b->bytes, bus)) *
                     b->runs / 2;
    uint64_t full = sth_ceil_div64(bytes, bus);
    bool loads = way == STH_BOUND_LOAD;
    struct sth_plan_memory told = sth_plan_memory_of(config);
    uint64_t memory = (uint64_t)sth_mem_cycles(
        &config->memory, bus, loads ? bytes : 0, loads ? 0 : bytes);

    beats = sth_max64(beats, full);
    if (memory > beats) {
        cost->cycles[STH_BOUND_MEMORY] = memory;
    } else {
        cost->cycles[way] = full;
        cost->cycles[STH_BOUND_BEATS] = beats - full;
    }
    cost->latency = loads ? told.latency : told.write_latency;
    cost->rest = STH_BOUND_LATENCY;
}

/* LOAD and STORE have their fields in the same places. */
static struct block block_of(const struct sth_command *c)
{
    return (struct block){
        .addr = STH_GET(c, LOAD_MEM_LO),
        .bytes = STH_GET(c, LOAD_LEN),
        .runs = (uint64_t)STH_GET(c, LOAD_N1) * STH_GET(c, LOAD_N2),
        .stride = STH_GET(c, LOAD_MEM_S1),
    };
}

/* ---- matrix ------------------------------------------------------------ */

/* Tiles of so many lines of weights: they take what is longer, the weights to
 * come or the rows to stream.  Where both take the same, a tile that does not
 * fill the array is cut so for its few rows. */
static void tiles_of(struct sth_bound_cost *cost, uint64_t tiles,
                     uint64_t lines, uint64_t all, uint64_t rows)
{
    if (lines > rows || (lines == rows && lines < all))
        cost->cycles[STH_BOUND_WEIGHTS] += tiles * lines;
    else
        cost->cycles[STH_BOUND_ARRAY] += tiles * rows;
}

static void multiply(struct sth_bound_cost *cost, const struct sth_command *c,
                     const struct sth_params *p)
{
    uint32_t depth =
        sth_depth_lanes(STH_GET(c, MATMUL_K), STH_GET(c, MATMUL_BF16));
    uint32_t lanes = sth_tile_lanes(p, c);
    uint64_t rows = STH_GET(c, MATMUL_M), n = STH_GET(c, MATMUL_N);
    bool west = STH_GET(c, MATMUL_WEST) != 0;
    uint64_t lines = west ? n : depth;
    uint64_t most = west ? p->array_cols : lanes;
    uint64_t all = west ? p->array_cols : p->array_rows;
    uint64_t beside =
        west ? sth_ceil_div64(depth, lanes) : sth_ceil_div64(n, p->array_cols);

    tiles_of(cost, beside * (lines / most), most, all, rows);
    if (lines % most)
        tiles_of(cost, beside, lines % most, all, rows);
    cost->latency =
        (lines < most ? lines : most) +
        STH_LAT_PE_SUM * sth_exit_rows(depth < lanes ? depth : lanes) +
        p->array_cols + STH_LAT_MATRIX_RETIRE;
}

/* ---- vector ------------------------------------------------------------ */

/* Row-tiles that the busier of the two memories reads for one of the result. */
static uint64_t reads(const struct sth_command *c)
{
    const uint32_t stream = STH_OPERAND_STREAM;
    uint64_t count[2] = {0, 0};

    count[STH_GET(c, VECTOR_X_SP)]++;
    if (STH_GET(c, VECTOR_MULSEL) == stream)
        count[STH_GET(c, VECTOR_Y_SP)]++;
    if (STH_GET(c, VECTOR_ADDSEL) == stream)
        count[STH_GET(c, VECTOR_Z_SP)]++;
    return sth_max64(count[0], count[1]);
}

static void operate(struct sth_bound_cost *cost, const struct sth_command *c,
                    const struct sth_params *p)
{
    uint64_t tiles = STH_GET(c, VECTOR_ROWS) *
                     sth_ceil_div64(STH_GET(c, VECTOR_COLS), p->array_cols);
    uint64_t steps = p->array_cols / p->vector_lanes, each = steps;
    bool function = STH_GET(c, VECTOR_FUNC) != STH_FUNC_NONE;

    cost->cycles[STH_BOUND_VECTOR] = tiles * steps;
    if (function) {
        each *= p->vector_share;
        cost->cycles[STH_BOUND_FUNCTION] = tiles * (each - steps);
    }
    if (reads(c) > each)
        cost->cycles[STH_BOUND_OPERANDS] = tiles * (reads(c) - each);
}

/* ---- any --------------------------------------------------------------- */

void sth_bound_cost(struct sth_bound_cost *cost,
                    const struct sth_command *command,
                    const struct sth_config *config)
{
    struct block b;

    memset(cost, 0, sizeof(*cost));
    cost->rest = STH_BOUND_FILL;
    switch (STH_GET(command, ANY_OPCODE)) {
    case STH_OP_LOAD:
        b = block_of(command);
        transfer(cost, &b, config, STH_BOUND_LOAD);
        break;
    case STH_OP_STORE:
        b = block_of(command);
        transfer(cost, &b, config, STH_BOUND_STORE);
        break;
    case STH_OP_MATMUL:
        multiply(cost, command, &config->params);
        break;
    case STH_OP_VECTOR:
        operate(cost, command, &config->params);
        break;
    default:
        cost->rest = STH_BOUND_DEPENDENCY;
        break;
    }
    for (int b2 = 0; b2 < STH_BOUND_COUNT; b2++)
        cost->work += cost->cycles[b2];
}
