#include "sth_sanitizer.h"

#include <stdlib.h>

#include "sth_finding.h"
#include "sth_footprint.h"
#include "sth_order.h"
#include "sth_shadow.h"
#include "sth_math.h"

enum {
    SPACES = STH_FOOTPRINT_MEM + 1,
    SP_GRANULE_MAX = 16, /* unless that makes too many cells */
    ONCHIP_CELLS_MAX = 1 << 22
};

struct sth_sanitizer {
    struct sth_params params;
    struct sth_order order;
    struct sth_shadow shadow[SPACES];
    struct sth_findings findings;
    /* The command whose accesses are being looked at. */
    uint32_t engine, index;
};

/* The smallest granule from `least` on that gives no more than a bearable
 * number of cells to a memory of so many units. */
static uint32_t granule_of(uint64_t units, uint32_t least)
{
    uint32_t granule = least;

    while (granule < STH_SHADOW_GRANULE_MAX &&
           units / granule > ONCHIP_CELLS_MAX)
        granule *= 2;
    return granule;
}

struct sth_sanitizer *sth_sanitizer_create(const struct sth_params *p,
                                           struct sth_diagnostics *diagnostics)
{
    struct sth_sanitizer *s = calloc(1, sizeof(*s));
    uint64_t chunk =
        sth_min64(SP_GRANULE_MAX, sth_min64(p->array_rows, p->array_cols));
    const uint32_t granule[SPACES] = {
        [STH_FOOTPRINT_SP] = granule_of(p->sp_bytes, (uint32_t)chunk),
        [STH_FOOTPRINT_ACC] =
            granule_of(p->acc_bytes / sth_acc_row_bytes(p), 1),
        [STH_FOOTPRINT_MEM] = STH_SHADOW_GRANULE_MAX,
    };

    if (s == NULL)
        return NULL;
    s->params = *p;
    s->findings.params = &s->params;
    s->findings.diagnostics = diagnostics;
    for (int i = 0; i < SPACES; i++) {
        if (!sth_shadow_init(&s->shadow[i], granule[i])) {
            sth_sanitizer_destroy(s);
            return NULL;
        }
    }
    sth_order_reset(&s->order);
    return s;
}

void sth_sanitizer_destroy(struct sth_sanitizer *s)
{
    if (s == NULL)
        return;
    for (int i = 0; i < SPACES; i++)
        sth_shadow_fini(&s->shadow[i]);
    free(s);
}

void sth_sanitizer_reset(struct sth_sanitizer *s)
{
    sth_order_reset(&s->order);
    sth_findings_reset(&s->findings);
    sth_shadow_forget_accesses(&s->shadow[STH_FOOTPRINT_SP]);
    sth_shadow_forget_accesses(&s->shadow[STH_FOOTPRINT_ACC]);
    sth_shadow_clear(&s->shadow[STH_FOOTPRINT_MEM]);
}

void sth_sanitizer_drained(struct sth_sanitizer *s, uint32_t retired)
{
    sth_order_drained(&s->order, retired);
}

/* A part of a run within one granule. */
struct touch {
    enum sth_footprint_space space;
    enum sth_footprint_role role;
    uint64_t unit; /* where the granule begins */
    uint64_t mask;
};

/* Reports races of the present command with earlier accesses. */
static void check(struct sth_sanitizer *s, const struct touch *t,
                  const struct sth_access *others, int count, bool others_write)
{
    for (int i = 0; i < count; i++) {
        if ((others[i].mask & t->mask) != 0 && others[i].index != s->index &&
            !sth_order_before(&s->order, s->engine, others[i].engine,
                              others[i].index))
            sth_finding_race(&s->findings, t->space, t->unit,
                             sth_footprint_is_write(t->role), others[i].index,
                             others_write);
    }
}

/* In the place of what it covers, or else of the older one. */
static void remember_write(const struct sth_sanitizer *s,
                           struct sth_access *writer, uint64_t mask)
{
    int slot = 0;

    for (int i = 0; i < STH_SHADOW_WRITERS; i++) {
        if (writer[i].mask != 0 && writer[i].index == s->index) {
            writer[i].mask |= mask;
            return;
        }
        writer[i].mask &= ~mask;
    }
    for (int i = 1; i < STH_SHADOW_WRITERS; i++) {
        if (writer[slot].mask != 0 &&
            (writer[i].mask == 0 || writer[i].index < writer[slot].index))
            slot = i;
    }
    writer[slot] = (struct sth_access){mask, s->index, s->engine};
}

static void remember_read(const struct sth_sanitizer *s,
                          struct sth_access *reader, uint64_t mask)
{
    if (reader->mask != 0 && reader->index == s->index)
        reader->mask |= mask;
    else
        *reader = (struct sth_access){mask, s->index, s->engine};
}

