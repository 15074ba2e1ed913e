/*
 * Plays an image on the parts of the virtual platform under diagnosis: console
 * to standard output, reports to standard error; ends as the diagnosis says.
 *
 *   play IMAGE CONFIG csim|rtl CYCLES
 */
#include "sth_diagnosis.h"
#include "sth_file.h"
#include "systolith_rtl.h"

#include <stdlib.h>
#include <string.h>

enum { QUANTUM = 2000, NAP = 20000, USAGE = 64 };

#define IS_IN(access, region)                                                  \
    ((access)->addr - STH_PLATFORM_##region##_BASE <                           \
     STH_PLATFORM_##region##_BYTES)

struct play {
    struct sth_vp vp;
    struct sth_config config;
    struct sth_mem *mem;
    struct sth_rtl rtl;
    struct sth_device *chip, *device; /* behind and in front of the guard */
    struct sth_diagnosis *diagnosis;
};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "play: %s: %s\n", what, why);
    exit(USAGE);
}

/* The accelerator is where the processor is. */
static void catch_up(struct play *p)
{
    const uint64_t now = p->vp.hart.state.cycles;
    const uint64_t then = p->device->ops->cycles(p->device);

    if (then < now)
        (void)p->device->ops->pass(p->device, now - then, false);
}

static void update(struct play *p)
{
    sth_vp_plic_set(&p->vp.plic, STH_PLATFORM_ACCEL_SOURCE,
                    p->device->ops->pass(p->device, 0, true));
    sth_vp_update(&p->vp);
}

static bool access_chip(struct play *p, struct sth_hart_access *access)
{
    const uint32_t offset = access->addr - STH_PLATFORM_ACCEL_BASE;

    if (offset >= STH_PLATFORM_ACCEL_STRIDE || access->bytes != 4)
        return false;
    catch_up(p);
    if (access->write)
        p->device->ops->reg_write(p->device, offset, access->value);
    else
        access->value = p->device->ops->reg_read(p->device, offset);
    access->wait =
        (uint32_t)(p->device->ops->cycles(p->device) - p->vp.hart.state.cycles);
    return true;
}

static bool access_device(void *user, struct sth_hart_access *access)
{
    struct play *p = user;
    bool good = false;

    if (IS_IN(access, ACCEL))
        good = access_chip(p, access);
    else if (IS_IN(access, UART))
        good = sth_vp_access_uart(&p->vp, access);
    else if (IS_IN(access, PLIC))
        good = sth_vp_access_plic(&p->vp, access);
    else if (IS_IN(access, CLINT))
        good = sth_vp_access_clint(&p->vp, access);
    else if (IS_IN(access, FINISHER))
        good = sth_vp_access_finisher(&p->vp, access);
    update(p);
    return good;
}

static void put(void *user, char c)
{
    (void)user;
    putchar(c);
}

/* ---- memory that both have --------------------------------------------- */

static void read_ram(void *user, uint64_t addr, void *to, size_t bytes)
{
    const struct sth_vp *vp = user;

    memset(to, 0, bytes);
    if (addr <= vp->ram_bytes && bytes <= vp->ram_bytes - addr)
        memcpy(to, vp->ram + addr, bytes);
}

static void write_ram(void *user, uint64_t addr, const void *from, size_t bytes)
{
    struct sth_vp *vp = user;

    if (addr > vp->ram_bytes || bytes > vp->ram_bytes - addr)
        return;
    memcpy(vp->ram + addr, from, bytes);
    sth_hart_memory_changed(&vp->hart, STH_PLATFORM_RAM_BASE + (uint32_t)addr,
                            (uint32_t)bytes);
}

/* ---- the run ------------------------------------------------------------ */

/* Until something wakes the processor, or nothing will. */
static void sleep_on(struct play *p)
{
    const struct sth_hart_state *s = &p->vp.hart.state;
    const bool timed = s->mie >> STH_HART_INTERRUPT_TIMER & 1 &&
                       p->vp.clint.mtimecmp != UINT64_MAX;
    const uint64_t now = p->device->ops->cycles(p->device);
    uint64_t nap = NAP;

    if (timed && p->vp.clint.mtimecmp - now < nap)
        nap = p->vp.clint.mtimecmp > now ? p->vp.clint.mtimecmp - now : 0;
    (void)p->device->ops->pass(p->device, nap, true);
    sth_vp_sleep(&p->vp, p->device->ops->cycles(p->device));
    update(p);
    if (!timed && !(s->mip & s->mie) && sth_diagnosis_is_silent(p->diagnosis))
        sth_vp_finish(&p->vp, STH_VP_END_ASLEEP);
}

