/* One core's side of the bus: addresses, who is on it, when it is idle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sth_bus.h"

enum { LATENCY = 20, BYTES = 16 };

static struct sth_clock bus_clock;
static struct sth_bus bus;

static int setup(void **state)
{
    struct sth_mem_config config;

    (void)state;
    sth_mem_config_default(&config);
    config.latency = LATENCY;
    sth_clock_init(&bus_clock);
    bus_clock.until = STH_NEVER;
    sth_bus_init(&bus, &bus_clock, sth_mem_create(&config, BYTES, true), BYTES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sth_mem_destroy(bus.mem);
    return 0;
}

/* A read address takes its channel for a cycle; data comes in their order. */
static void test_bus_reads_share_the_channel(void **state)
{
    (void)state;
    assert_int_equal(sth_bus_read_free(&bus), 0);
    assert_int_equal(sth_bus_read(&bus, 5, 0, 4, NULL), 5 + LATENCY + 3);
    assert_int_equal(sth_bus_read_free(&bus), 6);
    assert_int_equal(sth_bus_read(&bus, 6, 4096, 2, NULL), 5 + LATENCY + 5);
}

static void test_bus_error_is_of_any_beat(void **state)
{
    (void)state;
    sth_mem_set_error_range(bus.mem, 128, 128);
    assert_false(sth_bus_is_error(&bus, 96, 2));
    assert_true(sth_bus_is_error(&bus, 96, 3));
    assert_false(sth_bus_is_error(&bus, 144, 1));
}

/* Idle: a cycle behind the last of everything, once all data is sent. */
static void test_bus_is_idle_behind_the_last(void **state)
{
    uint64_t last;

    (void)state;
    sth_bus_note(&bus, STH_BUS_FETCH, 1, 50);
    sth_bus_note(&bus, STH_BUS_LOAD, 1, 40);
    sth_bus_note(&bus, STH_BUS_LOAD, 1, 30);
    assert_int_equal(sth_bus_idle(&bus), 51);
    sth_bus_note(&bus, STH_BUS_STORE, 1, 60);
    assert_int_equal(sth_bus_idle(&bus), 62);
    assert_int_equal(sth_bus_write(&bus, 0, 4, NULL, &last), 3 + LATENCY);
    assert_int_equal(last, 3);
    assert_true(sth_bus_idle(&bus) == STH_NEVER);
    sth_bus_write_sent(&bus, 90);
    assert_int_equal(sth_bus_idle(&bus), 92);
    assert_int_equal(sth_bus_bursts(&bus, STH_BUS_STORE), 2);
}

static void test_bus_reset_opens_it_and_keeps_the_counts(void **state)
{
    (void)state;
    sth_bus_note(&bus, STH_BUS_LOAD, 7, 0);
    sth_bus_close(&bus, 10);
    bus_clock.now = 9;
    assert_false(sth_bus_closed(&bus));
    bus_clock.now = 10;
    assert_true(sth_bus_closed(&bus));
    sth_bus_note(&bus, STH_BUS_STORE, 1, 60);
    sth_bus_reset(&bus);
    assert_false(sth_bus_closed(&bus));
    assert_int_equal(sth_bus_idle(&bus), 2);
    assert_int_equal(sth_bus_bursts(&bus, STH_BUS_LOAD), 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_bus_reads_share_the_channel),
        TEST(test_bus_error_is_of_any_beat),
        TEST(test_bus_is_idle_behind_the_last),
        TEST(test_bus_reset_opens_it_and_keeps_the_counts),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
