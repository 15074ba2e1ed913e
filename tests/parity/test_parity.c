/*
 * The parity suite without RTL: the case file and its messages, the traces of
 * its workloads, the record of RTL cycles and the verdicts.
 */
#include "tool_files.h"

#include "sth_parity_case.h"
#include "sth_parity_golden.h"
#include "sth_parity_report.h"
#include "sth_parity_trace.h"
#include "sth_trace.h"

#include <jansson.h>

static const char good[] =
    "# comment\n"
    "\n"
    "square | quick | gemm 8x16x24 int8 | edge | fixed:20:4 | - | 1.5 # end\n"
    "norm | full | vector rmsnorm 3x5 fp32 | nano | ddr4-3200 | 10:7 | 2\n"
    "heads | full | attention 4+9 6/2x16 full batch 3 | wide | fixed:1:0 | - "
    "| 2\n"
    "layer | full | model gpt2 decode 12 bf16 batch 2 | edge | fixed:1:0 | - "
    "| 2\n";

static bool load(const char *text, struct sth_parity_cases *cases,
                 char error[1024])
{
    char path[512];
    bool loaded;

    write_temporary(path, text, strlen(text));
    loaded = sth_parity_cases_load(path, ".", cases, error, 1024);
    if (!loaded) {
        /* What follows the name of the file. */
        assert_memory_equal(error, path, strlen(path));
        memmove(error, error + strlen(path), 1024 - strlen(path));
    }
    unlink(path);
    return loaded;
}

static void test_parity_cases_are_read(void **state)
{
    struct sth_parity_cases cases;
    char error[1024];
    const struct sth_parity_case *c;

    (void)state;
    assert_true(load(good, &cases, error));
    assert_int_equal(cases.count, 4);
    c = &cases.list[0];
    assert_string_equal(c->name, "square");
    assert_true(c->quick);
    assert_int_equal(c->line, 3);
    assert_int_equal(c->work.kind, STH_PARITY_GEMM);
    assert_int_equal(c->work.m, 8);
    assert_int_equal(c->work.n, 16);
    assert_int_equal(c->work.k, 24);
    assert_string_equal(c->work.dtype, "int8");
    assert_string_equal(c->config.name, "edge");
    assert_int_equal(c->config.memory.latency, 20);
    assert_int_equal(c->config.memory.bytes_per_cycle, 4);
    assert_true(c->tolerance > 1.49 && c->tolerance < 1.51);
    c = &cases.list[1];
    assert_false(c->quick);
    assert_string_equal(c->work.alone.row->word, "rmsnorm");
    assert_string_equal(c->config.memory.name, "ddr4-3200");
    assert_int_equal(c->config.memory.stall_percent, 10);
    assert_int_equal(c->config.memory.seed, 7);
    c = &cases.list[2];
    assert_int_equal(c->work.past, 9);
    assert_int_equal(c->work.kv_heads, 2);
    assert_int_equal(c->work.batch, 3);
    assert_false(c->work.causal);
    c = &cases.list[3];
    assert_int_equal(c->work.seq, 1);
    assert_int_equal(c->work.past, 12);
    sth_parity_cases_fini(&cases);
}

