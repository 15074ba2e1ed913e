/*
 * Runs an image on a simulated RV32 processor without an accelerator, prints
 * its console and ends with its status.
 *
 *   boot IMAGE WORD [mute]
 *
 * WORD becomes the first word of memory; mute: there is no console.  99: the
 * processor sleeps and nothing will wake it.
 */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    static struct machine m;
    uint32_t word;

    if (argc < 3)
        machine_die("use", "boot IMAGE WORD [mute]");
    m.mute = argc > 3 && !strcmp(argv[3], "mute");
    machine_init(&m, argv[1], NULL);
    word = (uint32_t)strtoul(argv[2], NULL, 0);
    memcpy(m.ram, &word, sizeof(word));
    machine_run(&m);
    fwrite(m.console, 1, m.console_bytes, stdout);
    machine_fini(&m);
    return m.stuck ? 99 : (int)m.status;
}
