/*
 * The tables of spec/ as data, for the programs that print or check them.
 */
#ifndef STH_SPECGEN_H
#define STH_SPECGEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sth_param_rule.h"

struct sth_row_param {
    const char *c_name, *v_name;
    uint32_t def, min, max;
    enum sth_rule rule;
    const char *doc;
};
struct sth_row_reg {
    const char *name;
    uint32_t offset;
    const char *access;
    uint32_t reset;
    const char *doc;
};
struct sth_row_field {
    const char *owner, *name;
    uint32_t word, lsb, width;
    const char *doc;
};
struct sth_row_cmd {
    const char *name;
    uint32_t opcode;
    const char *engine, *doc;
};
struct sth_row_region {
    const char *name;
    uint32_t base, bytes;
    const char *doc;
};
/* Engines, faults, counters, latencies, depths and enumerations: a named
 * number. */
struct sth_row_value {
    const char *table, *name;
    uint32_t value;
    const char *doc;
};

/* Each array ends with a row whose name is NULL. */
extern const struct sth_row_param sth_rows_params[];
extern const struct sth_row_reg sth_rows_regs[];
extern const struct sth_row_field sth_rows_reg_fields[];
extern const struct sth_row_cmd sth_rows_cmds[];
extern const struct sth_row_field sth_rows_cmd_fields[];
extern const struct sth_row_value sth_rows_engines[];
extern const struct sth_row_value sth_rows_faults[];
extern const struct sth_row_value sth_rows_counters[];
extern const struct sth_row_value sth_rows_latencies[];
extern const struct sth_row_value sth_rows_depths[];
extern const struct sth_row_value sth_rows_axi[];
extern const struct sth_row_value sth_rows_data_types[];
extern const struct sth_row_value sth_rows_enums[];
extern const struct sth_row_region sth_rows_regions[];
/* Of the platform; the table is the region, the value an offset. */
extern const struct sth_row_value sth_rows_platform_regs[];
extern const struct sth_row_value sth_rows_platform_values[];

/* Whether a field row belongs to the command: its own, or one of ANY. */
bool sth_specgen_applies(const struct sth_row_field *field,
                         const struct sth_row_cmd *cmd);

/*
 * Checks every table against the rules that its header states and reports
 * each violation on `log`.  Returns the number of violations.
 */
unsigned sth_specgen_check(FILE *log);

/* Prints the Verilog header that RTL modules include in their bodies. */
void sth_specgen_verilog(FILE *out);

/* Prints the parameter list of the core, which ends with the vector Caps. */
void sth_specgen_params(FILE *out);

/* Prints the platform as a header for C, assembler and linker scripts. */
void sth_specgen_platform(FILE *out);

/* Checks the platform's tables, as sth_specgen_check() does all. */
unsigned sth_specgen_check_platform(FILE *log);

/* Prints the platform's tables for the manual. */
void sth_specgen_page_platform(FILE *out);

/* Prints the ROM contents of spec/functions.def as Verilog. */
void sth_specgen_functions(FILE *out);

/*
 * Copies the Markdown page `in` to `out`, replacing what stands between
 * `<!-- generated: TABLE -->` and `<!-- end -->` by that table.  Returns false
 * and reports on `log` when a table is unknown or a marker is unpaired.
 */
bool sth_specgen_page(FILE *in, FILE *out, FILE *log);

#endif
