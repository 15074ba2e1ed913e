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
