/* The rules that the headers of the spec tables state, checked. */
#include "sth_specgen.h"

#include "sth_mem_table.h"
#include "sth_spec.h"

#include <string.h>

bool sth_specgen_applies(const struct sth_row_field *field,
                         const struct sth_row_cmd *cmd)
{
    return !strcmp(field->owner, "ANY") || !strcmp(field->owner, cmd->name);
}

static unsigned fail(FILE *log, const char *table, const char *name,
                     const char *what)
{
    fprintf(log, "spec/%s: %s: %s\n", table, name, what);
    return 1;
}

static bool is_power_of_two(uint32_t x)
{
    return x && !(x & (x - 1));
}

static bool is_access(const char *text)
{
    static const char *const known[] = {"RO", "RW", "W1C", "WO"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (!strcmp(text, known[i]))
            return true;
    return false;
}

static unsigned check_params(FILE *log)
{
    static const struct sth_params defaults = {
#define PARAM(c, v, def, ...) .c = (def),
#include "params.def"
#undef PARAM
    };
    unsigned bad = 0;

    for (const struct sth_row_param *p = sth_rows_params; p->c_name; p++) {
        if (p->rule != STH_RULE_ANY &&
            (!is_power_of_two(p->def) || !is_power_of_two(p->min) ||
             !is_power_of_two(p->max)))
            bad += fail(log, "params.def", p->c_name, "not a power of two");
        if (p->def < p->min || p->def > p->max)
            bad += fail(log, "params.def", p->c_name, "default out of range");
        for (const struct sth_row_param *o = p + 1; o->c_name; o++)
            if (!strcmp(o->c_name, p->c_name) || !strcmp(o->v_name, p->v_name))
                bad += fail(log, "params.def", o->c_name, "name twice");
    }
    if (sth_params_bad(&defaults) >= 0)
        bad += fail(log, "params.def",
                    sth_rows_params[sth_params_bad(&defaults)].c_name,
                    "default is illegal beside the others");
    if (STH_REG_CAP_BASE + 4 * STH_PARAM_COUNT > STH_REG_CNT_BASE ||
        STH_REG_CNT_BASE + 8 * STH_CNT_COUNT > STH_REG_SPACE)
        bad += fail(log, "regs.def", "CAP_BASE, CNT_BASE", "blocks overlap");
    return bad;
}

static bool reg_exists(const char *name)
{
    for (const struct sth_row_reg *r = sth_rows_regs; r->name; r++)
        if (!strcmp(r->name, name))
            return true;
    return false;
}

static unsigned check_registers(FILE *log)
{
    unsigned bad = 0;

    for (const struct sth_row_reg *r = sth_rows_regs; r->name; r++) {
        uint64_t used = 0;
        bool fields = false;

        if (r->offset % 4 || r->offset >= STH_REG_CAP_BASE)
            bad += fail(log, "regs.def", r->name,
                        "offset not aligned or inside a generated block");
        if (!is_access(r->access))
            bad += fail(log, "regs.def", r->name, "unknown access");
        for (const struct sth_row_reg *o = r + 1; o->name; o++)
            if (o->offset == r->offset || !strcmp(o->name, r->name))
                bad += fail(log, "regs.def", r->name, "offset or name twice");
        for (const struct sth_row_field *f = sth_rows_reg_fields; f->name;
             f++) {
            uint64_t mask = ((1ull << f->width) - 1) << f->lsb;

            if (strcmp(f->owner, r->name))
                continue;
            fields = true;
            if (used & mask || mask >> 32)
                bad += fail(log, "regs.def", f->name,
                            "field overlaps or leaves the register");
            used |= mask;
        }
        if (fields && (r->reset & ~used))
            bad += fail(log, "regs.def", r->name, "reset outside its fields");
    }
    for (const struct sth_row_field *f = sth_rows_reg_fields; f->name; f++)
        if (!reg_exists(f->owner))
            bad += fail(log, "regs.def", f->name, "field of no register");
    return bad;
}

static bool field_owner_exists(const struct sth_row_field *field)
{
    for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++)
        if (sth_specgen_applies(field, c))
            return true;
    return false;
}

