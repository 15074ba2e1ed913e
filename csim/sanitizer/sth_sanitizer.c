#include "sth_sanitizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sth_disasm.h"
#include "sth_footprint.h"
#include "sth_time.h"

enum {
    GRANULE_MAX = 16,   /* of the scratchpad */
    MEM_GRANULE = 64,   /* of memory: one bit a byte in a mask */
    PAGE_GRANULES = 64, /* of memory, allocated together */
    POSTS_MAX = 256,    /* of one semaphore, not yet waited for */
    HISTORY = 8192,     /* commands that can still be disassembled */
    NO_ENGINE = 0xff,
    WRITERS = 2
};

/* An access to some bytes of a granule; mask 0: none. */
struct access {
    uint64_t mask;
    uint32_t index;
    uint32_t engine;
};

/* On-chip granule: readers are matrix, vector and store. */
struct cell {
    struct access writer[WRITERS];
    struct access reader[STH_ENGINE_COUNT - 1];
    uint64_t written; /* bytes that ever were */
    uint32_t self;    /* a command that reads it ... */
    uint32_t hard;    /* ... 0 not, 1 in place, 2 otherwise */
};

/* Memory granule: only loads read. */
struct mem_cell {
    struct access writer[WRITERS];
    struct access reader[1];
};

struct mem_page {
    uint64_t number;
    struct mem_cell cell[PAGE_GRANULES];
};

/* clock[e]: commands of engine e below this index happened before. */
struct clock {
    uint32_t before[STH_ENGINE_COUNT];
};

struct semaphore {
    struct clock post[POSTS_MAX];
    uint32_t first;
    uint32_t count;
    uint8_t poster;
    uint8_t waiter;
    bool reported;
};

struct past_command {
    struct sth_command command;
    struct clock clock; /* what it knew when it started */
    uint32_t index;
    bool valid;
};

struct sth_sanitizer {
    const struct sth_params *params;
    struct sth_diagnostics *diagnostics;
    struct clock clock[STH_ENGINE_COUNT];
    struct semaphore semaphore[STH_SEMAPHORES];
    uint32_t granule;
    struct cell *sp;
    struct cell *acc;
    struct mem_page **page; /* open addressing, by page number */
    size_t page_slots;
    size_t pages;
    struct mem_page *last_page;
    struct past_command past[HISTORY];

    /* The command whose accesses are being looked at. */
    uint32_t engine;
    uint32_t index;
    bool unwritten_reported;
};

static size_t sp_cells(const struct sth_sanitizer *s)
{
    return s->params->sp_bytes / s->granule;
}

static size_t acc_cells(const struct sth_sanitizer *s)
{
    return s->params->acc_bytes / sth_acc_row_bytes(s->params);
}

struct sth_sanitizer *sth_sanitizer_create(const struct sth_params *params,
                                           struct sth_diagnostics *diagnostics)
{
    struct sth_sanitizer *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->params = params;
    s->diagnostics = diagnostics;
    s->granule = (uint32_t)sth_min64(
        GRANULE_MAX, sth_min64(params->array_rows, params->array_cols));
    s->page_slots = 1024;
    s->sp = calloc(sp_cells(s), sizeof(*s->sp));
    s->acc = calloc(acc_cells(s), sizeof(*s->acc));
    s->page = calloc(s->page_slots, sizeof(struct mem_page *));
    if (s->sp == NULL || s->acc == NULL || s->page == NULL) {
        sth_sanitizer_destroy(s);
        return NULL;
    }
    sth_sanitizer_reset(s);
    return s;
}

static void free_pages(struct sth_sanitizer *s)
{
    for (size_t i = 0; s->page != NULL && i < s->page_slots; i++) {
        free(s->page[i]);
        s->page[i] = NULL;
    }
    s->pages = 0;
    s->last_page = NULL;
}

void sth_sanitizer_destroy(struct sth_sanitizer *s)
{
    if (s == NULL)
        return;
    free_pages(s);
    free(s->page);
    free(s->sp);
    free(s->acc);
    free(s);
}

