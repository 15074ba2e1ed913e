/* A device that takes commands and does none. */
#include "sth_recorder.h"

#include <stdlib.h>
#include <string.h>

static uint32_t reg_read(struct sth_hal *hal, uint32_t offset)
{
    const struct sth_recorder *r = hal->context;
    uint32_t index = (offset - STH_REG_CAP_BASE) / 4;
    uint32_t cap[sizeof(r->params) / sizeof(uint32_t)];

    switch (offset) {
    case STH_REG_ID:
        return (uint32_t)STH_RESET_ID;
    case STH_REG_VERSION:
        return (uint32_t)STH_RESET_VERSION;
    case STH_REG_CFG_HASH:
        return sth_params_hash(&r->params);
    case STH_REG_HEAD:
    case STH_REG_RETIRED:
        return r->commands;
    default:
        break;
    }
    if (offset < STH_REG_CAP_BASE || index >= STH_PARAM_COUNT)
        return 0;
    memcpy(cap, &r->params, sizeof(cap));
    return cap[index];
}

static void keep(struct sth_recorder *r, const struct sth_command *command)
{
    if (r->commands == r->room) {
        uint32_t room = r->room ? 2 * r->room : 1024;
        struct sth_command *larger =
            realloc(r->command, room * sizeof(*larger));

        if (!larger) {
            r->full = true;
            return;
        }
        r->command = larger;
        r->room = room;
    }
    r->command[r->commands] = *command;
}

static void reg_write(struct sth_hal *hal, uint32_t offset, uint32_t value)
{
    struct sth_recorder *r = hal->context;

    if (offset != STH_REG_TAIL)
        return;
    for (; r->commands != value; r->commands++)
        if (!r->full)
            keep(r, &r->ring[r->commands & ((1u << r->ring_log2) - 1)]);
}

/* Of the ring; the memory behind holds nothing else that firmware reads. */
static void mem_read(struct sth_hal *hal, uint64_t addr, void *to, size_t bytes)
{
    const struct sth_recorder *r = hal->context;

    memcpy(to, (const uint8_t *)r->ring + (addr - r->ring_addr), bytes);
}

static void mem_write(struct sth_hal *hal, uint64_t addr, const void *from,
                      size_t bytes)
{
    struct sth_recorder *r = hal->context;

    memcpy((uint8_t *)r->ring + (addr - r->ring_addr), from, bytes);
}

static enum sth_hal_wake wait(struct sth_hal *hal, uint64_t max_cycles)
{
    (void)hal;
    (void)max_cycles;
    return STH_HAL_WAKE_IDLE;
}

static const struct sth_hal_ops ops = {
    .reg_read = reg_read,
    .reg_write = reg_write,
    .mem_read = mem_read,
    .mem_write = mem_write,
    .wait = wait,
};

bool sth_recorder_init(struct sth_recorder *r, const struct sth_params *params,
                       uint64_t ring_addr, uint32_t ring_log2)
{
    memset(r, 0, sizeof(*r));
    r->hal.ops = &ops;
    r->hal.context = r;
    r->params = *params;
    r->ring_addr = ring_addr;
    r->ring_log2 = ring_log2;
    r->ring = calloc((size_t)1 << ring_log2, sizeof(*r->ring));
    return r->ring != NULL;
}

void sth_recorder_fini(struct sth_recorder *r)
{
    free(r->ring);
    free(r->command);
    memset(r, 0, sizeof(*r));
}
