/* A chip against the one on record. */
#include "sth_silicon_compare.h"
#include "sth_silicon_report.h"

#include <math.h>

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
    snprintf(what, sizeof(what), "%s, area", b->name);
    count = sth_silicon_differ(out, what, "um2", b->area, r->area, percent);
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

    for (uint32_t i = 0; i < chip->blocks; i++)
        count += compare_block(out, &chip->block[i], record, percent);
    return count;
}
