#include "sth_vp.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define BASE(region) STH_PLATFORM_##region##_BASE
#define SIZE(region) STH_PLATFORM_##region##_BYTES

/* Pages that take no room of the host until somebody writes there. */
static uint8_t *map_pages(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return at == MAP_FAILED ? NULL : at;
}

static uint32_t beats(const struct sth_vp *vp)
{
    return (STH_VP_LINE_BYTES + vp->config.bus_bytes - 1) /
           vp->config.bus_bytes;
}

/* A line of RAM comes as a burst of the memory component. */
static uint32_t fill(void *user, uint32_t addr)
{
    struct sth_vp *vp = user;
    const uint64_t now = vp->hart.state.cycles;
    const uint64_t line = (addr - BASE(RAM)) / STH_VP_LINE_BYTES;

    return (uint32_t)(sth_mem_read_burst(vp->line_mem, now,
                                         line * STH_VP_LINE_BYTES, beats(vp),
                                         NULL) -
                      now);
}

static double host_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The first doorbell is when firmware has come up. */
static void note_doorbell(struct sth_vp *vp,
                          const struct sth_hart_access *access)
{
    const uint32_t at = access->addr - BASE(ACCEL);

    if (vp->rung || !access->write || at >= SIZE(ACCEL) ||
        at % STH_PLATFORM_ACCEL_STRIDE != STH_REG_TAIL)
        return;
    vp->rung = vp->hart.state.cycles;
    vp->rung_retired = vp->hart.state.retired;
    vp->rung_seconds = host_seconds() - vp->begun;
}

static bool ask(void *user, struct sth_hart_access *access)
{
    struct sth_vp *vp = user;

    vp->accesses++;
    note_doorbell(vp, access);
    if (vp->watcher && vp->watcher->access)
        vp->watcher->access(vp->watcher->user, access);
    return vp->config.access(vp->config.user, access);
}

static uint64_t read_time(void *user)
{
    const struct sth_vp *vp = user;

    return vp->hart.state.cycles;
}

static bool init_hart(struct sth_vp *vp)
{
    const struct sth_hart_config config = {
        .reset_pc = BASE(ROM),
        .line_bytes = STH_VP_LINE_BYTES,
        .fetch_lines = STH_VP_LINES,
        .data_lines = STH_VP_LINES,
        .windows = 2,
        .window = {{.base = BASE(RAM),
                    .bytes = vp->ram_bytes,
                    .host = vp->ram,
                    .asks = true},
                   {.base = BASE(ROM),
                    .bytes = SIZE(ROM),
                    .host = vp->rom,
                    .read_only = true}},
        .owner = {vp, ask, fill, read_time},
    };

    return sth_hart_init(&vp->hart, &config);
}

bool sth_vp_init(struct sth_vp *vp, const struct sth_vp_config *config)
{
    memset(vp, 0, sizeof(*vp));
    if (config->ram_bytes < STH_PLATFORM_FIRMWARE_BYTES ||
        config->ram_bytes > SIZE(RAM) || config->ram_bytes % STH_HART_PAGE)
        return false;
    vp->config = *config;
    vp->ram_bytes = config->ram_bytes;
    vp->limit = UINT64_MAX;
    vp->ram = map_pages(vp->ram_bytes);
    vp->rom = map_pages(SIZE(ROM));
    vp->line_mem = sth_mem_create(config->memory, config->bus_bytes, true);
    sth_vp_clint_reset(&vp->clint);
    if (vp->ram && vp->rom && vp->line_mem && init_hart(vp))
        return true;
    sth_vp_fini(vp);
    return false;
}

void sth_vp_fini(struct sth_vp *vp)
{
    sth_hart_fini(&vp->hart);
    sth_mem_destroy(vp->line_mem);
    if (vp->ram)
        munmap(vp->ram, vp->ram_bytes);
    if (vp->rom)
        munmap(vp->rom, SIZE(ROM));
    vp->ram = vp->rom = NULL;
    vp->line_mem = NULL;
}

