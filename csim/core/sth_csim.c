/* The device: creation, the event loop and the device operations. */
#include "sth_csim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sth_config.h"
#include "sth_sanitizer.h"

enum { EVENTS_DEFAULT = 65536 };

static struct sth_csim *csim_of(struct sth_device *dev)
{
    return (struct sth_csim *)(void *)dev;
}

bool sth_csim_irq(const struct sth_csim *csim)
{
    return (csim->irq_status & csim->irq_enable) != 0;
}

void sth_csim_reset(struct sth_csim *csim)
{
    csim->ctrl = STH_RESET_CTRL;
    csim->ring_base_lo = STH_RESET_RING_BASE_LO;
    csim->ring_base_hi = STH_RESET_RING_BASE_HI;
    csim->ring_log2 = STH_RESET_RING_LOG2;
    csim->tail = STH_RESET_TAIL;
    csim->retired = STH_RESET_RETIRED;
    csim->irq_status = STH_RESET_IRQ_STATUS;
    csim->irq_enable = STH_RESET_IRQ_ENABLE;
    csim->watchdog = STH_RESET_WATCHDOG;
    csim->watchdog_base = csim->now;
    csim->counter_high = 0;
    csim->resetting = false;
    csim->read_free = 0;
    csim->posts = 0;
    csim->diagnostics.count = 0;
    csim->counted = csim->now;
    csim->fault = (struct sth_fault_state){.quiet = STH_NEVER};
    memset(csim->semaphore, 0, sizeof(csim->semaphore));
    memset(csim->counter, 0, sizeof(csim->counter));
    csim->next[STH_ACTOR_CONTROL] = STH_NEVER;
    sth_front_reset(csim);
    sth_engine_reset(csim);
    if (csim->sanitizer != NULL)
        sth_sanitizer_reset(csim->sanitizer);
}

/* The cycle of the next event. */
static uint64_t next_event_cycle(const struct sth_csim *csim)
{
    uint64_t next = csim->next[0];

    for (int actor = 1; actor < STH_ACTOR_COUNT; actor++)
        next = sth_min64(next, csim->next[actor]);
    return next;
}

uint64_t sth_csim_alone(const struct sth_csim *csim, int actor)
{
    uint64_t next = csim->until;

    if (csim->in_order || csim->posts > 0 || csim->fault.pending ||
        csim->watchdog != 0 || csim->resetting || sth_csim_irq(csim))
        return csim->now;
    for (int a = 0; a < STH_ACTOR_COUNT; a++) {
        if (a != actor)
            next = sth_min64(next, csim->next[a]);
    }
    return next;
}

/*
 * Memory is asked in the order of the bus: of one cycle reads before writes.
 * If fetch has taken the read address of this one, load's is of the next.
 */
static void step_engines(struct sth_csim *csim, uint64_t cycle)
{
    bool load_later = csim->read_free > cycle;

    if (!load_later && csim->next[STH_ENGINE_LOAD] <= cycle)
        sth_engine_step(csim, STH_ENGINE_LOAD);
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        if (e != STH_ENGINE_LOAD && csim->next[e] <= cycle)
            sth_engine_step(csim, e);
    }
    if (load_later && csim->next[STH_ENGINE_LOAD] <= cycle)
        sth_engine_step(csim, STH_ENGINE_LOAD);
}

void sth_csim_run(struct sth_csim *csim, uint64_t until, bool stop_on_irq)
{
    csim->until = until;
    for (;;) {
        uint64_t cycle;

        cycle = next_event_cycle(csim);
        if (cycle == STH_NEVER && stop_on_irq && !sth_csim_busy(csim))
            return;
        if (cycle >= until)
            break;
        csim->now = cycle;
        if (csim->next[STH_ACTOR_FETCH] <= cycle)
            sth_front_fetch(csim);
        step_engines(csim, cycle);
        if (csim->next[STH_ACTOR_DECODE] <= cycle)
            sth_front_decode(csim);
        if (csim->posts > 0)
            sth_semaphores_commit(csim);
        cycle = csim->now; /* an actor may have gone on alone */
        if (csim->next[STH_ACTOR_CONTROL] <= cycle)
            sth_fault_step(csim);
        if (csim->fault.pending || csim->watchdog != 0 || csim->resetting)
            sth_fault_update(csim);
        if (stop_on_irq && sth_csim_irq(csim)) {
            /* The line is high from the next cycle. */
            csim->now = cycle + 1;
            return;
        }
    }
    csim->now = sth_max64(csim->now, until);
}

