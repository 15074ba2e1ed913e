/* A chip's power against that on record. */
#include "sth_silicon_compare.h"
#include "sth_silicon_report.h"

static unsigned compare_event(FILE *out, const struct sth_silicon_power *now,
                              const struct sth_silicon_power *then,
                              enum sth_silicon_event event, double percent)
{
    double cells = 0, memories = 0, cells_then, memories_then;
    const bool there = sth_silicon_event(now, event, &cells, &memories);

    if (!sth_silicon_event(then, event, &cells_then, &memories_then) && !there)
        return 0;
    return sth_silicon_differ(out, sth_silicon_event_name(event), "pJ",
                              cells + memories, cells_then + memories_then,
                              percent);
}

static unsigned compare_stretch(FILE *out, const struct sth_silicon_power *now,
                                const struct sth_silicon_stretch *s,
                                const struct sth_silicon_power *then,
                                const struct sth_silicon_stretch *r,
                                double percent)
{
    char what[128];
    unsigned count = 0;

    for (uint32_t i = 0; i < now->blocks; i++) {
        const int at = sth_silicon_power_block(then, now->block[i].name);

        snprintf(what, sizeof(what), "%s in '%s'", now->block[i].name, s->name);
        count += sth_silicon_differ(
            out, what, "pJ a cycle", sth_silicon_cells(now, s, (int)i),
            at < 0 ? 0 : sth_silicon_cells(then, r, at), percent);
    }
    return count;
}

unsigned sth_silicon_power_compare(FILE *out,
                                   const struct sth_silicon_power *power,
                                   const struct sth_silicon_power *record,
                                   double percent)
{
    unsigned count = 0;

    for (int e = 0; e < STH_SILICON_EVENTS; e++)
        count += compare_event(out, power, record, e, percent);
    for (uint32_t i = 0; i < record->blocks; i++)
        if (sth_silicon_power_block(power, record->block[i].name) < 0) {
            fprintf(out, "%s: on record alone\n", record->block[i].name);
            count++;
        }
    for (uint32_t i = 0; i < power->stretches; i++) {
        const struct sth_silicon_stretch *s = &power->stretch[i];
        const struct sth_silicon_stretch *r =
            sth_silicon_stretch(record, s->name);

        if (!r)
            fprintf(out, "stretch '%s': not on record\n", s->name);
        count += r ? compare_stretch(out, power, s, record, r, percent) : 1;
    }
    for (uint32_t i = 0; i < record->stretches; i++)
        if (!sth_silicon_stretch(power, record->stretch[i].name)) {
            fprintf(out, "stretch '%s': on record alone\n",
                    record->stretch[i].name);
            count++;
        }
    return count;
}
