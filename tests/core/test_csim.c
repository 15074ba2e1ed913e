/* Tests of the C model as a device: data, order, time, faults, registers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"

enum { S0 = 1, S1 = 2, S2 = 4, PATIENCE = 1000000 };

static struct program program;

static int setup_mode(void **state, enum sth_csim_mode mode)
{
    program_open(&program, mode, false);
    program_setup(&program);
    *state = &program;
    return 0;
}

static int setup(void **state)
{
    return setup_mode(state, STH_CSIM_FUNCTION_AND_TIME);
}

static int setup_time(void **state)
{
    return setup_mode(state, STH_CSIM_TIME_ONLY);
}

static int setup_function(void **state)
{
    return setup_mode(state, STH_CSIM_FUNCTION_ONLY);
}

static int teardown(void **state)
{
    program_close(*state);
    return 0;
}

static void put(struct program *p, struct sth_command command)
{
    program_put(p, &command);
}

static bool run(struct program *p)
{
    program_ring(p);
    return program_wait(p, PATIENCE);
}

static struct sth_event next_event(struct program *p)
{
    struct sth_event event;

    assert_true(p->dev->ops->next_event(p->dev, &event));
    return event;
}

static uint64_t counter(struct program *p, enum sth_counter number)
{
    uint64_t counters[STH_CNT_COUNT];

    sth_csim_get_counters(p->dev, counters);
    return counters[number];
}

static void assert_fault(struct program *p, enum sth_fault code, uint32_t index,
                         uint64_t addr)
{
    assert_int_equal(
        reg_read(p, STH_REG_STATUS) &
            (STH_STATUS_FAULTED | STH_STATUS_BUSY | STH_STATUS_ENGINE_BUSY),
        STH_STATUS_FAULTED);
    assert_int_equal(reg_read(p, STH_REG_FAULT_CODE), code);
    assert_int_equal(reg_read(p, STH_REG_FAULT_INDEX), index);
    assert_int_equal(reg_read(p, STH_REG_FAULT_ADDR_LO), (uint32_t)addr);
    assert_int_equal(reg_read(p, STH_REG_FAULT_ADDR_HI), addr >> 32);
    assert_int_equal(reg_read(p, STH_REG_IRQ_STATUS) & STH_IRQ_STATUS_FAULT,
                     STH_IRQ_STATUS_FAULT);
}

/* Two matrices, their product, saturated to int8, back in memory. */
static void put_product(struct program *p)
{
    put(p, command_load(0x1000, 0, 256));
    put(p, with(command_load(0x2000, 256, 256), 0, S0));
    put(p, with(command_matmul(0, 256, 0, 16, 16, 16), S0, S1));
    put(p, with(command_vector(0, 512, 16, 16), S1, S2));
    put(p, with_irq(with(command_store(0x3000, 512, 256), S2, 0)));
}