static void forget_accesses(struct cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t written = cells[i].written;

        memset(&cells[i], 0, sizeof(cells[i]));
        cells[i].written = written;
    }
}

void sth_sanitizer_reset(struct sth_sanitizer *s)
{
    memset(s->clock, 0, sizeof(s->clock));
    memset(s->semaphore, 0, sizeof(s->semaphore));
    memset(s->past, 0, sizeof(s->past));
    for (int i = 0; i < STH_SEMAPHORES; i++) {
        s->semaphore[i].poster = NO_ENGINE;
        s->semaphore[i].waiter = NO_ENGINE;
    }
    forget_accesses(s->sp, sp_cells(s));
    forget_accesses(s->acc, acc_cells(s));
    free_pages(s);
}

/*
 * Text
 */

struct extent {
    enum sth_footprint_space space;
    bool write;
    uint64_t first;
    uint64_t end;
};

static bool is_write(enum sth_footprint_role role)
{
    return role == STH_FOOTPRINT_WRITE || role == STH_FOOTPRINT_WRITE_SUM;
}

static void extend(void *context, const struct sth_footprint_run *run)
{
    struct extent *extent = context;

    if (run->space != extent->space || is_write(run->role) != extent->write)
        return;
    extent->first = sth_min64(extent->first, run->addr);
    extent->end = sth_max64(extent->end, run->addr + run->bytes);
}

static void describe_extent(const struct extent *extent, char *text,
                            size_t size)
{
    const char *verb = extent->write ? "writes" : "reads";

    switch (extent->space) {
    case STH_FOOTPRINT_ACC:
        snprintf(text, size, "%s acc rows %llu..%llu", verb,
                 (unsigned long long)extent->first,
                 (unsigned long long)extent->end - 1);
        break;
    case STH_FOOTPRINT_SP:
        snprintf(text, size, "%s scratchpad 0x%llx..0x%llx", verb,
                 (unsigned long long)extent->first,
                 (unsigned long long)extent->end - 1);
        break;
    case STH_FOOTPRINT_MEM:
        snprintf(text, size, "%s memory 0x%llx..0x%llx", verb,
                 (unsigned long long)extent->first,
                 (unsigned long long)extent->end - 1);
        break;
    }
}

/* "command 812 (VECTOR rows=4 ..., writes acc rows 0..63)". */
static void describe(const struct sth_sanitizer *s, uint32_t index,
                     enum sth_footprint_space space, bool write, char *text,
                     size_t size)
{
    const struct past_command *past = &s->past[index % HISTORY];
    struct extent extent = {space, write, UINT64_MAX, 0};
    char line[STH_DISASM_BYTES];
    char range[80];

    if (!past->valid || past->index != index) {
        snprintf(text, size, "command %u (long past)", index);
        return;
    }
    sth_disasm(&past->command, line, sizeof(line));
    sth_footprint_visit(s->params, &past->command, extend, &extent);
    describe_extent(&extent, range, sizeof(range));
    snprintf(text, size, "command %u (%.200s, %s)", index, line, range);
}

static void place(const struct sth_sanitizer *s, enum sth_footprint_space space,
                  uint64_t granule, char *text, size_t size)
{
    if (space == STH_FOOTPRINT_ACC)
        snprintf(text, size, "acc row %llu", (unsigned long long)granule);
    else if (space == STH_FOOTPRINT_SP)
        snprintf(text, size, "scratchpad near 0x%llx",
                 (unsigned long long)granule * s->granule);
    else
        snprintf(text, size, "memory near 0x%llx",
                 (unsigned long long)granule * MEM_GRANULE);
}

/* A new diagnostic, or NULL if this pair has one. */
static struct sth_diagnostic *
diagnose(struct sth_sanitizer *s, enum sth_diagnostic_kind kind, uint32_t other)
{
    struct sth_diagnostic *d;

    for (size_t i = s->diagnostics->count; i-- > 0;) {
        d = &s->diagnostics->list[i];
        if (d->kind == kind && d->index == s->index && d->other == other)
            return NULL;
    }
    d = sth_diagnostics_add(s->diagnostics);
    if (d == NULL)
        return NULL;
    d->kind = kind;
    d->index = s->index;
    d->other = other;
    return d;
}

