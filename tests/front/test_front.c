/* Registers, the ring, fetch and interrupts. */
#include "csim_fixture.h"

static void test_front_irq_is_masked_and_cleared(void **state)
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

static void test_front_disabled_core_fetches_nothing(void **state)
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

static void test_front_ring_wraps(void **state)
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
static void test_front_ring_goes_on_at_address_0(void **state)
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
static void test_front_deepest_fetch_buffer(void **state)
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

static void test_front_discovery_registers(void **state)
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

static void test_front_semaphore_registers_show_counts(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_LOAD), 0, 0x8001));
    put(p, with_irq(with(command_sync(STH_OP_SYNC_LOAD), 0, 1)));
    run(p);
    assert_int_equal(reg_read(p, STH_REG_SEM0), 2);
    assert_int_equal(reg_read(p, STH_REG_SEM3), 0x01000000);
}

static void test_front_blocked_engine_shows_in_status(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_MATRIX), S0, 0));
    assert_false(run(p));
    assert_int_equal(reg_read(p, STH_REG_STATUS),
                     STH_STATUS_BUSY |
                         1 << (STH_STATUS_ENGINE_BLOCKED_LSB + 1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_front_discovery_registers),
        TEST(test_front_semaphore_registers_show_counts),
        TEST(test_front_blocked_engine_shows_in_status),
        TEST(test_front_irq_is_masked_and_cleared),
        TEST(test_front_disabled_core_fetches_nothing),
        TEST(test_front_ring_wraps),
        cmocka_unit_test(test_front_ring_goes_on_at_address_0),
        cmocka_unit_test(test_front_deepest_fetch_buffer),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
