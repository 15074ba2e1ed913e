/*
 * Runs an image on a simulated RV32 processor, prints its console and ends with
 * its status.
 *
 *   boot IMAGE WORD [mute|CONFIG]
 *
 * WORD becomes the first word of memory; mute: there is no console; CONFIG: the
 * accelerator is the C model of that configuration, otherwise there is none.
 * 99: the processor sleeps and nothing will wake it.
 */
#include "machine.h"
#include "sth_config.h"
#include "systolith.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sth_device *make_chip(const char *name)
{
    const struct sth_csim_options options = {.mode = STH_CSIM_FUNCTION_AND_TIME,
                                             .sanitize = true};
    struct sth_config config;
    struct sth_mem *mem;
    struct sth_device *chip;
    char error[512];

    if (!sth_config_find(name, ".", &config, error, sizeof(error)))
        machine_die(name, error);
    mem = sth_mem_create(&config.memory, config.params.bus_bytes, false);
    chip = mem ? sth_csim_create(&config.params, mem, &options) : NULL;
    if (!chip)
        machine_die(name, "out of memory");
    return chip;
}

/* What the model's sanitizer has seen fails the run. */
static bool is_clean(struct sth_device *chip)
{
    const struct sth_diagnostic *list;
    const size_t count = sth_csim_report(chip, &list);

    for (size_t i = 0; i < count; i++)
        puts(list[i].text);
    return count == 0;
}

int main(int argc, char **argv)
{
    struct sth_device *chip = NULL;
    static struct machine m;
    uint32_t word;

    if (argc < 3)
        machine_die("use", "boot IMAGE WORD [mute|CONFIG]");
    m.mute = argc > 3 && !strcmp(argv[3], "mute");
    machine_init(&m, argv[1], NULL);
    if (argc > 3 && !m.mute) {
        chip = make_chip(argv[3]);
        machine_attach(&m, chip);
    }
    word = (uint32_t)strtoul(argv[2], NULL, 0);
    memcpy(m.ram, &word, sizeof(word));
    machine_run(&m);
    fwrite(m.console, 1, m.console_bytes, stdout);
    if (chip && !is_clean(chip))
        return 98;
    machine_fini(&m);
    return m.stuck ? 99 : (int)m.status;
}
