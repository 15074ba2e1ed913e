/* A chip against the one on record. */
#include "sth_silicon_compare.h"
#include "sth_silicon_report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

unsigned sth_silicon_differ(FILE *out, const char *what, const char *unit,
                            double now, double then, double percent)
{
    double off = 100 * (now - then) / then;

    /* A figure on record that is zero is off by anything else. */
    if (fabs(now - then) <= percent / 100 * then)
        return 0;
    fprintf(out, "%s: %.*f %s, on record %.*f", what, now < 1000 ? 2 : 0, now,
            unit, then < 1000 ? 2 : 0, then);
    fprintf(out, then > 0 ? " (%+.1f %%)\n" : "\n", off);
    return 1;
}

/* 1, with a line, when two numbers are not the same. */
static unsigned differ_in_number(FILE *out, const char *name, const char *what,
                                 uint64_t now, uint64_t then)
{
    if (now == then)
        return 0;
    fprintf(out, "%s: %" PRIu64 "%s, on record %" PRIu64 "\n", name, now, what,
            then);
    return 1;
}

static unsigned compare_memories(FILE *out, const struct sth_silicon *chip,
                                 const struct sth_silicon *record)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < chip->memories; i++) {
        const struct sth_silicon_memory *m = &chip->memory[i];
        const struct sth_silicon_memory *r =
            sth_silicon_find_memory(record, m->name);

        if (!r) {
            fprintf(out, "%s: not on record\n", m->name);
            count++;
            continue;
        }
        count += differ_in_number(out, m->name, " words", m->words, r->words);
        count += differ_in_number(out, m->name, " bits", m->width, r->width);
        count += differ_in_number(out, m->name, "", m->instances, r->instances);
    }
    for (uint32_t i = 0; i < record->memories; i++)
        if (!sth_silicon_find_memory(chip, record->memory[i].name)) {
            fprintf(out, "%s: on record alone\n", record->memory[i].name);
            count++;
        }
    return count;
}

/* 1, with a line, when two texts are not the same. */
static unsigned differ_in_text(FILE *out, const char *what, const char *now,
                               const char *then)
{
    if (!strcmp(now, then))
        return 0;
    fprintf(out, "%s: '%s', on record '%s'\n", what, now, then);
    return 1;
}

static unsigned compare_block(FILE *out, const struct sth_silicon_block *b,
                              const struct sth_silicon *record, double percent)
{
    const struct sth_silicon_block *r = sth_silicon_find(record, b->name);
    char what[96];
    unsigned count;

    if (!r) {
        fprintf(out, "%s: not on record\n", b->name);
        return 1;
    }
    count = differ_in_number(out, b->name, "", b->instances, r->instances);
    snprintf(what, sizeof(what), "%s, area", b->name);
    count += sth_silicon_differ(out, what, "um2", b->area, r->area, percent);
    snprintf(what, sizeof(what), "%s, slowest path", b->name);
    return count +
           sth_silicon_differ(out, what, "ns", b->worst, r->worst, percent);
}

static unsigned compare_whole(FILE *out, const struct sth_silicon *chip,
                              const struct sth_silicon *record, double percent)
{
    struct sth_silicon_sum now, then;
    unsigned count;

    sth_silicon_total(chip, &now);
    sth_silicon_total(record, &then);
    count = sth_silicon_differ(out, "chip, period", "ns", now.period,
                               then.period, percent);
    count += sth_silicon_differ(out, "chip, area", "um2", now.area, then.area,
                                percent);
    count += sth_silicon_differ(out, "chip, flip-flops", "", (double)now.flops,
                                (double)then.flops, percent);
    for (uint32_t i = 0; i < record->blocks; i++)
        if (!sth_silicon_find(chip, record->block[i].name)) {
            fprintf(out, "%s: on record alone\n", record->block[i].name);
            count++;
        }
    return count;
}

unsigned sth_silicon_compare(FILE *out, const struct sth_silicon *chip,
                             const struct sth_silicon *record, double percent)
{
    unsigned count =
        chip->paths ? compare_whole(out, chip, record, percent) : 0;

    if (chip->hash != record->hash) {
        fputs("parameters: others than on record\n", out);
        count++;
    }
    count += differ_in_text(out, "library", chip->library, record->library);
    count += differ_in_text(out, "corner", chip->corner, record->corner);
    count += compare_memories(out, chip, record);
    for (uint32_t i = 0; i < chip->blocks; i++)
        count += compare_block(out, &chip->block[i], record, percent);
    return count;
}
