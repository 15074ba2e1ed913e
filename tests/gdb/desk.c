/*
 * The virtual platform on a desk of its own: processor, devices and one
 * accelerator of the C model, in one loop, and a debugger in front of it.
 *
 *   desk IMAGE.elf PORT_FILE
 *
 * Writes the port that it listens on to PORT_FILE, and serves one session.
 * Status: that of the firmware; 9 when the debugger ended the run, 10 for
 * anything else.  Nobody waits here for longer than a minute.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sth_gdb_listen.h"
#include "sth_gdb_vp.h"
#include "sth_file.h"
#include "systolith.h"

enum { SECONDS = 60, QUANTUM = 256, KILLED = 9, BROKEN = 10 };

struct desk {
    struct sth_vp vp;
    struct sth_device *device;
    struct sth_gdb_vp gdb;
};

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "desk: %s: %s\n", what, why);
    exit(BROKEN);
}

/* The accelerator comes up to the processor's cycle, and its line with it. */
static void bring_up(struct desk *d, bool stop)
{
    const uint64_t now = d->vp.hart.state.cycles;
    const uint64_t its = d->device->ops->cycles(d->device);
    const bool line =
        d->device->ops->pass(d->device, now > its ? now - its : 0, stop);

    sth_vp_plic_set(&d->vp.plic, STH_PLATFORM_ACCEL_SOURCE, line);
    sth_vp_update(&d->vp);
}

static void settle(void *user)
{
    bring_up(user, false);
}

static bool access_accelerator(struct desk *d, struct sth_hart_access *access)
{
    const uint32_t offset = access->addr - STH_PLATFORM_ACCEL_BASE;

    if (access->bytes != 4)
        return false;
    if (offset >= STH_PLATFORM_ACCEL_STRIDE) { /* there is one */
        access->value = 0;
        return !access->write;
    }
    if (access->write)
        d->device->ops->reg_write(d->device, offset, access->value);
    else
        access->value = d->device->ops->reg_read(d->device, offset);
    access->wait =
        (uint32_t)(d->device->ops->cycles(d->device) - d->vp.hart.state.cycles);
    return true;
}

static bool access_device(void *user, struct sth_hart_access *access)
{
    struct desk *d = user;
    bool good;

    bring_up(d, false);
    if (access->addr - STH_PLATFORM_ACCEL_BASE < STH_PLATFORM_ACCEL_BYTES)
        good = access_accelerator(d, access);
    else if (access->addr >= STH_PLATFORM_UART_BASE)
        good = sth_vp_access_uart(&d->vp, access);
    else if (access->addr >= STH_PLATFORM_PLIC_BASE)
        good = sth_vp_access_plic(&d->vp, access);
    else if (access->addr >= STH_PLATFORM_CLINT_BASE)
        good = sth_vp_access_clint(&d->vp, access);
    else
        good = sth_vp_access_finisher(&d->vp, access);
    bring_up(d, false);
    return good;
}

static void put(void *user, char c)
{
    (void)user;
    putchar(c);
    if (c == '\n')
        fflush(stdout);
}

/* Until something wakes the processor, or somebody wants to look. */
static void sleep_on(struct desk *d)
{
    const struct sth_hart_state *s = &d->vp.hart.state;
    uint64_t end = s->cycles + QUANTUM * QUANTUM;

    if (s->mie >> STH_HART_INTERRUPT_TIMER & 1 && d->vp.clint.mtimecmp < end)
        end =
            d->vp.clint.mtimecmp > s->cycles ? d->vp.clint.mtimecmp : s->cycles;
    if (d->device->ops->cycles(d->device) < end)
        (void)d->device->ops->pass(
            d->device, end - d->device->ops->cycles(d->device), true);
    end = d->device->ops->cycles(d->device);
    sth_vp_sleep(&d->vp, end);
    bring_up(d, false);
}

static void run(struct desk *d)
{
    while (d->vp.end == STH_VP_END_NONE) {
        const enum sth_hart_stop why =
            sth_vp_run(&d->vp, d->vp.hart.state.cycles + QUANTUM);

        if (d->vp.end == STH_VP_END_NONE)
            bring_up(d, false);
        if (why == STH_HART_STOP_WFI && d->vp.end == STH_VP_END_NONE)
            sleep_on(d);
    }
}

