/* Which commands have the RTL's cycles: counts, the first that has not, what
 * may be inexact, and what is said of it. */
#include "tool_files.h"

#include "sth_fidelity.h"

/* A command retired by both sides, off by so many cycles on csim. */
static void note(struct sth_fidelity *f, uint32_t engine, uint32_t index,
                 uint64_t start, uint64_t end, int start_off, int end_off)
{
    const struct sth_command command = {{STH_OP_LOAD}};
    const struct sth_event rtl = {index, engine, start, end, 0, 0};
    const struct sth_event csim = {index,
                                   engine,
                                   start + (uint64_t)(int64_t)start_off,
                                   end + (uint64_t)(int64_t)end_off,
                                   0,
                                   0};

    sth_fidelity_note(f, &csim, &rtl, &command);
}

static void test_fidelity_both_ends_count(void **state)
{
    struct sth_fidelity f = {.when = 0};

    (void)state;
    assert_true(sth_fidelity_share_pct(&f) == 100);
    note(&f, STH_ENGINE_LOAD, 0, 10, 20, 0, 0);
    note(&f, STH_ENGINE_MATRIX, 1, 20, 40, 1, 0);
    note(&f, STH_ENGINE_MATRIX, 2, 30, 50, 0, -1);
    note(&f, STH_ENGINE_STORE, 3, 40, 60, 0, 0);
    assert_int_equal(sth_fidelity_commands(&f), 4);
    assert_int_equal(sth_fidelity_inexact(&f), 2);
    assert_int_equal(f.commands[STH_ENGINE_MATRIX], 2);
    assert_int_equal(f.inexact[STH_ENGINE_MATRIX], 2);
    assert_true(sth_fidelity_share_pct(&f) == 50);
}

/* Engines come one after the other, not in the order of cycles. */
static void test_fidelity_first_is_the_earliest(void **state)
{
    struct sth_fidelity f = {.when = 0};
    char text[STH_FIDELITY_TEXT];

    (void)state;
    sth_fidelity_print(&f, text, sizeof(text));
    assert_string_equal(text, "");
    note(&f, STH_ENGINE_LOAD, 7, 90, 120, 0, 5);
    note(&f, STH_ENGINE_VECTOR, 5, 100, 110, 1, 1);
    note(&f, STH_ENGINE_STORE, 9, 101, 105, 3, 3);
    assert_int_equal(f.rtl.index, 5);
    sth_fidelity_print(&f, text, sizeof(text));
    assert_non_null(strstr(text, "first command that is not exact: VECTOR "
                                 "command 5\n  LOAD "));
    assert_non_null(strstr(text, "\n  csim: cycles 101..111\n"
                                 "  rtl:  cycles 100..110\n"));
}

/* One of a thousand may be off, two may not. */
static void test_fidelity_one_of_a_thousand(void **state)
{
    struct sth_fidelity f = {.when = 0};

    (void)state;
    assert_true(sth_fidelity_allows(&f));
    for (uint32_t i = 0; i < 998; i++)
        note(&f, STH_ENGINE_LOAD, i, i, i + 1, 0, 0);
    note(&f, STH_ENGINE_LOAD, 998, 998, 999, 0, 1);
    assert_false(sth_fidelity_allows(&f));
    note(&f, STH_ENGINE_LOAD, 999, 999, 1000, 0, 0);
    assert_true(sth_fidelity_allows(&f));
    note(&f, STH_ENGINE_LOAD, 1000, 1000, 1001, 0, 1);
    assert_false(sth_fidelity_allows(&f));
}

static void test_fidelity_programs_add_up(void **state)
{
    struct sth_fidelity all = {.when = 0}, none = {.when = 0};
    struct sth_fidelity one = {.when = 0}, two = {.when = 0};

    (void)state;
    note(&none, STH_ENGINE_LOAD, 0, 1, 2, 0, 0);
    note(&one, STH_ENGINE_LOAD, 3, 500, 600, 0, 1);
    note(&two, STH_ENGINE_STORE, 4, 100, 200, 0, 1);
    sth_fidelity_add(&all, &none);
    sth_fidelity_add(&all, &one);
    sth_fidelity_add(&all, &two);
    assert_int_equal(sth_fidelity_commands(&all), 3);
    assert_int_equal(sth_fidelity_inexact(&all), 2);
    assert_int_equal(all.inexact[STH_ENGINE_STORE], 1);
    assert_int_equal(all.rtl.index, 3); /* of the first program, not cycle */
}

static void test_fidelity_json(void **state)
{
    struct sth_fidelity f = {.when = 0};
    json_t *root = sth_fidelity_json(&f), *first;

    (void)state;
    assert_true(json_is_null(json_object_get(root, "first")));
    json_decref(root);
    note(&f, STH_ENGINE_VECTOR, 6, 10, 20, 0, 2);
    root = sth_fidelity_json(&f);
    first = json_object_get(root, "first");
    assert_string_equal(json_string_value(json_object_get(first, "engine")),
                        "VECTOR");
    assert_int_equal(json_integer_value(json_object_get(first, "index")), 6);
    assert_int_equal(json_integer_value(json_object_get(first, "csim_end")),
                     22);
    assert_int_equal(json_integer_value(json_object_get(first, "rtl_end")), 20);
    assert_int_equal(json_integer_value(json_object_get(root, "inexact")), 1);
    assert_true(json_real_value(json_object_get(root, "share_pct")) == 0);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fidelity_both_ends_count),
        cmocka_unit_test(test_fidelity_first_is_the_earliest),
        cmocka_unit_test(test_fidelity_one_of_a_thousand),
        cmocka_unit_test(test_fidelity_programs_add_up),
        cmocka_unit_test(test_fidelity_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
