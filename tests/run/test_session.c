/*
 * Whole runs on the C model: generated layers of every family come out as the
 * double-precision reference says, and the reports are well-formed.
 */
#include "model_fixture.h"
#include "tool_files.h"

#include "sth_report.h"
#include "sth_session.h"
#include "sth_tracegen.h"

#include <inttypes.h>
#include <jansson.h>

static const char *const configs[] = {"nano", "edge", "wide"};

static struct sth_session_request request_for(const char *config)
{
    struct sth_session_request q = {.backend = STH_BACKEND_CSIM,
                                    .mode = STH_CSIM_FUNCTION_AND_TIME,
                                    .home = "."};
    char error[512];

    if (!sth_config_find(config, ".", &q.config, error, sizeof(error)))
        fail_msg("%s", error);
    return q;
}

/* Plays a trace given as text. */
static int play(struct sth_session *session, struct sth_session_request *q,
                const char *text, char path[TEST_PATH], char *error,
                size_t size)
{
    int status;

    write_temporary(path, text, strlen(text));
    q->trace_path = path;
    status = sth_session_run(session, q, error, size);
    unlink(path);
    return status;
}

static void play_well(struct sth_session *session,
                      struct sth_session_request *q, const char *text,
                      double cosine)
{
    char path[TEST_PATH], error[1024];
    int status = play(session, q, text, path, error, sizeof(error));

    if (status || *error)
        fail_msg("%s: %s", q->config.name, error);
    assert_true(session->compared);
    if (!(session->cosine >= cosine))
        fail_msg("%s: cosine %.7f", q->config.name, session->cosine);
    assert_int_equal(session->diagnostics, 0);
    assert_true(session->csim.present);
    assert_true(session->csim.cycles > 0);
    assert_int_equal(session->phases, session->trace.ops);
}

static char *layers_text(const struct sth_model *model,
                         const struct sth_trace_request *request)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    assert_true(sth_tracegen_layers(out, model, request));
    fclose(out);
    return text;
}

static char *gemm_text(uint32_t m, uint32_t n, uint32_t k, bool int8)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    sth_tracegen_gemm(out, m, n, k, int8, 1);
    fclose(out);
    return text;
}

static const struct sth_model models[] = {
    {MODEL_GPT2, .hidden = 48, .heads = 3, .kv_heads = 3, .head_dim = 16,
     .layers = 2, .intermediate = 72},
    {MODEL_BERT, .hidden = 36, .heads = 3, .kv_heads = 3, .head_dim = 12,
     .layers = 2, .intermediate = 70},
    {MODEL_LLAMA, .hidden = 40, .heads = 4, .kv_heads = 2, .head_dim = 10,
     .rotary = 10, .layers = 2, .intermediate = 56},
    {MODEL_MIXTRAL, .hidden = 40, .heads = 4, .kv_heads = 2, .head_dim = 10,
     .rotary = 10, .layers = 2, .intermediate = 56, .expert_intermediate = 56,
     .experts = 3, .experts_active = 2},
};

/* Every family, prefill and decode, on every configuration. */
static void check_layers(bool int8, double cosine)
{
    for (size_t c = 0; c < sizeof(configs) / sizeof(configs[0]); c++)
        for (size_t m = 0; m < sizeof(models) / sizeof(models[0]); m++)
            for (int decode = 0; decode < 2; decode++) {
                const struct sth_trace_request r = {
                    .seq = decode ? 1 : 7,
                    .past = decode ? 9 : 0,
                    .batch = decode ? 3 : 1,
                    .layers = 1,
                    .int8 = int8,
                    .seed = 4,
                };
                struct sth_session_request q = request_for(configs[c]);
                struct sth_session session;
                char *text = layers_text(&models[m], &r);

                q.sanitize = true;
                play_well(&session, &q, text, cosine);
                sth_session_fini(&session);
                free(text);
            }
}

static void test_session_bf16_layers_match_the_reference(void **state)
{
    (void)state;
    check_layers(false, 0.9999);
}

