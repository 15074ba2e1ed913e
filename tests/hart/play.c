/*
 * Plays a program with the player image on the processor, again and again, and
 * says how fast that is, and how fast Unicorn plays it.
 *
 *   play IMAGE PROGRAM LEAST
 *
 * The commands that arrive are those that the same sources give on the host.
 * Status 1 when they are not, or with less than LEAST million instructions in a
 * second of this process.  Unicorn looks at its devices in front of each
 * instruction: its interrupts come between any two as well.
 */
#include "board.h"
#include "machine.h"
#include "sth_compiled.h"
#include "sth_config.h"
#include "sth_file.h"
#include "sth_player.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Cycles from one look at the devices to the next; host seconds of a measure;
 * cycles of a line of RAM, and of memory that is further. */
enum { QUANTUM = 1000, SECONDS = 1, NEAR_WAIT = 8, FAR_WAIT = 40 };

struct job {
    const char *image;
    struct sth_compiled program;
    struct sth_config config;
    struct sth_driver_config ring;
    struct sth_recorder here; /* what the host has sent */
    uint64_t *base;           /* of its regions */
    struct sth_player_mailbox mailbox;
    double instructions; /* of a play */
    double cycles;
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *read_file(const char *path, size_t *bytes)
{
    char error[512];
    void *file = sth_file_read(path, bytes, error, sizeof(error));

    if (!file)
        machine_die(path, error);
    return file;
}

static void new_device(const struct job *j, struct sth_recorder *device)
{
    if (!sth_recorder_init(device, &j->config.params, 0, j->ring.ring_log2))
        machine_die("device", "out of memory");
}

static enum sth_fw_err play_here(struct job *j)
{
    const struct sth_compiled_header *head = j->program.header;
    struct sth_driver driver;
    enum sth_fw_err err = sth_driver_init(&driver, &j->here.hal, &j->ring);