/* The accelerator's memory is the processor's. */
static void read_memory(void *user, uint64_t addr, void *to, size_t bytes)
{
    struct desk *d = user;

    if (addr >= d->vp.ram_bytes || bytes > d->vp.ram_bytes - addr)
        memset(to, 0, bytes);
    else
        memcpy(to, d->vp.ram + addr, bytes);
}

static void write_memory(void *user, uint64_t addr, const void *from,
                         size_t bytes)
{
    struct desk *d = user;

    if (addr >= d->vp.ram_bytes || bytes > d->vp.ram_bytes - addr)
        return;
    memcpy(d->vp.ram + addr, from, bytes);
    sth_hart_memory_changed(&d->vp.hart, STH_PLATFORM_RAM_BASE + (uint32_t)addr,
                            (uint32_t)bytes);
}

static void build(struct desk *d, const char *image)
{
    static struct sth_config config;
    const struct sth_csim_options options = {.mode = STH_CSIM_FUNCTION_AND_TIME,
                                             .sanitize = true};
    struct sth_vp_config platform = {
        .ram_bytes = 16 * STH_PLATFORM_FIRMWARE_BYTES,
        .access = access_device,
        .console = put,
        .user = d,
    };
    const struct sth_mem_store store = {d, read_memory, write_memory};
    struct sth_vp_chip chip = {.config = &config};
    char error[512];
    size_t bytes;
    void *file = sth_file_read(image, &bytes, error, sizeof(error));

    if (!file)
        give_up(image, error);
    if (!sth_config_find("nano", ".", &config, error, sizeof(error)))
        give_up("nano", error);
    platform.memory = &config.memory;
    platform.bus_bytes = config.params.bus_bytes;
    chip.mem = sth_mem_create(&config.memory, config.params.bus_bytes, false);
    if (!sth_vp_init(&d->vp, &platform) || !chip.mem)
        give_up("platform", "out of memory");
    chip.device = d->device =
        sth_csim_create(&config.params, chip.mem, &options);
    if (!d->device || !sth_vp_add_chip(&d->vp, &chip))
        give_up("accelerator", "cannot be built");
    sth_mem_set_store(chip.mem, &store);
    if (!sth_vp_load(&d->vp, file, bytes, error, sizeof(error)))
        give_up(image, error);
    free(file);
}

/* Whoever calls at the port that the file says. */
static int wait_for_debugger(const char *path)
{
    char error[256];
    uint16_t port = 0;
    const int listener = sth_gdb_listen(&port, error, sizeof(error));
    FILE *out = fopen(path, "w");
    int fd;

    if (listener < 0 || !out || fprintf(out, "%u\n", port) < 0 ||
        fclose(out) != 0)
        give_up(path, listener < 0 ? error : "cannot be written");
    fd = sth_gdb_accept(listener, SECONDS * 1000);
    close(listener);
    if (fd < 0)
        give_up(path, "nobody calls");
    return fd;
}

int main(int argc, char **argv)
{
    static struct desk d;
    int fd;

    if (argc != 3)
        give_up("use", "desk IMAGE.elf PORT_FILE");
    alarm(SECONDS);
    build(&d, argv[1]);
    fd = wait_for_debugger(argv[2]);
    alarm(SECONDS);
    if (!sth_gdb_vp_open(&d.gdb, &d.vp, &d.device, fd, fd))
        give_up("debugger", "out of memory");
    d.gdb.settle = settle;
    d.gdb.settle_user = &d;
    run(&d);
    sth_gdb_vp_over(&d.gdb);
    (void)sth_gdb_vp_close(&d.gdb);
    if (d.vp.end == STH_VP_END_QUIT)
        return KILLED;
    if (d.vp.end != STH_VP_END_EXIT)
        give_up(sth_vp_end_text(d.vp.end), sth_hart_stop_name(d.vp.stop));
    return (int)d.vp.status;
}
