#include "sth_diagnosis_state.h"

#include "sth_board.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define RAM STH_PLATFORM_RAM_BASE

/* ---- what the platform asks -------------------------------------------- */

static enum sth_vp_order stop(struct sth_diagnosis *d, enum sth_hart_stop why)
{
    d->end = STH_VP_END_STOP;
    d->stop = why;
    return STH_VP_QUIT;
}

/* A stop that the run does not survive, or one that is only said. */
static enum sth_vp_order stopped(void *user, enum sth_hart_stop why)
{
    struct sth_diagnosis *d = user;
    const struct sth_hart_report *r = &d->vp->hart.report;

    switch (why) {
    case STH_HART_STOP_DOUBLE_FAULT:
        sth_diagnosis_report(d, "double fault",
                             "a trap of cause %u at pc 0x%08x, before the one "
                             "of cause %u at 0x%08x was taken",
                             d->vp->hart.state.trap.cause, r->pc,
                             r->first.cause, r->first.pc);
        return stop(d, why);
    case STH_HART_STOP_STACK:
        sth_diagnosis_report(d, "stack",
                             "overflow: sp is 0x%08x, and the stack ends at "
                             "0x%08x",
                             r->addr, d->vp->image.stack_limit);
        return stop(d, why);
    case STH_HART_STOP_UNWRITTEN:
        sth_diagnosis_report(d, "unwritten",
                             "the processor reads 0x%08x, which nobody has "
                             "written",
                             r->addr);
        return STH_VP_GO;
    default:
        return STH_VP_GO;
    }
}

/* Firmware is in a loop, or looks at registers, for ever: that is an end. */
static void give_up(struct sth_diagnosis *d)
{
    d->end = STH_VP_END_ASLEEP;
    sth_vp_finish(d->vp, STH_VP_END_QUIT);
}

/* Cycles that the processor was awake. */
static uint64_t awake(const struct sth_diagnosis *d)
{
    return d->vp->hart.state.cycles - d->vp->hart.state.idle;
}

/* Something came of it. */
static void note_result(struct sth_diagnosis *d)
{
    d->busy = awake(d);
    d->characters = 0;
    d->traps = d->vp->hart.state.traps;
}

static bool look(void *user)
{
    struct sth_diagnosis *d = user;

    if (d->vp->end != STH_VP_END_NONE)
        return false;
    if (d->patience != 0 &&
        (awake(d) - d->busy > d->patience ||
         d->vp->hart.state.traps - d->traps > STH_DIAGNOSIS_TRAPS))
        sth_vp_finish(d->vp, STH_VP_END_LIMIT);
    else if (d->vp->hart.state.waiting && !sth_diagnosis_may_wake(d))
        sth_vp_finish(d->vp, STH_VP_END_ASLEEP);
    else if (sth_diagnosis_is_endless(d)) {
        sth_diagnosis_report(
            d, "endless",
            "the processor is where it was %llu cycles ago, "
            "has done nothing, and nothing will interrupt it",
            (unsigned long long)(d->vp->hart.state.cycles - d->mark.cycle));
        give_up(d);
    }
    return false;
}

static void on_device(void *user, const struct sth_hart_access *access)
{
    const uint32_t offset = access->addr - STH_PLATFORM_ACCEL_BASE;
    struct sth_diagnosis *d = user;

    if (access->write && offset < STH_PLATFORM_ACCEL_BYTES &&
        offset % STH_PLATFORM_ACCEL_STRIDE == STH_REG_TAIL)
        note_result(d);
    if (access->write &&
        access->addr == STH_PLATFORM_UART_BASE + STH_PLATFORM_UART_DATA &&
        d->characters++ < STH_DIAGNOSIS_CHARACTERS)
        d->busy = awake(d);

    if (offset < STH_PLATFORM_ACCEL_BYTES && access->bytes != 4)
        sth_diagnosis_report(d, "register",
                             "%s of %u bytes at register 0x%x: registers are "
                             "words",
                             access->write ? "write" : "read", access->bytes,
                             offset % STH_PLATFORM_ACCEL_STRIDE);
}

/* ---- what guards ask --------------------------------------------------- */

static bool is_written(void *user, uint64_t addr, uint64_t bytes,
                       uint64_t *first)
{
    struct sth_diagnosis *d = user;
    uint32_t at;

    if (addr + bytes > d->vp->ram_bytes ||
        sth_hart_is_written(&d->vp->hart, (uint32_t)addr + RAM, (uint32_t)bytes,
                            &at))
        return true;
    *first = at - RAM;
    return false;
}

static bool is_firmware(void *user)
{
    return ((const struct sth_diagnosis *)user)->vp->hart.asking;
}

static void wrote(void *user, uint64_t addr, uint64_t bytes)
{
    struct sth_diagnosis *d = user;

    note_result(d);
    if (addr + bytes <= d->vp->ram_bytes)
        sth_hart_memory_changed(&d->vp->hart, (uint32_t)addr + RAM,
                                (uint32_t)bytes);
}

static void polls(void *user)
{
    give_up(user);
}

static void found(void *user, const struct sth_guard_finding *finding)
{
    sth_diagnosis_report_finding(user, finding);
}

/* ---- life and death ---------------------------------------------------- */

struct sth_diagnosis *sth_diagnosis_create(struct sth_vp *vp, uint64_t patience,
                                           bool thorough, FILE *out)
{
    struct sth_diagnosis *d = calloc(1, sizeof(*d));

    if (d == NULL)
        return NULL;
    d->vp = vp;
    d->out = out;
    d->patience = patience;
    d->thorough = thorough;
    d->watcher = (struct sth_vp_watcher){
        .user = d, .stopped = stopped, .interrupts = look, .access = on_device};
    return d;
}

