/* The model as a library: creation, and what systolith.h adds to a device. */
#include "sth_csim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sth_config.h"
#include "sth_load.h"
#include "sth_matrix.h"
#include "sth_regs.h"
#include "sth_store.h"
#include "sth_vector.h"

enum { EVENTS_DEFAULT = 65536 };

static struct sth_csim *csim_of(struct sth_device *dev)
{
    return (struct sth_csim *)(void *)dev;
}

/* The on-chip memories, where the mode has data. */
static bool create_memories(struct sth_csim *csim)
{
    csim->chip.params = &csim->params;
    csim->chip.isa = sth_isa_best();
    if (csim->mode == STH_CSIM_TIME_ONLY)
        return true;
    csim->chip.sp = calloc(csim->params.sp_bytes, 1);
    csim->chip.acc = calloc(csim->params.acc_bytes, 1);
    return csim->chip.sp != NULL && csim->chip.acc != NULL;
}

static bool create_engines(struct sth_csim *csim)
{
    const struct sth_engine_site site = {
        .params = &csim->params,
        .clock = &csim->clock,
        .port = &csim->port,
        .counter = sth_counters_values(&csim->front.counters)};
    struct sth_engine_state **engine = csim->engine;

    csim->port = sth_csim_port(csim);
    engine[STH_ENGINE_LOAD] = sth_load_create(&site, &csim->bus, &csim->banks);
    engine[STH_ENGINE_MATRIX] = sth_matrix_create(&site, &csim->banks);
    engine[STH_ENGINE_VECTOR] = sth_vector_create(&site, &csim->banks);
    engine[STH_ENGINE_STORE] =
        sth_store_create(&site, &csim->bus, &csim->banks);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        if (engine[e] == NULL)
            return false;
    }
    return true;
}

static bool create_sanitizer(struct sth_csim *csim)
{
    csim->sanitizer = sth_sanitizer_create(&csim->params, &csim->diagnostics);
    return csim->sanitizer != NULL;
}

/* Everything that the options ask for; false when out of memory. */
static bool create(struct sth_csim *csim, struct sth_mem *mem,
                   const struct sth_csim_options *options)
{
    size_t events =
        options->event_capacity != 0 ? options->event_capacity : EVENTS_DEFAULT;

    sth_clock_init(&csim->clock);
    csim->clock.instant = csim->mode == STH_CSIM_FUNCTION_ONLY;
    sth_clock_hold(&csim->clock, STH_HOLD_IN_ORDER, options->in_order);
    sth_bus_init(&csim->bus, &csim->clock, mem, csim->params.bus_bytes);
    sth_banks_init(&csim->banks, &csim->params, csim->patterns);
    sth_csim_enlist(csim);
    return sth_front_init(&csim->front, &csim->params, &csim->bus, csim->engine,
                          csim->mode == STH_CSIM_TIME_ONLY) &&
           create_memories(csim) && create_engines(csim) &&
           sth_events_init(&csim->events, options->no_events ? 0 : events) &&
           (!options->sanitize || create_sanitizer(csim));
}

struct sth_device *sth_csim_create(const struct sth_params *params,
                                   struct sth_mem *mem,
                                   const struct sth_csim_options *options)
{
    static const struct sth_csim_options defaults;
    struct sth_csim *csim;
    char error[128];

    assert(mem != NULL);
    if (options == NULL)
        options = &defaults;
    if (!sth_config_check(params, error, sizeof(error)))
        return NULL;
    csim = calloc(1, sizeof(*csim) +
                         sth_banks_room(params) * sizeof(csim->patterns[0]));
    if (csim == NULL)
        return NULL;
    csim->device.ops = &sth_csim_ops;
    csim->params = *params;
    csim->mode = options->mode;
    csim->on_retire = options->on_retire;
    csim->context = options->context;
    if (!create(csim, mem, options)) {
        csim->device.ops->destroy(&csim->device);
        return NULL;
    }
    sth_csim_reset(csim);
    return &csim->device;
}

void sth_csim_pass(struct sth_device *dev, uint64_t cycles)
{
    struct sth_csim *csim = csim_of(dev);

    sth_csim_run(csim, csim->clock.now + cycles, false);
}

size_t sth_csim_report(struct sth_device *dev,
                       const struct sth_diagnostic **list)
{
    struct sth_csim *csim = csim_of(dev);
    size_t count = csim->diagnostics.count;

    if (sth_deadlock_find(csim, &csim->diagnostics.list[count]))
        count++;
    *list = csim->diagnostics.list;
    return count;
}

void sth_csim_get_statistics(struct sth_device *dev,
                             struct sth_csim_statistics *statistics)
{
    const struct sth_csim *csim = csim_of(dev);

    *statistics = (struct sth_csim_statistics){
        .cycles = csim->clock.now,
        .fetch_bursts = sth_bus_bursts(&csim->bus, STH_BUS_FETCH),
        .load_bursts = sth_bus_bursts(&csim->bus, STH_BUS_LOAD),
        .store_bursts = sth_bus_bursts(&csim->bus, STH_BUS_STORE),
        .events_lost = csim->events.lost,
        .diagnostics = csim->diagnostics.total,
    };
    memcpy(statistics->commands, sth_counters_commands(&csim->front.counters),
           sizeof(statistics->commands));
}

uint32_t sth_csim_peek_reg(struct sth_device *dev, uint32_t offset)
{
    struct sth_front *front = &csim_of(dev)->front;
    const uint32_t high = front->counter_high;
    const uint32_t value = sth_regs_read(front, offset);

    front->counter_high = high;
    return value;
}

uint32_t sth_csim_get_oldest(struct sth_device *dev, enum sth_engine engine)
{
    const struct sth_csim *csim = csim_of(dev);
    uint32_t index;

    return sth_engine_first(csim->engine[engine], &index)
               ? index
               : sth_dispatch_next(&csim->front.dispatch);
}

void sth_csim_get_counters(struct sth_device *dev,
                           uint64_t counters[STH_CNT_COUNT])
{
    struct sth_counters *from = &csim_of(dev)->front.counters;

    sth_counters_advance(from);
    memcpy(counters, sth_counters_values(from),
           STH_CNT_COUNT * sizeof(*counters));
}