static void test_session_int8_layers_match_the_reference(void **state)
{
    (void)state;
    check_layers(true, 0.999);
}

static void test_session_odd_products_match_the_reference(void **state)
{
    static const uint32_t shapes[][3] = {
        {1, 1, 1}, {17, 5, 33}, {3, 65, 7}, {31, 31, 31}, {2, 3, 130}};

    (void)state;
    for (size_t c = 0; c < sizeof(configs) / sizeof(configs[0]); c++)
        for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
            for (int int8 = 0; int8 < 2; int8++) {
                const uint32_t *s = shapes[i];
                struct sth_session_request q = request_for(configs[c]);
                struct sth_session session;
                char *text = gemm_text(s[0], s[1], s[2], int8);

                play_well(&session, &q, text, int8 ? 0.999 : 0.9999);
                assert_int_equal(session.macs, s[0] * s[1] * s[2]);
                sth_session_fini(&session);
                free(text);
            }
}

/* Cycles do not depend on data: without data they are the same. */
static void test_session_time_only_keeps_the_cycles(void **state)
{
    const struct sth_trace_request r = {
        .seq = 9, .batch = 1, .layers = 2, .seed = 4};
    char *text = layers_text(&models[2], &r);
    struct sth_session with, without;
    char path[TEST_PATH], error[1024];

    (void)state;
    for (size_t c = 0; c < sizeof(configs) / sizeof(configs[0]); c++) {
        struct sth_session_request q = request_for(configs[c]);

        play_well(&with, &q, text, 0.999);
        q.mode = STH_CSIM_TIME_ONLY;
        assert_int_equal(play(&without, &q, text, path, error, sizeof(error)),
                         0);
        assert_false(without.compared);
        assert_memory_equal(with.csim.counter, without.csim.counter,
                            sizeof(with.csim.counter));
        sth_session_fini(&with);
        sth_session_fini(&without);
    }
    free(text);
}

static char *report_json(const struct sth_session *session)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    assert_true(sth_report_json(out, session));
    fclose(out);
    return text;
}

static void test_session_json_has_its_keys(void **state)
{
    static const char *const keys[] = {"config",
                                       "trace",
                                       "commands",
                                       "macs",
                                       "needed_macs",
                                       "csim",
                                       "rtl",
                                       "cycle_error_pct",
                                       "bit_exact",
                                       "difference",
                                       "max_abs_error",
                                       "cosine",
                                       "outputs",
                                       "array_utilization",
                                       "wall_seconds",
                                       "phases",
                                       "diagnostics",
                                       "memory",
                                       "bound",
                                       "complete",
                                       "version",
                                       "parameters",
                                       "hash",
                                       "clock_mhz",
                                       "planning_seconds"};
    struct sth_session_request q = request_for("edge");
    char *trace = gemm_text(20, 30, 40, false), *text;
    struct sth_session session;
    json_t *root, *csim, *phase;
    json_error_t problem;

    (void)state;
    play_well(&session, &q, trace, 0.9999);
    text = report_json(&session);
    root = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    assert_non_null(root);
    assert_int_equal(json_object_size(root), sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (!json_object_get(root, keys[i]))
            fail_msg("no key %s", keys[i]);
    assert_string_equal(json_string_value(json_object_get(root, "config")),
                        "edge");
    assert_int_equal(json_integer_value(json_object_get(root, "macs")), 24000);
    assert_int_equal(json_integer_value(json_object_get(root, "needed_macs")),
                     24000);
    assert_string_equal(json_string_value(json_object_get(root, "memory")),
                        "fixed:100:0");
    assert_true(json_is_true(json_object_get(root, "complete")));
    /* 24000 products on 256 PEs; (20 + 30) x 40 x 2 bytes on 16: load. */
    assert_string_equal(json_string_value(json_object_get(
                            json_object_get(root, "bound"), "name")),
                        "load");
    assert_true(json_is_null(json_object_get(root, "rtl")));
    assert_true(json_is_null(json_object_get(root, "bit_exact")));
    csim = json_object_get(root, "csim");
    assert_int_equal(json_integer_value(json_object_get(csim, "cycles")),
                     session.csim.cycles);
    assert_int_equal(json_object_size(json_object_get(csim, "counters")),
                     STH_CNT_COUNT);
    assert_int_equal(json_array_size(json_object_get(root, "phases")), 1);
    phase = json_array_get(json_object_get(root, "phases"), 0);
    assert_string_equal(json_string_value(json_object_get(phase, "name")),
                        "gemm");
    assert_string_equal(json_string_value(json_object_get(phase, "kind")),
                        "matmul");
    assert_int_equal(json_integer_value(json_object_get(phase, "macs")), 24000);
    json_decref(root);
    free(text);
    free(trace);
    sth_session_fini(&session);
}

/* Labels may hold quotes, backslashes and bytes that are no UTF-8. */
static const char awkward[] = "systolith-trace 1\n"
                              "tensor a bf16 5x5 seed:1:1\n"
                              "tensor b bf16 5x5 zero\n"
                              "tensor c bf16 5x5 zero\n"
                              "op copy name=\"quo\\te\xff out=b x=a\n"
                              "op copy out=c x=b\n"
                              "output c\n";

static void test_session_labels_are_escaped(void **state)
{
    struct sth_session_request q = request_for("nano");
    struct sth_session session;
    json_error_t problem;
    char *text;
    json_t *root, *phases;

    (void)state;
    play_well(&session, &q, awkward, 1);
    text = report_json(&session);
    root = json_loads(text, 0, &problem);
    assert_non_null(root);
    phases = json_object_get(root, "phases");
    assert_int_equal(json_array_size(phases), 2);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(phases, 0), "name")),
        "\"quo\\te?");
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(phases, 1), "name")),
        "copy");
    json_decref(root);
    free(text);
    sth_session_fini(&session);
}