static void assert_product(struct program *p)
{
    int8_t a[256], identity[256] = {0}, out[256];

    for (int i = 0; i < 256; i++)
        a[i] = (int8_t)(i - 128);
    for (int i = 0; i < 256; i += 17)
        identity[i] = 1;
    p->dev->ops->mem_write(p->dev, 0x1000, a, 256);
    p->dev->ops->mem_write(p->dev, 0x2000, identity, 256);
    put_product(p);
    assert_true(run(p));
    p->dev->ops->mem_read(p->dev, 0x3000, out, 256);
    assert_memory_equal(out, a, 256);
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
    p->dev->ops->peek(p->dev, STH_SPACE_SP, 512, out, 256);
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

/* The formulas of docs/timing.md, on an idle engine. */
static void test_csim_single_command_durations(void **state)
{
    struct program *p = *state;
    struct sth_command reduce = command_vector(0, 512, 16, 16);
    uint64_t expected[] = {
        /* issue, latency, 16 beats, retire */
        STH_LAT_LOAD_ISSUE + 100 + 15 + STH_LAT_LOAD_RETIRE,
        /* 16 weight steps, 32 rows, the array's depth */
        STH_LAT_MATRIX_LOAD + 15 + STH_LAT_MATRIX_STREAM + 31 + 32 +
            STH_LAT_MATRIX_RETIRE,
        STH_LAT_VECTOR_START + 15 + STH_LAT_VECTOR_PIPE + STH_LAT_VECTOR_RETIRE,
        STH_LAT_VECTOR_START + 15 + STH_LAT_VECTOR_PIPE + 4 +
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

/* Tiles of 16 x 16 with 64 rows each stream without a gap. */
static void test_csim_matrix_tiles_stream_back_to_back(void **state)
{
    struct program *p = *state;
    struct sth_command command = command_matmul(0, 32768, 0, 64, 16, 256);
    struct sth_event first, second;

    /* Neighbouring rows lie in different banks, weights too. */
    STH_SET(&command, MATMUL_A_ROW, 16);
    STH_SET(&command, MATMUL_A_K, 1024);
    put(p, command);
    put(p, with_irq(command));
    run(p);
    first = next_event(p);
    second = next_event(p);
    assert_in_range(second.end - first.end, 16 * 64, 16 * 64 + 16 * 4);
    assert_int_equal(counter(p, STH_CNT_ARRAY_STREAM), 2 * 16 * 64);
}

/* One row for each tile: the weights set the pace. */
static void test_csim_matrix_vector_product_waits_for_weights(void **state)
{
    struct program *p = *state;
    struct sth_event event;

    put(p, with_irq(command_matmul(0, 32768, 0, 1, 16, 256)));
    run(p);
    event = next_event(p);
    assert_in_range(event.end - event.start, 16 * 16 + 36, 16 * 16 + 60);
}

static void test_csim_loads_reach_bus_bandwidth(void **state)
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

static void test_csim_counters_overlap_sums_to_cycles(void **state)
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

static void test_csim_irq_is_masked_and_cleared(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_IRQ_ENABLE, 0);
    put(p, with_irq(command_sync(STH_OP_SYNC_VECTOR)));
    assert_false(run(p));
    assert_int_equal(reg_read(p, STH_REG_IRQ_STATUS), STH_IRQ_STATUS_COMMAND);
    reg_write(p, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_COMMAND);
    assert_true(program_wait(p, 0));
    reg_write(p, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_FAULT);
    assert_true(program_wait(p, 0));
    reg_write(p, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
    assert_false(program_wait(p, 0));
}

static void test_csim_disabled_core_fetches_nothing(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_CTRL, 0);
    put(p, with_irq(command_sync(STH_OP_SYNC_LOAD)));
    assert_false(run(p));
    assert_int_equal(reg_read(p, STH_REG_HEAD), 0);
    assert_int_equal(reg_read(p, STH_REG_STATUS), STH_STATUS_BUSY);
    reg_write(p, STH_REG_CTRL, STH_CTRL_ENABLE);
    assert_true(program_wait(p, PATIENCE));
    assert_int_equal(reg_read(p, STH_REG_HEAD), 1);
}

static void test_csim_ring_wraps(void **state)
{
    struct program *p = *state;

    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 500; i++)
            put(p, command_sync(STH_OP_SYNC_LOAD + (uint32_t)i % 4));
        run(p);
        program_wait(p, PATIENCE);
    }
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 2500);
}

/* A ring that begins below the end of the address space goes on at 0. */
static void test_csim_ring_goes_on_at_address_0(void **state)
{
    static const enum sth_csim_mode modes[] = {STH_CSIM_FUNCTION_AND_TIME,
                                               STH_CSIM_TIME_ONLY};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct program p;

        program_open(&p, modes[i], false);
        reg_write(&p, STH_REG_RING_BASE_LO, 0xfffff000);
        reg_write(&p, STH_REG_RING_BASE_HI, 0xff);
        reg_write(&p, STH_REG_RING_LOG2, 7);
        reg_write(&p, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
        reg_write(&p, STH_REG_CTRL, STH_CTRL_ENABLE);
        for (uint32_t n = 0; n < 67; n++) {
            struct sth_command command =
                command_sync(n < 66 ? STH_OP_SYNC_LOAD : 0xff);

            p.dev->ops->mem_write(p.dev,
                                  (0xfffffff000 + n * 64ull) & STH_ADDR_MASK,
                                  &command, sizeof(command));
        }
        reg_write(&p, STH_REG_TAIL, 67);
        assert_true(program_wait(&p, PATIENCE));
        assert_fault(&p, STH_FAULT_OPCODE, 66, 0);
        assert_int_equal(reg_read(&p, STH_REG_RETIRED), 66);
        program_close(&p);
    }
}

