/* The core as a device: data and events in every mode, creation. */
#include "csim_fixture.h"

static int setup_time(void **state)
{
    return setup_mode(state, STH_CSIM_TIME_ONLY);
}

static int setup_function(void **state)
{
    return setup_mode(state, STH_CSIM_FUNCTION_ONLY);
}

static void test_csim_product_through_all_engines(void **state)
{
    struct program *p = *state;
    int8_t out[256];
    int32_t row[16];

    assert_product(p);
    assert_int_equal(reg_read(p, STH_REG_IRQ_STATUS), STH_IRQ_STATUS_COMMAND);
    assert_int_equal(reg_read(p, STH_REG_HEAD), 5);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 5);
    assert_int_equal(reg_read(p, STH_REG_STATUS), 0);
    p->dev->ops->peek(p->dev, STH_SPACE_SP, 1024, out, 256);
    assert_int_equal(out[0], -128);
    p->dev->ops->peek(p->dev, STH_SPACE_ACC, 64, row, 64);
    assert_int_equal(row[1], -111);
    assert_int_equal(counter(p, STH_CNT_MACS), 4096);
    assert_int_equal(counter(p, STH_CNT_LOAD_BYTES), 512);
    assert_int_equal(counter(p, STH_CNT_STORE_BYTES), 256);
    assert_int_equal(counter(p, STH_CNT_ARRAY_STREAM), 16);
}

static void test_csim_function_only_gives_the_same_data(void **state)
{
    assert_product(*state);
}

static void test_csim_time_only_gives_the_same_time(void **state)
{
    struct program *p = *state;
    struct program full;

    put_product(p);
    assert_true(run(p));
    program_open(&full, STH_CSIM_FUNCTION_AND_TIME, false);
    program_setup(&full);
    put_product(&full);
    assert_true(run(&full));
    assert_true(p->dev->ops->cycles(p->dev) == full.dev->ops->cycles(full.dev));
    for (int i = 0; i < 5; i++) {
        struct sth_event a = next_event(p);
        struct sth_event b = next_event(&full);

        assert_int_equal(a.index, b.index);
        assert_true(a.start == b.start && a.end == b.end);
        assert_int_equal(a.digest, 0);
    }
    program_close(&full);
}

static void test_csim_event_order_follows_semaphores(void **state)
{
    struct program *p = *state;
    uint64_t end = 0;

    put_product(p);
    run(p);
    next_event(p);
    for (uint32_t i = 1; i < 5; i++) {
        struct sth_event event = next_event(p);

        assert_int_equal(event.index, i);
        assert_true(i == 1 || event.start == end + 1);
        assert_true(event.end > event.start);
        end = event.end;
    }
}

static void test_csim_events_beyond_capacity_are_counted(void **state)
{
    struct sth_csim_options options = {.event_capacity = 4};
    struct sth_csim_statistics statistics;
    struct program p = {.params = program_params()};
    struct sth_mem_config config;

    (void)state;
    sth_mem_config_default(&config);
    p.mem = sth_mem_create(&config, p.params.bus_bytes, false);
    p.dev = sth_csim_create(&p.params, p.mem, &options);
    program_setup(&p);
    for (int i = 0; i < 10; i++)
        put(&p, command_sync(STH_OP_SYNC_LOAD));
    run(&p);
    sth_csim_get_statistics(p.dev, &statistics);
    assert_true(statistics.events_lost == 6);
    assert_true(statistics.commands[STH_ENGINE_LOAD] == 10);
    assert_int_equal(next_event(&p).index, 6);
    program_close(&p);
}

static void test_csim_create_refuses_bad_parameters(void **state)
{
    struct program *p = *state;
    struct sth_params params = p->params;

    params.array_rows = 3;
    assert_null(sth_csim_create(&params, p->mem, NULL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_csim_product_through_all_engines),
        cmocka_unit_test_setup_teardown(
            test_csim_function_only_gives_the_same_data, setup_function,
            teardown),
        cmocka_unit_test_setup_teardown(test_csim_time_only_gives_the_same_time,
                                        setup_time, teardown),
        TEST(test_csim_event_order_follows_semaphores),
        TEST(test_csim_events_beyond_capacity_are_counted),
        TEST(test_csim_create_refuses_bad_parameters),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