/* The worst of several outputs is the run's. */
static void test_session_compares_each_output(void **state)
{
    static const char text[] = "systolith-trace 1\n"
                               "tensor x bf16 9x48 seed:1:1\n"
                               "tensor w bf16 48x48 seed:2:0.1\n"
                               "tensor y bf16 9x48 zero\n"
                               "tensor z bf16 9x48 zero\n"
                               "op copy out=y x=x\n"
                               "op matmul out=z x=x w=w\n"
                               "output y\n"
                               "output z\n";
    struct sth_session_request q = request_for("nano");
    struct sth_session session;

    (void)state;
    play_well(&session, &q, text, 0.999);
    assert_int_equal(session.outputs, 2);
    assert_string_equal(session.output[0].tensor->name, "y");
    assert_string_equal(session.output[1].tensor->name, "z");
    assert_true(session.output[0].max_abs_error == 0);
    assert_true(session.output[1].max_abs_error > 0);
    assert_true(session.max_abs_error == session.output[1].max_abs_error);
    assert_true(session.cosine == session.output[1].cosine);
    sth_session_fini(&session);
}

static void test_session_events_have_a_line_each(void **state)
{
    struct sth_session_request q = request_for("edge");
    char *trace = gemm_text(33, 34, 35, true), *text, *line, *rest;
    struct sth_session session;
    size_t bytes, lines = 0;
    FILE *out = open_memstream(&text, &bytes);

    (void)state;
    assert_non_null(out);
    q.keep_events = true;
    play_well(&session, &q, trace, 0.999);
    sth_report_events(out, &session);
    fclose(out);
    rest = text;
    line = strsep(&rest, "\n");
    assert_string_equal(line, "# index engine start end digest command");
    while ((line = strsep(&rest, "\n")) != NULL && *line) {
        uint64_t start, end;
        uint32_t index, digest;
        char engine[8], command[16];

        assert_int_equal(sscanf(line,
                                "%" SCNu32 " %7s %" SCNu64 " %" SCNu64
                                " %8" SCNx32 " %15s",
                                &index, engine, &start, &end, &digest, command),
                         6);
        assert_true(index < session.commands);
        assert_true(start < end);
        lines++;
    }
    assert_int_equal(lines, session.commands);
    free(text);
    free(trace);
    sth_session_fini(&session);
}