static void run(struct play *p)
{
    while (p->vp.end == STH_VP_END_NONE) {
        const struct sth_hart_state *s = &p->vp.hart.state;
        const enum sth_hart_stop why = sth_vp_run(&p->vp, s->cycles + QUANTUM);

        catch_up(p);
        update(p);
        if (why == STH_HART_STOP_WFI && !(s->mip & s->mie))
            sleep_on(p);
        if (s->cycles >= p->vp.limit && p->vp.end == STH_VP_END_NONE)
            sth_vp_finish(&p->vp, STH_VP_END_LIMIT);
    }
}

static void make_chip(struct play *p, const char *name, bool is_rtl)
{
    const struct sth_csim_options options = {.mode =
                                                 STH_CSIM_FUNCTION_AND_TIME};
    char error[512];

    if (is_rtl &&
        !sth_rtl_open(&p->rtl, NULL, &p->config, error, sizeof(error)))
        die(name, error);
    p->mem =
        sth_mem_create(&p->config.memory, p->config.params.bus_bytes, false);
    if (p->mem == NULL)
        die(name, "out of memory");
    p->chip = is_rtl ? sth_rtl_create(p->rtl.backend, p->mem, NULL)
                     : sth_csim_create(&p->config.params, p->mem, &options);
    if (p->chip == NULL)
        die(name, "out of memory");
}

static void set_up(struct play *p, const char *image, const char *name,
                   bool is_rtl)
{
    struct sth_vp_config config = {.ram_bytes = STH_PLATFORM_FIRMWARE_BYTES,
                                   .access = access_device,
                                   .console = put,
                                   .user = p};
    const struct sth_mem_store store = {&p->vp, read_ram, write_ram};
    char error[512];
    size_t bytes;
    char *file = sth_file_read(image, &bytes, error, sizeof(error));

    if (file == NULL)
        die(image, error);
    if (!sth_config_find(name, ".", &p->config, error, sizeof(error)))
        die(name, error);
    config.memory = &p->config.memory;
    config.bus_bytes = p->config.params.bus_bytes;
    make_chip(p, name, is_rtl);
    sth_mem_set_store(p->mem, &store);
    if (!sth_vp_init(&p->vp, &config) ||
        (p->diagnosis = sth_diagnosis_create(&p->vp, 300000, true, stderr)) == NULL ||
        (p->device = sth_diagnosis_guard(p->diagnosis, p->chip,
                                         &p->config.params)) == NULL ||
        !sth_vp_add_chip(&p->vp, &(struct sth_vp_chip){.device = p->device,
                                                       .mem = p->mem,
                                                       .config = &p->config,
                                                       .is_rtl = is_rtl}))
        die(image, "out of memory");
    if (!sth_vp_load(&p->vp, file, bytes, error, sizeof(error)) ||
        !sth_diagnosis_attach(p->diagnosis, file, bytes))
        die(image, error);
    free(file);
}

static int status_of(const struct sth_vp *vp, uint32_t reports)
{
    switch (vp->end) {
    case STH_VP_END_EXIT:
        return vp->status != 0 || reports == 0 ? (int)vp->status : 105;
    case STH_VP_END_STOP:
        return 101;
    case STH_VP_END_LIMIT:
        return 103;
    default:
        return 100;
    }
}

int main(int argc, char **argv)
{
    static struct play p;
    int status;

    if (argc != 5)
        die("use", "play IMAGE CONFIG csim|rtl CYCLES");
    set_up(&p, argv[1], argv[2], strcmp(argv[3], "rtl") == 0);
    p.vp.limit = strtoull(argv[4], NULL, 0);
    run(&p);
    fflush(stdout);
    status = status_of(&p.vp, sth_diagnosis_end(p.diagnosis));
    p.chip->ops->destroy(p.chip);
    sth_diagnosis_destroy(p.diagnosis);
    sth_vp_fini(&p.vp);
    sth_mem_destroy(p.mem);
    sth_rtl_close(&p.rtl);
    return status;
}
