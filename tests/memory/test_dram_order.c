/* What a DRAM does in another order than it is asked, and its short cuts. */
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
    CHUNK = 256,   /* bytes of an access in each group */
    ROW = 1 << 17, /* from a row to the next of the same banks */
    DATA = 100,    /* cycles of a chunk's data */
    BATCH = 8
};

static struct sth_mem_config preset(const char *name)
{
    struct sth_mem_config config;
    char error[256];

    sth_mem_config_default(&config);
    assert_true(sth_mem_config_parse(&config, name, error, sizeof error));
    return config;
}

/* DDR4-3200 at ten cycles a nanosecond, without controller and refresh. */
static struct sth_mem_config plain(void)
{
    struct sth_mem_config config = preset("ddr4-3200");

    config.dram.t_ctrl = config.dram.t_ck = 0;
    config.dram.t_refi = 1000000000;
    config.dram.write_queue = 4 * BATCH;
    config.dram.write_batch = BATCH;
    config.clock_mhz = 10000;
    return config;
}

/* Accesses as the device has them, not as the order of the bus does. */
static uint64_t device_part(struct sth_dram *dram, uint64_t now, uint64_t addr,
                            uint32_t accesses)
{
    struct sth_mem_port port = {0};

    return sth_dram_read(dram, &port, now, addr, accesses, NULL);
}

/* A chunk of them. */
static uint64_t device_read(struct sth_dram *dram, uint64_t now, uint64_t addr)
{
    return device_part(dram, now, addr, 4);
}

static void test_times_are_whole_clocks(void **state)
{
    struct sth_mem_config config = plain();
    struct sth_dram dram;

    (void)state;
    /* Three activates 2.5 apart, tRCD 13.75, tCL 13.75, data 2.5. */
    assert_true(sth_dram_init(&dram, &config, 64));
    assert_int_equal(device_read(&dram, 0, 0), 375);
    sth_dram_fini(&dram);
    /* The first three become 3, 14 and 14; data does not. */
    config.dram.t_ck = 1000;
    assert_true(sth_dram_init(&dram, &config, 64));
    assert_int_equal(device_read(&dram, 0, 0), 395);
    /* Each of four banks takes a clock from the data behind. */
    assert_int_equal(device_read(&dram, 0, CHUNK), 395 + DATA);
    sth_dram_fini(&dram);
}

/* Groups 0 and 1, then 1 and 0: the second pair is turned round. */
static void test_pairs_keep_away_from_no_group(void **state)
{
    struct sth_mem_config config = plain();
    struct sth_dram dram;

    (void)state;
    config.dram.t_ccd_l = 9000;
    assert_true(sth_dram_init(&dram, &config, 64));
    device_read(&dram, 0, 0);
    assert_int_equal(device_part(&dram, 1000, 0, 2), 1000 + 138 + 50);
    assert_int_equal(device_part(&dram, 1000, CHUNK, 2), 1000 + 138 + 2 * 50);
    sth_dram_fini(&dram);
}

static void test_row_is_read_before_another_closes_it(void **state)
{
    struct sth_mem_config config = plain();
    struct sth_dram dram;
    uint64_t first, other;

    (void)state;
    assert_true(sth_dram_init(&dram, &config, 64));
    first = device_read(&dram, 0, 0);
    other = device_read(&dram, 0, ROW);
    assert_true(other > first + 3 * DATA);
    /* Its bank takes four commands before it lets the other row in. */
    for (uint64_t i = 1; i < STH_DRAM_HITS; i++)
        assert_true(device_read(&dram, 0, i * CHUNK) <= first + i * DATA);
    assert_true(device_read(&dram, 0, STH_DRAM_HITS * CHUNK) >
                other + 3 * DATA);
    sth_dram_fini(&dram);
}

/* Be the row that closed it open, or another that has not closed that yet. */
static void test_row_that_was_closed_is_opened_again(void **state)
{
    struct sth_mem_config config = plain();

    (void)state;
    for (uint64_t others = 1; others < 3; others++) {
        struct sth_dram dram;
        uint64_t other;

        assert_true(sth_dram_init(&dram, &config, 64));
        device_read(&dram, 0, 0);
        other = device_read(&dram, 0, ROW);
        for (uint64_t i = 2; i <= others; i++)
            device_read(&dram, 0, i * ROW);
        assert_true(device_read(&dram, other - 2 * DATA, CHUNK) >
                    other + others * 3 * DATA);
        sth_dram_fini(&dram);
    }
}

/* The end of a read behind 20 others, a batch and `more` chunks to write. */
static uint64_t read_behind_batch(uint32_t more, uint64_t row)
{
    struct sth_mem_config config = plain();
    struct sth_mem *mem = sth_mem_create(&config, 64, true);
    uint64_t last, i = 0;

    assert_non_null(mem);
    for (; i < 20; i++)
        sth_mem_read_burst(mem, 0, i * CHUNK, 4, NULL);
    for (uint64_t k = 0; k < 2; k++)
        sth_mem_write_burst(mem, 0, row + k * CHUNK, 4, NULL, &last);
    sth_mem_read_burst(mem, 0, i++ * CHUNK, 4, NULL);
    for (uint64_t k = 2; k < 2 + more; k++)
        sth_mem_write_burst(mem, 0, row + k * CHUNK, 4, NULL, &last);
    last = sth_mem_read_burst(mem, 0, i * CHUNK, 4, NULL);
    sth_mem_destroy(mem);
    return last;
}