/* The command in a stalled decoder outlives a full buffer behind it. */
static void test_csim_deepest_fetch_buffer(void **state)
{
    struct program p = {.params = program_params()};
    struct sth_mem_config config;

    (void)state;
    p.params.fetch_depth = STH_MAX_FetchDepth;
    sth_mem_config_default(&config);
    p.mem = sth_mem_create(&config, p.params.bus_bytes, false);
    p.dev = sth_csim_create(&p.params, p.mem, NULL);
    program_setup(&p);
    put(&p, with(command_load(0x10000, 0, 65536), 0, S0));
    put(&p, with(command_sync(STH_OP_SYNC_STORE), S0, 0));
    for (uint32_t i = 0; i < 2 * p.params.queue_depth; i++)
        put(&p, command_sync(STH_OP_SYNC_STORE));
    for (int i = 0; i < 100; i++)
        put(&p, command_sync(STH_OP_SYNC_VECTOR));
    put(&p, with_irq(command_sync(STH_OP_SYNC_VECTOR)));
    assert_true(run(&p));
    assert_int_equal(reg_read(&p, STH_REG_RETIRED), p.tail);
    assert_int_equal(counter(&p, STH_CNT_STORE_COMMANDS),
                     2 * p.params.queue_depth + 1);
    program_close(&p);
}

static void test_csim_discovery_registers(void **state)
{
    struct program *p = *state;

    assert_int_equal(reg_read(p, STH_REG_ID), 0x53544831);
    assert_int_equal(reg_read(p, STH_REG_CFG_HASH),
                     sth_params_hash(&p->params));
    assert_int_equal(reg_read(p, STH_REG_CAP_BASE + 4 * STH_PARAM_StoreSlots),
                     p->params.store_slots);
    assert_int_equal(reg_read(p, 0xffc), 0);
    reg_write(p, 0xffc, 1);
    reg_write(p, STH_REG_ID, 0);
    assert_int_equal(reg_read(p, STH_REG_ID), 0x53544831);
    reg_write(p, STH_REG_RING_BASE_LO, 0x12345678);
    assert_int_equal(reg_read(p, STH_REG_RING_BASE_LO), 0x12345000);
    reg_write(p, STH_REG_RING_BASE_HI, 0xffffffff);
    assert_int_equal(reg_read(p, STH_REG_RING_BASE_HI), 0xff);
}

static void test_csim_semaphore_registers_show_counts(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_LOAD), 0, 0x8001));
    put(p, with_irq(with(command_sync(STH_OP_SYNC_LOAD), 0, 1)));
    run(p);
    assert_int_equal(reg_read(p, STH_REG_SEM0), 2);
    assert_int_equal(reg_read(p, STH_REG_SEM3), 0x01000000);
}

static void test_csim_blocked_engine_shows_in_status(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_MATRIX), S0, 0));
    assert_false(run(p));
    assert_int_equal(reg_read(p, STH_REG_STATUS),
                     STH_STATUS_BUSY |
                         1 << (STH_STATUS_ENGINE_BLOCKED_LSB + 1));
}

static void test_csim_decode_fault_stops_dispatch(void **state)
{
    struct program *p = *state;
    struct sth_command bad = command_load(0, 0, 1);

    STH_SET(&bad, LOAD_N2, 0);
    put(p, command_sync(STH_OP_SYNC_LOAD));
    put(p, with(command_sync(STH_OP_SYNC_STORE), S0, 0));
    put(p, bad);
    put(p, with(command_sync(STH_OP_SYNC_LOAD), 0, S0));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_FIELD, 2, STH_LOAD_N2_WORD);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 1);
}

