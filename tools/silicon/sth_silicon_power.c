#include "sth_silicon_power.h"

#include "sth_silicon_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The stretch of that name, made where there is none; NULL without room. */
static struct sth_silicon_stretch *stretch_of(struct sth_silicon_power *p,
                                              const char *name)
{
    uint32_t i = 0;

    while (i < p->stretches && strcmp(p->stretch[i].name, name) != 0)
        i++;
    if (i == STH_SILICON_STRETCHES)
        return NULL;
    if (i == p->stretches)
        snprintf(p->stretch[p->stretches++].name, sizeof(p->stretch[i].name),
                 "%s", name);
    return &p->stretch[i];
}

/* The same for a block; -1 without room. */
static int block_of(struct sth_silicon_power *p, const char *name)
{
    int i = sth_silicon_power_block(p, name);

    if (i >= 0 || p->blocks == STH_SILICON_POWER_BLOCKS)
        return i;
    snprintf(p->block[p->blocks].name, sizeof(p->block->name), "%s", name);
    return (int)p->blocks++;
}

static bool read_count(struct sth_silicon_power *p, const char *text)
{
    struct sth_silicon_stretch *s, read;
    char rest;

    if (sscanf(text, "%31s %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %c",
               read.name, &read.commands, &read.macs, &read.lanes, &read.bytes,
               &rest) != 5 ||
        !(s = stretch_of(p, read.name)))
        return false;
    s->commands = read.commands;
    s->macs = read.macs;
    s->lanes = read.lanes;
    s->bytes = read.bytes;
    return true;
}

static bool read_cycles(struct sth_silicon_power *p, const char *text)
{
    struct sth_silicon_stretch *s, read;
    char rest;

    if (sscanf(text, "%31s %" SCNu64 " %" SCNu64 " %" SCNu64 " %c", read.name,
               &read.cycles, &read.bus_bytes, &read.sram_bytes, &rest) != 4 ||
        !read.cycles || !(s = stretch_of(p, read.name)))
        return false;
    s->cycles = read.cycles;
    s->bus_bytes = read.bus_bytes;
    s->sram_bytes = read.sram_bytes;
    return true;
}

static bool read_energy(struct sth_silicon_power *p, const char *text)
{
    char name[32], block[64], rest;
    struct sth_silicon_spent spent;
    struct sth_silicon_stretch *s;
    double leakage;
    int at;

    if (sscanf(text, "%31s %63s %lf %lf %lf %lf %lf %c", name, block,
               &spent.clock, &spent.registers, &spent.gates, &spent.glitches,
               &leakage, &rest) != 7 ||
        !sth_silicon_is_amount(spent.clock) ||
        !sth_silicon_is_amount(spent.registers) ||
        !sth_silicon_is_amount(spent.gates) ||
        !sth_silicon_is_amount(spent.glitches) ||
        !sth_silicon_is_amount(leakage) || !(s = stretch_of(p, name)) ||
        (at = block_of(p, block)) < 0)
        return false;
    spent.memories = s->spent[at].memories;
    s->spent[at] = spent;
    p->block[at].leakage = leakage;
    return true;
}

static bool read_memory(struct sth_silicon_power *p, const char *text)
{
    char name[32], block[64], kind[16], rest;
    struct sth_silicon_stretch *s;
    uint64_t reads, writes;
    double energy;
    int at;

    if (sscanf(text, "%31s %63s %15s %" SCNu64 " %" SCNu64 " %lf %c", name,
               block, kind, &reads, &writes, &energy, &rest) != 6 ||
        !sth_silicon_is_amount(energy) || !(s = stretch_of(p, name)) ||
        (at = block_of(p, block)) < 0)
        return false;
    s->spent[at].memories += energy;
    return true;
}

static bool read_power(struct sth_silicon_power *p, const char *text)
{
    char rest;

    return sscanf(text, "%63s %" SCNu32 " %c", p->config, &p->hash, &rest) == 2;
}

