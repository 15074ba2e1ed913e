/* The guard as a device. */
#include "sth_guard_state.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKS = 20000 }; /* at registers, without anything that happens */

static struct sth_guard *guard_of(struct sth_device *dev)
{
    return (struct sth_guard *)(void *)dev;
}

/* After a soft reset, or at the beginning. */
static void forget(struct sth_guard *g)
{
    sth_guard_flights_reset(&g->flights);
    sth_sanitizer_reset(g->sanitizer);
    memset(g->token, 0, sizeof(g->token));
    g->ring_base = 0;
    g->ring_log2 = STH_RESET_RING_LOG2;
    g->irq_enable = 0;
    g->watchdog = STH_RESET_WATCHDOG;
    g->enabled = false;
    g->resetting = false;
    g->lost = false;
    g->unseen = false;
    g->head = 0;
    g->retired = 0;
}

/* ---- what firmware sees ------------------------------------------------ */

static bool counts_commands(uint32_t offset)
{
    static const uint32_t counter[] = {
        STH_CNT_LOAD_COMMANDS, STH_CNT_MATRIX_COMMANDS, STH_CNT_VECTOR_COMMANDS,
        STH_CNT_STORE_COMMANDS};

    for (size_t i = 0; i < sizeof(counter) / sizeof(counter[0]); i++)
        if (offset == STH_REG_CNT_BASE + 8 * counter[i])
            return true;
    return false;
}

static void see_fault(struct sth_guard *g, uint32_t code)
{
    if (code != STH_FAULT_NONE)
        sth_guard_find_fault(g);
}

static void see_read(struct sth_guard *g, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case STH_REG_CTRL:
        if (g->resetting && (value & STH_CTRL_SOFT_RESET) == 0)
            forget(g);
        break;
    case STH_REG_HEAD:
        if ((int32_t)(value - g->head) > 0 && !g->lost)
            g->head = value;
        break;
    case STH_REG_RETIRED:
        sth_guard_look(g, value);
        break;
    case STH_REG_IRQ_STATUS:
        if ((value & STH_IRQ_STATUS_COMMAND) != 0)
            sth_guard_look(g, g->retired);
        break;
    case STH_REG_STATUS:
        if ((value & STH_STATUS_BUSY) == 0)
            sth_guard_look(g, g->retired);
        break;
    case STH_REG_FAULT_CODE:
        see_fault(g, value);
        break;
    default:
        if (counts_commands(offset))
            sth_guard_look(g, g->retired);
        break;
    }
}

/* Nothing has happened for a long time of looking, and nothing will. */
static void see_look(struct sth_guard *g)
{
    if (++g->looks != LOOKS || !sth_guard_is_silent(g))
        return;
    sth_guard_hangs(g);
    if (g->options.polls != NULL)
        g->options.polls(g->options.user);
}

static bool is_firmware(const struct sth_guard *g)
{
    return g->options.is_firmware == NULL ||
           g->options.is_firmware(g->options.user);
}

static uint32_t reg_read(struct sth_device *dev, uint32_t offset)
{
    struct sth_guard *g = guard_of(dev);
    uint32_t value;

    if (!is_firmware(g))
        return g->inner->ops->reg_read(g->inner, offset);
    (void)sth_guard_check_read(g, offset);
    value = g->inner->ops->reg_read(g->inner, offset);
    sth_guard_drain(g);
    see_read(g, offset, value);
    see_look(g);
    return value;
}

/* A command that interrupts has retired, and firmware does not know. */
static void clear_interrupt(struct sth_guard *g)
{
    for (uint32_t i = g->flights.first; i != g->flights.tail; i++) {
        const struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, i);

        if (f != NULL && f->retired && !f->known &&
            STH_GET(&f->command, ANY_IRQ) != 0) {
            g->unseen = true;
            g->unseen_index = i;
        }
    }
}

static void see_write(struct sth_guard *g, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case STH_REG_CTRL:
        g->enabled = (value & STH_CTRL_ENABLE) != 0;
        g->resetting = (value & STH_CTRL_SOFT_RESET) != 0;
        break;
    case STH_REG_RING_BASE_LO:
        g->ring_base = (g->ring_base & ~(uint64_t)UINT32_MAX) |
                       (value & ~(uint32_t)(STH_BURST_BYTES - 1));
        break;
    case STH_REG_RING_BASE_HI:
        g->ring_base = (g->ring_base & UINT32_MAX) |
                       (uint64_t)(value & STH_RING_BASE_HI_ADDR) << 32;
        break;
    case STH_REG_RING_LOG2:
        g->ring_log2 = value >= STH_RING_LOG2_MIN && value <= STH_RING_LOG2_MAX
                           ? value
                           : STH_RING_LOG2_MIN;
        break;
    case STH_REG_IRQ_ENABLE:
        g->irq_enable = value;
        break;
    case STH_REG_WATCHDOG:
        g->watchdog = value;
        break;
    case STH_REG_TAIL:
        sth_guard_announce(g, value);
        break;
    default:
        break;
    }
}

