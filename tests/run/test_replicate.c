/*
 * Runs by layers: copying equal layers gives the same figures, cycle for
 * cycle, as simulating every one of them, on every kind of memory.
 */
#include "model_fixture.h"
#include "tool_files.h"

#include "sth_session.h"
#include "sth_tracegen.h"

static const struct sth_model models[] = {
    {MODEL_GPT2, .hidden = 48, .heads = 3, .kv_heads = 3, .head_dim = 16,
     .layers = 5, .intermediate = 72},
    {MODEL_LLAMA, .hidden = 40, .heads = 4, .kv_heads = 2, .head_dim = 10,
     .rotary = 10, .layers = 5, .intermediate = 56},
    /* A scale of its own for each layer. */
    {MODEL_GPT2, .hidden = 48, .heads = 3, .kv_heads = 3, .head_dim = 16,
     .layers = 5, .intermediate = 72, .scale_by_layer = true},
    /* Weights of its own for each expert and token. */
    {MODEL_MIXTRAL, .hidden = 40, .heads = 4, .kv_heads = 2, .head_dim = 10,
     .rotary = 10, .layers = 5, .experts = 4, .experts_active = 2,
     .expert_intermediate = 24},
};

enum { MIXTURE = 3 };

static const char *const configs[] = {"nano", "edge", "wide", "server"};
static const char *const memories[] = {"fixed:37:5", "ddr4-3200", "lpddr5-6400",
                                       "hbm2e"};

static struct sth_session_request request_for(const char *config,
                                              const char *memory)
{
    struct sth_session_request q = {.backend = STH_BACKEND_CSIM,
                                    .mode = STH_CSIM_TIME_ONLY,
                                    .by_layer = true,
                                    .home = "."};
    char error[512];

    if (!sth_config_find(config, ".", &q.config, error, sizeof(error)) ||
        !sth_mem_config_parse(&q.config.memory, memory, error, sizeof(error)))
        fail_msg("%s", error);
    return q;
}

static void run(struct sth_session *session, struct sth_session_request *q,
                bool all, const char *path)
{
    char error[1024];

    q->trace_path = path;
    q->all_layers = all;
    if (sth_session_run(session, q, error, sizeof(error)))
        fail_msg("%s: %s", q->config.name, error);
}

/* Runs a trace both ways; returns the number of layers simulated. */
static uint32_t compare(struct sth_session_request *q, const char *path)
{
    struct sth_session some, all;
    uint32_t simulated;

    run(&some, q, false, path);
    run(&all, q, true, path);
    assert_int_equal(all.layers.simulated, all.layers.layers);
    assert_int_equal(some.layers.layers, all.layers.layers);
    assert_int_equal(some.commands, all.commands);
    assert_int_equal(some.macs, all.macs);
    assert_int_equal(some.csim.cycles, all.csim.cycles);
    assert_memory_equal(some.csim.counter, all.csim.counter,
                        sizeof(all.csim.counter));
    assert_int_equal(some.phases, all.phases);
    for (uint32_t i = 0; i < all.phases; i++) {
        assert_int_equal(some.phase[i].csim.start, all.phase[i].csim.start);
        assert_int_equal(some.phase[i].csim.end, all.phase[i].csim.end);
        assert_int_equal(some.phase[i].macs, all.phase[i].macs);
        assert_int_equal(some.phase[i].last - some.phase[i].first,
                         all.phase[i].last - all.phase[i].first);
    }
    simulated = some.layers.simulated;
    sth_session_fini(&some);
    sth_session_fini(&all);
    return simulated;
}

static void write_layers(char path[TEST_PATH], const struct sth_model *model,
                         const struct sth_trace_request *request)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    assert_true(sth_tracegen_layers(out, model, request));
    fclose(out);
    write_temporary(path, text, bytes);
    free(text);
}

