/* Reads what `make silicon-power` measured. */
#include "sth_silicon_lines.h"
#include "sth_silicon_power.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(power, name)                                                      \
    {                                                                          \
#name, power->name, sizeof(power->name)                                \
    }
#define SOURCE_TEXTS(power)                                                    \
    TEXT(power, library), TEXT(power, corner), TEXT(power, date),              \
        TEXT(power, commit)

/* What is taken for a slip of the pen: picojoule, nanowatt and events. */
#define ENERGY_MAX 1e15
static const uint64_t events_max = 1000000000000;

/* The lines of a file, and which of them there were. */
struct reader {
    struct sth_silicon_power *power;
    struct {
        bool count, cycles;
        bool energy[STH_SILICON_POWER_BLOCKS];
        bool memory[STH_SILICON_POWER_BLOCKS][2];
    } had[STH_SILICON_STRETCHES];
};

/* The index of the stretch that the line names, made where there is none. */
static uint32_t read_stretch(struct sth_silicon_power *p,
                             struct sth_silicon_line *line)
{
    char name[sizeof(p->stretch->name)] = "";
    uint32_t i = 0;

    if (!sth_silicon_word(line, "stretch", name, sizeof(name)))
        return 0;
    while (i < p->stretches && strcmp(p->stretch[i].name, name) != 0)
        i++;
    if (i == STH_SILICON_STRETCHES) {
        sth_silicon_refuse(line, "stretch", "more than %d",
                           STH_SILICON_STRETCHES);
        return 0;
    }
    if (i == p->stretches)
        strcpy(p->stretch[p->stretches++].name, name);
    return i;
}

/* The same for a block. */
static uint32_t read_block(struct sth_silicon_power *p,
                           struct sth_silicon_line *line)
{
    char name[sizeof(p->block->name)] = "";
    int i;

    if (!sth_silicon_word(line, "block", name, sizeof(name)))
        return 0;
    i = sth_silicon_power_block(p, name);
    if (i >= 0)
        return (uint32_t)i;
    if (p->blocks == STH_SILICON_POWER_BLOCKS) {
        sth_silicon_refuse(line, "block", "more than %d",
                           STH_SILICON_POWER_BLOCKS);
        return 0;
    }
    strcpy(p->block[p->blocks].name, name);
    return p->blocks++;
}

/* A line that stands once, as `had` says. */
static void once(struct sth_silicon_line *line, bool *had)
{
    if (line->good && *had)
        sth_silicon_refuse(line, NULL, "a second line '%s' of the same",
                           line->key);
    *had = true;
}

static void read_count(struct reader *r, struct sth_silicon_line *line)
{
    const uint32_t at = read_stretch(r->power, line);
    struct sth_silicon_stretch *s = &r->power->stretch[at];

    once(line, &r->had[at].count);
    sth_silicon_count(line, "commands", 0, events_max, &s->commands);
    sth_silicon_count(line, "macs", 0, events_max, &s->macs);
    sth_silicon_count(line, "lanes", 0, events_max, &s->lanes);
    sth_silicon_count(line, "bytes", 0, events_max, &s->bytes);
}

static void read_cycles(struct reader *r, struct sth_silicon_line *line)
{
    const uint32_t at = read_stretch(r->power, line);
    struct sth_silicon_stretch *s = &r->power->stretch[at];

    once(line, &r->had[at].cycles);
    sth_silicon_count(line, "cycles", 1, events_max, &s->cycles);
    sth_silicon_count(line, "bus bytes", 0, events_max, &s->bus_bytes);
    sth_silicon_count(line, "SRAM bytes", 0, events_max, &s->sram_bytes);
}

static void read_energy(struct reader *r, struct sth_silicon_line *line)
{
    const uint32_t stretch = read_stretch(r->power, line);
    const uint32_t block = read_block(r->power, line);
    struct sth_silicon_spent *spent = &r->power->stretch[stretch].spent[block];

    once(line, &r->had[stretch].energy[block]);
    sth_silicon_amount(line, "clock", ENERGY_MAX, &spent->clock);
    sth_silicon_amount(line, "flip-flops", ENERGY_MAX, &spent->registers);
    sth_silicon_amount(line, "gates", ENERGY_MAX, &spent->gates);
    sth_silicon_amount(line, "glitches", ENERGY_MAX, &spent->glitches);
    sth_silicon_amount(line, "leakage", ENERGY_MAX,
                       &r->power->block[block].leakage);
}

