/* The presets of memory.def and the rules of dram.def. */
#include "sth_mem_table.h"

#include <stdio.h>

const struct sth_mem_field sth_mem_fields[STH_DRAM_FIELDS] = {
#define DRAM(field, min, max, rule, unit, meaning)                             \
    {#field, min, max, STH_MEM_RULE_##rule, unit, meaning},
#include "dram.def"
#undef DRAM
};

enum {
#define MEMORY(id, text, meaning) MEMORY_##id,
#define FIGURE(id, field, value, standing, source)
#include "memory.def"
#undef MEMORY
#undef FIGURE
    MEMORIES
};

const struct sth_mem_preset sth_mem_presets[MEMORIES + 1] = {
#define MEMORY(id, text, what)                                                 \
    [MEMORY_##id].name = (text), [MEMORY_##id].meaning = (what),
#define FIGURE(id, field, value, standing, source)                             \
    [MEMORY_##id].figure[STH_DRAM_##field] = {value, STH_STANDING_##standing,  \
                                              source},
#include "memory.def"
#undef MEMORY
#undef FIGURE
};

const char *sth_standing_name(enum sth_standing standing)
{
    return standing == STH_STANDING_PUBLISHED ? "published"
           : standing == STH_STANDING_DERIVED ? "derived"
                                              : "assumed";
}

const char *sth_mapping_name(uint32_t mapping)
{
    static const char *const names[STH_MAPPINGS] = {
#define MAPPING(id, name, bank, group, column) name,
#include "mapping.def"
#undef MAPPING
    };

    return names[mapping];
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

int sth_mem_figures_check(const uint32_t value[STH_DRAM_FIELDS], char *why,
                          size_t why_size)
{
    /* Which is no more than which. */
    static const struct {
        enum sth_dram_field low, high;
    } orders[] = {{STH_DRAM_groups, STH_DRAM_banks},
                  {STH_DRAM_interleave_bytes, STH_DRAM_row_bytes},
                  {STH_DRAM_access_bytes, STH_DRAM_interleave_bytes},
                  {STH_DRAM_write_batch, STH_DRAM_write_queue},
                  {STH_DRAM_t_rrd_s, STH_DRAM_t_rrd_l},
                  {STH_DRAM_t_wtr_s, STH_DRAM_t_wtr_l}};

    for (int i = 0; i < STH_DRAM_FIELDS; i++) {
        const struct sth_mem_field *f = &sth_mem_fields[i];

        if (value[i] < f->min || value[i] > f->max) {
            snprintf(why, why_size, "%u is not in %u..%u", value[i], f->min,
                     f->max);
            return i;
        }
        if (f->rule == STH_MEM_RULE_POWER && !is_power_of_two(value[i])) {
            snprintf(why, why_size, "%u is not a power of two", value[i]);
            return i;
        }
    }
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const enum sth_dram_field low = orders[i].low, high = orders[i].high;

        if (value[low] <= value[high])
            continue;
        snprintf(why, why_size, "%u is more than the %s, %u", value[low],
                 sth_mem_fields[high].name, value[high]);
        return (int)low;
    }
    if (value[STH_DRAM_t_rfc] >= value[STH_DRAM_t_refi]) {
        snprintf(why, why_size, "%u leaves no time between refreshes, %u",
                 value[STH_DRAM_t_rfc], value[STH_DRAM_t_refi]);
        return STH_DRAM_t_rfc;
    }
    return -1;
}
