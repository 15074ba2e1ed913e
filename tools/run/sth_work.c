/* What commands did, and where the cycles of a run went. */
#include "sth_work.h"

#include <string.h>

#include "sth_math.h"

void sth_work_add(struct sth_work *work, uint64_t *engine_end,
                  const struct sth_event *event,
                  const struct sth_command *command,
                  const struct sth_params *params)
{
    uint64_t from = event->start > *engine_end ? event->start : *engine_end;
    uint64_t depth, rows;

    work->commands++;
    work->busy[event->engine] += event->end - from;
    *engine_end = event->end;
    switch (STH_GET(command, ANY_OPCODE)) {
    case STH_OP_LOAD:
        work->load_bytes += (uint64_t)STH_GET(command, LOAD_LEN) *
                            STH_GET(command, LOAD_N1) *
                            STH_GET(command, LOAD_N2);
        break;
    case STH_OP_STORE:
        work->store_bytes += (uint64_t)STH_GET(command, STORE_LEN) *
                             STH_GET(command, STORE_N1) *
                             STH_GET(command, STORE_N2);
        break;
    case STH_OP_MATMUL:
        depth = sth_depth_lanes(STH_GET(command, MATMUL_K),
                                STH_GET(command, MATMUL_BF16));
        rows = STH_GET(command, MATMUL_M) *
               sth_ceil_div64(STH_GET(command, MATMUL_N), params->array_cols);
        work->rows +=
            rows * sth_ceil_div64(depth, sth_tile_lanes(params, command));
        work->least_rows += rows * sth_ceil_div64(depth, params->array_rows);
        break;
    case STH_OP_VECTOR:
        work->lanes += (uint64_t)STH_GET(command, VECTOR_ROWS) *
                       STH_GET(command, VECTOR_COLS);
        break;
    default:
        break;
    }
}

void sth_work_sum(struct sth_work *into, const struct sth_work *from)
{
    into->commands += from->commands;
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        into->busy[e] += from->busy[e];
    into->rows += from->rows;
    into->least_rows += from->least_rows;
    into->lanes += from->lanes;
    into->load_bytes += from->load_bytes;
    into->store_bytes += from->store_bytes;
}

/* The OVERLAP counters part the cycles; the array's own part its share. */
void sth_work_parts(const uint64_t counter[STH_CNT_COUNT],
                    uint64_t part[STH_PART_COUNT])
{
    static const enum sth_part alone[4] = {STH_PART_IDLE, STH_PART_LOAD,
                                           STH_PART_STORE, STH_PART_BOTH};
    uint64_t array = 0;

    memset(part, 0, STH_PART_COUNT * sizeof(*part));
    for (unsigned busy = 0; busy < 1u << STH_ENGINE_COUNT; busy++) {
        uint64_t cycles = counter[STH_CNT_OVERLAP_0 + busy];
        unsigned load = busy >> STH_ENGINE_LOAD & 1u;
        unsigned store = busy >> STH_ENGINE_STORE & 1u;

        if (busy >> STH_ENGINE_MATRIX & 1u)
            array += cycles;
        else if (busy >> STH_ENGINE_VECTOR & 1u)
            part[STH_PART_VECTOR] += cycles;
        else
            part[alone[load | store << 1]] += cycles;
    }
    part[STH_PART_STREAM] = sth_min64(counter[STH_CNT_ARRAY_STREAM], array);
    array -= part[STH_PART_STREAM];
    part[STH_PART_WEIGHTS] =
        sth_min64(counter[STH_CNT_ARRAY_WEIGHT_STALL], array);
    part[STH_PART_DRAIN] = array - part[STH_PART_WEIGHTS];
}

const char *sth_work_part_name(enum sth_part part)
{
    static const char *const names[STH_PART_COUNT] = {
        [STH_PART_STREAM] = "array streams",
        [STH_PART_WEIGHTS] = "array waits for weights",
        [STH_PART_DRAIN] = "array fills and drains",
        [STH_PART_VECTOR] = "vector, not array",
        [STH_PART_BOTH] = "load and store only",
        [STH_PART_LOAD] = "load only",
        [STH_PART_STORE] = "store only",
        [STH_PART_IDLE] = "no engine",
    };

    return names[part];
}