static void test_session_phases_cover_the_commands(void **state)
{
    const struct sth_trace_request r = {
        .seq = 5, .batch = 1, .layers = 1, .seed = 4};
    struct sth_session_request q = request_for("nano");
    char *text = layers_text(&models[0], &r);
    struct sth_session session;
    uint64_t macs = 0;

    (void)state;
    play_well(&session, &q, text, 0.9999);
    for (uint32_t i = 0; i < session.phases; i++) {
        const struct sth_session_phase *p = &session.phase[i];

        /* Without commands it was played within the next. */
        assert_true(p->first <= p->last);
        assert_true(p->last <= session.commands);
        assert_true(p->first == p->last ? p->csim.end == 0
                                        : p->csim.start < p->csim.end);
        assert_true(p->csim.end <= session.csim.cycles + 1000);
        if (i)
            assert_true(p->first >= session.phase[i - 1].last);
        macs += p->macs;
    }
    assert_true(macs > 0);
    free(text);
    sth_session_fini(&session);
}

static void test_session_mistakes_have_their_messages(void **state)
{
    static const struct {
        const char *text, *message;
        const char *file; /* beside the trace, quoted behind the message */
    } rows[] = {
        {"", ": field 'header': is missing; begin with 'systolith-trace 1'",
         NULL},
        {"systolith-trace 1\ntensor a bf16 2x2 one\n",
         ":2: tensor 'a': source 'one' is none of zero, seed:, rope:, "
         "angles:, alibi: and file:",
         NULL},
        {"systolith-trace 1\ntensor a bf16 2x2 file:none:0\n",
         ":2: tensor 'a': ", "none"},
        {"systolith-trace 1\ntensor a bf16 1073741823x255 zero\n"
         "tensor b bf16 1073741823x255 zero\n"
         "tensor c bf16 1073741823x255 zero\n",
         ": the tensors need more than the 1 TiB that the chip can address",
         NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sth_session_request q = request_for("nano");
        struct sth_session session;
        char path[TEST_PATH], error[1024], expected[2 * TEST_PATH + 256];
        size_t n;

        assert_int_equal(
            play(&session, &q, rows[i].text, path, error, sizeof(error)), 2);
        n = (size_t)snprintf(expected, sizeof(expected), "%s%s", path,
                             rows[i].message);
        if (rows[i].file)
            snprintf(expected + n, sizeof(expected) - n,
                     "%.*s/%s: No such file or directory",
                     (int)(strrchr(path, '/') - path), path, rows[i].file);
        assert_string_equal(error, expected);
        sth_session_fini(&session);
    }
}

static void test_session_without_rtl_says_how_to_build_it(void **state)
{
    struct sth_session_request q = request_for("nano");
    char path[TEST_PATH], error[1024];
    struct sth_session session;

    (void)state;
    q.backend = STH_BACKEND_BOTH;
    q.library_dir = "/nonexistent";
    assert_int_equal(play(&session, &q, awkward, path, error, sizeof(error)),
                     2);
    assert_string_equal(error,
                        "the RTL of configuration 'nano' is not built "
                        "(/nonexistent/nano/libsth_rtl.so); run `make rtl "
                        "CONFIG=nano`, or `make install RTL=nano`");
    sth_session_fini(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_bf16_layers_match_the_reference),
        cmocka_unit_test(test_session_int8_layers_match_the_reference),
        cmocka_unit_test(test_session_odd_products_match_the_reference),
        cmocka_unit_test(test_session_time_only_keeps_the_cycles),
        cmocka_unit_test(test_session_json_has_its_keys),
        cmocka_unit_test(test_session_labels_are_escaped),
        cmocka_unit_test(test_session_compares_each_output),
        cmocka_unit_test(test_session_events_have_a_line_each),
        cmocka_unit_test(test_session_phases_cover_the_commands),
        cmocka_unit_test(test_session_mistakes_have_their_messages),
        cmocka_unit_test(test_session_without_rtl_says_how_to_build_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