void sth_diagnosis_destroy(struct sth_diagnosis *d)
{
    if (d == NULL)
        return;
    for (uint32_t i = 0; i < d->guards; i++)
        sth_guard_destroy(d->guard[i]);
    sth_symbols_close(d->symbols);
    free(d);
}

static void protect(struct sth_guard *guard, uint32_t addr, uint32_t bytes)
{
    sth_guard_protect(guard, addr - RAM, bytes, "firmware's code");
}

struct sth_device *sth_diagnosis_guard(struct sth_diagnosis *d,
                                       struct sth_device *device,
                                       const struct sth_params *params)
{
    const struct sth_guard_options options = {
        .params = params,
        .number = d->guards,
        .mem_bytes = d->vp->ram_bytes,
        .light = !d->thorough,
        .user = d,
        .is_firmware = is_firmware,
        .where = sth_diagnosis_where,
        .is_written = is_written,
        .wrote = wrote,
        .polls = polls,
        .found = found,
    };

    struct sth_guard *guard;

    if (d->guards == STH_VP_CHIPS)
        return NULL;
    guard = sth_guard_create(device, &options);
    if (guard == NULL)
        return NULL;
    for (uint32_t i = 0; i < d->codes; i++)
        protect(guard, d->code[i].addr, d->code[i].bytes);
    d->guard[d->guards++] = guard;
    return sth_guard_device(guard);
}

void sth_diagnosis_allow(struct sth_diagnosis *d, uint64_t cycles)
{
    if (d->patience != 0)
        d->patience += cycles;
}

void sth_diagnosis_name_commands(struct sth_diagnosis *d,
                                 void (*name)(void *user, uint32_t index,
                                              uint64_t addr, char *text,
                                              size_t size),
                                 void *user)
{
    d->name = name;
    d->name_user = user;
}

struct sth_device *sth_diagnosis_behind(const struct sth_diagnosis *d,
                                        struct sth_device *device)
{
    for (uint32_t i = 0; i < d->guards; i++)
        if (sth_guard_device(d->guard[i]) == device)
            return sth_guard_behind(d->guard[i]);
    return device;
}

static void add_code(void *user, uint32_t addr, uint32_t bytes)
{
    struct sth_diagnosis *d = user;

    if (addr < RAM || d->codes == STH_DIAGNOSIS_CODE)
        return;
    d->code[d->codes].addr = addr;
    d->code[d->codes++].bytes = bytes;
    for (uint32_t i = 0; i < d->guards; i++)
        protect(d->guard[i], addr, bytes);
}

/* What the file holds is written.  It was loaded, so it is what it says. */
static void note_image(struct sth_diagnosis *d, const char *file)
{
    Elf32_Ehdr head;
    Elf32_Phdr part;

    memcpy(&head, file, sizeof(head));
    for (uint32_t i = 0; i < head.e_phnum; i++) {
        memcpy(&part, file + head.e_phoff + i * sizeof(part), sizeof(part));
        if (part.p_type == PT_LOAD)
            sth_hart_memory_changed(&d->vp->hart, part.p_paddr, part.p_filesz);
    }
}

bool sth_diagnosis_attach(struct sth_diagnosis *d, const void *file,
                          size_t bytes)
{
    char error[128];

    d->symbols = sth_symbols_open(file, bytes, error, sizeof(error));
    if (d->symbols != NULL)
        sth_symbols_code(d->symbols, add_code, d);
    if (d->thorough && !sth_hart_shadow(&d->vp->hart))
        return false;
    note_image(d, file);
    sth_hart_stack_limit(&d->vp->hart, d->vp->image.stack_limit);
    sth_diagnosis_listen(d);
    if (d->vp->watcher == NULL)
        d->vp->watcher = &d->watcher;
    return true;
}

/* What the end itself has to say. */
static void report_end(struct sth_diagnosis *d)
{
    struct sth_vp *vp = d->vp;

    if (d->end != STH_VP_END_NONE) { /* said when it was */
        vp->end = d->end;
        vp->stop = d->stop;
    } else if (vp->end == STH_VP_END_EXIT &&
               vp->status > STH_BOARD_STATUS_STACK_OVERFLOW) {
        sth_diagnosis_report(d, "status",
                             "firmware ended with status %u, which has no "
                             "meaning",
                             vp->status);
    } else if (vp->end == STH_VP_END_ASLEEP) {
        sth_diagnosis_explain_sleep(d);
    } else if (vp->end == STH_VP_END_LIMIT) {
        sth_diagnosis_report(d, "limit",
                             "no end within %llu cycles: %llu since anything "
                             "came of it; %llu traps, the last of cause 0x%x",
                             (unsigned long long)vp->hart.state.cycles,
                             (unsigned long long)(awake(d) - d->busy),
                             (unsigned long long)vp->hart.state.traps,
                             vp->hart.state.trap.cause);
    }
}

uint32_t sth_diagnosis_end(struct sth_diagnosis *d)
{
    report_end(d);
    for (uint32_t i = 0; i < d->guards; i++)
        sth_guard_end(d->guard[i],
                      d->vp->end == STH_VP_END_EXIT && d->vp->status == 0);
    if (d->reports != 0)
        sth_diagnosis_list_commands(d);
    return d->reports;
}