static void report_race(struct sth_sanitizer *s, enum sth_footprint_space space,
                        uint64_t granule, bool write,
                        const struct access *other, bool other_write)
{
    struct sth_diagnostic *d = diagnose(s, STH_DIAGNOSTIC_RACE, other->index);
    char mine[320], theirs[320], where[48];

    if (d == NULL)
        return;
    describe(s, s->index, space, write, mine, sizeof(mine));
    describe(s, other->index, space, other_write, theirs, sizeof(theirs));
    place(s, space, granule, where, sizeof(where));
    snprintf(d->text, sizeof(d->text), "%s races with %s at %s", mine, theirs,
             where);
}

static void report_overlap(struct sth_sanitizer *s,
                           enum sth_footprint_space space, uint64_t granule,
                           const char *what)
{
    struct sth_diagnostic *d = diagnose(s, STH_DIAGNOSTIC_OVERLAP, s->index);
    char mine[320], where[48];

    if (d == NULL)
        return;
    describe(s, s->index, space, true, mine, sizeof(mine));
    place(s, space, granule, where, sizeof(where));
    snprintf(d->text, sizeof(d->text), "%s %s at %s", mine, what, where);
}

static void report_unwritten(struct sth_sanitizer *s,
                             enum sth_footprint_space space, uint64_t granule)
{
    struct sth_diagnostic *d;
    char mine[320], where[48];

    if (s->unwritten_reported)
        return;
    s->unwritten_reported = true;
    d = diagnose(s, STH_DIAGNOSTIC_UNWRITTEN, s->index);
    if (d == NULL)
        return;
    describe(s, s->index, space, false, mine, sizeof(mine));
    place(s, space, granule, where, sizeof(where));
    snprintf(d->text, sizeof(d->text), "%s reads what nobody wrote at %s", mine,
             where);
}

/*
 * Accesses
 */

static bool happened_before(const struct sth_sanitizer *s,
                            const struct access *access)
{
    return access->index < s->clock[s->engine].before[access->engine];
}

/* Compares an access of the present command with earlier ones. */
static void check(struct sth_sanitizer *s, enum sth_footprint_space space,
                  uint64_t granule, uint64_t mask, bool write,
                  const struct access *others, int count, bool others_write)
{
    for (int i = 0; i < count; i++) {
        if ((others[i].mask & mask) != 0 && others[i].index != s->index &&
            !happened_before(s, &others[i]))
            report_race(s, space, granule, write, &others[i], others_write);
    }
}

static void remember_write(struct sth_sanitizer *s, struct access *writer,
                           uint64_t mask)
{
    int slot = 0;

    for (int i = 0; i < WRITERS; i++) {
        if (writer[i].mask != 0 && writer[i].index == s->index) {
            writer[i].mask |= mask;
            return;
        }
        writer[i].mask &= ~mask;
    }
    for (int i = 1; i < WRITERS; i++) {
        if (writer[slot].mask != 0 &&
            (writer[i].mask == 0 || writer[i].index < writer[slot].index))
            slot = i;
    }
    writer[slot] = (struct access){mask, s->index, s->engine};
}

static void remember_read(struct sth_sanitizer *s, struct access *reader,
                          uint64_t mask)
{
    if (reader->mask != 0 && reader->index == s->index)
        reader->mask |= mask;
    else
        *reader = (struct access){mask, s->index, s->engine};
}

