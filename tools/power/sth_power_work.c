#include "sth_power_work.h"

#include "systolith_rtl.h"

#include <stdio.h>
#include <string.h>

/* The ring holds 2^RING_LOG2 commands. */
enum { RING = 0x1000, RING_LOG2 = 10, IDLE_CYCLES = 3000, PATIENCE = 1000000 };

static void write_syncs(struct sth_mem *mem, uint32_t syncs)
{
    static const uint32_t opcode[] = {STH_OP_SYNC_LOAD, STH_OP_SYNC_MATRIX,
                                      STH_OP_SYNC_VECTOR, STH_OP_SYNC_STORE};

    for (uint32_t i = 0; i < syncs; i++) {
        struct sth_command c;

        memset(&c, 0, sizeof(c));
        STH_SET(&c, ANY_OPCODE, opcode[i % 4]);
        STH_SET(&c, ANY_IRQ, i == syncs - 1);
        sth_mem_write(mem, RING + i * sizeof(c), &c, sizeof(c));
    }
}

/* Whether the RTL kept the rules of the bus. */
static bool play(const struct sth_rtl *library, struct sth_device *dev,
                 uint32_t syncs)
{
    const uint64_t begin = dev->ops->cycles(dev);

    dev->ops->reg_write(dev, STH_REG_RING_BASE_LO, RING);
    dev->ops->reg_write(dev, STH_REG_RING_LOG2, RING_LOG2);
    dev->ops->reg_write(dev, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_COMMAND);
    dev->ops->reg_write(dev, STH_REG_CTRL, STH_CTRL_ENABLE);
    if (syncs) {
        dev->ops->reg_write(dev, STH_REG_TAIL, syncs);
        if (!dev->ops->wait(dev, PATIENCE))
            return false;
    }
    /* An idle core comes back from each wait without an interrupt. */
    while (!syncs && dev->ops->cycles(dev) - begin < IDLE_CYCLES &&
           !library->backend->violation(dev))
        dev->ops->wait(dev, IDLE_CYCLES);
    return !library->backend->violation(dev);
}

bool sth_power_work(const char *name, uint32_t syncs, const char *wave,
                    char *error, size_t error_size)
{
    const struct sth_rtl_options options = {.wave_path = wave,
                                            .wave_last = UINT64_MAX};
    char home[4096];
    struct sth_config config;
    struct sth_rtl library;
    struct sth_device *dev;
    struct sth_mem *mem;
    bool good;

    sth_mem_config_default(&config.memory);
    sth_place_home(home, sizeof(home));
    if (syncs > 1 << RING_LOG2) {
        snprintf(error, error_size, "no more than %d commands", 1 << RING_LOG2);
        return false;
    }
    if (!sth_config_find(name, home, &config, error, error_size) ||
        !sth_rtl_open(&library, NULL, &config, error, error_size))
        return false;
    mem = sth_mem_create(&config.memory, config.params.bus_bytes, false);
    dev = mem ? sth_rtl_create(library.backend, mem, &options) : NULL;
    if (dev && syncs)
        write_syncs(mem, syncs);
    good = dev && play(&library, dev, syncs);
    if (!good)
        snprintf(error, error_size, "the RTL of '%s' did not play its commands",
                 name);
    if (dev)
        dev->ops->destroy(dev);
    sth_mem_destroy(mem);
    sth_rtl_close(&library);
    return good;
}
