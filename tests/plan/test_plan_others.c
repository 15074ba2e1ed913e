/*
 * Plans of lesser chips: they fit, they are others, and a chip that its own
 * estimate deceives takes one of them.
 */
#include "trace_fixture.h"

#include "sth_gemm_plan.h"
#include "sth_plan_judge.h"
#include "sth_plan_measure.h"
#include "sth_plan_others.h"
#include "sth_plan_property.h"

static struct sth_config edge(void)
{
    struct sth_config config;
    char why[256];

    assert_true(sth_config_find("edge", ".", &config, why, sizeof why));
    return config;
}

static void test_lesser_chip_has_half_of_one_parameter(void **state)
{
    struct sth_config config, lesser;
    uint32_t chips = 0;

    (void)state;
    config = edge();
    for (uint32_t i = 0; i < STH_PLAN_LESSERS; i++) {
        uint32_t changed = 0;

        if (!sth_plan_lesser(&lesser, &config, i))
            continue;
        chips++;
        assert_int_equal(lesser.params.array_rows, config.params.array_rows);
#define PARAM(key, ...) changed += lesser.params.key != config.params.key;
#include "params.def"
#undef PARAM
        changed += lesser.memory.latency != config.memory.latency;
        assert_int_equal(changed, 1);
    }
    /* A memory as wide as the bus has no bandwidth, a unit for four lanes no
     * more to share. */
    assert_int_equal(chips, STH_PLAN_LESSERS - 2);
}

static uint32_t propose(void *to, const struct sth_params *p,
                        const struct sth_plan_memory *memory, const void *shape)
{
    struct sth_gemm_plans plans;

    sth_gemm_plan_search(&plans, p, memory, shape);
    memcpy(to, plans.plan, plans.count * sizeof *plans.plan);
    return plans.count;
}

static void estimate(void *plan, const struct sth_params *p,
                     const struct sth_plan_memory *memory, const void *shape)
{
    sth_gemm_plan_estimate(plan, p, memory, shape);
}

static void test_others_fit_and_are_not_the_chips_own(void **state)
{
    static const struct sth_gemm_shape shape = {.m = 100,
                                                .n = 200,
                                                .k = 300,
                                                .out_bytes = 2,
                                                .vector_passes = 1,
                                                .vector_turns = 1};
    static struct sth_plan_others others;
    const struct sth_planning planning = {propose, estimate};
    const struct sth_plan_key key = {"gemm", &shape, sizeof shape};
    const struct sth_config config = edge();
    const struct sth_plan_memory memory = sth_plan_memory_of(&config);
    struct sth_gemm_plan plans[STH_TRIAL_PLANS];
    const struct sth_plan_candidates own = {
        &planning, &key, plans,
        propose(plans, &config.params, &memory, &shape)};

    (void)state;
    sth_plan_others_collect(&others, &config, &own);
    assert_true(others.count > 10);
    for (uint32_t i = 0; i < others.count; i++) {
        struct sth_gemm_plan *plan = sth_plan_others_plan(&others, i);

        assert_null(sth_gemm_plan_complete(plan, &config.params, &shape));
        for (uint32_t j = 0; j < own.count; j++) {
            struct sth_gemm_plan same = plans[j];

            same.cycles = plan->cycles;
            same.bound = plan->bound;
            same.prelude_cycles = plan->prelude_cycles;
            assert_memory_not_equal(&same, plan, sizeof same);
        }
    }
}

static uint64_t cycles_of(const struct sth_config *config,
                          const struct sth_plan_work *work)
{
    char trace[STH_PLAN_TEXT];
    size_t bytes = sth_plan_work_trace(work, trace);
    uint64_t cycles = 0;

    assert_int_equal(
        sth_plan_measure(config, trace, bytes, NULL, NULL, &cycles),
        STH_FW_ERR_OK);
    return cycles;
}

/* With twice the scratchpad estimates prefer a plan that is 8 % slower. */
static void test_chip_that_its_estimate_deceives_is_not_slower(void **state)
{
    struct sth_config config;
    struct sth_plan_work work;
    uint64_t cycles;

    (void)state;
    sth_plan_draw(810327, &config, &work);
    cycles = cycles_of(&config, &work);
    config.params.sp_bytes *= 2;
    assert_in_range(cycles_of(&config, &work), 1, cycles);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lesser_chip_has_half_of_one_parameter),
        cmocka_unit_test(test_others_fit_and_are_not_the_chips_own),
        cmocka_unit_test(test_chip_that_its_estimate_deceives_is_not_slower),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
