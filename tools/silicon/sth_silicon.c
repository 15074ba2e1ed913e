#include "sth_silicon.h"

#include "sth_silicon_lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(chip, name)                                                       \
    {                                                                          \
#name, chip->name, sizeof(chip->name)                                  \
    }
#define SOURCE_TEXTS(chip)                                                     \
    TEXT(chip, library), TEXT(chip, corner), TEXT(chip, yosys),                \
        TEXT(chip, abc), TEXT(chip, opensta), TEXT(chip, date),                \
        TEXT(chip, commit)

/* What is taken for a slip of the pen. */
#define AREA_MAX 1e12
#define NS_MAX 1e6
enum { INSTANCES_MAX = 1000000, BITS_MAX = 1 << 30 };
static const uint64_t cells_max = 1000000000000;

/* False when there is no room for one more. */
static bool has_room(struct sth_silicon_line *line, uint32_t rows)
{
    if (rows == STH_SILICON_ROWS)
        sth_silicon_refuse(line, NULL, "more than %d lines '%s'",
                           STH_SILICON_ROWS, line->key);
    return rows < STH_SILICON_ROWS;
}

static void read_block(struct sth_silicon *chip, struct sth_silicon_line *line)
{
    struct sth_silicon_block *b = &chip->block[chip->blocks];
    uint64_t instances = 0;

    if (!has_room(line, chip->blocks))
        return;
    sth_silicon_word(line, "name", b->name, sizeof(b->name));
    if (line->good && sth_silicon_find(chip, b->name))
        sth_silicon_refuse(line, "name", "'%s' is there already", b->name);
    sth_silicon_word(line, "script", b->mapping, sizeof(b->mapping));
    sth_silicon_count(line, "instances", 1, INSTANCES_MAX, &instances);
    sth_silicon_amount(line, "area", AREA_MAX, &b->area);
    sth_silicon_count(line, "cells", 0, cells_max, &b->cells);
    sth_silicon_count(line, "flip-flops", 0, b->cells, &b->flops);
    sth_silicon_count(line, "memory bits", 0, b->flops, &b->memory_bits);
    if (!sth_silicon_amount(line, "ns", NS_MAX, &b->worst))
        return;
    b->instances = (uint32_t)instances;
    chip->blocks++;
}

static void read_memory(struct sth_silicon *chip, struct sth_silicon_line *line)
{
    struct sth_silicon_memory *m = &chip->memory[chip->memories];
    uint64_t instances = 0;

    if (!has_room(line, chip->memories))
        return;
    sth_silicon_word(line, "name", m->name, sizeof(m->name));
    if (line->good && sth_silicon_find_memory(chip, m->name))
        sth_silicon_refuse(line, "name", "'%s' is there already", m->name);
    sth_silicon_count(line, "words", 1, BITS_MAX, &m->words);
    sth_silicon_count(line, "width", 1, BITS_MAX, &m->width);
    if (!sth_silicon_count(line, "instances", 1, INSTANCES_MAX, &instances))
        return;
    m->instances = (uint32_t)instances;
    chip->memories++;
}

/* The index of a kind of path, or -1. */
static int order_of(const char *kind)
{
    static const char *const kinds[] = {"reg-reg", "in-reg", "reg-out",
                                        "in-out"};

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (!strcmp(kind, kinds[i]))
            return (int)i;
    return -1;
}

static void read_path(struct sth_silicon *chip, struct sth_silicon_line *line)
{
    struct sth_silicon_path *p = &chip->path[chip->paths];
    uint64_t gates = 0;

    if (!has_room(line, chip->paths))
        return;
    sth_silicon_word(line, "kind", p->kind, sizeof(p->kind));
    if (line->good && order_of(p->kind) < 0)
        sth_silicon_refuse(line, "kind",
                           "'%s' is none of reg-reg, in-reg, "
                           "reg-out and in-out",
                           p->kind);
    sth_silicon_amount(line, "ns", NS_MAX, &p->ns);
    if (line->good && !(p->ns > 0))
        sth_silicon_refuse(line, "ns", "is not above zero");
    sth_silicon_word(line, "from", p->from, sizeof(p->from));
    sth_silicon_word(line, "to", p->to, sizeof(p->to));
    for (uint32_t i = 0; line->good && i < chip->paths; i++)
        if (!strcmp(chip->path[i].kind, p->kind) &&
            !strcmp(chip->path[i].to, p->to))
            sth_silicon_refuse(line, "to", "'%s' ends a path '%s' already",
                               p->to, p->kind);
    if (!sth_silicon_count(line, "gates", 0, INSTANCES_MAX, &gates))
        return;
    p->gates = (uint32_t)gates;
    chip->paths++;
}

