/* A debugger on the virtual platform; see sth_gdb_vp.h. */
#include "sth_gdb_vp.h"

#include "sth_gdb_copy.h"
#include "sth_gdb_hart.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum { RESET = 1, SNAPSHOT = 2 /* marks of copies */ };

/* Milliseconds from one look for Ctrl-C to the next. */
enum { LOOK = 2 };

static bool reg_read(void *user, uint32_t number, uint32_t *value)
{
    const struct sth_gdb_vp *g = user;

    return sth_hart_reg_read(&g->vp->hart, number, value);
}

static bool reg_write(void *user, uint32_t number, uint32_t value)
{
    const struct sth_gdb_vp *g = user;

    return sth_hart_reg_write(&g->vp->hart, number, value);
}

static size_t mem_read(void *user, uint32_t addr, void *to, size_t bytes)
{
    const struct sth_gdb_vp *g = user;

    return sth_gdb_hart_read(&g->vp->hart, addr, to, bytes);
}

static size_t mem_write(void *user, uint32_t addr, const void *from,
                        size_t bytes)
{
    const struct sth_gdb_vp *g = user;

    return sth_gdb_hart_write(&g->vp->hart, addr, from, bytes);
}

static bool region(void *user, uint32_t number, struct sth_gdb_region *region)
{
    const struct sth_gdb_vp *g = user;

    return sth_gdb_hart_region(&g->vp->hart, number, region);
}

static bool insert(void *user, const struct sth_gdb_point *point)
{
    const struct sth_gdb_vp *g = user;

    return sth_gdb_hart_insert(&g->vp->hart, point);
}

static void take_out(void *user, const struct sth_gdb_point *point)
{
    const struct sth_gdb_vp *g = user;

    sth_gdb_hart_remove(&g->vp->hart, point);
}

static uint64_t cycles(void *user)
{
    const struct sth_gdb_vp *g = user;

    return g->vp->hart.state.cycles;
}

/* Keeps the state; when it is back, what the session had set by then is in the
 * processor, and what it had when it was kept is not. */
static enum sth_gdb_copy_result keep(struct sth_gdb_vp *g, int mark)
{
    const enum sth_gdb_copy_result result = sth_gdb_copy_keep(mark);
    struct sth_hart *hart = &g->vp->hart;

    if (result != STH_GDB_COPY_BACK)
        return result;
    while (hart->breaks > 0)
        sth_hart_unbreak(hart, hart->break_pc[0]);
    while (hart->watches > 0) {
        const struct sth_hart_watch first = hart->watch[0];

        sth_hart_unwatch(hart, &first);
    }
    sth_gdb_insert_again(g->gdb);
    return result;
}

static bool reset(void *user, char *text, size_t size)
{
    (void)user;
    sth_gdb_copy_back(RESET);
    snprintf(text, size, "the beginning could not be kept");
    return false;
}

static bool snapshot(void *user, char *text, size_t size)
{
    switch (keep(user, SNAPSHOT)) {
    case STH_GDB_COPY_FAILED:
        snprintf(text, size, "no copy: %s", strerror(errno));
        return false;
    case STH_GDB_COPY_BACK:
        snprintf(text, size, "the state is back");
        return true;
    default:
        return true;
    }
}

static bool restore(void *user, char *text, size_t size)
{
    (void)user;
    sth_gdb_copy_back(SNAPSHOT);
    snprintf(text, size, "no state is kept");
    return false;
}

/* What comes of an order of the debugger. */
static enum sth_vp_order take_order(struct sth_gdb_vp *g,
                                    enum sth_gdb_order order)
{
    if (order == STH_GDB_ORDER_STEP)
        return STH_VP_STEP;
    if (order == STH_GDB_ORDER_RUN)
        return STH_VP_GO;
    g->end = sth_gdb_close(g->gdb);
    g->gdb = NULL;
    g->vp->watcher = g->other; /* as if nobody had been there */
    return g->end == STH_GDB_END_DETACHED ? STH_VP_GO : STH_VP_QUIT;
}