static void reg_write(struct sth_device *dev, uint32_t offset, uint32_t value)
{
    struct sth_guard *g = guard_of(dev);

    if (!is_firmware(g)) {
        g->inner->ops->reg_write(g->inner, offset, value);
        return;
    }
    g->looks = 0;
    sth_guard_check_write(g, offset, value);
    if (g->resetting)
        forget(g);
    /* Before the device acts on it; what it has done before is seen first. */
    see_write(g, offset, value);
    g->inner->ops->reg_write(g->inner, offset, value);
    sth_guard_drain(g);
    if (offset == STH_REG_IRQ_STATUS && (value & STH_IRQ_STATUS_COMMAND) != 0)
        clear_interrupt(g);
}

static void mem_read(struct sth_device *dev, uint64_t addr, void *to,
                     size_t bytes)
{
    struct sth_guard *g = guard_of(dev);

    sth_guard_host(g, addr, bytes, false);
    g->inner->ops->mem_read(g->inner, addr, to, bytes);
}

static void mem_write(struct sth_device *dev, uint64_t addr, const void *from,
                      size_t bytes)
{
    struct sth_guard *g = guard_of(dev);

    sth_guard_host(g, addr, bytes, true);
    g->inner->ops->mem_write(g->inner, addr, from, bytes);
}

static bool wait(struct sth_device *dev, uint64_t max_cycles)
{
    struct sth_guard *g = guard_of(dev);
    bool line;

    if (g->options.sleeps && max_cycles != 0)
        sth_guard_sleep(g);
    line = g->inner->ops->wait(g->inner, max_cycles);
    sth_guard_drain(g);
    return line;
}

static bool pass(struct sth_device *dev, uint64_t cycles, bool stop)
{
    struct sth_guard *g = guard_of(dev);
    const bool line = g->inner->ops->pass(g->inner, cycles, stop);

    sth_guard_drain(g);
    return line;
}

static bool next_event(struct sth_device *dev, struct sth_event *event)
{
    struct sth_guard *g = guard_of(dev);

    if (g->taken == g->events)
        return false;
    *event = g->event[g->taken++ % g->event_room];
    return true;
}

static void peek(struct sth_device *dev, enum sth_space space, uint32_t addr,
                 void *to, size_t bytes)
{
    struct sth_guard *g = guard_of(dev);

    g->inner->ops->peek(g->inner, space, addr, to, bytes);
}

static uint64_t cycles(struct sth_device *dev)
{
    return guard_of(dev)->inner->ops->cycles(guard_of(dev)->inner);
}

static void destroy(struct sth_device *dev)
{
    (void)dev;
}

static const struct sth_device_ops guard_ops = {
    .reg_read = reg_read,
    .reg_write = reg_write,
    .mem_read = mem_read,
    .mem_write = mem_write,
    .wait = wait,
    .pass = pass,
    .next_event = next_event,
    .peek = peek,
    .cycles = cycles,
    .destroy = destroy,
};

/* ---- life and death ---------------------------------------------------- */

struct sth_guard *sth_guard_create(struct sth_device *device,
                                   const struct sth_guard_options *options)
{
    struct sth_guard *g = calloc(1, sizeof(*g));

    if (g == NULL)
        return NULL;
    g->device.ops = &guard_ops;
    g->inner = device;
    g->options = *options;
    g->params = *options->params;
    sth_decode_init(&g->decoder, &g->params);
    g->sanitizer = sth_sanitizer_create(&g->params, &g->diagnostics);
    if (g->sanitizer == NULL || !sth_guard_flights_init(&g->flights)) {
        sth_guard_destroy(g);
        return NULL;
    }
    forget(g);
    return g;
}

void sth_guard_destroy(struct sth_guard *g)
{
    if (g == NULL)
        return;
    sth_sanitizer_destroy(g->sanitizer);
    sth_guard_flights_fini(&g->flights);
    sth_guard_memory_fini(&g->memory);
    free(g->event);
    free(g);
}

struct sth_device *sth_guard_device(struct sth_guard *g)
{
    return &g->device;
}

struct sth_device *sth_guard_behind(struct sth_guard *g)
{
    return g->inner;
}

void sth_guard_touch(struct sth_guard *g, uint64_t addr, uint64_t bytes,
                     bool write)
{
    sth_guard_host(g, addr, bytes, write);
}

void sth_guard_fill(struct sth_guard *g, uint64_t addr, uint64_t bytes)
{
    sth_guard_memory_write(&g->memory, addr, bytes);
}

void sth_guard_protect(struct sth_guard *g, uint64_t addr, uint64_t bytes,
                       const char *what)
{
    if (g->ranges < STH_GUARD_RANGES)
        g->range[g->ranges++] = (struct sth_guard_range){addr, bytes, what};
}

bool sth_guard_command_at(struct sth_guard *g, uint32_t index,
                          struct sth_guard_past *past)
{
    const struct sth_guard_flight *f = sth_guard_flights_at(&g->flights, index);

    if (f == NULL)
        return false;
    *past = (struct sth_guard_past){.command = f->command,
                                    .index = f->index,
                                    .retired = f->retired,
                                    .doorbell = f->doorbell};
    return true;
}

bool sth_guard_command(struct sth_guard *g, uint32_t back,
                       struct sth_guard_past *past)
{
    return sth_guard_command_at(g, g->flights.tail - back, past);
}
