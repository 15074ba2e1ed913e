/* Each limit of DRAM by a stream that nothing else holds up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sth_dram.h"
#include "sth_mem.h"
#include "sth_random.h"

enum {
    GROUP = 64,    /* bytes from a group to the next at the low end */
    SET = 1 << 15, /* from a set of banks to the next */
    ROW = 1 << 17, /* from a row to the next of the same banks */
    BATCH = 8
};

/* DDR4-3200 of which everything that would hide a limit is gone. */
static struct sth_mem_config plain(void)
{
    struct sth_mem_config config;
    char error[256];

    sth_mem_config_default(&config);
    assert_true(
        sth_mem_config_parse(&config, "ddr4-3200", error, sizeof error));
    config.dram.t_ctrl = config.dram.t_ck = 0;
    config.dram.t_refi = 1000000000;
    config.dram.write_queue = 4 * BATCH;
    config.dram.write_batch = BATCH;
    config.clock_mhz = 10000; /* ten cycles a nanosecond */
    return config;
}

/* The cycle of the last of `reads` single accesses asked for at once. */
static uint64_t last_read(const struct sth_mem_config *config, uint64_t now,
                          const uint64_t *addr, uint32_t reads)
{
    struct sth_mem *mem = sth_mem_create(config, 64, true);
    uint64_t last = 0;

    assert_non_null(mem);
    for (uint32_t i = 0; i < reads; i++)
        last = sth_mem_read_burst(mem, now, addr[i], 1, NULL);
    sth_mem_destroy(mem);
    return last - now;
}

/* Activate to column, column to data, data: 13.75 + 13.75 + 2.5. */
enum { ALONE = 300 };

static void test_access_in_one_group_waits_for_t_ccd_l(void **state)
{
    /* Columns 0 and 5 of one bank: the hash leaves their group alone. */
    const uint64_t same[] = {0, 5 * 256}, other[] = {0, 5 * 256 + GROUP};
    struct sth_mem_config config = plain();

    (void)state;
    assert_int_equal(last_read(&config, 0, same, 2), ALONE + 50);
    config.dram.t_ccd_l = 6000;
    assert_int_equal(last_read(&config, 0, same, 2), ALONE + 60);
    /* The other group only waits for its activation, tRRD_S. */
    assert_int_equal(last_read(&config, 0, other, 2), ALONE + 25);
}

static void test_activates_wait_for_t_rrd(void **state)
{
    const uint64_t other[] = {0, GROUP}, same[] = {0, SET};
    struct sth_mem_config config = plain();

    (void)state;
    config.dram.t_rrd_s = 4000;
    config.dram.t_rrd_l = 9000;
    assert_int_equal(last_read(&config, 0, other, 2), ALONE + 40);
    assert_int_equal(last_read(&config, 0, same, 2), ALONE + 90);
}

static void test_fifth_activate_waits_for_t_faw(void **state)
{
    const uint64_t five[] = {0, GROUP, 2 * GROUP, 3 * GROUP, SET + GROUP};
    struct sth_mem_config config = plain();

    (void)state;
    config.dram.t_faw = 30000;
    assert_int_equal(last_read(&config, 0, five, 4), ALONE + 75);
    assert_int_equal(last_read(&config, 0, five, 5), ALONE + 300);
}

/* A batch of writes to one group, then a read of a group; after t = 0. */
static uint64_t read_after_batch(const struct sth_mem_config *config,
                                 uint64_t addr)
{
    struct sth_mem *mem = sth_mem_create(config, 64, true);
    uint64_t last, read;

    assert_non_null(mem);
    sth_mem_read_burst(mem, 0, addr, 1, NULL); /* opens the row */
    sth_mem_read_burst(mem, 0, 0, 1, NULL);
    for (uint64_t i = 0; i < BATCH; i++)
        sth_mem_write_burst(mem, 1000, 0, 1, NULL, &last);
    read = sth_mem_read_burst(mem, 1010, addr, 1, NULL);
    sth_mem_destroy(mem);
    return read;
}

static void test_read_behind_write_waits_for_t_wtr(void **state)
{
    struct sth_mem_config config = plain();
    uint64_t same = read_after_batch(&config, 0);
    uint64_t other = read_after_batch(&config, GROUP);

    (void)state;
    /* tWTR_L and tWTR_S are 7.5 and 2.5. */
    assert_int_equal(same - other, 50);
    config.dram.t_wtr_l += 2000;
    assert_int_equal(read_after_batch(&config, 0), same + 20);
    assert_int_equal(read_after_batch(&config, GROUP), other);
    config.dram.t_wtr_s += 1000;
    assert_int_equal(read_after_batch(&config, GROUP), other + 10);
}

