#include "sth_silicon.h"

#include "sth_silicon_lines.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_block(struct sth_silicon *chip, const char *text)
{
    struct sth_silicon_block *b = &chip->block[chip->blocks];
    char rest;

    if (chip->blocks == STH_SILICON_ROWS ||
        sscanf(text,
               "%63s %31s %" SCNu32 " %lf %" SCNu64 " %" SCNu64 " %" SCNu64
               " %lf %c",
               b->name, b->mapping, &b->instances, &b->area, &b->cells,
               &b->flops, &b->memory_bits, &b->worst, &rest) != 8)
        return false;
    chip->blocks++;
    return b->instances && sth_silicon_is_amount(b->area) &&
           sth_silicon_is_amount(b->worst) && b->memory_bits <= b->flops;
}

static bool read_memory(struct sth_silicon *chip, const char *text)
{
    struct sth_silicon_memory *m = &chip->memory[chip->memories];
    char rest;

    if (chip->memories == STH_SILICON_ROWS ||
        sscanf(text, "%63s %" SCNu64 " %" SCNu64 " %" SCNu32 " %c", m->name,
               &m->words, &m->width, &m->instances, &rest) != 4)
        return false;
    chip->memories++;
    return true;
}

static bool read_path(struct sth_silicon *chip, const char *text)
{
    struct sth_silicon_path *p = &chip->path[chip->paths];
    char rest;

    if (chip->paths == STH_SILICON_ROWS ||
        sscanf(text, "%15s %lf %159s %159s %" SCNu32 " %c", p->kind, &p->ns,
               p->from, p->to, &p->gates, &rest) != 5)
        return false;
    chip->paths++;
    return sth_silicon_is_amount(p->ns) && p->ns > 0;
}

static bool read_config(struct sth_silicon *chip, const char *text)
{
    char rest;

    return sscanf(text, "%63s %" SCNu32 " %c", chip->config, &chip->hash,
                  &rest) == 2;
}

static bool take(void *to, const char *key, const char *text)
{
    struct sth_silicon *chip = to;
    const struct {
        const char *key;
        char *text;
        size_t size;
    } texts[] = {
        {"library", chip->library, sizeof(chip->library)},
        {"corner", chip->corner, sizeof(chip->corner)},
        {"yosys", chip->yosys, sizeof(chip->yosys)},
        {"abc", chip->abc, sizeof(chip->abc)},
        {"opensta", chip->opensta, sizeof(chip->opensta)},
        {"date", chip->date, sizeof(chip->date)},
        {"commit", chip->commit, sizeof(chip->commit)},
    };
    static const struct {
        const char *key;
        bool (*read)(struct sth_silicon *chip, const char *text);
    } rows[] = {{"config", read_config},
                {"block", read_block},
                {"memory", read_memory},
                {"path", read_path}};

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (!strcmp(key, texts[i].key))
            return sth_silicon_copy(texts[i].text, texts[i].size, text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (!strcmp(key, rows[i].key))
            return rows[i].read(chip, text);
    return false;
}

static int by_area(const void *a, const void *b)
{
    const struct sth_silicon_block *x = a, *y = b;
    double first = x->area * x->instances, second = y->area * y->instances;

    if (first > second || first < second)
        return first > second ? -1 : 1;
    return strcmp(x->name, y->name);
}

bool sth_silicon_load(const char *path, struct sth_silicon *chip, char *error,
                      size_t error_size)
{
    memset(chip, 0, sizeof(*chip));
    if (!sth_silicon_lines(path, "silicon", take, chip, error, error_size))
        return false;
    if (!*chip->config || !chip->blocks) {
        snprintf(error, error_size, "%s: no line 'config' or no block", path);
        return false;
    }
    qsort(chip->block, chip->blocks, sizeof(*chip->block), by_area);
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
