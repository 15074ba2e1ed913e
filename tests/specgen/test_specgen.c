/* The tables of the contract are consistent, and pages are filled or refused.
 */
#include "tool_files.h"

#include "sth_specgen.h"
#include "sth_spec.h"

static void test_specgen_tables_are_consistent(void **state)
{
    (void)state;
    assert_int_equal(sth_specgen_check(stderr), 0);
}

static void test_specgen_rows_equal_the_constants(void **state)
{
    uint32_t params = 0, counters = 0;

    (void)state;
    for (const struct sth_row_param *p = sth_rows_params; p->c_name; p++)
        params++;
    assert_int_equal(params, STH_PARAM_COUNT);
    for (const struct sth_row_value *c = sth_rows_counters; c->name; c++)
        assert_int_equal(c->value, counters++);
    assert_int_equal(counters, STH_CNT_COUNT);
}

static void test_specgen_opcodes_and_offsets_are_unique(void **state)
{
    (void)state;
    for (const struct sth_row_cmd *a = sth_rows_cmds; a->name; a++)
        for (const struct sth_row_cmd *b = sth_rows_cmds; b < a; b++)
            assert_int_not_equal(a->opcode, b->opcode);
    for (const struct sth_row_reg *a = sth_rows_regs; a->name; a++)
        for (const struct sth_row_reg *b = sth_rows_regs; b < a; b++)
            assert_int_not_equal(a->offset, b->offset);
}

static void test_specgen_any_applies_to_every_command(void **state)
{
    (void)state;
    for (const struct sth_row_field *f = sth_rows_cmd_fields; f->name; f++)
        for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++)
            assert_int_equal(sth_specgen_applies(f, c),
                             !strcmp(f->owner, "ANY") ||
                                 !strcmp(f->owner, c->name));
}

static bool fill(const char *page, char **out, char **log)
{
    size_t out_bytes, log_bytes;
    FILE *in = fmemopen((void *)(uintptr_t)page, strlen(page), "r");
    FILE *o = open_memstream(out, &out_bytes);
    FILE *l = open_memstream(log, &log_bytes);
    bool good;

    assert_non_null(in);
    assert_non_null(o);
    assert_non_null(l);
    good = sth_specgen_page(in, o, l);
    fclose(in);
    fclose(o);
    fclose(l);
    return good;
}

static void test_specgen_page_is_filled(void **state)
{
    static const char *const tables[] = {
        "parameters", "registers", "commands", "enums",
        "faults",     "latencies", "depths",   "counters",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        char page[256], *once, *twice, *log, *log2;

        snprintf(page, sizeof(page),
                 "before\n<!-- generated: %s -->\nstale\n<!-- end -->\n"
                 "after\n",
                 tables[i]);
        assert_true(fill(page, &once, &log));
        assert_string_equal(log, "");
        assert_int_equal(strncmp(once, "before\n", 7), 0);
        assert_null(strstr(once, "stale"));
        assert_non_null(strstr(once, "|---|"));
        assert_non_null(strstr(once, "<!-- end -->\nafter\n"));
        /* A filled page stays as it is. */
        assert_true(fill(once, &twice, &log2));
        assert_string_equal(once, twice);
        free(once);
        free(twice);
        free(log);
        free(log2);
    }
}

static void test_specgen_page_mistakes_have_their_messages(void **state)
{
    static const struct {
        const char *page, *message;
    } rows[] = {
        {"<!-- generated: weather -->\n<!-- end -->\n",
         "line 1: no table 'weather'\n"},
        {"a\n<!-- end -->\n", "line 2: 'end' without 'generated'\n"},
        {"a\nb\n<!-- generated: enums -->\nx\n",
         "line 4: 'generated' without 'end'\n"},
        {"<!-- generated: enums -->\n<!-- generated: enums -->\n",
         "line 2: misplaced marker\n"},
        {"<!-- generated: 7 -->\n<!-- end -->\n", "line 1: misplaced marker\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *out, *log;

        assert_false(fill(rows[i].page, &out, &log));
        assert_string_equal(log, rows[i].message);
        free(out);
        free(log);
    }
}

static void test_specgen_page_leaves_what_others_fill(void **state)
{
    static const char page[] = "<!-- figures: chips -->\nx\n<!-- end -->\n";
    char *out, *log;

    (void)state;
    assert_true(fill(page, &out, &log));
    assert_string_equal(out, page);
    free(out);
    free(log);
}

static char *print(void (*printer)(FILE *out))
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    printer(out);
    fclose(out);
    return text;
}

static void test_specgen_verilog_is_deterministic_and_complete(void **state)
{
    char *a = print(sth_specgen_verilog), *b = print(sth_specgen_verilog);
    char line[128];

    (void)state;
    assert_string_equal(a, b);
    for (const struct sth_row_cmd *c = sth_rows_cmds; c->name; c++) {
        snprintf(line, sizeof(line), "localparam int STH_OP_%s = %u;\n",
                 c->name, c->opcode);
        assert_non_null(strstr(a, line));
    }
    for (const struct sth_row_reg *r = sth_rows_regs; r->name; r++) {
        snprintf(line, sizeof(line), "localparam int STH_REG_%s = %u;\n",
                 r->name, r->offset);
        assert_non_null(strstr(a, line));
    }
    free(a);
    free(b);
    a = print(sth_specgen_functions);
    assert_non_null(strstr(a, "func_rows[1023]"));
    assert_null(strstr(a, "func_rows[1024] ="));
    free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specgen_tables_are_consistent),
        cmocka_unit_test(test_specgen_rows_equal_the_constants),
        cmocka_unit_test(test_specgen_opcodes_and_offsets_are_unique),
        cmocka_unit_test(test_specgen_any_applies_to_every_command),
        cmocka_unit_test(test_specgen_page_is_filled),
        cmocka_unit_test(test_specgen_page_mistakes_have_their_messages),
        cmocka_unit_test(test_specgen_page_leaves_what_others_fill),
        cmocka_unit_test(test_specgen_verilog_is_deterministic_and_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
