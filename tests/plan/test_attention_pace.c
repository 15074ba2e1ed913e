/* Attention's plans: what they are estimated to take, and the pace of array and
 * vector. */
#include "plan_fixture.h"

#include "sth_attention_plan.h"
#include "sth_plan_measure.h"
#include "sth_plan_work.h"

struct seen {
    uint64_t estimate;
};

static void see_trial(void *user, const struct sth_trial *trial,
                      uint64_t cycles, bool whole)
{
    (void)user, (void)trial, (void)cycles, (void)whole;
}

static void see_taken(void *user, const struct sth_plan_key *key,
                      const void *plan, bool again)
{
    struct seen *seen = user;

    (void)key, (void)again;
    seen->estimate = ((const struct sth_attention_plan *)plan)->cycles;
}

static uint64_t measure(const char *chip, const char *memory,
                        const struct sth_plan_work *work, uint64_t *estimate)
{
    struct seen seen = {0};
    const struct sth_plan_watch watch = {&seen, see_trial, see_taken};
    struct sth_config config;
    char trace[STH_PLAN_TEXT], why[256];
    uint64_t cycles = 0;
    size_t bytes = sth_plan_work_trace(work, trace);

    assert_true(sth_config_find(chip, ".", &config, why, sizeof why));
    assert_true(sth_mem_config_parse(&config.memory, memory, why, sizeof why));
    assert_int_equal(
        sth_plan_measure(&config, trace, bytes, &watch, NULL, &cycles),
        STH_FW_ERR_OK);
    *estimate = seen.estimate;
    return cycles;
}

#define WORK(h, kv, d, s, p, b)                                                \
    {                                                                          \
        .kind = STH_PLAN_ATTENTION, .heads = h, .kv_heads = kv, .dim = d,      \
        .seq = s, .past = p, .batch = b                                        \
    }

#define WINDOW(h, kv, d, s, p, w)                                              \
    {                                                                          \
        .kind = STH_PLAN_ATTENTION, .heads = h, .kv_heads = kv, .dim = d,      \
        .seq = s, .past = p, .batch = 1, .window = w                           \
    }

/* Short and long, with one step and many, prefill and decode. */
static void test_estimate_is_near_what_attention_takes(void **state)
{
    static const struct {
        const char *chip, *memory;
        struct sth_plan_work work;
    } cases[] = {
        {"server", "fixed:100:0", WORK(12, 12, 64, 1024, 0, 1)},
        {"server", "fixed:100:0", WORK(16, 16, 128, 2048, 0, 1)},
        {"server", "fixed:100:0", WORK(8, 2, 128, 2048, 0, 1)},
        {"server", "fixed:100:0", WORK(4, 1, 128, 8192, 0, 1)},
        {"server", "hbm2e", WORK(32, 8, 128, 1, 8191, 1)},
        {"server", "hbm2e", WORK(32, 8, 128, 1, 8191, 16)},
        {"edge", "fixed:100:0", WORK(12, 12, 64, 512, 0, 1)},
        {"wide", "fixed:100:0", WORK(4, 4, 64, 512, 0, 1)},
        {"server", "fixed:100:0", WINDOW(8, 2, 128, 4096, 0, 512)},
        {"server", "fixed:100:0", WINDOW(8, 2, 128, 1024, 9000, 2048)},
        {"edge", "fixed:100:0", WINDOW(4, 2, 64, 1024, 0, 100)},
    };

    (void)state;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t estimate;
        uint64_t cycles =
            measure(cases[i].chip, cases[i].memory, &cases[i].work, &estimate);

        if (100 * estimate < 96 * cycles || 100 * estimate > 104 * cycles)
            fail_msg("case %u: estimate %lu, %lu cycles", i,
                     (unsigned long)estimate, (unsigned long)cycles);
    }
}

/* Causal, of the products that the mask leaves: 80 % of the array. */
static void test_attention_of_gpt3_goes_at_the_pace_of_the_array(void **state)
{
    static const struct sth_plan_work work = WORK(96, 96, 128, 2048, 0, 1);
    uint64_t products = 96ull * 2048 * 2049 / 2 * 2 * 128;
    uint64_t estimate;

    (void)state;
    assert_true(100 * products >=
                80 * 128 * 128 *
                    measure("server", "fixed:100:0", &work, &estimate));
}

/* Two passes over the scores that the mask leaves in rows of lanes, one over
 * the output: 88 % of the vector engine. */
static void test_attention_of_gpt2_goes_at_the_pace_of_vector(void **state)
{
    static const struct sth_plan_work work = WORK(12, 12, 64, 1024, 0, 1);
    uint64_t row_tiles = 12ull * (2 * 128 * (8 * 9 / 2) + 1024);
    uint64_t estimate;

    (void)state;
    assert_true(100 * row_tiles >=
                88 * measure("server", "fixed:100:0", &work, &estimate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimate_is_near_what_attention_takes),
        cmocka_unit_test(test_attention_of_gpt3_goes_at_the_pace_of_the_array),
        cmocka_unit_test(test_attention_of_gpt2_goes_at_the_pace_of_vector),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