static void test_parity_malformed_lines_are_named(void **state)
{
    static const struct {
        const char *line, *message;
    } bad[] = {
        {"a | quick | gemm 1x1x1 bf16 | edge | fixed:1:0 | -", "7 columns"},
        {"a | quick | gemm 1x1x1 bf16 | edge | fixed:1:0 | - | 2 | x",
         "7 columns"},
        {"A | quick | gemm 1x1x1 bf16 | edge | fixed:1:0 | - | 2",
         "name: 'A' must be"},
        {"| quick | gemm 1x1x1 bf16 | edge | fixed:1:0 | - | 2",
         "name: '' must be"},
        {"a | slow | gemm 1x1x1 bf16 | edge | fixed:1:0 | - | 2",
         "'slow' is neither quick nor full"},
        {"a | full | gem 1x1x1 bf16 | edge | fixed:1:0 | - | 2",
         "'gem' is none of"},
        {"a | full | | edge | fixed:1:0 | - | 2", "'' is none of"},
        {"a | full | gemm 1x1 bf16 | edge | fixed:1:0 | - | 2",
         "'1x1' is no shape MxNxK"},
        {"a | full | gemm 1x0x1 bf16 | edge | fixed:1:0 | - | 2",
         "'1x0x1' is no shape MxNxK"},
        {"a | full | gemm 1x1x1 fp32 | edge | fixed:1:0 | - | 2",
         "'fp32' is neither bf16 nor int8"},
        {"a | full | vector div 1x1 | edge | fixed:1:0 | - | 2",
         "'div:1x1' is none of"},
        {"a | full | vector mul 1x99999999 | edge | fixed:1:0 | - | 2",
         "is not mul:ROWSxCOLS"},
        {"a | full | vector rope 4x3 | edge | fixed:1:0 | - | 2",
         "is not rope:ROWSxEVEN"},
        {"a | full | attention 4 2/2x8 full | edge | fixed:1:0 | - | 2",
         "'4' is not SEQ+PAST"},
        {"a | full | attention 4+0 3/2x8 full | edge | fixed:1:0 | - | 2",
         "2 key heads do not divide 3 heads"},
        {"a | full | attention 4+0 2/2x8 half | edge | fixed:1:0 | - | 2",
         "'half' is neither causal nor full"},
        {"a | full | model gpt9 prefill 4 bf16 | edge | fixed:1:0 | - | 2",
         "there is no model 'gpt9'"},
        {"a | full | model gpt2 train 4 bf16 | edge | fixed:1:0 | - | 2",
         "'train' is neither prefill nor decode"},
        {"a | full | model gpt2 prefill 4 bf16 rows 2 | edge | fixed:1:0 | - "
         "| 2",
         "'rows' must be batch"},
        {"a | full | file none.trace | edge | fixed:1:0 | - | 2",
         "there is no trace"},
        {"a | full | gemm 1x1x1 bf16 | huge | fixed:1:0 | - | 2", "huge"},
        {"a | full | gemm 1x1x1 bf16 | edge | slow | - | 2",
         "memory 'slow' is neither"},
        {"a | full | gemm 1x1x1 bf16 | edge | fixed:1:0 | 99:1 | 2",
         "stalls '99:1'"},
        {"a | full | gemm 1x1x1 bf16 | edge | fixed:1:0 | - | 0",
         "tolerance: '0'"},
        {"a | full | gemm 1x1x1 bf16 | edge | fixed:1:0 | - | 2%",
         "tolerance: '2%'"},
    };
    struct sth_parity_cases cases;
    char text[512], error[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), "# one\n\n%s\n", bad[i].line);
        if (load(text, &cases, error))
            fail_msg("accepted: %s", bad[i].line);
        assert_memory_equal(error, ":3: ", 4);
        if (!strstr(error, bad[i].message))
            fail_msg("%s: message is '%s'", bad[i].line, error);
    }
}

static void test_parity_bad_files_are_named(void **state)
{
    struct sth_parity_cases cases;
    char *text = malloc(3000), error[1024];

    (void)state;
    assert_non_null(text);
    assert_false(load("# nothing\n", &cases, error));
    assert_non_null(strstr(error, "no case"));
    snprintf(text, 3000, "%s%s", good,
             "norm | full | gemm 1x1x1 bf16 | edge | fixed:1:0 | - | 2\n");
    assert_false(load(text, &cases, error));
    assert_non_null(strstr(error, ":7: name: 'norm' stands already in line 4"));
    memset(text, 'x', 2999);
    text[2999] = 0;
    assert_false(load(text, &cases, error));
    assert_non_null(strstr(error, ":1: the line has more than"));
    assert_false(sth_parity_cases_load("/nonexistent/cases", ".", &cases, error,
                                       sizeof(error)));
    assert_string_equal(error, "/nonexistent/cases: No such file or directory");
    free(text);
}

static void expect_trace(const struct sth_parity_case *c)
{
    struct sth_trace_error problem;
    struct sth_trace trace;
    char *text = NULL, error[1024];
    size_t bytes = 0, bound;
    void *arena;
    FILE *out;

    if (c->work.kind == STH_PARITY_FILE) {
        FILE *in = fopen(c->work.path, "r");

        assert_non_null(in);
        text = calloc(1, 1 << 16);
        assert_non_null(text);
        bytes = fread(text, 1, (1 << 16) - 1, in);
        fclose(in);
    } else {
        out = open_memstream(&text, &bytes);
        assert_non_null(out);
        if (!sth_parity_trace(out, &c->work, error, sizeof(error)))
            fail_msg("%s: %s", c->name, error);
        assert_int_equal(fclose(out), 0);
    }
    bound = sth_trace_arena_bound(text, bytes);
    arena = malloc(bound);
    assert_non_null(arena);
    if (sth_trace_parse(&trace, text, bytes, arena, bound, &problem))
        fail_msg("%s: line %u: %s", c->name, problem.line, problem.message);
    assert_true(trace.ops >= 1);
    free(arena);
    free(text);
}

