#include "sth_pair.h"

#include "systolith_rtl.h"

#include <stdio.h>
#include <string.h>

enum {
    /* Slowest memory and heaviest stalls included, no program takes longer. */
    PATIENCE = 200, /* waits of WAIT_CYCLES */
    WAIT_CYCLES = 100000,
    RESET_POLLS = 100000
};

void sth_pair_close(struct sth_pair *p)
{
    struct sth_device *devices[] = {p->lockstep, p->rtl, p->csim};

    for (int i = 0; i < 3; i++)
        if (devices[i])
            devices[i]->ops->destroy(devices[i]);
    if (p->rtl_mem)
        sth_mem_destroy(p->rtl_mem);
    if (p->csim_mem)
        sth_mem_destroy(p->csim_mem);
}

bool sth_pair_open(struct sth_pair *p, const struct sth_backend *backend,
                   const struct sth_params *params, uint64_t seed,
                   const struct sth_program *program)
{
    const struct sth_csim_options csim = {
        .mode = STH_CSIM_FUNCTION_AND_TIME,
        .sanitize = true,
        .event_capacity = 2 * STH_PAIR_COMMANDS,
    };
    const struct sth_rtl_options rtl = {
        .stall_percent = program->reorder ? program->memory.stall_percent : 0,
        .seed = (uint32_t)seed,
        .reorder = program->reorder,
    };

    memset(p, 0, sizeof(*p));
    p->backend = backend;
    p->csim_mem = sth_mem_create(&program->memory, params->bus_bytes, false);
    p->csim = p->csim_mem ? sth_csim_create(params, p->csim_mem, &csim) : NULL;
    p->dev = p->csim;
    if (!p->csim || !backend)
        return p->csim != NULL;
    p->rtl_mem = sth_mem_create(&program->memory, params->bus_bytes, false);
    p->rtl = p->rtl_mem ? sth_rtl_create(backend, p->rtl_mem, &rtl) : NULL;
    p->lockstep = p->rtl ? backend->create_lockstep(p->csim, p->rtl) : NULL;
    p->dev = p->lockstep;
    return p->lockstep != NULL;
}

void sth_pair_start(struct sth_pair *pair, const struct sth_program *windows,
                    uint64_t seed, const struct sth_command *commands,
                    uint32_t count, uint32_t watchdog)
{
    struct sth_device *dev = pair->dev;
    uint8_t source[1 << 16];

    sth_program_source(seed, source, windows->source_bytes);
    dev->ops->mem_write(dev, windows->source, source, windows->source_bytes);
    sth_program_source(~seed, source, windows->target_bytes);
    dev->ops->mem_write(dev, windows->target, source, windows->target_bytes);
    dev->ops->mem_write(dev, windows->ring, commands,
                        count * sizeof(*commands));
    dev->ops->reg_write(dev, STH_REG_RING_BASE_LO, (uint32_t)windows->ring);
    dev->ops->reg_write(dev, STH_REG_RING_BASE_HI,
                        (uint32_t)(windows->ring >> 32));
    dev->ops->reg_write(dev, STH_REG_RING_LOG2, STH_PAIR_RING_LOG2);
    dev->ops->reg_write(dev, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    dev->ops->reg_write(dev, STH_REG_WATCHDOG, watchdog);
    dev->ops->reg_write(dev, STH_REG_CTRL, STH_CTRL_ENABLE);
    dev->ops->reg_write(dev, STH_REG_TAIL, count);
}

void sth_pair_observe(struct sth_pair *pair, sth_event_pair *observer,
                      void *user)
{
    if (pair->lockstep)
        pair->backend->observe(pair->lockstep, observer, user);
}

bool sth_pair_finish(struct sth_pair *pair, uint32_t count)
{
    struct sth_device *dev = pair->dev;

    for (int i = 0; i < PATIENCE; i++) {
        if (dev->ops->wait(dev, WAIT_CYCLES))
            return false; /* only a fault raises the line */
        if (dev->ops->reg_read(dev, STH_REG_RETIRED) == count)
            return true;
    }
    return false;
}

/* Each side on its own: the line of one would end the wait for the other. */
static bool wait_line(struct sth_device *dev)
{
    for (int i = 0; i < PATIENCE; i++)
        if (dev->ops->wait(dev, WAIT_CYCLES))
            return true;
    return false;
}

bool sth_pair_wait_fault(struct sth_pair *pair)
{
    bool ours = wait_line(pair->csim);

    return (!pair->rtl || wait_line(pair->rtl)) && ours;
}

void sth_pair_set_error_range(struct sth_pair *pair, uint64_t first,
                              uint64_t last)
{
    if (first > last) {
        first = UINT64_MAX; /* where nobody looks */
        last = 0;
    }
    sth_mem_set_error_range(pair->csim_mem, first, last);
    if (pair->rtl_mem)
        sth_mem_set_error_range(pair->rtl_mem, first, last);
}

bool sth_pair_reset(struct sth_pair *pair)
{
    struct sth_device *dev = pair->dev;

    dev->ops->reg_write(dev, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    for (int i = 0; i < RESET_POLLS; i++)
        if (!(dev->ops->reg_read(dev, STH_REG_CTRL) & STH_CTRL_SOFT_RESET))
            return true;
    return false;
}

bool sth_pair_difference(struct sth_pair *pair, char *text, size_t size)
{
    struct sth_difference difference = {.found = false};

    if (pair->lockstep)
        pair->backend->difference(pair->lockstep, &difference);
    if (difference.found)
        snprintf(text, size, "%s", difference.text);
    return difference.found;
}
