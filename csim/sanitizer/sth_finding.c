#include "sth_finding.h"

#include <stdio.h>
#include <string.h>

#include "sth_disasm.h"
#include "sth_math.h"

enum { TEXT_BYTES = 320, PLACE_BYTES = 48 };

void sth_findings_reset(struct sth_findings *f)
{
    memset(f->past, 0, sizeof(f->past));
}

void sth_findings_start(struct sth_findings *f, uint32_t index,
                        const struct sth_command *command,
                        const struct sth_order_clock *clock)
{
    f->index = index;
    f->unwritten = false;
    f->past[index % STH_FINDING_HISTORY] =
        (struct sth_past){*command, *clock, index, true};
}

const struct sth_past *sth_findings_past(const struct sth_findings *f,
                                         uint32_t index)
{
    const struct sth_past *past = &f->past[index % STH_FINDING_HISTORY];

    return past->valid && past->index == index ? past : NULL;
}

/* From the first to behind the last unit of a space that a command touches. */
struct extent {
    enum sth_footprint_space space;
    bool write;
    uint64_t first;
    uint64_t end;
};

static void extend(void *context, const struct sth_footprint_run *run)
{
    struct extent *extent = context;

    if (run->space != extent->space ||
        sth_footprint_is_write(run->role) != extent->write)
        return;
    extent->first = sth_min64(extent->first, run->addr);
    extent->end = sth_max64(extent->end, run->addr + run->bytes);
}

static void describe_extent(const struct extent *extent, char *text,
                            size_t size)
{
    static const char *const format[] = {
        [STH_FOOTPRINT_SP] = "%s scratchpad 0x%llx..0x%llx",
        [STH_FOOTPRINT_ACC] = "%s acc rows %llu..%llu",
        [STH_FOOTPRINT_MEM] = "%s memory 0x%llx..0x%llx",
    };

    snprintf(
        text, size, format[extent->space], extent->write ? "writes" : "reads",
        (unsigned long long)extent->first, (unsigned long long)extent->end - 1);
}

/* "command 812 (VECTOR rows=4 ..., writes acc rows 0..63)". */
static void describe(const struct sth_findings *f, uint32_t index,
                     enum sth_footprint_space space, bool write,
                     char text[TEXT_BYTES])
{
    const struct sth_past *past = sth_findings_past(f, index);
    struct extent extent = {space, write, UINT64_MAX, 0};
    char line[STH_DISASM_BYTES];
    char range[80];

    if (past == NULL) {
        snprintf(text, TEXT_BYTES, "command %u (long past)", index);
        return;
    }
    sth_disasm(&past->command, line, sizeof(line));
    sth_footprint_visit(f->params, &past->command, extend, &extent);
    describe_extent(&extent, range, sizeof(range));
    snprintf(text, TEXT_BYTES, "command %u (%.200s, %s)", index, line, range);
}

static void place(enum sth_footprint_space space, uint64_t unit,
                  char text[PLACE_BYTES])
{
    static const char *const format[] = {
        [STH_FOOTPRINT_SP] = "scratchpad near 0x%llx",
        [STH_FOOTPRINT_ACC] = "acc row %llu",
        [STH_FOOTPRINT_MEM] = "memory near 0x%llx",
    };

    snprintf(text, PLACE_BYTES, format[space], (unsigned long long)unit);
}

/* A new diagnostic, or NULL if this pair has one or the list is full. */
static struct sth_diagnostic *diagnose(struct sth_findings *f,
                                       enum sth_diagnostic_kind kind,
                                       uint32_t index, uint32_t other)
{
    struct sth_diagnostic *d;

    for (size_t i = f->diagnostics->count; i-- > 0;) {
        d = &f->diagnostics->list[i];
        if (d->kind == kind && d->index == index && d->other == other)
            return NULL;
    }
    d = sth_diagnostics_add(f->diagnostics);
    if (d == NULL)
        return NULL;
    d->kind = kind;
    d->index = index;
    d->other = other;
    return d;
}

void sth_finding_race(struct sth_findings *f, enum sth_footprint_space space,
                      uint64_t unit, bool write, uint32_t other,
                      bool other_write)
{
    struct sth_diagnostic *d =
        diagnose(f, STH_DIAGNOSTIC_RACE, f->index, other);
    char mine[TEXT_BYTES], theirs[TEXT_BYTES], where[PLACE_BYTES];

    if (d == NULL)
        return;
    describe(f, f->index, space, write, mine);
    describe(f, other, space, other_write, theirs);
    place(space, unit, where);
    snprintf(d->text, sizeof(d->text), "%s races with %s at %s", mine, theirs,
             where);
}

/* "command 12 (...) <what> at scratchpad near 0x40". */
static void about_one(struct sth_findings *f, enum sth_diagnostic_kind kind,
                      enum sth_footprint_space space, uint64_t unit, bool write,
                      const char *what)
{
    struct sth_diagnostic *d = diagnose(f, kind, f->index, f->index);
    char mine[TEXT_BYTES], where[PLACE_BYTES];

    if (d == NULL)
        return;
    describe(f, f->index, space, write, mine);
    place(space, unit, where);
    snprintf(d->text, sizeof(d->text), "%s %s at %s", mine, what, where);
}

void sth_finding_overlap(struct sth_findings *f, enum sth_footprint_space space,
                         uint64_t unit, const char *what)
{
    about_one(f, STH_DIAGNOSTIC_OVERLAP, space, unit, true, what);
}

void sth_finding_unwritten(struct sth_findings *f,
                           enum sth_footprint_space space, uint64_t unit)
{
    if (f->unwritten)
        return;
    f->unwritten = true;
    about_one(f, STH_DIAGNOSTIC_UNWRITTEN, space, unit, false,
              "reads what nobody wrote");
}

void sth_finding_semaphore(struct sth_findings *f, uint32_t index,
                           uint32_t engine, const char *verb,
                           uint32_t semaphore, uint32_t user)
{
    struct sth_diagnostic *d = sth_diagnostics_add(f->diagnostics);

    if (d == NULL)
        return;
    d->kind = STH_DIAGNOSTIC_SEMAPHORE;
    d->index = index;
    d->other = index;
    snprintf(d->text, sizeof(d->text),
             "command %u: %s %s semaphore %u, which so far %s did", index,
             sth_engine_name(engine), verb, semaphore, sth_engine_name(user));
}
