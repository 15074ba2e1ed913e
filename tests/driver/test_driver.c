/* The driver: identity checks, ring, faults, recovery and diagnosis. */
#include "firmware_fixture.h"

struct machine {
    struct fixture_device *device;
    struct sth_hal hal;
    struct sth_driver driver;
    struct sth_driver_config config;
};

static void open_machine(struct machine *m)
{
    memset(m, 0, sizeof *m);
    m->device = fixture_create("nano", 3);
    sth_hal_host_init(&m->hal, &m->device->device);
    sth_driver_config_default(&m->config);
    m->config.ring_log2 = 6;
    m->config.timeout_cycles = 1000;
}

static enum sth_fw_err start(struct machine *m)
{
    return sth_driver_init(&m->driver, &m->hal, &m->config);
}

static void expect_start(struct machine *m, enum sth_fw_err err)
{
    assert_int_equal(start(m), err);
    fixture_destroy(m->device);
}

static struct sth_command sync_of(uint32_t opcode)
{
    struct sth_command c = {{0}};

    STH_SET(&c, ANY_OPCODE, opcode);
    return c;
}

static void test_driver_init_discovers_parameters(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.config.expected_hash = sth_params_hash(&m.device->params);
    assert_int_equal(start(&m), STH_FW_ERR_OK);
    assert_memory_equal(&m.driver.params, &m.device->params,
                        sizeof m.driver.params);
    assert_int_equal(m.device->reg[STH_REG_CTRL / 4], STH_CTRL_ENABLE);
    fixture_destroy(m.device);
}

static void test_driver_init_wrong_id_is_refused(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.device->reg[STH_REG_ID / 4] ^= 1;
    expect_start(&m, STH_FW_ERR_DEVICE_ID);
}

static void test_driver_init_major_version_is_refused(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.device->reg[STH_REG_VERSION / 4] += 0x10000;
    expect_start(&m, STH_FW_ERR_VERSION);
}

static void test_driver_init_minor_version_is_accepted(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.device->reg[STH_REG_VERSION / 4] += 1;
    expect_start(&m, STH_FW_ERR_OK);
}

static void test_driver_init_wrong_hash_is_refused(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.device->reg[STH_REG_CFG_HASH / 4] ^= 0x100;
    expect_start(&m, STH_FW_ERR_HASH);
}

static void test_driver_init_other_configuration_is_refused(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.config.expected_hash = 12345;
    expect_start(&m, STH_FW_ERR_EXPECTED_HASH);
}

static void test_driver_init_illegal_parameter_is_refused(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.device->reg[STH_REG_CAP_BASE / 4] = 5;
    expect_start(&m, STH_FW_ERR_PARAM);
}

static void test_driver_init_bad_ring_is_refused(void **unused)
{
    struct machine m;

    (void)unused;
    open_machine(&m);
    m.config.ring_log2 = 5;
    expect_start(&m, STH_FW_ERR_RING);
    open_machine(&m);
    m.config.ring_log2 = 17;
    expect_start(&m, STH_FW_ERR_RING);
    open_machine(&m);
    m.config.ring_addr = 64;
    expect_start(&m, STH_FW_ERR_RING);
    open_machine(&m);
    m.config.ring_addr = (1ull << 40) - 4096 + 4096;
    expect_start(&m, STH_FW_ERR_RING);
}

/* Only what lies in the first 4 KiB is within reach. */
static bool reaches_little(struct sth_hal *hal, uint64_t addr, uint64_t bytes)
{
    (void)hal;
    return addr <= 4096 && bytes <= 4096 - addr;
}

static void test_driver_init_names_the_field(void **unused)
{
    const struct {
        struct sth_driver_config config;
        enum sth_fw_err err;
        const char *field;
    } bad[] = {
        {{0, 5, 0, 1, 0}, STH_FW_ERR_RING, "ring_log2"},
        {{0, UINT32_MAX, 0, 1, 0}, STH_FW_ERR_RING, "ring_log2"},
        {{8, 6, 0, 1, 0}, STH_FW_ERR_RING, "ring_addr"},
        {{UINT64_MAX - 4095, 6, 0, 1, 0}, STH_FW_ERR_RING, "ring_addr"},
        {{4096, 6, 0, 1, 0}, STH_FW_ERR_RING, "ring_addr"},
        {{0, 6, 0, 0, 0}, STH_FW_ERR_ARGUMENT, "timeout_cycles"},
    };
    struct sth_hal_ops ops;
    struct machine m;

    (void)unused;
    open_machine(&m);
    ops = *m.hal.ops;
    ops.reaches = reaches_little;
    m.hal.ops = &ops;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        m.config = bad[i].config;
        assert_int_equal(start(&m), bad[i].err);
        assert_string_equal(m.driver.field, bad[i].field);
    }
    m.config.timeout_cycles = 1;
    assert_int_equal(start(&m), STH_FW_ERR_OK);
    assert_null(m.driver.field);
    fixture_destroy(m.device);
}