static bool take(void *to, const char *key, const char *text)
{
    struct sth_silicon_power *p = to;
    const struct {
        const char *key;
        char *text;
        size_t size;
    } texts[] = {{"library", p->library, sizeof(p->library)},
                 {"corner", p->corner, sizeof(p->corner)},
                 {"date", p->date, sizeof(p->date)},
                 {"commit", p->commit, sizeof(p->commit)}};
    static const struct {
        const char *key;
        bool (*read)(struct sth_silicon_power *p, const char *text);
    } rows[] = {{"power", read_power},
                {"count", read_count},
                {"cycles", read_cycles},
                {"energy", read_energy},
                {"memory", read_memory}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (!strcmp(key, texts[i].key))
            return sth_silicon_copy(texts[i].text, texts[i].size, text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (!strcmp(key, rows[i].key))
            return rows[i].read(p, text);
    return false;
}

bool sth_silicon_power_load(const char *path, struct sth_silicon_power *p,
                            char *error, size_t error_size)
{
    bool whole;

    memset(p, 0, sizeof(*p));
    if (!sth_silicon_lines(path, "silicon-power", take, p, error, error_size))
        return false;
    whole = *p->config && p->blocks && p->stretches;
    for (uint32_t i = 0; i < p->stretches; i++)
        whole &= p->stretch[i].cycles > 0;
    if (!whole)
        snprintf(error, error_size,
                 "%s: no line 'power', or a stretch without cycles", path);
    return whole;
}

const struct sth_silicon_stretch *
sth_silicon_stretch(const struct sth_silicon_power *p, const char *name)
{
    for (uint32_t i = 0; i < p->stretches; i++)
        if (!strcmp(p->stretch[i].name, name))
            return &p->stretch[i];
    return NULL;
}

int sth_silicon_power_block(const struct sth_silicon_power *p, const char *name)
{
    for (uint32_t i = 0; i < p->blocks; i++)
        if (!strcmp(p->block[i].name, name))
            return (int)i;
    return -1;
}

struct sth_silicon_spent sth_silicon_spent(const struct sth_silicon_power *p,
                                           const struct sth_silicon_stretch *s)
{
    struct sth_silicon_spent sum = {0};

    for (uint32_t i = 0; i < p->blocks; i++) {
        sum.clock += s->spent[i].clock;
        sum.registers += s->spent[i].registers;
        sum.gates += s->spent[i].gates;
        sum.glitches += s->spent[i].glitches;
        sum.memories += s->spent[i].memories;
    }
    return sum;
}

double sth_silicon_cells(const struct sth_silicon_power *p,
                         const struct sth_silicon_stretch *s, int block)
{
    const struct sth_silicon_spent spent =
        block < 0 ? sth_silicon_spent(p, s) : s->spent[block];

    return (spent.clock + spent.registers + spent.gates + spent.glitches) /
           (double)s->cycles;
}

/* Whether a name begins with one of the words. */
static bool begins(const char *name, const char *words)
{
    while (*words) {
        const size_t length = strcspn(words, " ");

        if (!strncmp(name, words, length))
            return true;
        words += length + strspn(words + length, " ");
    }
    return false;
}

static const struct {
    const char *what, *stretch, *blocks;
    size_t count; /* where in struct sth_silicon_stretch */
} events[] = {
#define POWER_EVENT(name, what, stretch, count, blocks)                        \
    {what, #stretch, blocks, offsetof(struct sth_silicon_stretch, count)},
#include "sth_silicon_power.def"
#undef POWER_EVENT
};

const char *sth_silicon_event_name(enum sth_silicon_event event)
{
    return events[event].what;
}

bool sth_silicon_event(const struct sth_silicon_power *p,
                       enum sth_silicon_event event, double *cells,
                       double *memories)
{
    const struct sth_silicon_stretch *idle = sth_silicon_stretch(p, "idle");
    const struct sth_silicon_stretch *s =
        sth_silicon_stretch(p, events[event].stretch);
    uint64_t count = 0;
    double cycles;

    *cells = *memories = 0;
    if (s)
        memcpy(&count, (const char *)s + events[event].count, sizeof(count));
    if (!idle || !count)
        return false;
    cycles = (double)s->cycles;
    for (uint32_t i = 0; i < p->blocks; i++) {
        if (!begins(p->block[i].name, events[event].blocks))
            continue;
        *cells += cycles * (sth_silicon_cells(p, s, (int)i) -
                            sth_silicon_cells(p, idle, (int)i));
        *memories += s->spent[i].memories -
                     idle->spent[i].memories * cycles / (double)idle->cycles;
    }
    *cells /= (double)count;
    *memories /= (double)count;
    return true;
}