static void read_ram(void *user, uint64_t addr, void *to, size_t bytes)
{
    const struct sth_vp *vp = user;
    const size_t room = addr < vp->ram_bytes ? vp->ram_bytes - addr : 0;
    const size_t n = bytes < room ? bytes : room;

    memset(to, 0, bytes);
    if (n)
        memcpy(to, vp->ram + addr, n);
}

static void write_ram(void *user, uint64_t addr, const void *from, size_t bytes)
{
    struct sth_vp *vp = user;

    if (addr >= vp->ram_bytes || bytes > vp->ram_bytes - addr)
        return;
    memcpy(vp->ram + addr, from, bytes);
    sth_hart_memory_changed(&vp->hart, BASE(RAM) + (uint32_t)addr,
                            (uint32_t)bytes);
}

void sth_vp_share(struct sth_vp *vp, struct sth_mem *mem)
{
    const struct sth_mem_store store = {vp, read_ram, write_ram};

    sth_mem_set_store(mem, &store);
}

bool sth_vp_add_chip(struct sth_vp *vp, const struct sth_vp_chip *chip)
{
    if (vp->chips == STH_VP_CHIPS)
        return false;
    vp->chip[vp->chips++] = *chip;
    sth_mem_set_error_range(chip->mem, vp->ram_bytes,
                            (UINT64_C(1) << STH_ADDR_BITS) - 1);
    sth_vp_share(vp, chip->mem);
    return true;
}

bool sth_vp_load(struct sth_vp *vp, const void *file, size_t bytes, char *error,
                 size_t error_size)
{
    const struct sth_vp_place place[] = {
        {"ROM", BASE(ROM), SIZE(ROM), vp->rom},
        {"RAM", BASE(RAM), vp->ram_bytes, vp->ram},
    };

    if (!sth_vp_elf_load(&vp->image, file, bytes, place, 2, error, error_size))
        return false;
    sth_hart_memory_changed(&vp->hart, BASE(ROM), SIZE(ROM));
    sth_hart_memory_changed(&vp->hart, BASE(RAM), vp->ram_bytes);
    return sth_hart_reg_write(&vp->hart, STH_HART_REG_PC, vp->image.entry);
}

bool sth_vp_peek(const struct sth_vp *vp, uint32_t addr, void *to,
                 uint32_t bytes)
{
    const uint8_t *from = sth_hart_memory(&vp->hart, addr, bytes);

    if (from)
        memcpy(to, from, bytes);
    return from != NULL;
}

bool sth_vp_poke(struct sth_vp *vp, uint32_t addr, const void *from,
                 uint32_t bytes)
{
    uint8_t *to = sth_hart_memory(&vp->hart, addr, bytes);

    if (!to)
        return false;
    memcpy(to, from, bytes);
    sth_hart_memory_changed(&vp->hart, addr, bytes);
    return true;
}

/* ---- running ----------------------------------------------------------- */

void sth_vp_finish(struct sth_vp *vp, enum sth_vp_end end)
{
    if (vp->end == STH_VP_END_NONE)
        vp->end = end;
    sth_hart_stop(&vp->hart);
}

/* Without a watcher a stop is the end. */
static void consult(struct sth_vp *vp, enum sth_hart_stop why)
{
    if (vp->watcher) {
        vp->order = vp->watcher->stopped(vp->watcher->user, why);
        if (vp->order == STH_VP_QUIT)
            vp->end = STH_VP_END_QUIT;
    } else {
        vp->end = STH_VP_END_STOP;
        vp->stop = why;
    }
}

static bool is_interrupted(const struct sth_vp *vp)
{
    return vp->watcher && vp->watcher->interrupts &&
           vp->watcher->interrupts(vp->watcher->user);
}

static void begin(struct sth_vp *vp)
{
    if (vp->begun > 0)
        return;
    if (vp->watcher)
        consult(vp, STH_HART_STOP_NONE);
    vp->begun = host_seconds();
}

enum sth_hart_stop sth_vp_run(struct sth_vp *vp, uint64_t until)
{
    struct sth_hart *hart = &vp->hart;
    enum sth_hart_stop why;

