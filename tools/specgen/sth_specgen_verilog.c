/*
 * The Verilog headers: one localparam for each constant of the contract, and
 * the parameter list of the core.
 */
#include "sth_specgen.h"
#include "sth_spec.h"

static void print_value(FILE *out, const char *prefix, const char *name,
                        const char *suffix, uint32_t value)
{
    fprintf(out, "localparam int STH_%s%s%s = %u;\n", prefix, name, suffix,
            value);
}

static void print_values(FILE *out, const struct sth_row_value *row)
{
    for (; row->name; row++)
        fprintf(out, "localparam int STH_%s_%s = %u;\n", row->table, row->name,
                row->value);
}

static void print_registers(FILE *out)
{
    for (const struct sth_row_reg *r = sth_rows_regs; r->name; r++) {
        print_value(out, "REG_", r->name, "", r->offset);
        print_value(out, "RESET_", r->name, "", r->reset);
    }
    print_value(out, "REG_", "CAP_BASE", "", STH_REG_CAP_BASE);
    print_value(out, "REG_", "CNT_BASE", "", STH_REG_CNT_BASE);
    for (const struct sth_row_field *f = sth_rows_reg_fields; f->name; f++) {
        fprintf(out, "localparam int STH_%s_%s = %u;\n", f->owner, f->name,
                (uint32_t)(((1ull << f->width) - 1) << f->lsb));
        fprintf(out, "localparam int STH_%s_%s_LSB = %u;\n", f->owner, f->name,
                f->lsb);
    }
}

static void print_commands(FILE *out)
{
    for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++)
        print_value(out, "OP_", c->name, "", c->opcode);
    for (const struct sth_row_field *f = sth_rows_cmd_fields; f->name; f++) {
        fprintf(out, "localparam int STH_%s_%s_LSB = %u;\n", f->owner, f->name,
                f->word * 32 + f->lsb);
        fprintf(out, "localparam int STH_%s_%s_WIDTH = %u;\n", f->owner,
                f->name, f->width);
    }
    /* The bits that some field names; every other bit is reserved. */
    for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++) {
        uint32_t used[STH_COMMAND_WORDS] = {0};

        for (const struct sth_row_field *f = sth_rows_cmd_fields; f->name;
             f++) {
            if (sth_specgen_applies(f, c))
                used[f->word] |= (uint32_t)(((1ull << f->width) - 1) << f->lsb);
        }
        fprintf(out, "localparam logic [511:0] STH_USED_%s = 512'h", c->name);
        for (int i = STH_COMMAND_WORDS - 1; i >= 0; i--)
            fprintf(out, "%08x", used[i]);
        fprintf(out, ";\n");
    }
}

/* The table's limits as vectors, row 0 lowest, 32 bits each. */
static void print_limits(FILE *out)
{
    static const char *const names[] = {"MIN", "MAX", "POWER"};

    for (int n = 0; n < 3; n++) {
        fprintf(out, "localparam logic [%d:0] STH_PARAM_%s = %d'h",
                32 * STH_PARAM_COUNT - 1, names[n], 32 * STH_PARAM_COUNT);
        for (int i = STH_PARAM_COUNT - 1; i >= 0; i--) {
            const struct sth_row_param *p = &sth_rows_params[i];
            const uint32_t value[] = {p->min, p->max,
                                      p->rule == STH_RULE_POWER};

            fprintf(out, "%08x", value[n]);
        }
        fprintf(out, ";\n");
    }
}

void sth_specgen_params(FILE *out)
{
    fprintf(out, "// DO NOT EDIT: generated from spec/params.def by "
                 "tools/specgen.\n"
                 "// Include as the parameter list of the core.\n");
    for (const struct sth_row_param *p = sth_rows_params; p->c_name; p++)
        fprintf(out, "  // %u to %u: %s.\n  parameter int %s = %u,\n", p->min,
                p->max, p->doc, p->v_name, p->def);
    fprintf(out,
            "  // The hash over them, which CFG_HASH reads.\n"
            "  parameter logic [31:0] CfgHash = 32'd0,\n"
            "  // Word i is capability register i, the one above them "
            "CFG_HASH.\n"
            "  localparam int CapWords = %d,\n"
            "  localparam logic [32*CapWords-1:0] Caps = {\n"
            "    CfgHash",
            STH_PARAM_COUNT + 1);
    for (int i = STH_PARAM_COUNT - 1; i >= 0; i--)
        fprintf(out, ",\n    32'(%s)", sth_rows_params[i].v_name);
    fprintf(out, "\n  }\n");
}

void sth_specgen_verilog(FILE *out)
{
    fprintf(out, "// DO NOT EDIT: generated from spec/*.def by "
                 "tools/specgen.\n"
                 "// Include inside a module body.\n"
                 "/* verilator lint_off UNUSEDPARAM */ // each module uses "
                 "a part of the contract\n");
    print_registers(out);
    print_commands(out);
    for (const struct sth_row_param *p = sth_rows_params; p->c_name; p++)
        print_value(out, "PARAM_", p->v_name, "",
                    (uint32_t)(p - sth_rows_params));
    print_value(out, "PARAM_", "COUNT", "", STH_PARAM_COUNT);
    print_limits(out);
    print_values(out, sth_rows_engines);
    print_values(out, sth_rows_faults);
    print_values(out, sth_rows_counters);
    print_value(out, "CNT_", "COUNT", "", STH_CNT_COUNT);
    print_value(out, "RING_LOG2_", "MIN", "", STH_RING_LOG2_MIN);
    print_value(out, "RING_LOG2_", "MAX", "", STH_RING_LOG2_MAX);
    print_values(out, sth_rows_latencies);
    print_values(out, sth_rows_depths);
    print_values(out, sth_rows_axi);
    print_values(out, sth_rows_data_types);
    print_values(out, sth_rows_enums);
    fprintf(out, "/* verilator lint_on UNUSEDPARAM */\n");
}
