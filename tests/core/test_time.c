/* Cycles and counters of the core: the formulas of docs/timing.md. */
#include "csim_fixture.h"

/* The formulas of docs/timing.md, on an idle engine. */
static void test_time_single_command_durations(void **state)
{
    struct program *p = *state;
    struct sth_command reduce = command_vector(0, 512, 16, 16);
    uint64_t expected[] = {
        /* issue, latency, 16 beats, retire */
        STH_LAT_LOAD_ISSUE + 100 + 15 + STH_LAT_LOAD_RETIRE,
        /* 8 weight steps, of pairs, 32 rows, the array's depth */
        STH_LAT_MATRIX_LOAD + 7 + STH_LAT_MATRIX_STREAM + 31 +
            8 * STH_LAT_PE_SUM + 16 + STH_LAT_MATRIX_RETIRE,
        STH_LAT_VECTOR_START + 15 + STH_LAT_VECTOR_PIPE + STH_LAT_VECTOR_RETIRE,
        STH_LAT_VECTOR_START + 15 + STH_LAT_VECTOR_PIPE +
            STH_LAT_VECTOR_REDUCE + 4 * STH_LAT_VECTOR_LEVEL +
            STH_LAT_VECTOR_RETIRE,
        STH_LAT_STORE_ISSUE + STH_LAT_STORE_DATA + 15 + 100 +
            STH_LAT_STORE_RETIRE,
    };

    STH_SET(&reduce, VECTOR_REDUCE, STH_REDUCE_SUM);
    STH_SET(&reduce, VECTOR_R_ADDR, 100);
    put(p, with(command_load(0x1000, 0, 256), 0, S0));
    put(p, with(command_matmul(0, 1024, 0, 32, 16, 16), S0, S0));
    put(p, with(command_vector(0, 512, 16, 16), S0, S0));
    put(p, with(reduce, 0, 0));
    put(p, with_irq(with(command_store(0x3000, 512, 256), S0, 0)));
    run(p);
    program_wait(p, PATIENCE);
    for (uint32_t i = 0; i < 5; i++) {
        struct sth_event event = next_event(p);

        assert_int_equal(event.end - event.start, expected[event.index]);
    }
}

/* Tiles of 32 x 16 with 64 rows each stream without a gap. */
static void test_time_matrix_tiles_stream_back_to_back(void **state)
{
    struct program *p = *state;
    struct sth_command command = command_matmul(0, 32768, 0, 64, 16, 512);
    struct sth_event first, second;

    /* Neighbouring rows lie in different banks, weights too. */
    STH_SET(&command, MATMUL_A_ROW, 32);
    STH_SET(&command, MATMUL_A_K, 2048);
    put(p, command);
    put(p, with_irq(command));
    run(p);
    first = next_event(p);
    second = next_event(p);
    assert_in_range(second.end - first.end, 16 * 64, 16 * 64 + 16 * 4);
    assert_int_equal(counter(p, STH_CNT_ARRAY_STREAM), 2 * 16 * 64);
}

/* One row for each tile: the weights set the pace. */
static void test_time_matrix_vector_product_waits_for_weights(void **state)
{
    /* From the last activation row to retirement. */
    const uint64_t drain = STH_LAT_PE_SUM * 16 + 16 + STH_LAT_MATRIX_RETIRE;
    struct program *p = *state;
    struct sth_event event;

    put(p, with_irq(command_matmul(0, 32768, 0, 1, 16, 512)));
    run(p);
    event = next_event(p);
    assert_in_range(event.end - event.start, 16 * 16 + drain,
                    16 * 16 + drain + 8);
}

static void test_time_loads_reach_bus_bandwidth(void **state)
{
    struct program *p = *state;
    struct sth_event event = {0};
    uint64_t start;

    for (uint32_t i = 0; i < 8; i++)
        put(p, command_load(0x10000 + i * 8192, i * 8192, 8192));
    put(p, with_irq(command_sync(STH_OP_SYNC_LOAD)));
    run(p);
    start = next_event(p).start;
    while (p->dev->ops->next_event(p->dev, &event)) {
    }
    assert_int_equal(event.index, 8);
    assert_in_range(event.end - start, 4096 + 100, 4096 + 120);
}