static unsigned check_command(FILE *log, const struct sth_row_cmd *c)
{
    uint32_t used[STH_COMMAND_WORDS] = {0};
    unsigned bad = 0;
    bool engine = false;

    for (const struct sth_row_cmd *o = c + 1; o->name; o++)
        if (o->opcode == c->opcode || !strcmp(o->name, c->name))
            bad += fail(log, "commands.def", c->name, "opcode or name twice");
    if (c->opcode == 0 || c->opcode > 0xff)
        bad += fail(log, "commands.def", c->name, "opcode not in 1..255");
    for (const struct sth_row_value *e = sth_rows_engines; e->name; e++)
        engine |= !strcmp(e->name, c->engine);
    if (!engine)
        bad += fail(log, "commands.def", c->name, "unknown engine");
    for (const struct sth_row_field *f = sth_rows_cmd_fields; f->name; f++) {
        uint64_t mask = ((1ull << f->width) - 1) << f->lsb;

        if (!sth_specgen_applies(f, c))
            continue;
        if (f->word >= STH_COMMAND_WORDS || mask >> 32 || !f->width) {
            bad += fail(log, "commands.def", f->name, "leaves its word");
            continue;
        }
        if (used[f->word] & mask)
            bad += fail(log, "commands.def", f->name, "fields overlap");
        used[f->word] |= (uint32_t)mask;
    }
    return bad;
}

/* Names and values of one table differ. */
static unsigned check_values(FILE *log, const char *file,
                             const struct sth_row_value *rows)
{
    unsigned bad = 0;

    for (const struct sth_row_value *a = rows; a->name; a++)
        for (const struct sth_row_value *b = a + 1; b->name; b++)
            if (!strcmp(a->table, b->table) &&
                (a->value == b->value || !strcmp(a->name, b->name)))
                bad += fail(log, file, b->name, "value or name twice");
    return bad;
}

/* Names differ; values need not. */
static unsigned check_names(FILE *log, const char *file,
                            const struct sth_row_value *rows)
{
    unsigned bad = 0;

    for (const struct sth_row_value *a = rows; a->name; a++)
        for (const struct sth_row_value *b = a + 1; b->name; b++)
            if (!strcmp(a->name, b->name))
                bad += fail(log, file, b->name, "name twice");
    return bad;
}

/* Each memory has every figure, within dram.def's rules and with a source. */
static unsigned check_memories(FILE *log)
{
    unsigned bad = 0;

    for (const struct sth_mem_preset *m = sth_mem_presets; m->name; m++) {
        uint32_t value[STH_DRAM_FIELDS];
        char why[128];
        int field;

        for (int i = 0; i < STH_DRAM_FIELDS; i++) {
            value[i] = m->figure[i].value;
            if (m->figure[i].standing && strlen(m->figure[i].source) > 0)
                continue;
            bad +=
                fail(log, "memory.def", m->name, "a figure lacks its source");
            fprintf(log, "  %s\n", sth_mem_fields[i].name);
        }
        field = sth_mem_figures_check(value, why, sizeof(why));
        if (field >= 0) {
            bad += fail(log, "memory.def", m->name, why);
            fprintf(log, "  %s\n", sth_mem_fields[field].name);
        }
    }
    return bad;
}

unsigned sth_specgen_check(FILE *log)
{
    unsigned bad =
        check_params(log) + check_registers(log) + check_memories(log);

    for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++)
        bad += check_command(log, c);
    for (const struct sth_row_field *f = sth_rows_cmd_fields; f->name; f++)
        if (!field_owner_exists(f))
            bad += fail(log, "commands.def", f->name, "field of no command");
    bad += check_values(log, "commands.def", sth_rows_engines);
    bad += check_values(log, "faults.def", sth_rows_faults);
    bad += check_values(log, "enums.def", sth_rows_enums);
    bad += check_values(log, "counters.def", sth_rows_counters);
    bad += check_names(log, "latency.def", sth_rows_latencies);
    bad += check_names(log, "depth.def", sth_rows_depths);
    bad += check_names(log, "axi.def", sth_rows_axi);
    bad += check_values(log, "data_types.def", sth_rows_data_types);
    bad += check_names(log, "platform.def", sth_rows_platform_values);
    bad += sth_specgen_check_platform(log);
    return bad;
}