static enum sth_vp_order stopped(void *user, enum sth_hart_stop why)
{
    struct sth_gdb_vp *g = user;
    struct sth_gdb_stop stop;

    if (why == STH_HART_STOP_NONE)
        (void)keep(g, RESET);
    if (!sth_gdb_hart_stop(&g->vp->hart, why, &stop))
        stop.kind =
            why == STH_HART_STOP_ASKED ? STH_GDB_STOP_ASKED : STH_GDB_STOP_STEP;
    if (stop.kind == STH_GDB_STOP_FAULT && g->other)
        (void)g->other->stopped(g->other->user, why);
    if (g->settle)
        g->settle(g->settle_user);
    return take_order(g, sth_gdb_stopped(g->gdb, &stop));
}

static bool interrupts(void *user)
{
    struct sth_gdb_vp *g = user;
    struct timespec now;
    uint64_t milliseconds;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    milliseconds =
        (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    if (!g->gdb || milliseconds - g->looked < LOOK)
        return false;
    g->looked = milliseconds;
    return sth_gdb_wants_stop(g->gdb);
}

static void on_access(void *user, const struct sth_hart_access *access)
{
    const struct sth_gdb_vp *g = user;

    if (g->other && g->other->access)
        g->other->access(g->other->user, access);
}

static void chip_wrote(void *user, uint32_t chip, uint32_t addr, uint32_t bytes)
{
    const struct sth_gdb_vp *g = user;

    if (g->other && g->other->chip_wrote)
        g->other->chip_wrote(g->other->user, chip, addr, bytes);
}

bool sth_gdb_vp_open(struct sth_gdb_vp *g, struct sth_vp *vp,
                     struct sth_device *const *device, int in, int out)
{
    *g = (struct sth_gdb_vp){
        .vp = vp,
        .target = {.user = g,
                   .reg_read = reg_read,
                   .reg_write = reg_write,
                   .mem_read = mem_read,
                   .mem_write = mem_write,
                   .region = region,
                   .insert = insert,
                   .remove = take_out,
                   .cycles = cycles,
                   .reset = reset,
                   .snapshot = snapshot,
                   .restore = restore,
                   .chip = g->chip,
                   .chips = vp->chips},
        .watcher = {.user = g,
                    .stopped = stopped,
                    .interrupts = interrupts,
                    .access = on_access,
                    .chip_wrote = chip_wrote},
        .other = vp->watcher,
    };
    for (uint32_t i = 0; i < vp->chips; i++)
        if (vp->chip[i].is_rtl)
            sth_gdb_chip_init_device(&g->chip[i], device[i]);
        else
            sth_gdb_chip_init_csim(&g->chip[i], device[i]);
    g->gdb = sth_gdb_open(&g->target, in, out);
    if (g->gdb)
        vp->watcher = &g->watcher;
    return g->gdb != NULL;
}

void sth_gdb_vp_note(struct sth_gdb_vp *g, uint32_t chip,
                     const struct sth_event *event)
{
    sth_gdb_chip_note(&g->chip[chip], event);
}

void sth_gdb_vp_over(struct sth_gdb_vp *g)
{
    const struct sth_vp *vp = g->vp;
    struct sth_gdb_stop stop = {
        .kind =
            vp->end == STH_VP_END_EXIT ? STH_GDB_STOP_EXIT : STH_GDB_STOP_FAULT,
        .status = (uint8_t)vp->status,
    };

    if (!g->gdb)
        return;
    snprintf(stop.text, sizeof(stop.text), "%s", sth_vp_end_text(vp->end));
    while (g->gdb &&
           take_order(g, sth_gdb_stopped(g->gdb, &stop)) != STH_VP_QUIT)
        stop.kind = STH_GDB_STOP_EXIT;
}

enum sth_gdb_end sth_gdb_vp_close(struct sth_gdb_vp *g)
{
    if (g->vp->watcher == &g->watcher)
        g->vp->watcher = g->other;
    if (g->gdb)
        g->end = sth_gdb_close(g->gdb);
    g->gdb = NULL;
    return g->end;
}