/* Sources that the command must not overwrite; those it may, in place. */
static void remember_source(const struct sth_sanitizer *s,
                            const struct touch *t, struct sth_cell *cell)
{
    if (cell->self != s->index) {
        cell->self = s->index;
        cell->source = 0;
        cell->in_place = 0;
    }
    if (t->role == STH_FOOTPRINT_READ)
        cell->source |= t->mask;
    else if (t->role == STH_FOOTPRINT_READ_SAME)
        cell->in_place |= t->mask;
}

static void touch_read(struct sth_sanitizer *s, const struct touch *t,
                       struct sth_cell *cell)
{
    if (t->space == STH_FOOTPRINT_MEM) {
        remember_read(s, &cell->reader[0], t->mask);
        return;
    }
    if ((t->mask & ~cell->written) != 0)
        sth_finding_unwritten(&s->findings, t->space, t->unit);
    remember_source(s, t, cell);
    remember_read(s, &cell->reader[s->engine - 1], t->mask);
}

/* Whether the present command overwrites what it reads for something else. */
static bool overwrites_source(const struct sth_sanitizer *s,
                              const struct touch *t,
                              const struct sth_cell *cell)
{
    uint64_t source = cell->source;

    if (t->role == STH_FOOTPRINT_WRITE_SUM)
        source |= cell->in_place;
    return cell->self == s->index && (source & t->mask) != 0;
}

/* Whether the present command wrote some of these units before. */
static bool writes_twice(const struct sth_sanitizer *s, const struct touch *t,
                         const struct sth_cell *cell)
{
    for (int i = 0; i < STH_SHADOW_WRITERS; i++) {
        if ((cell->writer[i].mask & t->mask) != 0 &&
            cell->writer[i].index == s->index)
            return true;
    }
    return false;
}

static void touch_write(struct sth_sanitizer *s, const struct touch *t,
                        struct sth_cell *cell)
{
    bool copies = s->engine == STH_ENGINE_LOAD || s->engine == STH_ENGINE_STORE;

    check(s, t, cell->reader, STH_SHADOW_READERS, false);
    if (copies && writes_twice(s, t, cell))
        sth_finding_overlap(&s->findings, t->space, t->unit,
                            "writes the same bytes twice");
    if (s->engine == STH_ENGINE_VECTOR && overwrites_source(s, t, cell))
        sth_finding_overlap(&s->findings, t->space, t->unit,
                            "overwrites its own source");
    remember_write(s, cell->writer, t->mask);
    cell->written |= t->mask;
}

/* Bits first to first + count - 1. */
static uint64_t mask_of(uint64_t first, uint64_t count)
{
    return (count >= 64 ? UINT64_MAX : (1ull << count) - 1) << first;
}

static void touch(void *context, const struct sth_footprint_run *run)
{
    struct sth_sanitizer *s = context;
    struct sth_shadow *shadow = &s->shadow[run->space];
    uint64_t size = shadow->granule;
    uint64_t end = run->addr + run->bytes;
    uint64_t count;

    for (uint64_t addr = run->addr; addr < end; addr += count) {
        uint64_t first = addr % size;
        struct sth_cell *cell = sth_shadow_cell(shadow, addr / size);

        count = sth_min64(size - first, end - addr);
        if (cell == NULL)
            continue;
        struct touch t = {run->space, run->role, addr - first,
                          mask_of(first, count)};

        check(s, &t, cell->writer, STH_SHADOW_WRITERS, true);
        if (sth_footprint_is_write(run->role))
            touch_write(s, &t, cell);
        else
            touch_read(s, &t, cell);
    }
}

void sth_sanitizer_start(struct sth_sanitizer *s, uint32_t engine,
                         uint32_t index, const struct sth_command *command)
{
    uint32_t misused =
        sth_order_wait(&s->order, engine, STH_GET(command, ANY_WAIT));
    struct sth_order_clock *clock = &s->order.clock[engine];

    s->engine = engine;
    s->index = index;
    for (uint32_t i = 0; misused >> i != 0; i++) {
        if ((misused >> i & 1u) != 0)
            sth_finding_semaphore(&s->findings, index, engine, "waits for", i,
                                  s->order.semaphore[i].waiter);
    }
    if (engine == STH_ENGINE_MATRIX || engine == STH_ENGINE_VECTOR)
        clock->before[engine] = index;
    sth_findings_start(&s->findings, index, command, clock);
    sth_footprint_visit(&s->params, command, touch, s);
}

void sth_sanitizer_retire(struct sth_sanitizer *s, uint32_t engine,
                          uint32_t index, const struct sth_command *command)
{
    const struct sth_past *past = sth_findings_past(&s->findings, index);
    /* Later commands that have started may know more. */
    struct sth_order_clock clock =
        past != NULL ? past->clock : s->order.clock[engine];
    uint32_t misused;

    if (clock.before[engine] <= index)
        clock.before[engine] = index + 1;
    misused =
        sth_order_post(&s->order, engine, STH_GET(command, ANY_POST), &clock);
    for (uint32_t i = 0; misused >> i != 0; i++) {
        if ((misused >> i & 1u) != 0)
            sth_finding_semaphore(&s->findings, index, engine, "posts", i,
                                  s->order.semaphore[i].poster);
    }
}