static void test_time_counters_overlap_sums_to_cycles(void **state)
{
    struct program *p = *state;
    uint64_t counters[STH_CNT_COUNT];
    uint64_t sum = 0;

    put_product(p);
    put_product(p);
    run(p);
    sth_csim_get_counters(p->dev, counters);
    for (int i = 0; i < 16; i++)
        sum += counters[STH_CNT_OVERLAP_0 + i];
    assert_true(sum == counters[STH_CNT_CYCLES] && sum > 0);
    assert_int_equal(reg_read(p, STH_REG_CNT_BASE + 8 * STH_CNT_LOAD_COMMANDS),
                     counters[STH_CNT_LOAD_COMMANDS]);
    assert_int_equal(
        reg_read(p, STH_REG_CNT_BASE + 8 * STH_CNT_LOAD_COMMANDS + 4), 0);
}

/* The array's counters in mid-command: as far as it has come, no further. */
static void test_time_stream_counters_keep_time(void **state)
{
    struct program *p = *state;
    const uint32_t array_stream = STH_REG_CNT_BASE + 8 * STH_CNT_ARRAY_STREAM;
    const uint32_t m = 200, n = 64, k = 128; /* 16 tiles of 32 x 16 */
    uint32_t last = 0, grown = 0;

    put(p, with(command_load(0x10000, 0, 65536), 0, 1));
    put(p, with(command_matmul(0, 32768, 0, m, n, k), 1, 2));
    put(p, with_irq(with(command_sync(STH_OP_SYNC_LOAD), 2, 0)));
    program_ring(p);
    while (reg_read(p, STH_REG_RETIRED) < 3) {
        uint64_t before = p->dev->ops->cycles(p->dev);
        uint32_t now = reg_read(p, array_stream);
        uint64_t passed = p->dev->ops->cycles(p->dev) - before;

        assert_in_range(now, last, m * 16);
        grown += now > last;
        last = now;
        sth_csim_pass(p->dev, 97);
        /* A row a cycle at most. */
        assert_in_range(reg_read(p, array_stream), last,
                        last + 97 + 2 * passed);
    }
    assert_int_equal(reg_read(p, array_stream), m * 16);
    assert_true(grown > 20);
}

/* Exactly as many cycles, or up to the interrupt, which it then goes past. */
static void test_time_passes(void **state)
{
    struct program *p = *state;
    const struct sth_device_ops *ops = p->dev->ops;
    uint64_t begin;

    assert_false(ops->pass(p->dev, 5000, true)); /* nothing to do */
    begin = ops->cycles(p->dev);
    assert_false(ops->pass(p->dev, 1234, true));
    assert_int_equal(ops->cycles(p->dev), begin + 1234);
    put(p, with_irq(command_load(0x10000, 0, 4096)));
    program_ring(p);
    begin = ops->cycles(p->dev);
    assert_true(ops->pass(p->dev, 100000, true));
    assert_in_range(ops->cycles(p->dev), begin + 100, begin + 1000);
    begin = ops->cycles(p->dev);
    assert_true(ops->pass(p->dev, 10, true));
    assert_int_equal(ops->cycles(p->dev), begin);
    assert_true(ops->pass(p->dev, 10, false));
    assert_int_equal(ops->cycles(p->dev), begin + 10);
}

/* A load gives way for as long as vector writes its bank, however long. */
static void test_time_load_waits_as_long_as_vector_writes(void **state)
{
    struct program *p = *state;
    struct sth_command vector = command_vector(0, 4096, 14000, 16);
    struct sth_event load = {0}, event;
    uint64_t end = 0;

    STH_SET(&vector, VECTOR_X_ROW, 0);
    STH_SET(&vector, VECTOR_D_ROW, 0);
    put(p, vector);
    put(p, command_load(0x10000, 4096, 64));
    put(p, with_irq(command_sync(STH_OP_SYNC_VECTOR)));
    assert_true(run(p));
    sth_csim_pass(p->dev, 1000);
    while (p->dev->ops->next_event(p->dev, &event)) {
        if (event.engine == STH_ENGINE_LOAD)
            load = event;
        else if (event.end - event.start > 1000)
            end = event.end;
    }
    assert_true(end > 14000);
    assert_in_range(load.end, end, end + 20);
    assert_in_range(reg_read(p, STH_REG_CNT_BASE + 8 * STH_CNT_LOAD_BANK_STALL),
                    13500, 14000);
}

