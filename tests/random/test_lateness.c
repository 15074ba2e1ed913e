/* How far the cycles of a program may be off, and the sums of a campaign. */
#include "tool_files.h"

#include "sth_lateness.h"

static void test_lateness_two_percent_is_the_worst(void **state)
{
    (void)state;
    assert_true(sth_lateness_allows(1000, 1000));
    assert_true(sth_lateness_allows(1020, 1000));
    assert_true(sth_lateness_allows(980, 1000));
    assert_false(sth_lateness_allows(1021, 1000));
    assert_false(sth_lateness_allows(979, 1000));
    assert_false(sth_lateness_allows(1, 0));
}

static void test_lateness_mean_and_worst(void **state)
{
    struct sth_lateness_sum sum = {0};

    (void)state;
    assert_true(sth_lateness_mean(&sum) == 0);
    sth_lateness_add(&sum, 10000, 10000);
    sth_lateness_add(&sum, 10090, 10000);
    sth_lateness_add(&sum, 9940, 10000);
    assert_true(sth_lateness_mean(&sum) > 0.00499);
    assert_true(sth_lateness_mean(&sum) < 0.00501);
    assert_int_equal(sum.programs, 3);
    assert_true(sum.worst > 0.00899 && sum.worst < 0.00901);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lateness_two_percent_is_the_worst),
        cmocka_unit_test(test_lateness_mean_and_worst),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
