/* The clock of a core, and rings by a number that counts on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sth_clock.h"
#include "sth_ring.h"

static void test_clock_next_is_the_earliest(void **state)
{
    struct sth_clock clock;

    (void)state;
    sth_clock_init(&clock);
    assert_true(sth_clock_next(&clock) == STH_NEVER);
    for (int turn = 0; turn < STH_TURNS; turn++) {
        sth_clock_wake(&clock, turn, 100 - (uint64_t)turn);
        sth_clock_wake(&clock, turn, 200);
        assert_int_equal(sth_clock_next(&clock), 100 - turn);
    }
}

/* Alone up to the next of the others, and to what is known from outside. */
static void test_clock_alone_ends_where_another_acts(void **state)
{
    struct sth_clock clock;

    (void)state;
    sth_clock_init(&clock);
    clock.now = 10;
    clock.until = 1000;
    clock.next[3] = 10;
    assert_int_equal(sth_clock_alone(&clock, 3), 1000);
    for (int turn = 0; turn < STH_TURNS; turn++) {
        clock.next[turn] = 50;
        assert_int_equal(sth_clock_alone(&clock, 3), turn == 3 ? 1000 : 50);
        clock.next[turn] = STH_NEVER;
    }
}

/* Whoever holds the clock lets nobody go on. */
static void test_clock_is_held_by_any(void **state)
{
    struct sth_clock clock;

    (void)state;
    sth_clock_init(&clock);
    clock.now = 10;
    clock.until = 1000;
    sth_clock_hold(&clock, STH_HOLD_IRQ, true);
    sth_clock_hold(&clock, STH_HOLD_RESET, true);
    assert_true(sth_clock_resets(&clock));
    sth_clock_hold(&clock, STH_HOLD_RESET, false);
    assert_false(sth_clock_resets(&clock));
    assert_int_equal(sth_clock_alone(&clock, 0), 10);
    sth_clock_hold(&clock, STH_HOLD_IRQ, false);
    assert_int_equal(sth_clock_alone(&clock, 0), 1000);
}

static void test_ring_places_are_a_power_of_two(void **state)
{
    (void)state;
    for (uint32_t n = 2; n <= 65536; n++) {
        uint32_t places = STH_RING_PLACES(n);

        assert_int_equal(places & (places - 1), 0);
        assert_true(places >= n && places / 2 < n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_next_is_the_earliest),
        cmocka_unit_test(test_clock_alone_ends_where_another_acts),
        cmocka_unit_test(test_clock_is_held_by_any),
        cmocka_unit_test(test_ring_places_are_a_power_of_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
