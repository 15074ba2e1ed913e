/* The table of functions, and the lines that were executed. */
#include "sth_disasm.h"
#include "sth_vp_profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct function {
    const char *name;
    uint64_t self, total, instructions;
};

struct table {
    struct function *function; /* room for all that there can be */
    size_t functions;
};

static struct function *find(struct table *t, const char *name)
{
    for (size_t i = 0; i < t->functions; i++)
        if (strcmp(t->function[i].name, name) == 0)
            return &t->function[i];
    t->function[t->functions] = (struct function){.name = name};
    return &t->function[t->functions++];
}

/* Whether the function of call i is among those that led to call `of`, i left
 * out: it calls itself, and is counted already. */
static bool is_above(const struct sth_vp_profile *p, uint32_t i, uint32_t of)
{
    while (of != i) {
        if (strcmp(p->call[of].function, p->call[i].function) == 0)
            return true;
        of = p->call[of].parent;
    }
    return false;
}

static void add_call(struct table *t, const struct sth_vp_profile *p,
                     uint32_t of)
{
    const uint64_t cycles = p->call[of].cycles;

    if (cycles == 0)
        return;
    find(t, p->call[of].function)->self += cycles;
    for (uint32_t i = of; i; i = p->call[i].parent)
        if (!is_above(p, i, of))
            find(t, p->call[i].function)->total += cycles;
}

static int by_self(const void *a, const void *b)
{
    const struct function *x = a, *y = b;

    return x->self != y->self ? (x->self < y->self) - (x->self > y->self)
                              : strcmp(x->name, y->name);
}

static double pct(uint64_t part, uint64_t all)
{
    return all ? 100.0 * (double)part / (double)all : 0;
}

/* Of the cycles in which the accelerator had anything to do. */
static void put_engines(FILE *out, const uint64_t counter[STH_CNT_COUNT],
                        uint32_t chip)
{
    const uint64_t all = counter[STH_CNT_CYCLES];

    fprintf(out,
            "\n accelerator %-2" PRIu32
            "    commands   busy cycles   busy %%   waits for semaphores %%\n",
            chip);
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++) {
        const uint64_t busy = counter[STH_CNT_LOAD_BUSY + e];

        fprintf(out, " %-14s %11" PRIu64 " %13" PRIu64 " %8.2f %24.2f\n",
                sth_engine_name(e), counter[STH_CNT_LOAD_COMMANDS + e], busy,
                pct(busy, all), pct(counter[STH_CNT_LOAD_SEM + e], all));
    }
    fprintf(out, " %-26s %13" PRIu64 "\n", "any of them, or the front end",
            all);
}

void sth_vp_profile_text(FILE *out, const struct sth_vp_profile *p)
{
    struct table t = {calloc((size_t)p->calls + p->lines, sizeof(*t.function)),
                      0};
    uint64_t all = 0;

    if (!t.function)
        return;
    for (uint32_t i = 0; i < p->calls; i++)
        add_call(&t, p, i);
    for (uint32_t i = 0; i < p->lines; i++)
        if (p->line[i].count)
            find(&t,
                 p->line[i].place.function ? p->line[i].place.function : "?")
                ->instructions += p->line[i].count;
    for (size_t i = 0; i < t.functions; i++)
        all += t.function[i].self;
    qsort(t.function, t.functions, sizeof(*t.function), by_self);
    fputs("      cycles   self %   with calls %   instructions  function\n",
          out);
    for (size_t i = 0; i < t.functions; i++)
        fprintf(out, "%12" PRIu64 " %8.2f %14.2f %14" PRIu64 "  %s\n",
                t.function[i].self, pct(t.function[i].self, all),
                pct(t.function[i].total, all), t.function[i].instructions,
                t.function[i].name);
    for (uint32_t i = 0; i < p->chips; i++)
        put_engines(out, p->counter[i], i);
    if (p->lost)
        fputs("some of it is missing: memory was short\n", out);
    free(t.function);
}

/* ---- coverage ---------------------------------------------------------- */

static int by_line(const void *a, const void *b)
{
    const struct sth_vp_line *x = a, *y = b;
    const int order = strcmp(x->place.file ? x->place.file : "",
                             y->place.file ? y->place.file : "");

    return order ? order
                 : (x->place.line > y->place.line) -
                       (x->place.line < y->place.line);
}

void sth_vp_profile_coverage(FILE *out, struct sth_vp_profile *p)
{
    const char *file = NULL;
    uint32_t found = 0, hit = 0, i = 0;

    qsort(p->line, p->lines, sizeof(*p->line), by_line);
    while (i < p->lines && !p->line[i].place.file)
        i++;
    while (i < p->lines) {
        const struct sth_symbol *at = &p->line[i].place;
        uint64_t count = 0; /* of the line's instructions, the largest */

        if (!file || strcmp(file, at->file) != 0)
            fprintf(out, "TN:\nSF:%s\n", at->file);
        file = at->file;
        for (; i < p->lines && p->line[i].place.line == at->line &&
               strcmp(p->line[i].place.file, file) == 0;
             i++)
            if (p->line[i].count > count)
                count = p->line[i].count;
        if (at->line) {
            fprintf(out, "DA:%" PRIu32 ",%" PRIu64 "\n", at->line, count);
            found++;
            hit += count != 0;
        }
        if (i < p->lines && strcmp(p->line[i].place.file, file) == 0)
            continue;
        fprintf(out, "LF:%" PRIu32 "\nLH:%" PRIu32 "\nend_of_record\n", found,
                hit);
        found = hit = 0;
    }
}