static void touch_cell(struct sth_sanitizer *s,
                       const struct sth_footprint_run *run, uint64_t granule,
                       uint64_t mask, struct cell *cell)
{
    bool source =
        run->role == STH_FOOTPRINT_READ || run->role == STH_FOOTPRINT_READ_SAME;

    check(s, run->space, granule, mask, is_write(run->role), cell->writer,
          WRITERS, true);
    if (!is_write(run->role)) {
        if ((mask & ~cell->written) != 0)
            report_unwritten(s, run->space, granule);
        if (source) {
            uint32_t hard = run->role == STH_FOOTPRINT_READ ? 2 : 1;

            if (cell->self != s->index || cell->hard < hard)
                cell->hard = hard;
            cell->self = s->index;
        }
        remember_read(s, &cell->reader[s->engine - 1], mask);
        return;
    }
    check(s, run->space, granule, mask, true, cell->reader,
          STH_ENGINE_COUNT - 1, false);
    if (s->engine == STH_ENGINE_LOAD) {
        for (int i = 0; i < WRITERS; i++) {
            if ((cell->writer[i].mask & mask) != 0 &&
                cell->writer[i].index == s->index)
                report_overlap(s, run->space, granule,
                               "writes the same bytes twice");
        }
    }
    if (s->engine == STH_ENGINE_VECTOR && cell->hard != 0 &&
        cell->self == s->index &&
        (cell->hard == 2 || run->role == STH_FOOTPRINT_WRITE_SUM))
        report_overlap(s, run->space, granule, "overwrites its own source");
    remember_write(s, cell->writer, mask);
    cell->written |= mask;
}

static size_t page_slot(const struct sth_sanitizer *s, uint64_t number)
{
    size_t slot =
        (size_t)((number * 0x9e3779b97f4a7c15ull) >> 32) & (s->page_slots - 1);

    while (s->page[slot] != NULL && s->page[slot]->number != number)
        slot = (slot + 1) & (s->page_slots - 1);
    return slot;
}

/* Doubles the table; on lack of memory it stays as it is. */
static void grow_pages(struct sth_sanitizer *s)
{
    struct mem_page **old = s->page;
    size_t slots = s->page_slots;
    struct mem_page **page = calloc(2 * slots, sizeof(struct mem_page *));

    if (page == NULL)
        return;
    s->page = page;
    s->page_slots = 2 * slots;
    for (size_t i = 0; i < slots; i++) {
        if (old[i] != NULL)
            s->page[page_slot(s, old[i]->number)] = old[i];
    }
    free(old);
}

/* The page of a granule; NULL when memory is short. */
static struct mem_page *find_page(struct sth_sanitizer *s, uint64_t number)
{
    size_t slot;

    if (s->last_page != NULL && s->last_page->number == number)
        return s->last_page;
    if (2 * (s->pages + 1) > s->page_slots)
        grow_pages(s);
    slot = page_slot(s, number);
    if (s->page[slot] == NULL && s->pages + 1 < s->page_slots) {
        s->page[slot] = calloc(1, sizeof(struct mem_page));
        if (s->page[slot] != NULL) {
            s->page[slot]->number = number;
            s->pages++;
        }
    }
    s->last_page = s->page[slot];
    return s->last_page;
}

static void touch_memory(struct sth_sanitizer *s, bool write, uint64_t granule,
                         uint64_t mask)
{
    struct mem_page *page = find_page(s, granule / PAGE_GRANULES);
    struct mem_cell *cell;

    if (page == NULL)
        return;
    cell = &page->cell[granule % PAGE_GRANULES];
    check(s, STH_FOOTPRINT_MEM, granule, mask, write, cell->writer, WRITERS,
          true);
    if (!write) {
        remember_read(s, &cell->reader[0], mask);
        return;
    }
    check(s, STH_FOOTPRINT_MEM, granule, mask, true, cell->reader, 1, false);
    for (int i = 0; i < WRITERS; i++) {
        if ((cell->writer[i].mask & mask) != 0 &&
            cell->writer[i].index == s->index)
            report_overlap(s, STH_FOOTPRINT_MEM, granule,
                           "writes the same bytes twice");
    }
    remember_write(s, cell->writer, mask);
}

/* Bits first to first + count - 1. */
static uint64_t mask_of(uint64_t first, uint64_t count)
{
    return (count >= 64 ? UINT64_MAX : (1ull << count) - 1) << first;
}