static uint32_t device_reg_read(struct sth_device *dev, uint32_t offset)
{
    struct sth_csim *csim = csim_of(dev);
    uint32_t value = sth_regs_read(csim, offset);

    sth_csim_run(csim, csim->now + STH_LAT_REG_ACCESS, false);
    return value;
}

static void device_reg_write(struct sth_device *dev, uint32_t offset,
                             uint32_t value)
{
    struct sth_csim *csim = csim_of(dev);

    sth_regs_write(csim, offset, value);
    sth_csim_run(csim, csim->now + STH_LAT_REG_ACCESS, false);
}

static void device_mem_read(struct sth_device *dev, uint64_t addr, void *to,
                            size_t bytes)
{
    sth_mem_read(csim_of(dev)->mem, addr, to, bytes);
}

/* Keeps the part of a host write that falls into the ring, both at addresses
 * that do not wrap. */
static void keep_ring_part(struct sth_csim *csim, uint64_t addr,
                           const uint8_t *from, size_t bytes)
{
    uint64_t base = sth_regs_ring_base(csim);
    uint64_t end =
        base + (uint64_t)sth_regs_ring_slots(csim) * STH_COMMAND_BYTES;
    uint64_t first = sth_max64(addr, base);
    uint64_t last = sth_min64(addr + bytes, end);

    for (uint64_t a = first; a < last;) {
        struct sth_command *command =
            &csim->ring[(a - base) / STH_COMMAND_BYTES];
        uint64_t offset = (a - base) % STH_COMMAND_BYTES;
        uint64_t n = sth_min64(STH_COMMAND_BYTES - offset, last - a);

        if (n == STH_COMMAND_BYTES) {
            *command = sth_command_from_bytes(from + (a - addr));
            a += n;
            continue;
        }
        for (uint64_t i = 0; i < n; i++) {
            uint32_t *word = &command->word[(offset + i) / 4];
            unsigned shift = 8 * (unsigned)((offset + i) & 3u);

            *word = (*word & ~(0xffu << shift)) | (uint32_t)from[a + i - addr]
                                                      << shift;
        }
        a += n;
    }
}

static void device_mem_write(struct sth_device *dev, uint64_t addr,
                             const void *from, size_t bytes)
{
    struct sth_csim *csim = csim_of(dev);

    sth_mem_write(csim->mem, addr, from, bytes);
    if (csim->ring == NULL)
        return;
    keep_ring_part(csim, addr, from, bytes);
    keep_ring_part(csim, addr + STH_ADDR_MASK + 1, from, bytes);
}

static bool device_wait(struct sth_device *dev, uint64_t max_cycles)
{
    struct sth_csim *csim = csim_of(dev);
    uint64_t until = csim->now + max_cycles;

    if (!sth_csim_irq(csim))
        sth_csim_run(csim, until < csim->now ? STH_NEVER - 1 : until, true);
    return sth_csim_irq(csim);
}

static bool device_next_event(struct sth_device *dev, struct sth_event *event)
{
    struct sth_csim *csim = csim_of(dev);

    if (csim->event_count == 0)
        return false;
    *event = csim->event[csim->event_first];
    csim->event_first = (csim->event_first + 1) % csim->event_capacity;
    csim->event_count--;
    return true;
}