static void test_copies_are_exact(void **state)
{
    char path[TEST_PATH];

    (void)state;
    for (size_t m = 0; m < sizeof(models) / sizeof(*models); m++) {
        struct sth_trace_request request = {.seq = m == 0 ? 7 : 1,
                                            .past = 9,
                                            .batch = 2,
                                            .layers = 5,
                                            .seed = 1,
                                            .experts = {.balanced = true}};

        write_layers(path, &models[m], &request);
        /* Every model meets every chip and every memory. */
        for (size_t c = 0; c < sizeof(configs) / sizeof(*configs); c++) {
            struct sth_session_request q = request_for(
                configs[c],
                memories[(m + c) % (sizeof(memories) / sizeof(*memories))]);

            assert_int_equal(compare(&q, path), 1);
        }
        unlink(path);
    }
}

/* Layers whose tokens choose as those of another are played once. */
static void test_experts_are_told_apart(void **state)
{
    struct sth_trace_request request = {
        .seq = 1, .past = 3, .batch = 1, .layers = 5, .seed = 3};
    struct sth_session_request q = request_for("edge", "ddr4-3200");
    char path[TEST_PATH];

    (void)state;
    write_layers(path, &models[MIXTURE], &request);
    assert_int_equal(compare(&q, path), 1); /* any two experts, one token */
    unlink(path);
    request.seq = 3;
    write_layers(path, &models[MIXTURE], &request);
    assert_in_range(compare(&q, path), 2, 5);
    unlink(path);
}

/* Stalls number the beats, so no two layers are alike. */
static void test_stalls_forbid_copies(void **state)
{
    struct sth_trace_request request = {
        .seq = 5, .batch = 1, .layers = 3, .seed = 1};
    struct sth_session_request q = request_for("nano", "hbm2e");
    char path[TEST_PATH];

    (void)state;
    q.config.memory.stall_percent = 20;
    write_layers(path, &models[0], &request);
    assert_int_equal(compare(&q, path), 3);
    unlink(path);
}

/* The second and the third layer differ in a shape, a view or a sharing. */
static void test_differences_are_seen(void **state)
{
    static const char text[] = "systolith-trace 1\n"
                               "tensor x bf16 32x64 seed:1:1\n"
                               "tensor a.w bf16 64x64 seed:2:1\n"
                               "tensor a.t bf16 32x64 zero\n"
                               "tensor a.y bf16 32x64 zero\n"
                               "tensor b.w bf16 64x64 seed:3:1\n"
                               "tensor b.t bf16 32x64 zero\n"
                               "tensor b.y bf16 32x64 zero\n"
                               "tensor c.t bf16 32x64 zero\n"
                               "tensor d.t bf16 32x64 zero\n"
                               "tensor d.y bf16 32x64 zero\n"
                               "tensor e.t bf16 32x64 zero\n"
                               "tensor e.y bf16 32x64 zero\n"
                               "op matmul out=a.t x=x w=a.w\n"
                               "op add out=a.y a=a.t b=x\n"
                               "op matmul out=b.t x=a.y w=b.w\n"
                               "op add out=b.y a=b.t b=a.y\n"
                               "op matmul out=c.t x=a.y w=b.w\n"
                               "op add out=c.t a=c.t b=a.y\n"
                               "op matmul out=d.t x=b.y w=a.w\n"
                               "op add out=d.y a=d.t b=a.y\n"
                               "op matmul out=e.t[0:16] x=b.y[0:16] w=a.w\n"
                               "op add out=e.y a=e.t b=b.y\n"
                               "output e.y\n";
    struct sth_session_request q = request_for("edge", "ddr4-3200");
    char path[TEST_PATH];

    (void)state;
    write_temporary(path, text, sizeof(text) - 1);
    assert_int_equal(compare(&q, path), 4); /* b is a again */
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_are_exact),
        cmocka_unit_test(test_experts_are_told_apart),
        cmocka_unit_test(test_stalls_forbid_copies),
        cmocka_unit_test(test_differences_are_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
