/*
 * Several devices at once, each with a memory of its own kind; a configuration
 * by its path; commands as text.  Built against an installed tree.
 *
 *     many CONFIG.cfg
 */
#include <stdio.h>
#include <string.h>

#include <systolith.h>

enum { RING = 0x1000, DEVICES = 16 };

/* One LOAD; returns its latency on a memory. */
static uint64_t play(struct sth_device *dev)
{
    struct sth_command c;
    struct sth_event event;

    memset(&c, 0, sizeof(c));
    STH_SET(&c, ANY_OPCODE, STH_OP_LOAD);
    STH_SET(&c, ANY_IRQ, 1);
    STH_SET(&c, LOAD_MEM_LO, 0x10000);
    STH_SET(&c, LOAD_LEN, 256);
    STH_SET(&c, LOAD_N1, 1);
    STH_SET(&c, LOAD_N2, 1);
    dev->ops->mem_write(dev, RING, &c, sizeof(c));
    dev->ops->reg_write(dev, STH_REG_RING_BASE_LO, RING);
    dev->ops->reg_write(dev, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_COMMAND);
    dev->ops->reg_write(dev, STH_REG_CTRL, STH_CTRL_ENABLE);
    dev->ops->reg_write(dev, STH_REG_TAIL, 1);
    if (!dev->ops->wait(dev, 100000) || !dev->ops->next_event(dev, &event))
        return 0;
    return event.end - event.start;
}

int main(int argc, char **argv)
{
    struct sth_mem *mem[DEVICES];
    struct sth_device *dev[DEVICES];
    struct sth_config config;
    struct sth_command unknown;
    char error[512], text[STH_DISASM_BYTES];
    uint32_t count = sth_mem_preset_count();
    int bad = 0;

    if (argc != 2 || !sth_config_load(argv[1], &config, error, sizeof(error)))
        return 2;
    if (sth_config_load("/nonexistent.cfg", &config, error, sizeof(error)) ||
        !strstr(error, "/nonexistent.cfg"))
        return 1;
    if (count > DEVICES)
        count = DEVICES;
    for (uint32_t i = 0; i < count; i++) {
        struct sth_mem_config memory;

        sth_mem_config_default(&memory);
        if (!sth_mem_config_parse(&memory, sth_mem_preset_name(i), error,
                                  sizeof(error)))
            return 1;
        mem[i] = sth_mem_create(&memory, config.params.bus_bytes, false);
        dev[i] = sth_csim_create(&config.params, mem[i], NULL);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t cycles = play(dev[i]);

        printf("%s: %llu cycles\n", sth_mem_preset_name(i),
               (unsigned long long)cycles);
        bad += cycles == 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        dev[i]->ops->destroy(dev[i]);
        sth_mem_destroy(mem[i]);
    }
    memset(&unknown, 0xff, sizeof(unknown));
    bad += sth_disasm(&unknown, text, sizeof(text)) == 0;
    bad += strcmp(sth_engine_name(STH_ENGINE_MATRIX), "MATRIX") != 0;
    return bad ? 1 : 0;
}