    begin(vp);
    if (is_interrupted(vp))
        consult(vp, STH_HART_STOP_ASKED);
    if (vp->sampler && hart->state.cycles >= vp->sampler->next)
        vp->sampler->look(vp->sampler->user);
    while (vp->end == STH_VP_END_NONE) {
        if (hart->state.cycles >= vp->limit) {
            vp->end = STH_VP_END_LIMIT;
            break;
        }
        sth_vp_update(vp);
        why = vp->order == STH_VP_STEP
                  ? sth_hart_step(hart)
                  : sth_hart_run(hart, until < vp->clint.mtimecmp ||
                                               hart->state.cycles >=
                                                   vp->clint.mtimecmp
                                           ? until
                                           : vp->clint.mtimecmp);
        if (vp->end != STH_VP_END_NONE || why == STH_HART_STOP_WFI)
            return why;
        if (why != STH_HART_STOP_TIME || vp->order == STH_VP_STEP)
            consult(vp, why);
        else if (hart->state.cycles >= until)
            return why;
    }
    return STH_HART_STOP_ASKED;
}

void sth_vp_sleep(struct sth_vp *vp, uint64_t now)
{
    const struct sth_hart_state *s = &vp->hart.state;

    if (s->waiting && !(s->mip & s->mie) && s->cycles < now)
        (void)sth_hart_run(&vp->hart, now);
}

void sth_vp_update(struct sth_vp *vp)
{
    struct sth_hart *hart = &vp->hart;
    const uint64_t now = hart->state.cycles;

    sth_hart_set_interrupt(hart, STH_HART_INTERRUPT_EXTERNAL,
                           sth_vp_plic_best(&vp->plic) != 0);
    sth_hart_set_interrupt(hart, STH_HART_INTERRUPT_TIMER,
                           sth_vp_clint_line(&vp->clint, now));
}

/* ---- devices ----------------------------------------------------------- */

bool sth_vp_access_clint(struct sth_vp *vp, struct sth_hart_access *access)
{
    const uint32_t offset = access->addr - BASE(CLINT);

    if (access->bytes != 4)
        return false;
    if (!access->write) {
        access->value =
            sth_vp_clint_read(&vp->clint, offset, vp->hart.state.cycles);
        return true;
    }
    sth_vp_clint_write(&vp->clint, offset, access->value);
    if (!sth_vp_clint_line(&vp->clint, vp->hart.state.cycles))
        sth_hart_until(&vp->hart, vp->clint.mtimecmp);
    return true;
}

bool sth_vp_access_plic(struct sth_vp *vp, struct sth_hart_access *access)
{
    const uint32_t offset = access->addr - BASE(PLIC);

    if (access->bytes != 4)
        return false;
    if (access->write)
        sth_vp_plic_write(&vp->plic, offset, access->value);
    else
        access->value = sth_vp_plic_read(&vp->plic, offset);
    return true;
}

bool sth_vp_access_uart(struct sth_vp *vp, struct sth_hart_access *access)
{
    if (access->addr - BASE(UART) != STH_PLATFORM_UART_DATA)
        return false;
    if (access->write && vp->config.console)
        vp->config.console(vp->config.user, (char)access->value);
    return true;
}

bool sth_vp_access_finisher(struct sth_vp *vp, struct sth_hart_access *access)
{
    const uint32_t word = access->value & 0xffff;

    if (access->addr - BASE(FINISHER) != STH_PLATFORM_FINISHER_EXIT ||
        access->bytes != 4 || !access->write ||
        (word != STH_PLATFORM_FINISHER_PASS &&
         word != STH_PLATFORM_FINISHER_FAIL))
        return false;
    vp->status = word == STH_PLATFORM_FINISHER_PASS ? 0 : access->value >> 16;
    sth_vp_finish(vp, STH_VP_END_EXIT);
    return true;
}

const char *sth_vp_end_text(enum sth_vp_end end)
{
    static const char *const text[STH_VP_END_COUNT] = {
        "it has not ended",
        "firmware ended it",
        "the processor waits for an interrupt, and none can come",
        "the processor stopped",
        "an accelerator's surroundings broke",
        "it took as many cycles as it may",
        "it was ended from outside",
    };

    return text[end];
}
