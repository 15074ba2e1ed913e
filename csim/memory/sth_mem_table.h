/* One DRAM as a table: the presets, and what a file of one's own says. */
#ifndef STH_MEM_TABLE_H
#define STH_MEM_TABLE_H

#include "sth_mem_config.h"

struct sth_mem_figure {
    uint32_t value;
    enum sth_standing standing;
    const char *source;
};

struct sth_mem_preset {
    const char *name, *meaning;
    struct sth_mem_figure figure[STH_DRAM_FIELDS];
};

/* Ends with a preset without a name. */
extern const struct sth_mem_preset sth_mem_presets[];

enum sth_mem_rule {
    STH_MEM_RULE_ANY,
    STH_MEM_RULE_POWER,
    STH_MEM_RULE_MAPPING
};

/* A field's name, unit and range, as dram.def has them. */
struct sth_mem_field {
    const char *name;
    uint32_t min, max;
    enum sth_mem_rule rule;
    const char *unit, *meaning;
};

extern const struct sth_mem_field sth_mem_fields[STH_DRAM_FIELDS];

/*
 * The field that breaks a rule of dram.def, which is written into why; -1: none
 * does.
 */
int sth_mem_figures_check(const uint32_t value[STH_DRAM_FIELDS], char *why,
                          size_t why_size);

/*
 * Reads a file: `FIELD = VALUE STANDING SOURCE` for every field of dram.def, in
 * any order.  On failure returns false, leaves value and source as they were
 * and writes "FILE:LINE: key 'FIELD': what is wrong" into error.
 */
bool sth_mem_file_read(const char *path, uint32_t value[STH_DRAM_FIELDS],
                       struct sth_mem_source source[STH_DRAM_FIELDS],
                       char *error, size_t error_size);

#endif
