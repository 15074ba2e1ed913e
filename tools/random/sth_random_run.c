#include "sth_random_run.h"

#include "systolith.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RING_LOG2 = 8, /* holds the longest program */
    /* Slowest memory and heaviest stalls included, no program takes longer. */
    PATIENCE = 200, /* waits of WAIT_CYCLES */
    WAIT_CYCLES = 100000
};

struct pair {
    struct sth_mem *csim_mem, *rtl_mem;
    struct sth_device *csim, *rtl, *lockstep, *dev;
};

static void close_pair(struct pair *p)
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

static bool open_pair(struct pair *p, const struct sth_backend *backend,
                      const struct sth_params *params, uint64_t seed,
                      const struct sth_program *program)
{
    const struct sth_csim_options csim = {
        .mode = STH_CSIM_FUNCTION_AND_TIME,
        .sanitize = true,
        .event_capacity = 2 * STH_PROGRAM_MAX,
    };
    const struct sth_rtl_options rtl = {
        .stall_percent = program->memory.stall_percent,
        .seed = (uint32_t)seed,
        .reorder = program->reorder,
    };

    memset(p, 0, sizeof(*p));
    p->csim_mem = sth_mem_create(&program->memory, params->bus_bytes, false);
    p->csim = p->csim_mem ? sth_csim_create(params, p->csim_mem, &csim) : NULL;
    p->dev = p->csim;
    if (!p->csim || !backend)
        return p->csim != NULL;
    p->rtl_mem = sth_mem_create(&program->memory, params->bus_bytes, false);
    p->rtl = p->rtl_mem ? backend->create_rtl(p->rtl_mem, &rtl) : NULL;
    p->lockstep = p->rtl ? backend->create_lockstep(p->csim, p->rtl) : NULL;
    p->dev = p->lockstep;
    return p->lockstep != NULL;
}

static void start(struct sth_device *dev, const struct sth_program *program,
                  uint64_t seed)
{
    uint8_t source[1 << 16];

    sth_program_source(seed, source, program->source_bytes);
    dev->ops->mem_write(dev, program->source, source, program->source_bytes);
    sth_program_source(~seed, source, program->target_bytes);
    dev->ops->mem_write(dev, program->target, source, program->target_bytes);
    dev->ops->mem_write(dev, program->ring, program->command,
                        program->commands * sizeof(program->command[0]));
    dev->ops->reg_write(dev, STH_REG_RING_BASE_LO, (uint32_t)program->ring);
    dev->ops->reg_write(dev, STH_REG_RING_LOG2, RING_LOG2);
    dev->ops->reg_write(dev, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    dev->ops->reg_write(dev, STH_REG_CTRL, STH_CTRL_ENABLE);
    dev->ops->reg_write(dev, STH_REG_TAIL, program->commands);
}

/* Waits for the end; false on a fault or when it does not come. */
static bool finish(struct sth_device *dev, const struct sth_program *program)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (dev->ops->wait(dev, WAIT_CYCLES))
            return false; /* only a fault raises the line */
        if (dev->ops->reg_read(dev, STH_REG_RETIRED) == program->commands)
            return true;
    }
    return false;
}

static uint64_t read_cycles(struct sth_device *dev)
{
    uint32_t offset = STH_REG_CNT_BASE + 8 * STH_CNT_CYCLES;
    uint32_t low = dev->ops->reg_read(dev, offset);

    return (uint64_t)dev->ops->reg_read(dev, offset + 4) << 32 | low;
}

static void judge(struct pair *p, const struct sth_backend *backend,
                  const struct sth_program *program, bool finished,
                  struct sth_random_result *result)
{
    const struct sth_diagnostic *list;
    size_t diagnostics = sth_csim_report(p->csim, &list);
    uint8_t target[1 << 16];
    struct sth_difference difference = {.found = false};

    result->csim_cycles = read_cycles(p->csim);
    if (backend) {
        result->rtl_cycles = read_cycles(p->rtl);
        /* Reading through the pair compares. */
        p->dev->ops->mem_read(p->dev, program->target, target,
                              program->target_bytes);
        backend->difference(p->lockstep, &difference);
    }
    if (difference.found)
        snprintf(result->text, sizeof(result->text), "%s", difference.text);
    else if (diagnostics)
        snprintf(result->text, sizeof(result->text), "csim: %s\n",
                 list[0].text);
    else if (!finished)
        snprintf(result->text, sizeof(result->text),
                 "%" PRIu32 " of %" PRIu32
                 " commands retired, fault code %" PRIu32 "\n",
                 p->dev->ops->reg_read(p->dev, STH_REG_RETIRED),
                 program->commands,
                 p->dev->ops->reg_read(p->dev, STH_REG_FAULT_CODE));
    else
        result->passed = true;
}

void sth_random_run(const struct sth_backend *backend,
                    const struct sth_params *params, uint64_t seed,
                    uint32_t length, struct sth_random_result *result)
{
    struct sth_program *program = malloc(sizeof(*program));
    struct pair pair;

    memset(result, 0, sizeof(*result));
    if (!program || !sth_program_generate(program, params, seed, length)) {
        snprintf(result->text, sizeof(result->text), "no program\n");
        free(program);
        return;
    }
    result->commands = program->commands;
    if (open_pair(&pair, backend, params, seed, program)) {
        start(pair.dev, program, seed);
        judge(&pair, backend, program, finish(pair.dev, program), result);
    } else {
        snprintf(result->text, sizeof(result->text), "out of memory\n");
    }
    close_pair(&pair);
    free(program);
}