static void test_driver_claim_of_none_is_refused(void **unused)
{
    struct sth_command *place;
    struct machine m;
    uint32_t count = 0;

    (void)unused;
    open_machine(&m);
    assert_int_equal(start(&m), 0);
    assert_int_equal(sth_driver_claim(&m.driver, &count, &place),
                     STH_FW_ERR_ARGUMENT);
    fixture_destroy(m.device);
}

static void test_driver_put_wraps_the_ring(void **unused)
{
    struct machine m;
    struct sth_command c = sync_of(STH_OP_SYNC_VECTOR);

    (void)unused;
    open_machine(&m);
    assert_int_equal(start(&m), 0);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(sth_driver_put(&m.driver, &c), STH_FW_ERR_OK);
    STH_SET(&c, ANY_IRQ, 1);
    assert_int_equal(sth_driver_put(&m.driver, &c), STH_FW_ERR_OK);
    assert_int_equal(sth_driver_wait_retired(&m.driver), STH_FW_ERR_OK);
    assert_int_equal(m.device->retired, 1001);
    assert_int_equal(m.device->commands[STH_ENGINE_VECTOR], 1001);
    fixture_destroy(m.device);
}

/* Commands that are made in place: as many as fit up to the next doorbell, the
 * end of a quarter of the ring, and its end. */
static void test_driver_claims_what_fits(void **unused)
{
    static const struct {
        uint32_t wanted, fit;
    } step[] = {{3, 3},   {20, 13}, {1, 1},   {15, 15}, {16, 16},
                {40, 16}, {17, 16}, {16, 16}, {5, 5},   {16, 11}};
    struct sth_command *place;
    struct machine m;

    (void)unused;
    open_machine(&m);
    assert_int_equal(start(&m), STH_FW_ERR_OK);
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        const uint32_t tail = m.driver.tail;
        uint32_t count = step[i].wanted;

        if (tail == 64) /* the ring is full */
            assert_int_equal(sth_driver_wait_retired(&m.driver), STH_FW_ERR_OK);
        assert_int_equal(sth_driver_claim(&m.driver, &count, &place),
                         STH_FW_ERR_OK);
        assert_int_equal(count, step[i].fit);
        for (uint32_t k = 0; k < count; k++)
            place[k] = sync_of(STH_OP_SYNC_LOAD);
        sth_driver_commit(&m.driver, place, count);
        assert_int_equal(m.driver.tail, tail + count);
        assert_int_equal(m.driver.doorbell, m.driver.tail / 16 * 16);
    }
    assert_int_equal(sth_driver_wait_retired(&m.driver), STH_FW_ERR_OK);
    fixture_destroy(m.device);
}

/* Commands stand in the ring until others are written over them. */
static void test_driver_reads_the_ring(void **unused)
{
    static const uint32_t opcode[] = {STH_OP_SYNC_LOAD, STH_OP_SYNC_MATRIX,
                                      STH_OP_SYNC_VECTOR};
    struct sth_command c;
    struct machine m;

    (void)unused;
    open_machine(&m);
    assert_int_equal(start(&m), STH_FW_ERR_OK);
    assert_false(sth_driver_read_command(&m.driver, 0, &c));
    for (uint32_t i = 0; i < 100; i++) {
        c = sync_of(opcode[i % 3]);
        assert_int_equal(sth_driver_put(&m.driver, &c), STH_FW_ERR_OK);
    }
    for (uint32_t i = 0; i < 102; i++) {
        bool there = i > 36 && i < 100;

        assert_int_equal(sth_driver_read_command(&m.driver, i, &c), there);
        if (there)
            assert_int_equal(STH_GET(&c, ANY_OPCODE), opcode[i % 3]);
    }
    assert_int_equal(sth_driver_wait_retired(&m.driver), STH_FW_ERR_OK);
    fixture_destroy(m.device);
}

static void test_driver_fault_is_reported_and_recovered(void **unused)
{
    struct machine m;
    struct sth_command good = sync_of(STH_OP_SYNC_LOAD), bad = {{0}};
    struct sth_driver_fault fault;

    (void)unused;
    open_machine(&m);
    assert_int_equal(start(&m), 0);
    assert_int_equal(sth_driver_put(&m.driver, &good), 0);
    assert_int_equal(sth_driver_put(&m.driver, &bad), 0);
    assert_int_equal(sth_driver_wait_retired(&m.driver), STH_FW_ERR_FAULT);
    sth_driver_read_fault(&m.driver, &fault);
    assert_int_equal(fault.code, STH_FAULT_OPCODE);
    assert_int_equal(fault.index, 1);
    assert_int_equal(sth_driver_recover(&m.driver), STH_FW_ERR_OK);
    STH_SET(&good, ANY_IRQ, 1);
    assert_int_equal(sth_driver_put(&m.driver, &good), 0);
    assert_int_equal(sth_driver_wait_retired(&m.driver), STH_FW_ERR_OK);
    fixture_destroy(m.device);
}