static void test_csim_commands_before_a_fault_finish(void **state)
{
    struct program *p = *state;
    struct sth_command bad = command_sync(0xff);

    put_product(p);
    put(p, bad);
    run(p);
    reg_write(p, STH_REG_IRQ_ENABLE, STH_IRQ_ENABLE_FAULT);
    assert_true(program_wait(p, PATIENCE));
    assert_fault(p, STH_FAULT_OPCODE, 5, 0);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 5);
}

static void test_csim_load_bus_error_names_first_burst(void **state)
{
    struct program *p = *state;

    sth_mem_set_error_range(p->mem, 0x3000, 0x3fff);
    put(p, with(command_load(0x1008, 0, 0x3000), 0, S0));
    put(p, with(command_sync(STH_OP_SYNC_STORE), S0, 0));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_LOAD_BUS, 0, 0x3000);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 0);
    assert_int_equal(reg_read(p, STH_REG_SEM0), 0);
}

static void test_csim_store_bus_error_lets_others_finish(void **state)
{
    struct program *p = *state;

    sth_mem_set_error_range(p->mem, 0x5000, 0x5000);
    put(p, command_store(0x5003, 0, 4));
    put(p, command_load(0x1000, 64, 4096));
    put(p, command_store(0x6000, 0, 4));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_STORE_BUS, 0, 0x5000);
    assert_in_range(reg_read(p, STH_REG_RETIRED), 1, 2);
}

static void test_csim_fetch_bus_error_names_ring_address(void **state)
{
    struct program *p = *state;

    sth_mem_set_error_range(p->mem, RING + 128, RING + 128);
    for (int i = 0; i < 4; i++)
        put(p, command_sync(STH_OP_SYNC_LOAD));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_FETCH_BUS, 2, RING + 128);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 2);
}

static void test_csim_semaphore_overflow_faults(void **state)
{
    struct program *p = *state;

    for (int i = 0; i < 300; i++)
        put(p, with(command_sync(STH_OP_SYNC_VECTOR), 0, S1));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_SEM_OVERFLOW, 255, 0);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 256);
    assert_int_equal(reg_read(p, STH_REG_SEM0), 255 << 8);
}

static void test_csim_watchdog_names_oldest_command(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *list;

    reg_write(p, STH_REG_WATCHDOG, 5000);
    put(p, command_sync(STH_OP_SYNC_LOAD));
    put(p, with(command_sync(STH_OP_SYNC_MATRIX), S0, 0));
    put(p, with(command_sync(STH_OP_SYNC_VECTOR), S0, 0));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_WATCHDOG, 1, 0);
    assert_in_range(p->dev->ops->cycles(p->dev), 5000, 5500);
    /* The model also says why. */
    assert_int_equal(sth_csim_report(p->dev, &list), 1);
    assert_int_equal(list[0].kind, STH_DIAGNOSTIC_DEADLOCK);
}

/* Command 0 waits for ever; the decoder refuses command 1.  Returns when the
 * interrupt came and leaves in *doorbell when the watchdog began to count. */
static uint64_t run_refused(uint32_t watchdog, enum sth_fault code,
                            uint32_t index, uint64_t *doorbell)
{
    struct program p;
    uint64_t end;

    program_open(&p, STH_CSIM_FUNCTION_AND_TIME, false);
    program_setup(&p);
    reg_write(&p, STH_REG_WATCHDOG, watchdog);
    put(&p, with(command_sync(STH_OP_SYNC_LOAD), S0, 0));
    put(&p, command_sync(0xff));
    *doorbell = p.dev->ops->cycles(p.dev);
    assert_true(run(&p));
    end = p.dev->ops->cycles(p.dev);
    assert_fault(&p, code, index, 0);
    program_close(&p);
    return end;
}

static void test_csim_watchdog_races_another_fault(void **state)
{
    uint64_t doorbell;
    uint64_t end = run_refused(5000, STH_FAULT_OPCODE, 1, &doorbell);
    uint32_t detected = (uint32_t)(end - doorbell) - STH_LAT_FAULT_REPORT;

    (void)state;
    run_refused(detected - 1, STH_FAULT_WATCHDOG, 0, &doorbell);
    /* Both in one cycle: the older command's. */
    run_refused(detected, STH_FAULT_WATCHDOG, 0, &doorbell);
    /* Later it only ends the wait for the core to drain. */
    end = run_refused(detected + 1, STH_FAULT_OPCODE, 1, &doorbell);
    assert_int_equal(end, doorbell + detected + 2);
}

