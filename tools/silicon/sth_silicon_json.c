/* A chip as JSON: version and configuration, then what was measured. */
#include "sth_report_head.h"
#include "sth_silicon_report.h"

#include <string.h>

static json_t *blocks(const struct sth_silicon *chip)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < chip->blocks; i++) {
        const struct sth_silicon_block *b = &chip->block[i];

        json_array_append_new(
            list, json_pack("{s:s, s:s, s:I, s:f, s:I, s:I, s:I, s:f}", "name",
                            b->name, "mapping", b->mapping, "instances",
                            (json_int_t)b->instances, "area_um2", b->area,
                            "cells", (json_int_t)b->cells, "flip_flops",
                            (json_int_t)b->flops, "memory_bits",
                            (json_int_t)b->memory_bits, "worst_ns", b->worst));
    }
    return list;
}

static json_t *memories(const struct sth_silicon *chip)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < chip->memories; i++) {
        const struct sth_silicon_memory *m = &chip->memory[i];

        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I}", "name", m->name, "words",
                            (json_int_t)m->words, "width", (json_int_t)m->width,
                            "instances", (json_int_t)m->instances));
    }
    return list;
}

static json_t *paths(const struct sth_silicon *chip)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < chip->paths; i++) {
        const struct sth_silicon_path *p = &chip->path[i];

        json_array_append_new(list, json_pack("{s:s, s:f, s:s, s:s, s:I}",
                                              "kind", p->kind, "ns", p->ns,
                                              "from", p->from, "to", p->to,
                                              "gates", (json_int_t)p->gates));
    }
    return list;
}

static json_t *held_against(const struct sth_silicon_verdict *verdict)
{
    json_t *list = json_array();
    const char *line = verdict->differences;

    while (*line) {
        const size_t length = strcspn(line, "\n");

        json_array_append_new(list, json_stringn(line, length));
        line += length + (line[length] == '\n');
    }
    return json_pack("{s:f, s:i, s:o}", "tolerance_percent", verdict->percent,
                     "count", (int)verdict->count, "differences", list);
}

bool sth_silicon_json(FILE *out, const struct sth_silicon *chip,
                      const struct sth_silicon_power *power,
                      const struct sth_config *config,
                      const struct sth_silicon_verdict *verdict)
{
    json_t *root = json_object();
    struct sth_silicon_sum sum;

    sth_silicon_total(chip, &sum);
    sth_report_head(root, config);
    json_object_set_new(root, "measured",
                        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                                  "library", chip->library, "corner",
                                  chip->corner, "yosys", chip->yosys, "abc",
                                  chip->abc, "opensta", chip->opensta, "date",
                                  chip->date, "commit", chip->commit));
    json_object_set_new(
        root, "total",
        json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:I}", "period_ns",
                  sum.period, "frequency_mhz",
                  sum.period > 0 ? 1000 / sum.period : 0, "area_um2", sum.area,
                  "cells", (json_int_t)sum.cells, "flip_flops",
                  (json_int_t)sum.flops, "memory_bits",
                  (json_int_t)sum.memory_bits, "macros", (json_int_t)sum.macros,
                  "macro_bits", (json_int_t)sum.macro_bits));
    json_object_set_new(root, "blocks", blocks(chip));
    json_object_set_new(root, "macros", memories(chip));
    json_object_set_new(root, "paths", paths(chip));
    if (power)
        json_object_set_new(root, "power",
                            sth_silicon_power_json(power, sum.period));
    if (verdict)
        json_object_set_new(root, "record", held_against(verdict));
    return sth_report_write(out, root);
}
