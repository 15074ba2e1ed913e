/* The processor's mistakes. */
#include "sth_diagnosis_state.h"

#include <string.h>

#define RAM STH_PLATFORM_RAM_BASE

/* What is at an address. */
static void describe(const struct sth_diagnosis *d, uint32_t addr, char *text,
                     size_t size)
{
    static const struct {
        const char *name;
        uint32_t base, bytes;
    } region[] = {
#define REGION(name, base, bytes, doc) {#name, base, bytes},
#define REGISTER(region, name, offset, doc)
#define VALUE(name, value, doc)
#include "platform.def"
#undef REGION
#undef REGISTER
#undef VALUE
    };

    for (size_t i = 0; i < sizeof(region) / sizeof(region[0]); i++) {
        if (addr - region[i].base >= region[i].bytes)
            continue;
        if (region[i].base == RAM && addr - RAM >= d->vp->ram_bytes)
            snprintf(text, size, "beyond RAM, which ends at 0x%08x",
                     RAM + (d->vp->ram_bytes - 1));
        else
            snprintf(text, size, "in %s", region[i].name);
        return;
    }
    snprintf(text, size, "where nothing is%s",
             addr < STH_PLATFORM_ROM_BASE ? ": a null pointer" : "");
}

static void on_exception(void *user, uint32_t cause, uint32_t value)
{
    static const char *const name[] = {
        [STH_HART_CAUSE_FETCH] = "instruction access fault",
        [STH_HART_CAUSE_ILLEGAL] = "illegal instruction",
        [STH_HART_CAUSE_BREAK] = "breakpoint",
        [STH_HART_CAUSE_LOAD_ALIGN] = "misaligned load",
        [STH_HART_CAUSE_LOAD] = "load access fault",
        [STH_HART_CAUSE_STORE_ALIGN] = "misaligned store",
        [STH_HART_CAUSE_STORE] = "store access fault",
        [STH_HART_CAUSE_ECALL] = "environment call",
    };
    struct sth_diagnosis *d = user;
    char place[96];

    describe(d, value, place, sizeof(place));
    switch (cause) {
    case STH_HART_CAUSE_ILLEGAL:
        sth_diagnosis_report(d, "trap", "%s 0x%08x", name[cause], value);
        break;
    case STH_HART_CAUSE_BREAK:
    case STH_HART_CAUSE_ECALL:
        sth_diagnosis_report(d, "trap", "%s", name[cause]);
        break;
    default:
        sth_diagnosis_report(d, "trap", "%s of 0x%08x, %s",
                             cause < sizeof(name) / sizeof(name[0]) &&
                                     name[cause] != NULL
                                 ? name[cause]
                                 : "exception",
                             value, place);
        break;
    }
}

static void on_access(void *user, uint32_t addr, uint32_t bytes, bool write)
{
    struct sth_diagnosis *d = user;

    d->mark.stored = d->mark.stored || write;
    if (addr < RAM)
        return;
    for (uint32_t i = 0; write && i < d->codes; i++)
        if (addr - d->code[i].addr < d->code[i].bytes)
            sth_diagnosis_report(d, "code",
                                 "the processor writes 0x%08x, in its own code",
                                 addr);
    for (uint32_t i = 0; i < d->guards; i++)
        sth_guard_touch(d->guard[i], addr - RAM, bytes, write);
}

/* ---- loops ------------------------------------------------------------- */

bool sth_diagnosis_is_silent(struct sth_diagnosis *d)
{
    for (uint32_t i = 0; i < d->guards; i++)
        if (!sth_guard_is_silent(d->guard[i]))
            return false;
    return true;
}

bool sth_diagnosis_may_wake(struct sth_diagnosis *d)
{
    const struct sth_hart_state *s = &d->vp->hart.state;

    return (s->mip & s->mie) != 0 ||
           ((s->mie >> STH_HART_INTERRUPT_TIMER & 1u) != 0 &&
            d->vp->clint.mtimecmp != UINT64_MAX) ||
           !sth_diagnosis_is_silent(d);
}

bool sth_diagnosis_is_endless(struct sth_diagnosis *d)
{
    const struct sth_hart_state *s = &d->vp->hart.state;
    const bool same =
        d->thorough && !d->mark.stored && !s->waiting && d->mark.pc == s->pc &&
        d->mark.accesses == d->vp->accesses && d->mark.traps == s->traps &&
        memcmp(d->mark.x, s->x, sizeof(d->mark.x)) == 0;
    const bool apart = s->cycles - d->mark.cycle > STH_DIAGNOSIS_LOOP;

    if (same && s->retired != d->mark.retired)
        return !sth_diagnosis_may_wake(d);
    if (!d->mark.stored && !apart && d->mark.accesses == d->vp->accesses &&
        d->mark.traps == s->traps)
        return false; /* the mark is good still */
    memcpy(d->mark.x, s->x, sizeof(d->mark.x));
    d->mark.pc = s->pc;
    d->mark.cycle = s->cycles;
    d->mark.retired = s->retired;
    d->mark.accesses = d->vp->accesses;
    d->mark.traps = s->traps;
    d->mark.stored = false;
    return false;
}

/* ---- sleep ------------------------------------------------------------- */

/* Why the line of an accelerator that is high does not reach the processor. */
static bool explain_controller(struct sth_diagnosis *d)
{
    const struct sth_vp_plic *plic = &d->vp->plic;

    for (uint32_t i = 0; i < d->vp->chips; i++) {
        const uint32_t source = STH_PLATFORM_ACCEL_SOURCE + i;
        const char *why = "its priority is not above the threshold";

        if ((plic->level >> source & 1u) == 0)
            continue;
        if ((plic->claimed >> source & 1u) != 0)
            why = "it was claimed and never given back";
        else if ((plic->enabled >> source & 1u) == 0)
            why = "it is not enabled";
        sth_diagnosis_report(d, "asleep",
                             "accelerator %u interrupts, and the controller "
                             "does not pass source %u on: %s",
                             i, source, why);
        return true;
    }
    return false;
}

void sth_diagnosis_explain_sleep(struct sth_diagnosis *d)
{
    const struct sth_hart_state *s = &d->vp->hart.state;
    const uint32_t reports = d->reports;

    if ((s->mip & ~s->mie) != 0) {
        sth_diagnosis_report(d, "asleep",
                             "the processor waits for an interrupt, 0x%x is "
                             "pending in mip, and mie is 0x%x",
                             s->mip, s->mie);
        return;
    }
    if (explain_controller(d))
        return;
    for (uint32_t i = 0; i < d->guards; i++)
        sth_guard_hangs(d->guard[i]);
    if (d->reports == reports)
        sth_diagnosis_report(d, "asleep",
                             "the processor waits for an interrupt, and none "
                             "can come; mie is 0x%x",
                             s->mie);
}

static void on_sleep(void *user)
{
    struct sth_diagnosis *d = user;

    for (uint32_t i = 0; i < d->guards; i++)
        sth_guard_sleep(d->guard[i]);
}

void sth_diagnosis_listen(struct sth_diagnosis *d)
{
    const struct sth_hart_listener listener = {
        d, d->thorough ? on_access : NULL, on_exception, on_sleep};

    sth_hart_listen(&d->vp->hart, &listener);
}