static void test_few_writes_wait_and_a_batch_goes(void **state)
{
    struct sth_mem_config config = plain();
    uint64_t read[2], last;

    (void)state;
    for (int full = 0; full < 2; full++) {
        struct sth_mem *mem = sth_mem_create(&config, 64, true);

        assert_non_null(mem);
        sth_mem_read_burst(mem, 0, 0, 1, NULL);
        for (uint64_t i = 0; i < BATCH - 1 + (unsigned)full; i++)
            sth_mem_write_burst(mem, 1000, 0, 1, NULL, &last);
        read[full] = sth_mem_read_burst(mem, 1010, GROUP * 4 * 5, 1, NULL);
        sth_mem_destroy(mem);
    }
    /* A read in an open row, as if there were no writes. */
    assert_int_equal(read[0], 1010 + ALONE - 137);
    assert_true(read[1] > read[0] + BATCH * 25);
}

static void test_idle_channel_writes_what_waits(void **state)
{
    struct sth_mem_config config = plain();
    struct sth_mem *mem = sth_mem_create(&config, 64, true);
    uint64_t last;

    (void)state;
    assert_non_null(mem);
    sth_mem_write_burst(mem, 0, ROW, 1, NULL, &last);
    /* Its row was opened meanwhile. */
    assert_int_equal(sth_mem_read_burst(mem, 50000, ROW + 5 * 256, 1, NULL),
                     50000 + ALONE - 137);
    sth_mem_destroy(mem);
}

/* One access as the device has it, not as the order of the bus does. */
static uint64_t device_read(struct sth_dram *dram, uint64_t now, uint64_t addr)
{
    struct sth_mem_port port = {0};

    return sth_dram_read(dram, &port, now, addr, 1, NULL);
}

static void test_busy_bank_holds_up_no_other(void **state)
{
    struct sth_mem_config config = plain();
    struct sth_dram dram;

    (void)state;
    assert_true(sth_dram_init(&dram, &config, 64));
    for (uint64_t i = 0; i < 3; i++)
        device_read(&dram, 0, i * ROW);
    assert_true(device_read(&dram, 0, SET) < ALONE + 300);
    sth_dram_fini(&dram);
}

/* Before a bank that opens its row there is room, t_ccd_l behind the last. */
static void test_gap_keeps_t_ccd_l(void **state)
{
    struct sth_mem_config config = plain();
    struct sth_dram dram;

    (void)state;
    assert_true(sth_dram_init(&dram, &config, 64));
    device_read(&dram, 0, 0);
    assert_int_equal(device_read(&dram, 1000, 0), 1000 + ALONE - 137);
    assert_int_equal(device_read(&dram, 1000, SET), 1000 + ALONE);
    assert_int_equal(device_read(&dram, 1000, 5 * 256),
                     1000 + ALONE - 137 + 50);
    sth_dram_fini(&dram);
}

/* Every address has one place of its own, whatever the mapping. */
static void test_mappings_are_one_to_one(void **state)
{
    enum { ACCESSES = 1 << 15 };
    static uint8_t seen[ACCESSES];

    (void)state;
    for (uint32_t m = 0; m < STH_MAPPINGS; m++) {
        struct sth_mem_config config = plain();
        struct sth_dram_map map;

        config.dram.mapping = m;
        map = sth_dram_map_of(&config.dram, 2);
        memset(seen, 0, sizeof seen);
        for (uint64_t i = 0; i < ACCESSES; i++) {
            struct sth_dram_place p = sth_dram_place_of(&map, i * 64);
            uint32_t column = p.local >> map.column & 127;
            uint64_t number = (uint64_t)p.row;

            number = number << 1 | p.channel;
            number = number << 2 | p.set;
            number =
                number << 2 | sth_dram_group_of(&p, p.local >> map.group, 4);
            number = number << 7 | column;
            assert_true(number < ACCESSES);
            assert_false(seen[number]++);
        }
    }
}

/* Neighbours in different groups beat neighbours in one bank. */
static void test_mapping_decides_what_a_stream_gets(void **state)
{
    uint64_t last[STH_MAPPINGS];

    (void)state;
    for (uint32_t m = 0; m < STH_MAPPINGS; m++) {
        struct sth_mem_config config = plain();
        struct sth_mem *mem;

        config.dram.mapping = m;
        mem = sth_mem_create(&config, 64, true);
        assert_non_null(mem);
        last[m] = sth_mem_read_burst(mem, 0, 0, 64, NULL);
        sth_mem_destroy(mem);
    }
    /* 64 accesses in four groups in turn, or in one. */
    assert_int_equal(last[STH_MAPPING_ROW_BANK_COLUMN_GROUP],
                     ALONE + 75 + 60 * 25);
    assert_int_equal(last[STH_MAPPING_ROW_BANK_GROUP_COLUMN], ALONE + 63 * 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_access_in_one_group_waits_for_t_ccd_l),
        cmocka_unit_test(test_activates_wait_for_t_rrd),
        cmocka_unit_test(test_fifth_activate_waits_for_t_faw),
        cmocka_unit_test(test_read_behind_write_waits_for_t_wtr),
        cmocka_unit_test(test_few_writes_wait_and_a_batch_goes),
        cmocka_unit_test(test_idle_channel_writes_what_waits),
        cmocka_unit_test(test_busy_bank_holds_up_no_other),
        cmocka_unit_test(test_gap_keeps_t_ccd_l),
        cmocka_unit_test(test_mappings_are_one_to_one),
        cmocka_unit_test(test_mapping_decides_what_a_stream_gets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
