/*
 * Plans change cycles, not bits: each candidate that a kernel proposes fits,
 * runs without a race and gives the same outputs, but for attention, whose
 * softmax goes by the steps of its plan.  And the host's judge: what it plays
 * is what a run takes, and what it knows of memories.
 */
#include "plan_fixture.h"

#include "sth_gemm_plan.h"
#include "sth_plan_judge.h"
#include "sth_plan_measure.h"
#include "sth_plan_property.h"

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

static void leave(void *user, const struct sth_plan_key *key,
                  struct sth_trial *trial, const void *plans, uint32_t count,
                  void *plan)
{
    (void)user, (void)key, (void)trial, (void)plans, (void)count, (void)plan;
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

static void test_plan_every_candidate_gives_the_same_bits(void **state)
{
    static const char *const chips[] = {"nano", "edge", "wide"};

    (void)state;
    for (uint32_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        uint64_t expected = plan_run(chips[i], NULL);
        struct liking l = {.met = true};

        l.judge =
            (struct sth_judge){&l, like, leave, recall_nothing, keep_nothing};
        for (l.number = 0; l.met; l.number++) {
            l.met = false;
            if (plan_run(chips[i], &l.judge) != expected)
                fail_msg("%s: candidate %u", chips[i], l.number);
        }
        assert_true(l.number > 5);
    }
}

/* Nothing but the operation that was played is in the run. */
struct seen {
    uint64_t least;
    bool whole;
};

static void see_trial(void *user, const struct sth_trial *trial,
                      uint64_t cycles, bool whole)
{
    struct seen *seen = user;

    (void)trial;
    if (cycles != 0 && (seen->least == 0 || cycles < seen->least))
        *seen = (struct seen){cycles, whole};
}

static void see_taken(void *user, const struct sth_plan_key *key,
                      const void *plan, bool again)
{
    (void)user, (void)key, (void)plan, (void)again;
}

static void test_judge_plays_what_a_run_takes(void **state)
{
    unsigned whole = 0, part = 0;

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
            sth_plan_measure(&config, trace, bytes, &watch, NULL, &cycles),
            STH_FW_ERR_OK);
        if (seen.least != 0 && seen.whole)
            assert_int_equal(cycles, seen.least);
        else if (seen.least != 0)
            assert_in_range(10 * seen.least, 9 * cycles, 11 * cycles);
        whole += seen.least != 0 && seen.whole;
        part += seen.least != 0 && !seen.whole;
    }
    assert_in_range(whole + part, 6, 12);
}

/* The estimate of the plan that is taken. */
static void see_estimate(void *user, const struct sth_plan_key *key,
                         const void *plan, bool again)
{
    (void)key, (void)again;
    *(uint64_t *)user = ((const struct sth_gemm_plan *)plan)->cycles;
}

static void pass_trial(void *user, const struct sth_trial *trial,
                       uint64_t cycles, bool whole)
{
    (void)user, (void)trial, (void)cycles, (void)whole;
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
            sth_plan_measure(&config, trace, bytes, &watch, NULL, &cycles),
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
