/*
 * The RTL beside the model: the same commands on both, retirement by
 * retirement.  (A lock-step device does this for a whole program:
 * rtl.backend->create_lockstep().)
 *
 *     cc compare.c $(pkg-config --cflags --libs systolith) && ./a.out nano
 */
#include <stdio.h>
#include <string.h>

#include <systolith.h>
#include <systolith_rtl.h>

enum { RING = 0x1000, DATA = 0x100000, COMMANDS = 40, BYTES = 96 };

/* Odd addresses to and fro; each STORE waits for the LOAD before it. */
static void write_program(struct sth_mem *mem)
{
    struct sth_command c;
    uint8_t byte;

    for (uint32_t i = 0; i < COMMANDS; i++) {
        memset(&c, 0, sizeof(c));
        STH_SET(&c, ANY_OPCODE, i % 2 ? STH_OP_STORE : STH_OP_LOAD);
        STH_SET(&c, ANY_WAIT, i % 2);
        STH_SET(&c, ANY_POST, i % 2 ? 2 : 1);
        if (i % 2 == 0 && i > 0)
            STH_SET(&c, ANY_WAIT, 2); /* and each LOAD for that STORE */
        STH_SET(&c, ANY_IRQ, i == COMMANDS - 1);
        STH_SET(&c, LOAD_MEM_LO, DATA + 7 * i + (i % 2 ? 0x10000 : 0));
        STH_SET(&c, LOAD_SP, i % 3);
        STH_SET(&c, LOAD_LEN, BYTES - i);
        STH_SET(&c, LOAD_N1, 2);
        STH_SET(&c, LOAD_N2, 1);
        STH_SET(&c, LOAD_MEM_S1, 1000);
        STH_SET(&c, LOAD_SP_S1, BYTES);
        sth_mem_write(mem, RING + i * sizeof(c), &c, sizeof(c));
    }
    for (uint32_t i = 0; i < 4096; i++) {
        byte = (uint8_t)(i * i);
        sth_mem_write(mem, DATA + i, &byte, 1);
    }
}

/* The same for either: nobody can tell which it is. */
static void run(struct sth_device *dev)
{
    dev->ops->reg_write(dev, STH_REG_RING_BASE_LO, RING);
    dev->ops->reg_write(dev, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_COMMAND);
    dev->ops->reg_write(dev, STH_REG_CTRL, STH_CTRL_ENABLE);
    dev->ops->reg_write(dev, STH_REG_TAIL, COMMANDS);
    dev->ops->wait(dev, 1000000);
}

/* Takes both event streams; returns how many commands differ. */
static int compare(struct sth_device *model, struct sth_device *rtl)
{
    struct sth_event a, b;
    int count = 0, different = 0;

    while (model->ops->next_event(model, &a)) {
        if (!rtl->ops->next_event(rtl, &b))
            break;
        count++;
        if (a.index == b.index && a.start == b.start && a.end == b.end &&
            a.digest == b.digest)
            continue;
        different++;
        printf("command %u: model %llu..%llu %08x, RTL %llu..%llu %08x\n",
               (unsigned)a.index, (unsigned long long)a.start,
               (unsigned long long)a.end, (unsigned)a.digest,
               (unsigned long long)b.start, (unsigned long long)b.end,
               (unsigned)b.digest);
    }
    printf("%d of %d commands retired on both, %d differ\n", count,
           (int)COMMANDS, different);
    return count == COMMANDS && !different ? 0 : 1;
}

int main(int argc, char **argv)
{
    char home[4096], error[4600];
    struct sth_config config;
    struct sth_mem *mem[2];
    struct sth_rtl library;
    int status;

    sth_place_home(home, sizeof(home));
    if (!sth_config_find(argc > 1 ? argv[1] : "nano", home, &config, error,
                         sizeof(error)) ||
        !sth_rtl_open(&library, NULL, &config, error, sizeof(error))) {
        fprintf(stderr, "compare: %s\n", error);
        return 2;
    }
    for (int i = 0; i < 2; i++) { /* a memory for each */
        mem[i] = sth_mem_create(&config.memory, config.params.bus_bytes, false);
        write_program(mem[i]);
    }
    struct sth_device *model = sth_csim_create(&config.params, mem[0], NULL);
    struct sth_device *rtl = sth_rtl_create(library.backend, mem[1], NULL);

    run(model);
    run(rtl);
    status = compare(model, rtl);
    model->ops->destroy(model);
    rtl->ops->destroy(rtl);
    sth_mem_destroy(mem[0]);
    sth_mem_destroy(mem[1]);
    sth_rtl_close(&library);
    return status;
}
