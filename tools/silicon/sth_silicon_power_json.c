/* A chip's power as JSON: every number of the tables, and what they come from.
 */
#include "sth_silicon_report.h"

static json_t *blocks(const struct sth_silicon_power *p,
                      const struct sth_silicon_stretch *s)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < p->blocks; i++)
        json_array_append_new(
            list,
            json_pack("{s:s, s:f, s:f, s:f, s:f, s:f}", "name",
                      p->block[i].name, "clock_pj", s->spent[i].clock,
                      "flip_flops_pj", s->spent[i].registers, "gates_pj",
                      s->spent[i].gates, "glitches_pj", s->spent[i].glitches,
                      "memories_pj", s->spent[i].memories));
    return list;
}

static json_t *stretches(const struct sth_silicon_power *p, double ns)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < p->stretches; i++) {
        const struct sth_silicon_stretch *s = &p->stretch[i];
        json_t *each = json_pack(
            "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "name", s->name,
            "cycles", (json_int_t)s->cycles, "commands",
            (json_int_t)s->commands, "macs", (json_int_t)s->macs,
            "lane_operations", (json_int_t)s->lanes, "bytes_moved",
            (json_int_t)s->bytes, "bus_bytes", (json_int_t)s->bus_bytes,
            "sram_bytes", (json_int_t)s->sram_bytes);

        json_object_set_new(each, "cells_mw",
                            json_real(sth_silicon_cells(p, s, -1) / ns));
        json_object_set_new(each, "blocks", blocks(p, s));
        json_array_append_new(list, each);
    }
    return list;
}

static json_t *events(const struct sth_silicon_power *p)
{
    json_t *list = json_array();

    for (int e = 0; e < STH_SILICON_EVENTS; e++) {
        double cells, memories;

        if (sth_silicon_event(p, e, &cells, &memories))
            json_array_append_new(list, json_pack("{s:s, s:f, s:f}", "event",
                                                  sth_silicon_event_name(e),
                                                  "cells_pj", cells,
                                                  "memories_pj", memories));
    }
    return list;
}

json_t *sth_silicon_power_json(const struct sth_silicon_power *p, double ns)
{
    json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:f}", "library", p->library,
                             "corner", p->corner, "date", p->date, "commit",
                             p->commit, "period_ns", ns);
    double leakage = 0;

    for (uint32_t i = 0; i < p->blocks; i++)
        leakage += p->block[i].leakage;
    json_object_set_new(root, "leakage_nw", json_real(leakage));
    json_object_set_new(root, "stretches", stretches(p, ns));
    json_object_set_new(root, "events_over_idle", events(p));
    return root;
}
