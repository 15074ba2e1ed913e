/*
 * Plays a program with the player image on a simulated RV32 processor, and
 * counts instructions.
 *
 *   count IMAGE PROGRAM MOST
 *
 * Behind the registers is a device that takes commands and does none.  The
 * program lies in memory that cannot be written, and the commands that arrive
 * are those that the same sources give on the host.  Status 1 when they are
 * not, or when a command takes more than MOST instructions.
 */
#include "sth_compiled.h"
#include "sth_config.h"
#include "sth_file.h"
#include "sth_player.h"
#include "sth_recorder.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

/* Addresses of the processor; the image's are in its linker script. */
enum {
    REGS = 0x10000000,
    PROGRAM = 0x20000000,
    BASES = 0x60000000,
    MEMORY = 0x70000000,
    PAGE = 4096,
    IMAGE_BYTES = 256 << 10
};
#define IMAGE 0x80000000u

struct machine {
    uc_engine *uc;
    struct sth_recorder device;
    struct sth_driver_config ring;
    uint8_t *image; /* the processor's memory, mailbox first */
    uint64_t count[STH_PLAYER_DONE + 1]; /* instructions, by state */
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "count: %s: %s\n", what, why);
    exit(2);
}

static void must(uc_err err, const char *what)
{
    if (err != UC_ERR_OK)
        die(what, uc_strerror(err));
}

static uint64_t reg_read(uc_engine *uc, uint64_t offset, unsigned size,
                         void *user)
{
    struct machine *m = user;

    (void)uc;
    (void)size;
    return m->device.hal.ops->reg_read(&m->device.hal, (uint32_t)offset);
}

/* The doorbell: the ring is the processor's memory. */
static void reg_write(uc_engine *uc, uint64_t offset, unsigned size,
                      uint64_t value, void *user)
{
    struct machine *m = user;

    (void)size;
    if (offset == STH_REG_TAIL)
        must(uc_mem_read(uc, MEMORY + m->ring.ring_addr, m->device.ring,
                         sizeof(struct sth_command) << m->ring.ring_log2),
             "ring");
    m->device.hal.ops->reg_write(&m->device.hal, (uint32_t)offset,
                                 (uint32_t)value);
}

static struct sth_player_mailbox *mailbox(struct machine *m)
{
    return (struct sth_player_mailbox *)(void *)m->image;
}

static void on_instruction(uc_engine *uc, uint64_t address, uint32_t size,
                           void *user)
{
    struct machine *m = user;
    const uint32_t state = mailbox(m)->state;

    (void)address;
    (void)size;
    m->count[state]++;
    if (state == STH_PLAYER_DONE)
        uc_emu_stop(uc);
}

/* Puts the image into the processor's memory; returns where it begins. */
static uint32_t load_image(struct machine *m, const char *path)
{
    char error[512];
    size_t bytes;
    char *file = sth_file_read(path, &bytes, error, sizeof(error));
    const Elf32_Ehdr *head = (const void *)file;
    uint32_t entry;

    if (!file)
        die(path, error);
    if (bytes < sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
        die(path, "no ELF file");
    for (uint32_t i = 0; i < head->e_phnum; i++) {
        const Elf32_Phdr *part =
            (const void *)(file + head->e_phoff + i * sizeof(*part));

        if (part->p_type == PT_LOAD && part->p_filesz)
            memcpy(m->image + (part->p_paddr - IMAGE), file + part->p_offset,
                   part->p_filesz);
    }
    entry = head->e_entry;
    free(file);
    return entry;
}

static void map(struct machine *m, uint64_t at, const void *from, size_t bytes,
                uint32_t rights, const char *what)
{
    must(uc_mem_map(m->uc, at, (bytes / PAGE + 1) * PAGE, rights), what);
    if (from)
        must(uc_mem_write(m->uc, at, from, bytes), what);
}

/* Plays on the processor; returns the player's error. */
static uint32_t play(struct machine *m, const char *image,
                     const struct sth_compiled *p, const uint64_t *base)
{
    const size_t file = p->header->bytes;
    uint32_t entry;
    uc_hook hook;

    must(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &m->uc), "unicorn");
    m->image = aligned_alloc(PAGE, IMAGE_BYTES);
    if (!m->image)
        die("image", "out of memory");
    memset(m->image, 0xa5, IMAGE_BYTES);
    entry = load_image(m, image);
    *mailbox(m) = (struct sth_player_mailbox){.reg_base = REGS,
                                              .mem_base = MEMORY,
                                              .program = PROGRAM,
                                              .program_bytes = (uint32_t)file,
                                              .bases = BASES};
    must(uc_mem_map_ptr(m->uc, IMAGE, IMAGE_BYTES, UC_PROT_ALL, m->image),
         "image");
    map(m, PROGRAM, p->header, file, UC_PROT_READ, "program");
    map(m, BASES, base, p->header->regions * sizeof(*base), UC_PROT_READ,
        "bases");
    map(m, MEMORY, NULL, sizeof(struct sth_command) << m->ring.ring_log2,
        UC_PROT_READ | UC_PROT_WRITE, "memory");
    must(uc_mmio_map(m->uc, REGS, PAGE, reg_read, m, reg_write, m),
         "registers");
    must(uc_hook_add(m->uc, &hook, UC_HOOK_CODE, (void *)on_instruction, m, 1,
                     0),
         "hook");
    must(uc_emu_start(m->uc, entry, 0, 0, 0), "player");
    return mailbox(m)->err;
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
        die("bases", "out of memory");
    return base;
}

int main(int argc, char **argv)
{
    static struct machine m;
    struct sth_recorder here;
    struct sth_compiled_error where;
    struct sth_compiled p;
    struct sth_config config;
    char error[512];
    size_t bytes;
    uint64_t *base;
    void *file;
    double each;

    if (argc != 4)
        die("use", "count IMAGE PROGRAM MOST");
    file = sth_file_read(argv[2], &bytes, error, sizeof(error));
    if (!file)
        die(argv[2], error);
    if (sth_compiled_open(&p, file, bytes, &where))
        die(argv[2], where.what);
    if (!sth_config_find(p.header->config, ".", &config, error, sizeof(error)))
        die(argv[2], error);
    sth_driver_config_default(&m.ring);
    if (!sth_recorder_init(&m.device, &config.params, m.ring.ring_addr,
                           m.ring.ring_log2) ||
        !sth_recorder_init(&here, &config.params, m.ring.ring_addr,
                           m.ring.ring_log2))
        die("device", "out of memory");
    base = place(&p);
    if (play_here(&here, &p, &m.ring, base) || play(&m, argv[1], &p, base))
        die(argv[2], "the player gave up");
    each = (double)m.count[STH_PLAYER_PLAYING] / m.device.commands;
    printf("%8" PRIu32 " commands, %6.1f instructions each, %12" PRIu64
           " to open the program\n",
           m.device.commands, each, m.count[STH_PLAYER_OPENING]);
    if (m.device.commands != here.commands ||
        memcmp(m.device.command, here.command,
               here.commands * sizeof(*here.command)) != 0) {
        puts("the commands are not those of the host");
        return 1;
    }
    return each <= atof(argv[3]) ? 0 : 1;
}
