/* Two runs of a program, command by command; the log of a timeline. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sth_vp_compare.h"
#include "sth_vp_log.h"

enum { EVENTS = 4 };

static const struct sth_event run[EVENTS] = {
    {.index = 1, .engine = 1, .start = 20, .end = 30, .digest = 11},
    {.index = 0, .engine = 0, .start = 10, .end = 40, .digest = 10},
    {.index = 2, .engine = 2, .start = 41, .end = 50, .digest = 12},
    {.index = 3, .engine = 3, .start = 60, .end = 70, .digest = 13},
};

static struct sth_vp_compared compare(const struct sth_event *other,
                                      size_t count)
{
    struct sth_event events[EVENTS];
    struct sth_session a = {.events = events, .event_count = EVENTS};
    struct sth_session b = {.events = (struct sth_event *)(uintptr_t)other,
                            .event_count = count};
    struct sth_vp_compared compared;

    for (int i = 0; i < EVENTS; i++)
        events[i] = run[i];
    assert_true(sth_vp_compare(&a, &b, &compared));
    return compared;
}

static void test_alike(void **state)
{
    const struct sth_vp_compared c = compare(run, EVENTS);

    (void)state;
    assert_int_equal(c.commands, EVENTS);
    assert_int_equal(c.data, EVENTS);
    assert_int_equal(c.durations, EVENTS);
    assert_int_equal(c.cycles, EVENTS);
    assert_int_equal(c.span, 60);
    assert_int_equal(c.other_span, 60);
    assert_int_equal(c.index, -1);
}

static void test_other(void **state)
{
    struct sth_event other[EVENTS];
    struct sth_vp_compared c;

    (void)state;
    for (int i = 0; i < EVENTS; i++) {
        other[i] = run[EVENTS - 1 - i]; /* in another order */
        other[i].start += 5;
        other[i].end += 5;
    }
    other[0].end++;      /* command 3 */
    other[1].engine = 0; /* command 2 */
    other[2].digest = 9; /* command 0 */
    c = compare(other, EVENTS);
    assert_int_equal(c.data, 2);
    assert_int_equal(c.durations, 3);
    assert_int_equal(c.cycles, 0);
    assert_int_equal(c.other_span, 61);
    assert_int_equal(c.index, 0);
}

static void test_missing(void **state)
{
    const struct sth_vp_compared c = compare(run, 3);

    (void)state;
    assert_int_equal(c.data, 3);
    assert_int_equal(c.index, 3);
    assert_int_equal(compare(run, 0).index, 0);
}

static void test_log(void **state)
{
    struct sth_vp_log log = {.accesses = true};
    const struct sth_vp_span span = {.kind = STH_VP_SPAN_SLEEP, .end = 7};

    (void)state;
    sth_vp_log_add(NULL, &span);
    for (int i = 0; i < 5000; i++)
        sth_vp_log_add(&log, &span);
    assert_int_equal(log.spans, 5000);
    assert_int_equal(log.span[4999].end, 7);
    sth_vp_log_fini(&log);
    assert_int_equal(log.spans, 0);
    assert_true(log.accesses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_other),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