    for (uint32_t s = 0; s < head->steps && !err; s++) {
        for (uint32_t i = 0; i <= head->operations && !err; i++)
            err = sth_compiled_play(&j->program, &driver, j->base, s, i);
        if (!err)
            err = sth_driver_wait_retired(&driver);
    }
    return err;
}

static void open_job(struct job *j, const char *image, const char *path)
{
    struct sth_compiled_error where;
    char error[512];
    size_t bytes;
    void *file = read_file(path, &bytes);
    uint64_t at = 0xfffff000; /* beyond what 32 bits reach */

    j->image = image;
    if (sth_compiled_open(&j->program, file, bytes, &where))
        machine_die(path, where.what);
    if (!sth_config_find(j->program.header->config, ".", &j->config, error,
                         sizeof(error)))
        machine_die(path, error);
    sth_driver_config_default(&j->ring);
    new_device(j, &j->here);
    j->base = calloc(j->program.header->regions + 1, sizeof(*j->base));
    if (!j->base)
        machine_die("bases", "out of memory");
    for (uint32_t i = 0; i < j->program.header->regions; i++) {
        j->base[i] = at;
        at += (j->program.region_bytes[i] + 4095) / 4096 * 4096;
    }
    j->mailbox = (struct sth_player_mailbox){
        .program = MACHINE_PROGRAM,
        .program_bytes = (uint32_t)bytes,
        .bases = MACHINE_BASES,
    };
    if (play_here(j))
        machine_die(path, "the player gave up");
}

static bool agrees(const struct job *j, const struct sth_recorder *device)
{
    return device->commands == j->here.commands &&
           memcmp(device->command, j->here.command,
                  device->commands * sizeof(*device->command)) == 0;
}

/* Pages with these bytes, which the processor only reads. */
static uint8_t *window(struct board *b, uint32_t base, const void *from,
                       size_t bytes)
{
    const size_t whole =
        (bytes + STH_HART_PAGE) / STH_HART_PAGE * STH_HART_PAGE;
    uint8_t *host = calloc(whole, 1);
    struct sth_hart_window *w;

    if (!host)
        machine_die("memory", "out of it");
    memcpy(host, from, bytes);
    w = board_window(b, base, (uint32_t)whole, host);
    w->line_wait = FAR_WAIT;
    w->read_only = true;
    return host;
}

/* Loads the image into the board's RAM; returns where it begins. */
static uint32_t load(const struct job *j, uint8_t *ram)
{
    size_t bytes;
    char *file = read_file(j->image, &bytes);
    const Elf32_Ehdr *head = (const void *)file;
    uint32_t entry = head->e_entry;

    for (uint32_t i = 0; i < head->e_phnum; i++) {
        const Elf32_Phdr *part =
            (const void *)(file + head->e_phoff + i * sizeof(*part));

        if (part->p_type == PT_LOAD && part->p_filesz &&
            part->p_paddr - STH_PLATFORM_RAM_BASE < STH_PLATFORM_FIRMWARE_BYTES)
            memcpy(ram + (part->p_paddr - STH_PLATFORM_RAM_BASE),
                   file + part->p_offset, part->p_filesz);
    }
    memcpy(ram, &j->mailbox, sizeof(j->mailbox));
    free(file);
    return entry;
}

/* One play on our processor; returns the seconds, and what it took in the job.
 */
static double play(struct job *j, bool *good)
{
    const struct sth_compiled_header *head = j->program.header;
    struct board b = {0};
    struct sth_recorder device;
    enum sth_hart_stop why = STH_HART_STOP_NONE;
    struct sth_hart_window *near;
    uint8_t *program, *bases;
    double spent;

    new_device(j, &device);
    b.ram = calloc(STH_PLATFORM_FIRMWARE_BYTES, 1);
    if (!b.ram)
        machine_die("memory", "out of it");
    near = board_window(&b, STH_PLATFORM_RAM_BASE, STH_PLATFORM_FIRMWARE_BYTES,
                        b.ram);
    near->line_wait = NEAR_WAIT;
    near->store_wait = 1;
    program = window(&b, MACHINE_PROGRAM, head, head->bytes);
    bases =
        window(&b, MACHINE_BASES, j->base, head->regions * sizeof(*j->base));
    if (!board_init(&b, load(j, b.ram), &device))
        machine_die("processor", "cannot be built");
    spent = seconds();
    if (!board_run(&b, QUANTUM, &why) || b.status != 0)
        machine_die(sth_hart_stop_name(why), b.console);
    spent = seconds() - spent;
    *good = *good && agrees(j, &device);
    j->instructions = (double)b.hart.state.retired;
    j->cycles = (double)(b.hart.state.cycles - b.hart.state.idle);
    board_fini(&b);
    free(b.ram);
    free(program);
    free(bases);
    return spent;
}

/* The same on Unicorn. */
static double play_unicorn(struct job *j, bool *good)
{
    const struct sth_compiled_header *head = j->program.header;
    static struct machine m;
    struct sth_recorder device;
    double spent;

    new_device(j, &device);
    machine_init(&m, j->image, &device);
    memcpy(m.ram, &j->mailbox, sizeof(j->mailbox));
    machine_map(&m, MACHINE_PROGRAM, head, head->bytes);
    machine_map(&m, MACHINE_BASES, j->base, head->regions * sizeof(*j->base));
    spent = seconds();
    machine_run(&m);
    spent = seconds() - spent;
    *good = *good && agrees(j, &device);
    machine_fini(&m);
    sth_recorder_fini(&device);
    return spent;
}

/* Million instructions a second. */
static double rate(struct job *j, double (*play_once)(struct job *, bool *),
                   bool *good)
{
    double spent = 0, plays = 0;

    for (; spent < SECONDS; plays++)
        spent += play_once(j, good);
    return 1e-6 * j->instructions * plays / spent;
}

int main(int argc, char **argv)
{
    static struct job j;
    double ours, theirs;
    bool good = true;

    if (argc != 4)
        machine_die("use", "play IMAGE PROGRAM LEAST");
    open_job(&j, argv[1], argv[2]);
    ours = rate(&j, play, &good);
    theirs = rate(&j, play_unicorn, &good);
    printf("%4.0f M instructions a second, of %.2f cycles; Unicorn, without "
           "cycles: %.0f M\n",
           ours, j.cycles / j.instructions, theirs);
    if (!good)
        puts("the commands are not those of the host");
    return good && ours >= atof(argv[3]) ? 0 : 1;
}