static void touch(void *context, const struct sth_footprint_run *run)
{
    struct sth_sanitizer *s = context;
    uint64_t size = run->space == STH_FOOTPRINT_SP    ? s->granule
                    : run->space == STH_FOOTPRINT_MEM ? MEM_GRANULE
                                                      : 1;
    uint64_t addr = run->addr;
    uint64_t end = run->addr + run->bytes;

    while (addr < end) {
        uint64_t granule = addr / size;
        uint64_t first = addr % size;
        uint64_t count = sth_min64(size - first, end - addr);
        uint64_t mask = mask_of(first, count);

        if (run->space == STH_FOOTPRINT_MEM)
            touch_memory(s, is_write(run->role), granule, mask);
        else
            touch_cell(s, run, granule, mask,
                       run->space == STH_FOOTPRINT_SP ? &s->sp[granule]
                                                      : &s->acc[granule]);
        addr += count;
    }
}

/*
 * Order
 */

static void join(struct clock *to, const struct clock *from)
{
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        if (from->before[e] > to->before[e])
            to->before[e] = from->before[e];
    }
}

/* One poster and one waiter each, or pairing has no meaning. */
static void check_user(struct sth_sanitizer *s, uint32_t number, uint8_t *user,
                       uint32_t engine, const char *verb)
{
    struct sth_diagnostic *d;

    if (*user == NO_ENGINE)
        *user = (uint8_t)engine;
    if (*user == engine || s->semaphore[number].reported)
        return;
    s->semaphore[number].reported = true;
    d = sth_diagnostics_add(s->diagnostics);
    if (d == NULL)
        return;
    d->kind = STH_DIAGNOSTIC_SEMAPHORE;
    d->index = s->index;
    d->other = s->index;
    snprintf(d->text, sizeof(d->text),
             "command %u: %s %s semaphore %u, which so far %s did", s->index,
             sth_engine_name(engine), verb, number, sth_engine_name(*user));
}

static void acquire(struct sth_sanitizer *s, uint32_t number)
{
    struct semaphore *semaphore = &s->semaphore[number];

    check_user(s, number, &semaphore->waiter, s->engine, "waits for");
    if (semaphore->count == 0)
        return;
    join(&s->clock[s->engine], &semaphore->post[semaphore->first]);
    semaphore->first = (semaphore->first + 1) % POSTS_MAX;
    semaphore->count--;
}

static void release(struct sth_sanitizer *s, uint32_t number,
                    const struct clock *clock)
{
    struct semaphore *semaphore = &s->semaphore[number];

    check_user(s, number, &semaphore->poster, s->engine, "posts");
    if (semaphore->count == POSTS_MAX)
        return;
    semaphore->post[(semaphore->first + semaphore->count) % POSTS_MAX] = *clock;
    semaphore->count++;
}

void sth_sanitizer_start(struct sth_sanitizer *s, uint32_t engine,
                         uint32_t index, const struct sth_command *command)
{
    uint32_t wait = STH_GET(command, ANY_WAIT);

    s->engine = engine;
    s->index = index;
    s->unwritten_reported = false;
    for (uint32_t i = 0; wait >> i != 0; i++) {
        if ((wait >> i & 1u) != 0)
            acquire(s, i);
    }
    if (engine == STH_ENGINE_MATRIX || engine == STH_ENGINE_VECTOR)
        s->clock[engine].before[engine] = index;
    s->past[index % HISTORY] =
        (struct past_command){*command, s->clock[engine], index, true};
    sth_footprint_visit(s->params, command, touch, s);
}

void sth_sanitizer_retire(struct sth_sanitizer *s, uint32_t engine,
                          uint32_t index, const struct sth_command *command)
{
    uint32_t post = STH_GET(command, ANY_POST);
    const struct past_command *past = &s->past[index % HISTORY];
    struct clock clock = s->clock[engine];

    s->engine = engine;
    s->index = index;
    /* Later commands that have started may know more. */
    if (past->valid && past->index == index)
        clock = past->clock;
    if (clock.before[engine] <= index)
        clock.before[engine] = index + 1;
    for (uint32_t i = 0; post >> i != 0; i++) {
        if ((post >> i & 1u) != 0)
            release(s, i, &clock);
    }
}