/* Nor does the row of the batch have to be opened again. */
static void test_writes_join_a_batch_without_a_turn_of_the_bus(void **state)
{
    const uint64_t rows[] = {0, 1 << 15, ROW};

    (void)state;
    for (int i = 0; i < 3; i++) {
        const uint64_t none = read_behind_batch(0, rows[i]);

        /* The bus is idle for 0.625 where reads become writes. */
        assert_in_range(read_behind_batch(1, rows[i]), none + DATA,
                        none + DATA + 7);
        assert_in_range(read_behind_batch(3, rows[i]), none + 3 * DATA,
                        none + 3 * DATA + 3 * 7);
    }
}

/* A set's first banks write early where its last is activated late. */
static void test_first_bank_recovers_before_the_last(void **state)
{
    struct sth_mem_config config = plain();
    struct sth_dram dram;
    int64_t ends[STH_DRAM_CHUNK_MAX], begin[2];

    (void)state;
    config.dram.t_rrd_s = config.dram.t_rrd_l = 5000;
    assert_true(sth_dram_init(&dram, &config, 64));
    for (int i = 0; i < 2; i++) {
        struct sth_dram_place place =
            sth_dram_place_of(&dram.map, (uint64_t)i * ROW);

        begin[i] = sth_dram_channel_write(dram.channel, &dram.rules, &dram.map,
                                          &place, 4, false, 0, ends);
    }
    /* Its own data 2.5, tWR 15, tRP 13.75, tRCD 13.75, tCWL 10. */
    assert_int_equal(begin[1] - begin[0], 55000 * (int64_t)dram.clock.ps);
    sth_dram_fini(&dram);
}

/* Takes the short cuts from a DRAM: units as beats, turns of whole sets. */
static void walk(struct sth_dram *dram)
{
    dram->unit_is_beat = false;
    for (uint32_t c = 0; c <= dram->map.channel_mask; c++) {
        struct sth_dram_banks *b = &dram->channel[c].banks;

        for (uint32_t i = 0; b->turns_of_set && i < 4; i++)
            b->turn[(b->turns - 1 - i) % 4] =
                b->last_turn - i * dram->rules.rrd_s;
        b->turns_of_set = false;
    }
}

/* Streams, pieces of rows and random pieces, reads and writes. */
static void test_short_cuts_change_no_cycle(void **state)
{
    static const struct {
        const char *name;
        uint32_t bus, unit;
        bool unit_is_beat;
    } cases[] = {
        {"hbm2e", 256, 256, true},       {"hbm2e x2", 256, 256, true},
        {"hbm3", 64, 256, false},        {"ddr5-4800", 256, 256, false},
        {"ddr5-4800", 256, 1024, false}, {"ddr5-4800", 1024, 1024, true},
        {"ddr4-3200", 256, 256, true},   {"ddr4-3200", 64, 256, false},
        {"lpddr5-6400", 256, 256, true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sth_mem_config config = preset(cases[i].name);
        const uint32_t bus = cases[i].bus;
        struct sth_mem_port port[2][2] = {0};
        struct sth_dram dram[2];
        uint64_t random = 41 + i, now = 0, at[3] = {0, 5 << 20, 9 << 20};

        config.dram.interleave_bytes = cases[i].unit;
        config.dram.t_faw += 5000;
        assert_true(sth_dram_init(&dram[0], &config, bus));
        assert_true(sth_dram_init(&dram[1], &config, bus));
        assert_int_equal(dram[0].unit_is_beat, cases[i].unit_is_beat);
        for (int n = 0; n < 20000; n++) {
            const uint64_t r = sth_random_next(&random);
            const uint32_t s = (uint32_t)(r % 3),
                           room = 4096 - (uint32_t)(at[s] % 4096);
            const uint32_t beats =
                1 + (uint32_t)(r >> 8) % (room / bus < 64 ? room / bus : 64);
            const bool write = (r >> 16) % 16 < (s == 2 ? 12 : 1);
            uint64_t cycle[2][64], end[2], last;

            for (int k = 0; k < 2; k++)
                end[k] = write ? sth_dram_write(&dram[k], &port[k][1], now,
                                                at[s], beats, cycle[k], &last)
                               : sth_dram_read(&dram[k], &port[k][0], now,
                                               at[s], beats, cycle[k]);
            walk(&dram[1]);
            assert_int_equal(end[0], end[1]);
            assert_memory_equal(cycle[0], cycle[1], beats * sizeof **cycle);
            at[s] += (uint64_t)beats * bus;
            if ((r >> 24) % 8 == 0)
                at[s] += (r >> 28) % 64 * 24576;
            if ((r >> 40) % 4 == 0 && end[0] > now + 200)
                now = end[0] - 200;
            now += (r >> 48) % 512 == 0 ? (r >> 52) % 4096 : (r >> 58) % 2;
        }
        sth_dram_fini(&dram[0]);
        sth_dram_fini(&dram[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times_are_whole_clocks),
        cmocka_unit_test(test_pairs_keep_away_from_no_group),
        cmocka_unit_test(test_row_is_read_before_another_closes_it),
        cmocka_unit_test(test_row_that_was_closed_is_opened_again),
        cmocka_unit_test(test_writes_join_a_batch_without_a_turn_of_the_bus),
        cmocka_unit_test(test_first_bank_recovers_before_the_last),
        cmocka_unit_test(test_short_cuts_change_no_cycle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
