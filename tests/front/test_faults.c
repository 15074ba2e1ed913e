/* Faults, the watchdog and the soft reset. */
#include "csim_fixture.h"

static void test_faults_decode_fault_stops_dispatch(void **state)
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

static void test_faults_commands_before_a_fault_finish(void **state)
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

static void test_faults_load_bus_error_names_first_burst(void **state)
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

static void test_faults_store_bus_error_lets_others_finish(void **state)
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

static void test_faults_fetch_bus_error_names_ring_address(void **state)
{
    struct program *p = *state;

    sth_mem_set_error_range(p->mem, RING + 128, RING + 128);
    for (int i = 0; i < 4; i++)
        put(p, command_sync(STH_OP_SYNC_LOAD));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_FETCH_BUS, 2, RING + 128);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 2);
}

static void test_faults_semaphore_overflow_faults(void **state)
{
    struct program *p = *state;

    for (int i = 0; i < 300; i++)
        put(p, with(command_sync(STH_OP_SYNC_VECTOR), 0, S1));
    assert_true(run(p));
    assert_fault(p, STH_FAULT_SEM_OVERFLOW, 255, 0);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 256);
    assert_int_equal(reg_read(p, STH_REG_SEM0), 255 << 8);
}

static void test_faults_watchdog_names_oldest_command(void **state)
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
    *doorbell = p.dev->ops->cycles(p.dev) + STH_LAT_REG_EFFECT;
    assert_true(run(&p));
    end = p.dev->ops->cycles(p.dev);
    assert_fault(&p, code, index, 0);
    program_close(&p);
    return end;
}

static void test_faults_watchdog_races_another_fault(void **state)
{
    uint64_t doorbell;
    uint64_t end = run_refused(5000, STH_FAULT_OPCODE, 1, &doorbell);
    uint32_t detected = (uint32_t)(end - doorbell) - STH_LAT_FAULT_REPORT;

    (void)state;
    run_refused(detected - 1, STH_FAULT_WATCHDOG, 0, &doorbell);
    /* Both in one cycle: the older command's. */
    run_refused(detected, STH_FAULT_WATCHDOG, 0, &doorbell);
    /* Later it changes nothing. */
    end = run_refused(detected + 1, STH_FAULT_OPCODE, 1, &doorbell);
    assert_int_equal(end, doorbell + detected + STH_LAT_FAULT_REPORT);
}

/* A load is under way for longer than the watchdog waits. */
static void test_faults_watchdog_ends_the_wait_to_drain(void **state)
{
    struct program *p = *state;
    uint64_t doorbell;

    reg_write(p, STH_REG_WATCHDOG, 300);
    put(p, command_load(0x1000, 0, 8192));
    put(p, command_sync(0xff));
    doorbell = p->dev->ops->cycles(p->dev) + STH_LAT_REG_EFFECT;
    assert_true(run(p));
    assert_int_equal(p->dev->ops->cycles(p->dev),
                     doorbell + 300 + STH_LAT_FAULT_REPORT);
    assert_int_equal(reg_read(p, STH_REG_FAULT_CODE), STH_FAULT_OPCODE);
    assert_int_equal(reg_read(p, STH_REG_FAULT_INDEX), 1);
}

static void test_faults_watchdog_leaves_idle_core_alone(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_WATCHDOG, 500);
    put_product(p);
    assert_true(run(p));
    reg_write(p, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
    assert_false(program_wait(p, 10000));
    assert_int_equal(reg_read(p, STH_REG_STATUS), 0);
}

static void test_faults_soft_reset_recovers_from_fault(void **state)
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

static void test_faults_soft_reset_waits_for_the_bus(void **state)
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_faults_decode_fault_stops_dispatch),
        TEST(test_faults_commands_before_a_fault_finish),
        TEST(test_faults_load_bus_error_names_first_burst),
        TEST(test_faults_store_bus_error_lets_others_finish),
        TEST(test_faults_fetch_bus_error_names_ring_address),
        TEST(test_faults_semaphore_overflow_faults),
        TEST(test_faults_watchdog_names_oldest_command),
        cmocka_unit_test(test_faults_watchdog_races_another_fault),
        TEST(test_faults_watchdog_ends_the_wait_to_drain),
        TEST(test_faults_watchdog_leaves_idle_core_alone),
        TEST(test_faults_soft_reset_recovers_from_fault),
        TEST(test_faults_soft_reset_waits_for_the_bus),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