/* With so many commands behind them. */
static void expect_diagnosis(uint32_t before)
{
    struct machine m;
    struct sth_command load = sync_of(STH_OP_SYNC_LOAD);
    struct sth_command matrix = sync_of(STH_OP_SYNC_MATRIX);
    struct sth_driver_diagnosis d;

    open_machine(&m);
    assert_int_equal(start(&m), 0);
    fixture_let_run_before(m.device, &m.driver, before);
    for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
        m.driver.issued[e + 1] = m.device->commands[e] = before;
    assert_int_equal(sth_driver_put(&m.driver, &load), 0);
    assert_int_equal(sth_driver_put(&m.driver, &matrix), 0);
    STH_SET(&matrix, ANY_WAIT, 1u << 5 | 1u << 9);
    assert_int_equal(sth_driver_put(&m.driver, &matrix), 0);
    STH_SET(&load, ANY_POST, 1u << 9);
    assert_int_equal(sth_driver_put(&m.driver, &load), 0);
    assert_int_equal(sth_driver_put(&m.driver, &matrix), 0);
    while (sth_driver_wait_retired(&m.driver) != STH_FW_ERR_TIMEOUT)
        ;
    sth_driver_diagnose(&m.driver, &d);
    assert_int_equal(d.tail, before + 5);
    assert_int_equal(d.retired, before + 3);
    assert_int_equal(d.engine_blocked, 1u << STH_ENGINE_MATRIX);
    assert_int_equal(d.known, 1u << STH_ENGINE_MATRIX);
    assert_int_equal(d.index[STH_ENGINE_MATRIX], before + 2);
    assert_int_equal(d.waits_for[STH_ENGINE_MATRIX], 1u << 5);
    assert_int_equal(d.semaphore[9], 1);
    fixture_destroy(m.device);
}

static void test_driver_blocked_engine_is_diagnosed(void **unused)
{
    (void)unused;
    expect_diagnosis(0);
}

static void test_driver_diagnosis_passes_2_to_the_32(void **unused)
{
    (void)unused;
    for (uint32_t before = UINT32_MAX - 6; before != 2; before++)
        expect_diagnosis(before);
}

/* An idle core raises no interrupt: the wait ends, and ends once. */
static void test_driver_wait_ends_with_an_idle_core(void **unused)
{
    struct machine m;
    struct sth_command c = sync_of(STH_OP_SYNC_STORE);

    (void)unused;
    open_machine(&m);
    assert_int_equal(start(&m), 0);
    assert_int_equal(sth_hal_wait(&m.hal, 10), STH_HAL_WAKE_IDLE);
    assert_int_equal(sth_driver_put(&m.driver, &c), 0);
    assert_int_equal(sth_driver_wait_retired(&m.driver), STH_FW_ERR_OK);
    assert_int_equal(m.device->waits_called, 2);
    fixture_destroy(m.device);
}

static void test_driver_dead_device_times_out(void **unused)
{
    struct machine m;
    struct sth_command c = sync_of(STH_OP_SYNC_STORE);
    enum sth_fw_err err = STH_FW_ERR_OK;

    (void)unused;
    open_machine(&m);
    assert_int_equal(start(&m), 0);
    m.device->frozen = true;
    for (uint32_t i = 0; i < 100 && err == STH_FW_ERR_OK; i++)
        err = sth_driver_put(&m.driver, &c);
    assert_int_equal(err, STH_FW_ERR_TIMEOUT);
    assert_int_equal(m.driver.tail, 64);
    fixture_destroy(m.device);
}

static void test_driver_error_texts_exist(void **unused)
{
    (void)unused;
    for (int code = 0; code >= STH_FW_ERR_TRACE; code--)
        assert_string_not_equal(sth_fw_err_text((enum sth_fw_err)code),
                                "unknown error");
    assert_string_equal(sth_fw_err_text((enum sth_fw_err) - 99),
                        "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_driver_init_discovers_parameters),
        cmocka_unit_test(test_driver_init_wrong_id_is_refused),
        cmocka_unit_test(test_driver_init_major_version_is_refused),
        cmocka_unit_test(test_driver_init_minor_version_is_accepted),
        cmocka_unit_test(test_driver_init_wrong_hash_is_refused),
        cmocka_unit_test(test_driver_init_other_configuration_is_refused),
        cmocka_unit_test(test_driver_init_illegal_parameter_is_refused),
        cmocka_unit_test(test_driver_init_bad_ring_is_refused),
        cmocka_unit_test(test_driver_init_names_the_field),
        cmocka_unit_test(test_driver_claim_of_none_is_refused),
        cmocka_unit_test(test_driver_put_wraps_the_ring),
        cmocka_unit_test(test_driver_claims_what_fits),
        cmocka_unit_test(test_driver_reads_the_ring),
        cmocka_unit_test(test_driver_fault_is_reported_and_recovered),
        cmocka_unit_test(test_driver_blocked_engine_is_diagnosed),
        cmocka_unit_test(test_driver_diagnosis_passes_2_to_the_32),
        cmocka_unit_test(test_driver_wait_ends_with_an_idle_core),
        cmocka_unit_test(test_driver_dead_device_times_out),
        cmocka_unit_test(test_driver_error_texts_exist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