static void device_peek(struct sth_device *dev, enum sth_space space,
                        uint32_t addr, void *to, size_t bytes)
{
    struct sth_csim *csim = csim_of(dev);
    const uint8_t *from =
        space == STH_SPACE_SP ? csim->chip.sp : csim->chip.acc;
    size_t size =
        space == STH_SPACE_SP ? csim->params.sp_bytes : csim->params.acc_bytes;
    size_t inside = addr >= size ? 0 : size - addr;

    if (inside > bytes)
        inside = bytes;
    memset(to, 0, bytes);
    if (from != NULL && inside > 0)
        memcpy(to, from + addr, inside);
}

static uint64_t device_cycles(struct sth_device *dev)
{
    return csim_of(dev)->now;
}

static void device_destroy(struct sth_device *dev)
{
    struct sth_csim *csim = csim_of(dev);

    sth_sanitizer_destroy(csim->sanitizer);
    free(csim->chip.sp);
    free(csim->chip.acc);
    free(csim->event);
    free(csim->ring);
    free(csim);
}

static const struct sth_device_ops device_ops = {
    .reg_read = device_reg_read,
    .reg_write = device_reg_write,
    .mem_read = device_mem_read,
    .mem_write = device_mem_write,
    .wait = device_wait,
    .next_event = device_next_event,
    .peek = device_peek,
    .cycles = device_cycles,
    .destroy = device_destroy,
};

/* The memories that the mode and the options ask for. */
static bool allocate(struct sth_csim *csim,
                     const struct sth_csim_options *options)
{
    if (csim->mode == STH_CSIM_TIME_ONLY) {
        csim->ring =
            calloc((size_t)1 << STH_RING_LOG2_MAX, sizeof(*csim->ring));
        if (csim->ring == NULL)
            return false;
    } else {
        csim->chip.sp = calloc(csim->params.sp_bytes, 1);
        csim->chip.acc = calloc(csim->params.acc_bytes, 1);
        if (csim->chip.sp == NULL || csim->chip.acc == NULL)
            return false;
    }
    if (!options->no_events) {
        csim->event_capacity = options->event_capacity != 0
                                   ? options->event_capacity
                                   : EVENTS_DEFAULT;
        csim->event = calloc(csim->event_capacity, sizeof(*csim->event));
        if (csim->event == NULL)
            return false;
    }
    if (options->sanitize) {
        csim->sanitizer =
            sth_sanitizer_create(&csim->params, &csim->diagnostics);
        if (csim->sanitizer == NULL)
            return false;
    }
    return true;
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
    csim = calloc(1, sizeof(*csim));
    if (csim == NULL)
        return NULL;
    csim->device.ops = &device_ops;
    csim->params = *params;
    csim->mode = options->mode;
    csim->mem = mem;
    csim->beat_cycles = sth_mem_beat_cycles(mem);
    csim->sp_word = sth_sp_word_bytes(params);
    while (1u << csim->sp_word_log2 < csim->sp_word)
        csim->sp_word_log2++;
    csim->in_order = options->in_order;
    csim->on_retire = options->on_retire;
    csim->context = options->context;
    csim->chip.params = &csim->params;
    csim->chip.isa = sth_isa_best();
    sth_decode_init(&csim->decoder, params);
    if (!allocate(csim, options)) {
        device_destroy(&csim->device);
        return NULL;
    }
    sth_csim_reset(csim);
    return &csim->device;
}

void sth_csim_pass(struct sth_device *dev, uint64_t cycles)
{
    struct sth_csim *csim = csim_of(dev);

    sth_csim_run(csim, csim->now + cycles, false);
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
    struct sth_csim *csim = csim_of(dev);

    csim->statistics.cycles = csim->now;
    csim->statistics.diagnostics = csim->diagnostics.total;
    *statistics = csim->statistics;
}

void sth_csim_get_counters(struct sth_device *dev,
                           uint64_t counters[STH_CNT_COUNT])
{
    struct sth_csim *csim = csim_of(dev);

    sth_counters_advance(csim);
    memcpy(counters, csim->counter, sizeof(csim->counter));
}
