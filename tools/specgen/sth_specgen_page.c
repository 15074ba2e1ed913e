/* The reference tables of the manual. */
#include "sth_specgen.h"
#include "sth_spec.h"

#include <string.h>

static void print_params(FILE *out)
{
    static const char *const rules[] = {
        [STH_RULE_POWER] = "power of two",
        [STH_RULE_ANY] = "any",
        [STH_RULE_SP_ROWS] = "multiple of a row of scratchpad banks",
        [STH_RULE_ACC_ROWS] = "multiple of a row of accumulator banks",
    };

    fprintf(out, "| key | Verilog | default | range | values | "
                 "capability register | meaning |\n"
                 "|---|---|---|---|---|---|---|\n");
    for (const struct sth_row_param *p = sth_rows_params; p->c_name; p++)
        fprintf(out, "| `%s` | `%s` | %u | %u to %u | %s | `0x%03x` | %s |\n",
                p->c_name, p->v_name, p->def, p->min, p->max, rules[p->rule],
                STH_REG_CAP_BASE + 4 * (unsigned)(p - sth_rows_params), p->doc);
}

static void print_registers(FILE *out)
{
    fprintf(out, "| offset | register | access | reset | bits | meaning |\n"
                 "|---|---|---|---|---|---|\n");
    for (const struct sth_row_reg *r = sth_rows_regs; r->name; r++) {
        fprintf(out, "| `0x%03x` | `%s` | %s | `0x%x` | | %s |\n", r->offset,
                r->name, r->access, r->reset, r->doc);
        for (const struct sth_row_field *f = sth_rows_reg_fields; f->name; f++)
            if (!strcmp(f->owner, r->name))
                fprintf(out, "| | `%s` | | | %u:%u | %s |\n", f->name,
                        f->lsb + f->width - 1, f->lsb, f->doc);
    }
}

static void print_fields(FILE *out, const char *owner)
{
    fprintf(out, "| word | bits | field | meaning |\n|---|---|---|---|\n");
    for (const struct sth_row_field *f = sth_rows_cmd_fields; f->name; f++)
        if (!strcmp(f->owner, owner))
            fprintf(out, "| %u | %u:%u | `%s` | %s |\n", f->word,
                    f->lsb + f->width - 1, f->lsb, f->name, f->doc);
}

static void print_commands(FILE *out)
{
    fprintf(out, "| opcode | command | engine | meaning |\n"
                 "|---|---|---|---|\n");
    for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++)
        fprintf(out, "| `0x%02x` | `%s` | %s | %s |\n", c->opcode, c->name,
                c->engine, c->doc);
    fprintf(out, "\nFields of every command:\n\n");
    print_fields(out, "ANY");
    for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++) {
        if (!strncmp(c->name, "SYNC_", 5))
            continue;
        fprintf(out, "\nFields of `%s`:\n\n", c->name);
        print_fields(out, c->name);
    }
}

static void print_values(FILE *out, const char *title,
                         const struct sth_row_value *row)
{
    fprintf(out, "| %s | name | meaning |\n|---|---|---|\n", title);
    for (; row->name; row++)
        fprintf(out, "| %u | `%s` | %s |\n", row->value, row->name, row->doc);
}

static void print_enums(FILE *out)
{
    fprintf(out, "| table | value | name | meaning |\n|---|---|---|---|\n");
    for (const struct sth_row_value *e = sth_rows_enums; e->name; e++)
        fprintf(out, "| `%s` | %u | `%s` | %s |\n", e->table, e->value, e->name,
                e->doc);
}

static void print_counters(FILE *out)
{
    fprintf(out, "| offset | counter | meaning |\n|---|---|---|\n");
    for (const struct sth_row_value *c = sth_rows_counters; c->name; c++)
        fprintf(out, "| `0x%03x` | `%s` | %s |\n",
                STH_REG_CNT_BASE + 8 * c->value, c->name, c->doc);
}

static bool print_table(FILE *out, const char *table)
{
    if (!strcmp(table, "parameters"))
        print_params(out);
    else if (!strcmp(table, "registers"))
        print_registers(out);
    else if (!strcmp(table, "commands"))
        print_commands(out);
    else if (!strcmp(table, "enums"))
        print_enums(out);
    else if (!strcmp(table, "faults"))
        print_values(out, "code", sth_rows_faults);
    else if (!strcmp(table, "latencies"))
        print_values(out, "cycles", sth_rows_latencies);
    else if (!strcmp(table, "depths"))
        print_values(out, "count", sth_rows_depths);
    else if (!strcmp(table, "axi"))
        print_values(out, "value", sth_rows_axi);
    else if (!strcmp(table, "counters"))
        print_counters(out);
    else if (!strcmp(table, "platform"))
        sth_specgen_page_platform(out);
    else
        return false;
    return true;
}

bool sth_specgen_page(FILE *in, FILE *out, FILE *log)
{
    static const char begin[] = "<!-- generated: ";
    char line[4096];
    unsigned number = 0;
    bool inside = false, other = false; /* a part that others fill */

    while (fgets(line, sizeof(line), in)) {
        char table[64];

        number++;
        if (!strncmp(line, "<!-- end -->", 12)) {
            if (!inside && !other) {
                fprintf(log, "line %u: 'end' without 'generated'\n", number);
                return false;
            }
            if (inside)
                fputs("\n", out);
            inside = other = false;
        }
        if (!inside)
            fputs(line, out);
        if (strncmp(line, begin, sizeof(begin) - 1)) {
            other |= !strncmp(line, "<!-- ", 5) && strstr(line, ": ");
            continue;
        }
        if (inside ||
            sscanf(line + sizeof(begin) - 1, "%63[a-z]", table) != 1) {
            fprintf(log, "line %u: misplaced marker\n", number);
            return false;
        }
        inside = true;
        fputs("\n", out);
        if (!print_table(out, table)) {
            fprintf(log, "line %u: no table '%s'\n", number, table);
            return false;
        }
    }
    if (inside)
        fprintf(log, "line %u: 'generated' without 'end'\n", number);
    return !inside;
}
