/*
 * Two hundred tokens behind a cache that grows, as one program: all of them
 * come out as the double-precision reference says, and nothing is planned.  A
 * few of them planned in place take, operation by operation, the same cycles.
 */
#include "tool_files.h"

#include "sth_compile.h"
#include "sth_session.h"
#include "sth_tracegen.h"

enum { STEPS = 200, FEW = 5, PAST = 12 };

static char *trace_text(const char *model_path, bool int8, uint32_t batch,
                        uint32_t steps)
{
    const struct sth_trace_request request = {.seq = 1,
                                              .past = PAST,
                                              .batch = batch,
                                              .steps = steps,
                                              .layers = 1,
                                              .int8 = int8,
                                              .seed = 3};
    struct sth_model model;
    char *text, error[512];
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    if (!sth_model_load(model_path, NULL, &model, error, sizeof(error)))
        fail_msg("%s", error);
    assert_true(sth_tracegen_layers(out, &model, &request));
    fclose(out);
    return text;
}

static void play(struct sth_session *session, const char *config,
                 const void *file, size_t bytes, double cosine)
{
    struct sth_session_request q = {.backend = STH_BACKEND_CSIM,
                                    .mode = STH_CSIM_FUNCTION_AND_TIME,
                                    .sanitize = true,
                                    .home = "."};
    char path[TEST_PATH], error[1024];

    if (!sth_config_find(config, ".", &q.config, error, sizeof(error)))
        fail_msg("%s", error);
    write_temporary(path, file, bytes);
    q.trace_path = path;
    if (sth_session_run(session, &q, error, sizeof(error)))
        fail_msg("%s: %s", config,
                 session->diagnostics ? session->diagnostic[0].text : error);
    unlink(path);
    assert_true(session->compared);
    if (!(session->cosine >= cosine))
        fail_msg("%s: cosine %.7f", config, session->cosine);
    assert_int_equal(session->phases, session->steps * session->trace.ops);
}

static void check(const char *model, bool int8, uint32_t batch,
                  const char *config_name, double cosine)
{
    char *all = trace_text(model, int8, batch, STEPS);
    char *few = trace_text(model, int8, batch, FEW), error[512];
    struct sth_session planned, played;
    struct sth_compile_file program;
    struct sth_config config;

    assert_true(
        sth_config_find(config_name, ".", &config, error, sizeof(error)));
    if (!sth_compile(&program, all, strlen(all), "test", &config, NULL, 0,
                     error, sizeof(error)))
        fail_msg("%s", error);
    play(&played, config_name, program.file, program.bytes, cosine);
    assert_int_equal(played.steps, STEPS);
    assert_int_equal(played.planning.choices, 0);
    play(&planned, config_name, few, strlen(few), cosine);
    assert_int_equal(planned.steps, FEW);
    assert_true(planned.planning.choices > 0);
    for (uint32_t i = 0; i < planned.phases; i++)
        assert_memory_equal(&played.phase[i].csim, &planned.phase[i].csim,
                            sizeof(played.phase[i].csim));
    sth_session_fini(&planned);
    sth_session_fini(&played);
    free(program.file);
    free(few);
    free(all);
}

static void test_session_steps_bf16(void **unused)
{
    (void)unused;
    check("tests/models/llama.json", false, 1, "edge", 0.9999);
}

static void test_session_steps_int8(void **unused)
{
    (void)unused;
    check("tests/models/gpt2.json", true, 2, "nano", 0.999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_steps_bf16),
        cmocka_unit_test(test_session_steps_int8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