static void test_parity_shipped_cases_have_traces(void **state)
{
    struct sth_parity_cases cases;
    char error[1024];
    uint32_t quick = 0;

    (void)state;
    if (!sth_parity_cases_load("verif/parity/cases.txt", ".", &cases, error,
                               sizeof(error)))
        fail_msg("%s", error);
    for (uint32_t i = 0; i < cases.count; i++) {
        expect_trace(&cases.list[i]);
        quick += cases.list[i].quick;
    }
    assert_true(cases.count >= 60);
    assert_true(quick >= 10);
    sth_parity_cases_fini(&cases);
}

static void test_parity_every_vector_operation_has_a_trace(void **state)
{
    struct sth_parity_cases cases;
    char text[256], error[1024];
    size_t count;
    const struct sth_alone *list = sth_tracegen_op_list(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof(text),
                 "a | full | vector %s 14x20%s | edge | fixed:1:0 | - | 2\n",
                 list[i].word, strstr(list[i].form, "xK") ? "x4" : "");
        assert_true(load(text, &cases, error));
        expect_trace(&cases.list[0]);
        sth_parity_cases_fini(&cases);
    }
}

/* One more command of a case retires a cycle late on csim. */
static void spoil_command(struct sth_parity_result *r)
{
    const struct sth_event csim = {.index = 4, .start = 10, .end = 21};
    const struct sth_event rtl = {.index = 4, .start = 10, .end = 20};
    const struct sth_command command = {{STH_OP_LOAD}};

    sth_fidelity_note(&r->fidelity, &csim, &rtl, &command);
}

/* Results as if three cases had run and one had not. */
static struct sth_parity_result *results(const struct sth_parity_cases *cases)
{
    static const uint64_t rtl[] = {1000, 2000, 3000};
    static const double error[] = {0.5, -2.5, 0};
    struct sth_parity_result *r = sth_parity_results_create(cases->count);

    assert_non_null(r);
    for (uint32_t i = 0; i < 3; i++) {
        r[i].selected = r[i].ran = r[i].bit_exact = true;
        r[i].rtl.cycles = rtl[i];
        r[i].error_pct = error[i];
        r[i].csim.cycles = (uint64_t)((double)rtl[i] * (1 + error[i] / 100));
    }
    r[3].selected = true;
    snprintf(r[3].message, sizeof(r[3].message), "it broke");
    return r;
}

static void test_parity_golden_cycles(void **state)
{
    static const char record[] = "# x\nsquare 1000\nnorm 2001\nother 5\n";
    struct sth_parity_result *r;
    struct sth_parity_cases cases;
    char path[512], error[1024];

    (void)state;
    assert_true(load(good, &cases, error));
    r = results(&cases);
    write_temporary(path, record, sizeof(record) - 1);
    assert_true(sth_parity_golden_check(path, &cases, r, error, 1024));
    assert_string_equal(sth_parity_verdict(&r[0]), "ok");
    assert_string_equal(sth_parity_verdict(&r[1]), "GOLDEN");
    assert_string_equal(sth_parity_verdict(&r[2]), "NEW");
    assert_string_equal(sth_parity_verdict(&r[3]), "FAILED");
    spoil_command(&r[1]);
    assert_true(sth_parity_golden_record(path, &cases, r, error, 1024));
    assert_true(sth_parity_golden_check(path, &cases, r, error, 1024));
    assert_int_equal(r[1].golden_inexact, 1);
    for (int i = 0; i < 3; i++)
        assert_string_equal(sth_parity_verdict(&r[i]), "ok");
    spoil_command(&r[1]);
    assert_true(sth_parity_golden_check(path, &cases, r, error, 1024));
    assert_string_equal(sth_parity_verdict(&r[1]), "TIMES");
    /* A case whose bits differ keeps what is on record. */
    r[1].bit_exact = false;
    r[1].rtl.cycles = 7;
    assert_true(sth_parity_golden_record(path, &cases, r, error, 1024));
    assert_true(sth_parity_golden_check(path, &cases, r, error, 1024));
    assert_int_equal(r[1].golden, 2000);
    assert_true(r[1].golden_bad);
    unlink(path);
    write_temporary(path, "square 10 11 12\n", 16);
    assert_false(sth_parity_golden_check(path, &cases, r, error, 1024));
    assert_non_null(strstr(error, ":1: no line 'NAME CYCLES [INEXACT]'"));
    unlink(path);
    sth_parity_results_destroy(r, cases.count);
    sth_parity_cases_fini(&cases);
}

