/*
 * Plans change cycles, not bits: each candidate that a kernel proposes fits,
 * runs without a race and gives the same outputs, but for attention, whose
 * softmax goes by the steps of its plan.  And the host's judge: what it plays
 * is what a run takes, and what it knows of memories.
 */
#include "trace_fixture.h"

#include "sth_gemm_plan.h"
#include "sth_plan_judge.h"
#include "sth_plan_measure.h"
#include "sth_plan_property.h"
#include "sth_runtime.h"
#include "systolith.h"

static const char text[] =
    "systolith-trace 1\n"
    "tensor x bf16 37x72 seed:1:1\n"
    "tensor x8 i8 37x72 seed:2:40\n"
    "tensor w bf16 72x90 seed:3:0.1\n"
    "tensor w8 i8 90x72 seed:4:30\n"
    "tensor xs fp32 1x37 seed:5:0.001:0.02\n"
    "tensor ws fp32 1x90 seed:6:0.001:0.02\n"
    "tensor b bf16 1x90 seed:7:1\n"
    "tensor r bf16 37x90 seed:8:1\n"
    "tensor g bf16 1x72 seed:9:1\n"
    "tensor c fp32 37x12 seed:10:1\n"
    "tensor y bf16 37x90 zero\n"
    "tensor y8 bf16 37x90 zero\n"
    "tensor n fp32 37x72 zero\n"
    "tensor q i8 37x72 zero\n"
    "tensor qs fp32 1x37 zero\n"
    "tensor o bf16 37x72 zero\n"
    "tensor s fp32 37x72 zero\n"
    "op matmul out=y x=x w=w bias=b act=gelu residual=r\n"
    "op matmul out=y8 x=x8 w=w8 wt=1 xscale=xs wscale=ws act=silu "
    "mul=r\n"
    "op rmsnorm out=n x=x gamma=g eps=0x3727c5ac invn=0x3c638e39\n"
    "op quantize out=q scale=qs x=n\n"
    "op rope out=o x=n cos=c sin=c heads=3\n"
    "op add out=s a=o b=n\n"
    "output y\n";

static uint64_t arena[1 << 14];
static uint64_t workspace[1 << 12];

/* A judge that likes one number best. */
struct liking {
    struct sth_judge judge;
    uint32_t number;
    bool met; /* there was such a candidate */
};

static uint64_t like(void *user, const struct sth_trial *trial)
{
    struct liking *l = user;

    l->met = l->met || trial->number == l->number;
    return trial->number == l->number ? 1 : 2 + trial->number;
}

static bool recall_nothing(void *user, const struct sth_plan_key *key,
                           void *plan, size_t plan_bytes)
{
    (void)user, (void)key, (void)plan, (void)plan_bytes;
    return false;
}

static void keep_nothing(void *user, const struct sth_plan_key *key,
                         const void *plan, size_t plan_bytes)
{
    (void)user, (void)key, (void)plan, (void)plan_bytes;
}

/* FNV-1a over all tensors after a run with that judge. */
static uint64_t run_with(const char *chip, const struct sth_judge *judge)
{
    struct sth_csim_options options = {.sanitize = true};
    static struct sth_runtime runtime;
    struct sth_runtime_config config;
    const struct sth_diagnostic *list;
    struct sth_config chip_config;
    struct sth_trace_error error;
    struct sth_trace trace;
    struct sth_hal hal;
    uint64_t hash = UINT64_C(14695981039346656037);
    char why[256];

    assert_true(sth_config_find(chip, ".", &chip_config, why, sizeof why));
    struct sth_mem *mem = sth_mem_create(&chip_config.memory,
                                         chip_config.params.bus_bytes, false);
    struct sth_device *device =
        sth_csim_create(&chip_config.params, mem, &options);
    sth_runtime_config_default(&config);
    config.judge = judge;
    sth_hal_host_init(&hal, device);
    if (sth_trace_parse(&trace, text, strlen(text), arena, sizeof arena,
                        &error) != STH_FW_ERR_OK)
        fail_msg("%u: %s", error.line, error.message);
    assert_int_equal(sth_runtime_init(&runtime, &hal, &config), STH_FW_ERR_OK);
    sth_runtime_place(&runtime, &trace);
    fixture_fill_trace(&trace, mem);
    assert_int_equal(
        sth_runtime_run(&runtime, &trace, workspace, sizeof workspace),
        STH_FW_ERR_OK);
    if (sth_csim_report(device, &list) != 0)
        fail_msg("%s", list[0].text);
    for (uint32_t i = 0; i < trace.tensors; i++) {
        uint64_t bytes = sth_trace_tensor_bytes(&trace.tensor[i]);

        for (uint64_t j = 0; j < bytes; j++) {
            uint8_t byte;

            sth_mem_read(mem, trace.tensor[i].addr + j, &byte, 1);
            hash = (hash ^ byte) * UINT64_C(1099511628211);
        }
    }
    device->ops->destroy(device);
    sth_mem_destroy(mem);
    return hash;
}