static void read_config(struct sth_silicon *chip, struct sth_silicon_line *line)
{
    uint64_t hash = 0;

    if (*chip->config)
        sth_silicon_refuse(line, NULL, "a second line 'config'");
    sth_silicon_word(line, "name", chip->config, sizeof(chip->config));
    sth_silicon_count(line, "hash", 0, UINT32_MAX, &hash);
    chip->hash = (uint32_t)hash;
}

static void take(void *to, struct sth_silicon_line *line)
{
    struct sth_silicon *chip = to;
    const struct sth_silicon_source texts[] = {SOURCE_TEXTS(chip)};
    static const struct {
        const char *key;
        void (*read)(struct sth_silicon *chip, struct sth_silicon_line *line);
    } rows[] = {{"config", read_config},
                {"block", read_block},
                {"memory", read_memory},
                {"path", read_path}};

    if (sth_silicon_take_source(line, texts, COUNT(texts)))
        return;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strcmp(line->key, rows[i].key)) {
            rows[i].read(chip, line);
            return;
        }
    sth_silicon_refuse(line, NULL, "'%s' is no line of `make silicon`",
                       line->key);
}

static int by_area(const void *a, const void *b)
{
    const struct sth_silicon_block *x = a, *y = b;
    double first = x->area * x->instances, second = y->area * y->instances;

    if (first > second || first < second)
        return first > second ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* What is not there, or NULL. */
static const char *find_missing(struct sth_silicon *chip)
{
    const struct sth_silicon_source texts[] = {SOURCE_TEXTS(chip)};
    const char *missing = sth_silicon_missing(texts, COUNT(texts));
    struct sth_silicon_sum sum;

    sth_silicon_total(chip, &sum);
    if (!*chip->config)
        return "config";
    if (missing)
        return missing;
    if (!chip->blocks)
        return "block";
    return chip->paths && !(sum.period > 0) ? "path reg-reg" : NULL;
}

/* Kind by kind, each slowest first. */
static int by_ns(const void *a, const void *b)
{
    const struct sth_silicon_path *x = a, *y = b;
    const int kind = order_of(x->kind) - order_of(y->kind);

    if (kind)
        return kind;
    if (x->ns > y->ns || x->ns < y->ns)
        return x->ns > y->ns ? -1 : 1;
    return strcmp(x->to, y->to);
}

bool sth_silicon_load(const char *path, struct sth_silicon *chip, char *error,
                      size_t error_size)
{
    const char *missing;

    memset(chip, 0, sizeof(*chip));
    if (!sth_silicon_lines(path, "silicon", take, chip, error, error_size))
        return false;
    missing = find_missing(chip);
    if (missing) {
        snprintf(error, error_size, "%s: no line '%s'", path, missing);
        return false;
    }
    qsort(chip->block, chip->blocks, sizeof(*chip->block), by_area);
    qsort(chip->path, chip->paths, sizeof(*chip->path), by_ns);
    return true;
}

void sth_silicon_total(const struct sth_silicon *chip,
                       struct sth_silicon_sum *sum)
{
    *sum = (struct sth_silicon_sum){0};
    for (uint32_t i = 0; i < chip->blocks; i++) {
        const struct sth_silicon_block *b = &chip->block[i];

        sum->area += b->area * b->instances;
        sum->cells += b->cells * b->instances;
        sum->flops += b->flops * b->instances;
        sum->memory_bits += b->memory_bits * b->instances;
    }
    for (uint32_t i = 0; i < chip->memories; i++) {
        const struct sth_silicon_memory *m = &chip->memory[i];

        sum->macros += m->instances;
        sum->macro_bits += m->words * m->width * m->instances;
    }
    for (uint32_t i = 0; i < chip->paths; i++)
        if (!strcmp(chip->path[i].kind, "reg-reg"))
            sum->period = fmax(sum->period, chip->path[i].ns);
}

const struct sth_silicon_block *sth_silicon_find(const struct sth_silicon *chip,
                                                 const char *name)
{
    for (uint32_t i = 0; i < chip->blocks; i++)
        if (!strcmp(chip->block[i].name, name))
            return &chip->block[i];
    return NULL;
}

const struct sth_silicon_memory *
sth_silicon_find_memory(const struct sth_silicon *chip, const char *name)
{
    for (uint32_t i = 0; i < chip->memories; i++)
        if (!strcmp(chip->memory[i].name, name))
            return &chip->memory[i];
    return NULL;
}
