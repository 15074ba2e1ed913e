/* What `systolith plan` says of a choice: which candidate comes second. */
#include "tool_files.h"

#include "sth_plan_report.h"
#include "sth_plan_text.h"
#include "sth_plan_work.h"

#include <jansson.h>

enum { CANDIDATES = 256, CHOICES = 8 };

/* Candidates of the choice at hand, as the planner tells of them. */
struct told {
    uint64_t estimate, cycles;
    const void *plan;
};

/* Listens on behalf of the report. */
struct spy {
    const struct sth_plan_watch *report;
    struct told told[CANDIDATES];
    uint32_t count;
    /* Of each choice: those left over, and the least of them. */
    struct {
        uint32_t count, played;
        uint64_t least_played, least_estimate;
    } choice[CHOICES];
    uint32_t choices;
};

static void spy_trial(void *user, const struct sth_trial *trial,
                      uint64_t cycles, bool whole)
{
    struct spy *spy = user;

    if (trial->number == 0)
        spy->count = 0;
    assert_in_range(spy->count, 0, CANDIDATES - 1);
    spy->told[spy->count++] =
        (struct told){trial->estimate, cycles, trial->plan};
    spy->report->trial(spy->report->user, trial, cycles, whole);
}

static void spy_taken(void *user, const struct sth_plan_key *key,
                      const void *plan, bool again)
{
    struct spy *spy = user;
    bool found = false;

    if (!again) {
        const uint32_t i = spy->choices++;

        assert_in_range(i, 0, CHOICES - 1);
        spy->choice[i].count = spy->count;
        spy->choice[i].least_played = UINT64_MAX;
        spy->choice[i].least_estimate = UINT64_MAX;
        for (uint32_t c = 0; c < spy->count; c++) {
            const struct told *t = &spy->told[c];

            spy->choice[i].played += t->cycles != 0;
            if (!found && sth_plan_same(key->kernel, t->plan, plan)) {
                found = true;
                continue;
            }
            if (t->cycles && t->cycles < spy->choice[i].least_played)
                spy->choice[i].least_played = t->cycles;
            if (t->estimate < spy->choice[i].least_estimate)
                spy->choice[i].least_estimate = t->estimate;
        }
        assert_true(found);
    }
    spy->report->taken(spy->report->user, key, plan, again);
    spy->count = 0;
}

static void check_second(const json_t *op, const struct spy *spy, uint32_t i)
{
    const json_t *second = json_object_get(op, "runner_up");
    const uint64_t played =
        (uint64_t)json_integer_value(json_object_get(second, "played"));
    const uint64_t estimate =
        (uint64_t)json_integer_value(json_object_get(second, "estimate"));

    assert_non_null(second);
    assert_int_equal(json_integer_value(json_object_get(op, "candidates")),
                     spy->choice[i].count);
    if (spy->choice[i].least_played != UINT64_MAX)
        assert_int_equal(played, spy->choice[i].least_played);
    else
        assert_int_equal(estimate, spy->choice[i].least_estimate);
}

/* Short work, of which all is played, and long work, of which little is. */
static void test_runner_up_is_the_best_of_the_others(void **state)
{
    static const struct {
        const char *chip;
        struct sth_plan_work work;
    } cases[] = {
        {"nano", {.kind = STH_PLAN_GEMM, .m = 24, .n = 40, .k = 56}},
        {"edge", {.kind = STH_PLAN_GEMM, .m = 100, .n = 96, .k = 200}},
        {"edge", {.kind = STH_PLAN_GEMM, .m = 700, .n = 512, .k = 512}},
    };
    uint32_t seen = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct sth_session session = {.phases = 0};
        struct sth_session_request q = {.home = ".",
                                        .mode = STH_CSIM_TIME_ONLY,
                                        .no_reference = true,
                                        .roofline = true};
        struct sth_plan_report *report;
        struct sth_plan_book book;
        struct spy spy = {.count = 0};
        const struct sth_plan_watch watch = {&spy, spy_trial, spy_taken};
        char path[TEST_PATH], error[1024], trace[STH_PLAN_TEXT];
        uint32_t decided = 0;
        size_t bytes, at;
        json_t *ops, *op;

        bytes = sth_plan_work_trace(&cases[i].work, trace);
        write_temporary(path, trace, bytes);
        sth_plan_book_init(&book);
        report = sth_plan_report_create(&session, &book);
        assert_non_null(report);
        spy.report = sth_plan_report_watch(report);
        q.trace_path = path;
        q.plans = &book;
        q.watch = &watch;
        assert_true(sth_config_find(cases[i].chip, ".", &q.config, error,
                                    sizeof(error)));
        if (sth_session_run(&session, &q, error, sizeof(error)))
            fail_msg("%s", error);
        ops = sth_plan_report_json(report);
        json_array_foreach(ops, at, op)
        {
            const char *origin =
                json_string_value(json_object_get(op, "origin"));

            if (strcmp(origin, "decided") == 0)
                check_second(op, &spy, decided++);
        }
        assert_int_equal(decided, spy.choices);
        seen += decided;
        json_decref(ops);
        sth_plan_report_destroy(report);
        sth_session_fini(&session);
        sth_plan_book_fini(&book);
        unlink(path);
    }
    assert_in_range(seen, 3, CHOICES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runner_up_is_the_best_of_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