static void test_plan_every_candidate_gives_the_same_bits(void **state)
{
    static const char *const chips[] = {"nano", "edge", "wide"};

    (void)state;
    for (uint32_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        uint64_t expected = run_with(chips[i], NULL);
        struct liking l = {.met = true};

        l.judge = (struct sth_judge){&l, like, recall_nothing, keep_nothing};
        for (l.number = 0; l.met; l.number++) {
            l.met = false;
            if (run_with(chips[i], &l.judge) != expected)
                fail_msg("%s: candidate %u", chips[i], l.number);
        }
        assert_true(l.number > 5);
    }
}

/* Nothing but the operation that was played is in the run. */
struct seen {
    uint64_t least;
};

static void see_trial(void *user, const struct sth_trial *trial,
                      uint64_t cycles)
{
    struct seen *seen = user;

    (void)trial;
    if (cycles != 0 && (seen->least == 0 || cycles < seen->least))
        seen->least = cycles;
}

static void see_taken(void *user, const struct sth_plan_key *key,
                      const void *plan, bool again)
{
    (void)user, (void)key, (void)plan, (void)again;
}

static void test_judge_plays_what_a_run_takes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct seen seen = {0};
        const struct sth_plan_watch watch = {&seen, see_trial, see_taken};
        struct sth_plan_work work;
        struct sth_config config;
        char trace[STH_PLAN_TEXT];
        uint64_t cycles = 0;
        size_t bytes;

        sth_plan_draw(seed, &config, &work);
        bytes = sth_plan_work_trace(&work, trace);
        assert_int_equal(
            sth_plan_measure(&config, trace, bytes, &watch, &cycles),
            STH_FW_ERR_OK);
        if (seen.least != 0)
            assert_int_equal(cycles, seen.least);
    }
}

/* The estimate of the plan that is taken. */
static void see_estimate(void *user, const struct sth_plan_key *key,
                         const void *plan, bool again)
{
    (void)key, (void)again;
    *(uint64_t *)user = ((const struct sth_gemm_plan *)plan)->cycles;
}

static void pass_trial(void *user, const struct sth_trial *trial,
                       uint64_t cycles)
{
    (void)user, (void)trial, (void)cycles;
}

static void test_estimate_of_long_products_is_near_what_they_take(void **state)
{
    static const struct sth_plan_work work[] = {
        {.kind = STH_PLAN_GEMM, .m = 1024, .n = 2304, .k = 768},
        {.kind = STH_PLAN_GEMM, .m = 2048, .n = 1024, .k = 4096},
        {.kind = STH_PLAN_GEMM, .m = 1, .n = 14336, .k = 4096},
        {.kind = STH_PLAN_GEMM, .m = 8, .n = 4096, .k = 4096},
    };
    struct sth_config config;
    char why[256];

    (void)state;
    assert_true(sth_config_find("server", ".", &config, why, sizeof why));
    assert_true(sth_mem_config_parse(&config.memory, "hbm2e", why, sizeof why));
    for (uint32_t i = 0; i < sizeof work / sizeof *work; i++) {
        uint64_t estimate = 0, cycles = 0;
        const struct sth_plan_watch watch = {&estimate, pass_trial,
                                             see_estimate};
        char trace[STH_PLAN_TEXT];
        size_t bytes = sth_plan_work_trace(&work[i], trace);

        assert_int_equal(
            sth_plan_measure(&config, trace, bytes, &watch, &cycles),
            STH_FW_ERR_OK);
        assert_in_range(100 * estimate, 97 * cycles, 103 * cycles);
    }
}

static void test_memory_facts_follow_the_configuration(void **state)
{
    struct sth_config config = {.name = "x"};
    struct sth_plan_memory memory;
    char error[256];

    (void)state;
    sth_mem_config_default(&config.memory);
    memory = sth_plan_memory_of(&config);
    assert_int_equal(memory.latency, 100);
    assert_int_equal(memory.byte_cost, 0);
    assert_true(sth_mem_config_parse(&config.memory, "fixed:40:8", error,
                                     sizeof error));
    memory = sth_plan_memory_of(&config);
    assert_int_equal(memory.latency, 40);
    assert_int_equal(memory.byte_cost, STH_PLAN_MEMORY_UNIT / 8);
    assert_true(
        sth_mem_config_parse(&config.memory, "hbm2e", error, sizeof error));
    memory = sth_plan_memory_of(&config);
    /* 409.6 bytes a cycle at 1 GHz; t_ctrl + t_rcd + t_cl. */
    assert_int_equal(memory.byte_cost, 1);
    assert_int_equal(memory.latency, 60);
    assert_int_equal(memory.chunk, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_every_candidate_gives_the_same_bits),
        cmocka_unit_test(test_judge_plays_what_a_run_takes),
        cmocka_unit_test(test_estimate_of_long_products_is_near_what_they_take),
        cmocka_unit_test(test_memory_facts_follow_the_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