static void read_memory(struct reader *r, struct sth_silicon_line *line)
{
    const uint32_t stretch = read_stretch(r->power, line);
    const uint32_t block = read_block(r->power, line);
    uint64_t accesses;
    double energy = 0;
    char kind[16] = "";

    sth_silicon_word(line, "kind", kind, sizeof(kind));
    if (strcmp(kind, "sram") != 0 && strcmp(kind, "regfile") != 0)
        sth_silicon_refuse(line, "kind", "'%s' is neither sram nor regfile",
                           kind);
    once(line, &r->had[stretch].memory[block][*kind == 's']);
    sth_silicon_count(line, "reads", 0, events_max, &accesses);
    sth_silicon_count(line, "writes", 0, events_max, &accesses);
    if (sth_silicon_amount(line, "energy", ENERGY_MAX, &energy))
        r->power->stretch[stretch].spent[block].memories += energy;
}

static void read_power(struct reader *r, struct sth_silicon_line *line)
{
    uint64_t hash = 0;

    if (*r->power->config)
        sth_silicon_refuse(line, NULL, "a second line 'power'");
    sth_silicon_word(line, "name", r->power->config, sizeof(r->power->config));
    sth_silicon_count(line, "hash", 0, UINT32_MAX, &hash);
    r->power->hash = (uint32_t)hash;
}

static void take(void *to, struct sth_silicon_line *line)
{
    struct reader *r = to;
    const struct sth_silicon_source texts[] = {SOURCE_TEXTS(r->power)};
    static const struct {
        const char *key;
        void (*read)(struct reader *r, struct sth_silicon_line *line);
    } rows[] = {{"power", read_power},
                {"count", read_count},
                {"cycles", read_cycles},
                {"energy", read_energy},
                {"memory", read_memory}};

    if (sth_silicon_take_source(line, texts, COUNT(texts)))
        return;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strcmp(line->key, rows[i].key)) {
            rows[i].read(r, line);
            return;
        }
    sth_silicon_refuse(line, NULL, "'%s' is no line of `make silicon-power`",
                       line->key);
}

/* Says what is not there: every stretch is counted and has every block. */
static bool is_whole(const struct reader *r, const char *path, char *error,
                     size_t error_size)
{
    const struct sth_silicon_power *p = r->power;
    const struct sth_silicon_source texts[] = {SOURCE_TEXTS(r->power)};
    const char *missing =
        *p->config ? sth_silicon_missing(texts, COUNT(texts)) : "power";

    if (!missing && !p->blocks)
        missing = "energy";
    if (!missing && !sth_silicon_stretch(p, "idle"))
        missing = "cycles idle";
    if (missing) {
        snprintf(error, error_size, "%s: no line '%s'", path, missing);
        return false;
    }
    for (uint32_t i = 0; i < p->stretches; i++) {
        missing = !r->had[i].count    ? "count"
                  : !r->had[i].cycles ? "cycles"
                                      : "";
        if (*missing) {
            snprintf(error, error_size, "%s: no line '%s %s'", path, missing,
                     p->stretch[i].name);
            return false;
        }
        for (uint32_t b = 0; b < p->blocks; b++)
            if (!r->had[i].energy[b]) {
                snprintf(error, error_size, "%s: no line 'energy %s %s'", path,
                         p->stretch[i].name, p->block[b].name);
                return false;
            }
    }
    return true;
}

bool sth_silicon_power_load(const char *path, struct sth_silicon_power *p,
                            char *error, size_t error_size)
{
    struct reader r = {.power = p};

    memset(p, 0, sizeof(*p));
    return sth_silicon_lines(path, "silicon-power", take, &r, error,
                             error_size) &&
           is_whole(&r, path, error, error_size);
}