static void test_csim_watchdog_leaves_idle_core_alone(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_WATCHDOG, 500);
    put_product(p);
    assert_true(run(p));
    reg_write(p, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
    assert_false(program_wait(p, 10000));
    assert_int_equal(reg_read(p, STH_REG_STATUS), 0);
}

static void test_csim_soft_reset_recovers_from_fault(void **state)
{
    struct program *p = *state;

    put(p, command_load(0x1000, 0, 256));
    put(p, command_sync(0xff));
    assert_true(run(p));
    reg_write(p, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    assert_int_equal(reg_read(p, STH_REG_CTRL), STH_CTRL_SOFT_RESET);
    while (reg_read(p, STH_REG_CTRL) != 0) {
    }
    assert_int_equal(reg_read(p, STH_REG_STATUS), 0);
    assert_int_equal(reg_read(p, STH_REG_FAULT_CODE), 0);
    assert_int_equal(reg_read(p, STH_REG_RING_LOG2), 6);
    assert_int_equal(counter(p, STH_CNT_CYCLES), 0);
    while (p->dev->ops->next_event(p->dev, &(struct sth_event){0})) {
    }
    p->tail = 0;
    program_setup(p);
    assert_product(p);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 5);
    assert_int_equal(next_event(p).index, 0);
}

static void test_csim_soft_reset_waits_for_the_bus(void **state)
{
    struct program *p = *state;
    int polls = 0;

    put(p, command_load(0x10000, 0, 65536));
    program_ring(p);
    program_wait(p, 300);
    reg_write(p, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    while (reg_read(p, STH_REG_CTRL) != 0)
        polls++;
    assert_in_range(polls, 50, 5000);
    assert_false(program_wait(p, 100000));
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 0);
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

/* The array's counters in mid-command: as far as it has come, no further. */
static void test_csim_stream_counters_keep_time(void **state)
{
    struct program *p = *state;
    const uint32_t array_stream = STH_REG_CNT_BASE + 8 * STH_CNT_ARRAY_STREAM;
    const uint32_t m = 200, n = 64, k = 64; /* 16 tiles of 16 x 16 */
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

/* A load gives way for as long as vector writes its bank, however long. */
static void test_csim_load_waits_as_long_as_vector_writes(void **state)
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
        TEST(test_csim_single_command_durations),
        TEST(test_csim_matrix_tiles_stream_back_to_back),
        TEST(test_csim_matrix_vector_product_waits_for_weights),
        TEST(test_csim_loads_reach_bus_bandwidth),
        TEST(test_csim_counters_overlap_sums_to_cycles),
        TEST(test_csim_irq_is_masked_and_cleared),
        TEST(test_csim_disabled_core_fetches_nothing),
        TEST(test_csim_ring_wraps),
        cmocka_unit_test(test_csim_ring_goes_on_at_address_0),
        cmocka_unit_test(test_csim_deepest_fetch_buffer),
        TEST(test_csim_discovery_registers),
        TEST(test_csim_semaphore_registers_show_counts),
        TEST(test_csim_blocked_engine_shows_in_status),
        TEST(test_csim_decode_fault_stops_dispatch),
        TEST(test_csim_commands_before_a_fault_finish),
        TEST(test_csim_load_bus_error_names_first_burst),
        TEST(test_csim_store_bus_error_lets_others_finish),
        TEST(test_csim_fetch_bus_error_names_ring_address),
        TEST(test_csim_semaphore_overflow_faults),
        TEST(test_csim_watchdog_names_oldest_command),
        cmocka_unit_test(test_csim_watchdog_races_another_fault),
        TEST(test_csim_watchdog_leaves_idle_core_alone),
        TEST(test_csim_soft_reset_recovers_from_fault),
        TEST(test_csim_soft_reset_waits_for_the_bus),
        TEST(test_csim_events_beyond_capacity_are_counted),
        TEST(test_csim_stream_counters_keep_time),
        TEST(test_csim_load_waits_as_long_as_vector_writes),
        TEST(test_csim_create_refuses_bad_parameters),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
