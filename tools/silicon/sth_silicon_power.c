#include "sth_silicon_power.h"

#include <string.h>

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

/* The event by which so many of a stretch are reckoned. */
static int event_of(size_t count, const struct sth_silicon_stretch *s)
{
    int first = -1;

    for (int e = 0; e < STH_SILICON_EVENTS; e++) {
        if (events[e].count != count)
            continue;
        if (!strcmp(events[e].stretch, s->name))
            return e;
        if (first < 0)
            first = e;
    }
    return first;
}

void sth_silicon_sum(const struct sth_silicon_power *p,
                     const struct sth_silicon_stretch *s,
                     double part[STH_SILICON_SUM_PARTS])
{
    static const size_t counts[STH_SILICON_SUM_PARTS] = {
        [STH_SILICON_SUM_MACS] = offsetof(struct sth_silicon_stretch, macs),
        [STH_SILICON_SUM_LANES] = offsetof(struct sth_silicon_stretch, lanes),
        [STH_SILICON_SUM_SRAM] =
            offsetof(struct sth_silicon_stretch, sram_bytes),
        [STH_SILICON_SUM_BUS] = offsetof(struct sth_silicon_stretch, bus_bytes),
        [STH_SILICON_SUM_COMMANDS] =
            offsetof(struct sth_silicon_stretch, commands),
    };
    const struct sth_silicon_stretch *idle = sth_silicon_stretch(p, "idle");

    memset(part, 0, STH_SILICON_SUM_PARTS * sizeof(*part));
    if (idle)
        part[STH_SILICON_SUM_IDLE] =
            (double)s->cycles * sth_silicon_cells(p, idle, -1);
    for (int i = STH_SILICON_SUM_MACS; i < STH_SILICON_SUM_PARTS; i++) {
        const int event = event_of(counts[i], s);
        double cells, memories;
        uint64_t count;

        memcpy(&count, (const char *)s + counts[i], sizeof(count));
        if (event >= 0 && sth_silicon_event(p, event, &cells, &memories))
            part[i] = (double)count * cells;
    }
}