/* The cycles of one command on a chip. */
static uint64_t cycles_on(const struct sth_params *params,
                          struct sth_command command)
{
    struct program p = {.params = *params};
    struct sth_mem_config config;
    struct sth_event event;

    sth_mem_config_default(&config);
    p.mem = sth_mem_create(&config, p.params.bus_bytes, false);
    p.dev = sth_csim_create(&p.params, p.mem, NULL);
    program_setup(&p);
    put(&p, with_irq(command));
    assert_true(run(&p));
    event = next_event(&p);
    program_close(&p);
    return event.end - event.start;
}

/* Each step of a row-tile as often as lanes share a unit. */
static void test_time_functions_take_turns(void **state)
{
    (void)state;
    for (uint32_t share = 1; share <= STH_MAX_VectorShare; share *= 2)
        for (uint32_t steps = 1; steps <= 4; steps *= 2) {
            struct sth_params params = program_params();
            struct sth_command c = command_vector(0, 4096, 300, 16);

            params.vector_share = share;
            params.vector_lanes = params.array_cols / steps;
            STH_SET(&c, VECTOR_FUNC, STH_FUNC_EXP);
            assert_int_equal(cycles_on(&params, c),
                             STH_LAT_VECTOR_START + 300 * share * steps - 1 +
                                 STH_LAT_VECTOR_PIPE + share * (steps - 1) +
                                 STH_LAT_FUNC + share + STH_LAT_VECTOR_RETIRE);
        }
}

/* Of one command of n bursts of a beat each, on so many slots. */
static uint64_t cycles_on_slots(uint32_t opcode, uint32_t slots, uint32_t n)
{
    struct sth_params params = program_params();
    struct sth_command c = command_copy(opcode, 0x10000, 0, 16);

    params.load_slots = params.store_slots = slots;
    STH_SET(&c, LOAD_N1, n);
    STH_SET(&c, LOAD_MEM_S1, 4096);
    STH_SET(&c, LOAD_SP_S1, 16);
    return cycles_on(&params, c);
}

/* One burst more waits for a slot to be answered; their number is any. */
static void test_time_slots_bound_what_is_outstanding(void **state)
{
    (void)state;
    for (uint32_t slots = 2; slots <= STH_MAX_LoadSlots; slots++) {
        const uint64_t load_round = 100 + STH_LAT_LOAD_REUSE;
        const uint64_t store_round =
            STH_LAT_STORE_DATA + 100 + STH_LAT_STORE_REUSE;

        for (uint32_t rounds = 1; rounds <= 5; rounds++)
            assert_int_equal(
                cycles_on_slots(STH_OP_LOAD, slots, slots * rounds),
                STH_LAT_LOAD_ISSUE + load_round * (rounds - 1) + slots - 1 +
                    100 + STH_LAT_LOAD_RETIRE);
        /* Beyond the burst queue the reader paces the first round. */
        if (slots <= STH_DEPTH_STORE_BURSTS)
            assert_int_equal(
                cycles_on_slots(STH_OP_STORE, slots, 3 * slots) -
                    cycles_on_slots(STH_OP_STORE, slots, 2 * slots),
                store_round);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_time_single_command_durations),
        TEST(test_time_matrix_tiles_stream_back_to_back),
        TEST(test_time_matrix_vector_product_waits_for_weights),
        TEST(test_time_loads_reach_bus_bandwidth),
        TEST(test_time_passes),
        TEST(test_time_load_waits_as_long_as_vector_writes),
        TEST(test_time_counters_overlap_sums_to_cycles),
        TEST(test_time_stream_counters_keep_time),
        cmocka_unit_test(test_time_functions_take_turns),
        cmocka_unit_test(test_time_slots_bound_what_is_outstanding),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
