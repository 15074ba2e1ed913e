/* What a plan of a row-wise operation takes. */
#include "sth_rows_cost.h"

#include "sth_emit.h"
#include "sth_transfer.h"

/* Grant of a vector command to that of the one behind it, without row-tiles. */
#define VECTOR_OVERHEAD                                                        \
    (STH_LAT_VECTOR_START + STH_LAT_VECTOR_PIPE + STH_LAT_VECTOR_RETIRE +      \
     STH_LAT_GRANT)

/* Rows lie in whole tiles on chip. */
static uint64_t row_times(const struct sth_params *p,
                          const struct sth_plan_memory *m, uint32_t rows,
                          uint32_t cols, uint32_t pitch, uint32_t bytes,
                          uint32_t slots, uint64_t *turn)
{
    uint64_t run = (uint64_t)cols * bytes, far = (uint64_t)pitch * bytes;
    uint64_t runs = rows;

    if (cols % p->array_cols == 0 && run == far) {
        run = far = runs * run;
        runs = 1;
    }
    if (m->shared)
        *turn += sth_transfer_memory(p, m, runs, run, far);
    return sth_transfer_runs(p, m, runs, run, far, slots);
}

uint32_t sth_rows_cost(const struct sth_rows_plan *plan,
                       const struct sth_params *p,
                       const struct sth_plan_memory *memory,
                       const struct sth_rows_shape *s)
{
    uint32_t cols = sth_min_u32(plan->block_cols, s->cols);
    uint32_t rows = sth_min_u32(plan->block_rows, s->rows);
    uint64_t blocks = (uint64_t)sth_ceil_div(s->rows, rows) * plan->chunks;
    uint64_t tiles = (uint64_t)rows * sth_ceil_div(cols, p->array_cols);
    /* Scalars of a row take a pass each. */
    uint64_t vector =
        (1 + s->scalars) * (tiles * sth_vector_steps(p) + VECTOR_OVERHEAD);
    /* Loads, passes and the store, which the bus brings as well. */
    uint64_t commands = 4ull + s->scalars;
    uint64_t turn = 0; /* of a memory that reads and writes in turn */
    uint64_t load = row_times(p, memory, rows, cols, s->cols, s->in_bytes,
                              p->load_slots, &turn) +
                    commands * sth_ceil_div(STH_COMMAND_BYTES, p->bus_bytes);
    uint64_t store = row_times(p, memory, rows, cols, s->cols, s->out_bytes,
                               p->store_slots, &turn);
    /* From a buffer's load to its last reader, from its vector to memory. */
    uint64_t in = load + memory->latency + vector + 2 * STH_HANDOVER;
    uint64_t out = vector + store + memory->write_latency + 2 * STH_HANDOVER;
    uint64_t pace = sth_max_u64(load, sth_max_u64(vector, store)), cycles;

    pace = sth_max_u64(pace, turn);
    pace = sth_max_u64(pace, in / plan->slots);
    pace = sth_max_u64(pace, out / plan->depth);
    pace = sth_max_u64(pace, commands * STH_LAT_DECODE);
    cycles = blocks * pace + in + store + 2 * memory->latency;
    return cycles < UINT32_MAX ? (uint32_t)cycles : UINT32_MAX;
}
