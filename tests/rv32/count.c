/*
 * Plays a program with the player image on a simulated RV32 processor, and
 * counts instructions.
 *
 *   count IMAGE PROGRAM MOST [dead|storm]
 *
 * The program lies in memory that cannot be written, and the commands that
 * arrive are those that the same sources give on the host.  Status 1 when they
 * are not, when a command takes more than MOST instructions, waits and
 * interrupts included, or when the timer has to end a wait.  dead: the
 * accelerator retires nothing, the player's console is printed and its status
 * is the program's. storm: an interrupt without a source every 197
 * instructions, more than the handler has.
 */
#include "machine.h"
#include "sth_compiled.h"
#include "sth_config.h"
#include "sth_file.h"
#include "sth_player.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

/* Plays on the processor; how it went stands in its mailbox and on its console.
 */
static void play(struct machine *m, const struct sth_compiled *p,
                 const uint64_t *base)
{
    const struct sth_player_mailbox mailbox = {.program = MACHINE_PROGRAM,
                                               .program_bytes =
                                                   (uint32_t)p->header->bytes,
                                               .bases = MACHINE_BASES};

    memcpy(m->ram, &mailbox, sizeof(mailbox));
    machine_map(m, MACHINE_PROGRAM, p->header, p->header->bytes);
    machine_map(m, MACHINE_BASES, base, p->header->regions * sizeof(*base));
    m->states = STH_PLAYER_DONE + 1;
    machine_run(m);
}

/* The same on the host. */
static enum sth_fw_err play_here(struct sth_recorder *device,
                                 const struct sth_compiled *p,
                                 const struct sth_driver_config *ring,
                                 const uint64_t *base)
{
    struct sth_driver driver;
    enum sth_fw_err err = sth_driver_init(&driver, &device->hal, ring);

    for (uint32_t s = 0; s < p->header->steps && !err; s++) {
        for (uint32_t i = 0; i <= p->header->operations && !err; i++)
            err = sth_compiled_play(p, &driver, base, s, i);
        if (!err)
            err = sth_driver_wait_retired(&driver);
    }
    return err;
}

/* Regions one behind the other, beyond what 32 bits reach. */
static uint64_t *place(const struct sth_compiled *p)
{
    uint64_t *base = calloc(p->header->regions + 1, sizeof(*base));
    uint64_t at = 0xfffff000;

    for (uint32_t i = 0; base && i < p->header->regions; i++) {
        base[i] = at;
        at += (p->region_bytes[i] + PAGE - 1) / PAGE * PAGE;
    }
    if (!base)
        machine_die("bases", "out of memory");
    return base;
}

/* What both sides play, and the sides. */
struct job {
    struct sth_compiled program;
    struct sth_driver_config ring;
    struct sth_recorder here, device;
    uint64_t *base;
    void *file;
};

static void open_job(struct job *j, const char *path)
{
    struct sth_compiled_error where;
    struct sth_config config;
    char error[512];
    size_t bytes;

    j->file = sth_file_read(path, &bytes, error, sizeof(error));
    if (!j->file)
        machine_die(path, error);
    if (sth_compiled_open(&j->program, j->file, bytes, &where))
        machine_die(path, where.what);
    if (!sth_config_find(j->program.header->config, ".", &config, error,
                         sizeof(error)))
        machine_die(path, error);
    sth_driver_config_default(&j->ring);
    if (!sth_recorder_init(&j->here, &config.params, 0, j->ring.ring_log2) ||
        !sth_recorder_init(&j->device, &config.params, 0, j->ring.ring_log2))
        machine_die("device", "out of memory");
    j->base = place(&j->program);
}

int main(int argc, char **argv)
{
    static struct machine m;
    static struct job j;
    double each;

    if (argc < 4)
        machine_die("use", "count IMAGE PROGRAM MOST [dead|storm]");
    open_job(&j, argv[2]);
    if (play_here(&j.here, &j.program, &j.ring, j.base))
        machine_die(argv[2], "the player gave up");
    machine_init(&m, argv[1], &j.device);
    m.dead = argc > 4 && !strcmp(argv[4], "dead");
    m.storm = argc > 4 && !m.dead ? 197 : 0;
    play(&m, &j.program, j.base);
    if (m.dead) {
        fwrite(m.console, 1, m.console_bytes, stdout);
        return m.stuck ? 99 : (int)m.status;
    }
    if (m.stuck || m.status != 0 || m.timeouts != 0)
        machine_die(argv[1], m.console);
    each = (double)m.count[STH_PLAYER_PLAYING] / j.device.commands;
    printf("%8" PRIu32 " commands, %6.1f instructions each, %8" PRIu64
           " interrupts, %12" PRIu64 " to open the program\n    %s",
           j.device.commands, each, m.interrupts, m.count[STH_PLAYER_OPENING],
           m.console);
    if (j.device.commands != j.here.commands ||
        memcmp(j.device.command, j.here.command,
               j.here.commands * sizeof(*j.here.command)) != 0) {
        puts("the commands are not those of the host");
        return 1;
    }
    return each <= atof(argv[3]) ? 0 : 1;
}