static void test_parity_table_has_the_worst_first(void **state)
{
    struct sth_parity_result *r;
    struct sth_parity_cases cases;
    struct sth_parity_summary sum;
    char *text = NULL, error[1024];
    size_t bytes = 0;
    FILE *out;

    (void)state;
    assert_true(load(good, &cases, error));
    r = results(&cases);
    r[1].tolerance_bad = true;
    out = open_memstream(&text, &bytes);
    assert_true(sth_parity_text(out, &cases, r));
    fclose(out);
    assert_true(strstr(text, "| layer ") < strstr(text, "| norm "));
    assert_true(strstr(text, "| norm ") < strstr(text, "| square "));
    assert_true(strstr(text, "| square ") < strstr(text, "| heads "));
    assert_non_null(strstr(text, "mean error 1.000 %, worst 2.500 %"));
    assert_non_null(strstr(text, "layer: FAILED: it broke"));
    assert_non_null(strstr(text, "norm: ERROR: csim is off by -2.500 %"));
    assert_non_null(strstr(text, "parity: 2 passed, 2 failed"));
    assert_non_null(strstr(text, "100.000 % of 0 commands exact\n"));
    free(text);
    sth_parity_summarize(&cases, r, &sum);
    assert_int_equal(sum.bad, 2);
    assert_int_equal(sum.rtl_cycles, 6000);
    sth_parity_results_destroy(r, cases.count);
    sth_parity_cases_fini(&cases);
}

/* Cases that are all ok, and too many commands that are not exact. */
static void test_parity_inexact_commands_fail_the_suite(void **state)
{
    struct sth_parity_result *r;
    struct sth_parity_cases cases;
    struct sth_parity_summary sum;
    char *text = NULL, error[1024];
    size_t bytes = 0;
    FILE *out;

    (void)state;
    assert_true(load(good, &cases, error));
    r = results(&cases);
    r[3].selected = false;
    sth_parity_summarize(&cases, r, &sum);
    assert_true(sth_parity_passed(&sum));
    r[1].fidelity.commands[STH_ENGINE_LOAD] = 998;
    spoil_command(&r[1]);
    out = open_memstream(&text, &bytes);
    assert_true(sth_parity_text(out, &cases, r));
    fclose(out);
    assert_non_null(strstr(text, "99.900 % of 999 commands exact\n"
                                 "norm: first command that is not exact: LOAD "
                                 "command 4\n  LOAD "));
    assert_non_null(strstr(text, "\nFAILED: less than 99.9 %"));
    free(text);
    sth_parity_summarize(&cases, r, &sum);
    assert_int_equal(sum.bad, 0);
    assert_false(sth_parity_passed(&sum));
    r[0].fidelity.commands[STH_ENGINE_LOAD] = 1;
    sth_parity_summarize(&cases, r, &sum);
    assert_true(sth_parity_passed(&sum));
    sth_parity_results_destroy(r, cases.count);
    sth_parity_cases_fini(&cases);
}

static void test_parity_json_and_plot(void **state)
{
    struct sth_parity_result *r;
    struct sth_parity_cases cases;
    json_t *root, *first;
    char *text = NULL, error[1024];
    size_t bytes = 0;
    FILE *out;

    (void)state;
    assert_true(load(good, &cases, error));
    r = results(&cases);
    out = open_memstream(&text, &bytes);
    assert_true(sth_parity_json(out, &cases, r));
    fclose(out);
    root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(root, "failed")), 1);
    first = json_array_get(json_object_get(root, "list"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")),
                        "layer");
    assert_string_equal(json_string_value(json_object_get(first, "message")),
                        "it broke");
    json_decref(root);
    free(text);
    out = open_memstream(&text, &bytes);
    assert_true(sth_parity_svg(out, &cases, r));
    fclose(out);
    assert_memory_equal(text, "<svg ", 5);
    assert_non_null(strstr(text, "in 3 cases: mean error 1.00 %"));
    assert_non_null(strstr(text, "norm on nano, ddr4-3200: RTL 2000"));
    assert_non_null(strstr(text, "</svg>\n"));
    free(text);
    sth_parity_results_destroy(r, cases.count);
    sth_parity_cases_fini(&cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parity_cases_are_read),
        cmocka_unit_test(test_parity_malformed_lines_are_named),
        cmocka_unit_test(test_parity_bad_files_are_named),
        cmocka_unit_test(test_parity_shipped_cases_have_traces),
        cmocka_unit_test(test_parity_every_vector_operation_has_a_trace),
        cmocka_unit_test(test_parity_golden_cycles),
        cmocka_unit_test(test_parity_table_has_the_worst_first),
        cmocka_unit_test(test_parity_inexact_commands_fail_the_suite),
        cmocka_unit_test(test_parity_json_and_plot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
