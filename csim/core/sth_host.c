/* The device operations of the model: what the host can do to a core. */
#include "sth_csim.h"

#include <stdlib.h>
#include <string.h>

#include "sth_regs.h"

static struct sth_csim *csim_of(struct sth_device *dev)
{
    return (struct sth_csim *)(void *)dev;
}

static uint32_t reg_read(struct sth_device *dev, uint32_t offset)
{
    struct sth_csim *csim = csim_of(dev);
    uint64_t begin = csim->clock.now;
    uint32_t value;

    if (!sth_regs_is_counter(offset))
        sth_csim_run(csim, begin + STH_LAT_REG_EFFECT, false);
    value = sth_regs_read(&csim->front, offset);
    if (csim->sanitizer != NULL && offset == STH_REG_RETIRED &&
        value == csim->front.status.tail)
        sth_sanitizer_drained(csim->sanitizer, value);
    sth_csim_run(csim, begin + STH_LAT_REG_ACCESS, false);
    return value;
}

static void reg_write(struct sth_device *dev, uint32_t offset, uint32_t value)
{
    struct sth_csim *csim = csim_of(dev);
    uint64_t begin = csim->clock.now;

    sth_csim_run(csim, begin + STH_LAT_REG_EFFECT, false);
    sth_regs_write(&csim->front, offset, value);
    sth_csim_run(csim, begin + STH_LAT_REG_ACCESS, false);
}

static void mem_read(struct sth_device *dev, uint64_t addr, void *to,
                     size_t bytes)
{
    sth_mem_read(sth_bus_storage(&csim_of(dev)->bus), addr, to, bytes);
}

static void mem_write(struct sth_device *dev, uint64_t addr, const void *from,
                      size_t bytes)
{
    struct sth_csim *csim = csim_of(dev);

    sth_mem_write(sth_bus_storage(&csim->bus), addr, from, bytes);
    sth_command_ring_note_write(&csim->front.ring, addr, from, bytes);
}

static bool wait(struct sth_device *dev, uint64_t max_cycles)
{
    struct sth_csim *csim = csim_of(dev);
    uint64_t until = csim->clock.now + max_cycles;

    if (!sth_status_irq(&csim->front.status))
        sth_csim_run(csim, until < max_cycles ? STH_NEVER - 1 : until, true);
    return sth_status_irq(&csim->front.status);
}

static bool pass(struct sth_device *dev, uint64_t cycles, bool stop)
{
    struct sth_csim *csim = csim_of(dev);
    const uint64_t until = csim->clock.now + cycles;

    if (stop && !sth_status_irq(&csim->front.status))
        sth_csim_run(csim, until, true);
    if (!stop || !sth_status_irq(&csim->front.status))
        sth_csim_run(csim, until, false);
    return sth_status_irq(&csim->front.status);
}

static bool next_event(struct sth_device *dev, struct sth_event *event)
{
    return sth_events_take(&csim_of(dev)->events, event);
}

static void peek(struct sth_device *dev, enum sth_space space, uint32_t addr,
                 void *to, size_t bytes)
{
    const struct sth_csim *csim = csim_of(dev);
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

static uint64_t cycles(struct sth_device *dev)
{
    return csim_of(dev)->clock.now;
}

static void destroy(struct sth_device *dev)
{
    struct sth_csim *csim = csim_of(dev);

    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        sth_engine_destroy(csim->engine[e]);
    sth_front_fini(&csim->front);
    sth_events_fini(&csim->events);
    sth_sanitizer_destroy(csim->sanitizer);
    free(csim->chip.sp);
    free(csim->chip.acc);
    free(csim);
}

const struct sth_device_ops sth_csim_ops = {
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
