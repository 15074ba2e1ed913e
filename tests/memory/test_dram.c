/* DRAM timing: rows, refresh, turnarounds, posted writes, clocks, periods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem_make.h"
#include "sth_mem_timing.h"
#include "sth_random.h"

/* Bytes a cycle of a stream of reads or writes, always `ahead` bursts ahead. */
static double stream_rate(const char *name, uint32_t bus_bytes, bool write)
{
    enum { AHEAD = 32, BURSTS = 4000 };
    struct sth_mem *mem = make_mem(name, NULL, bus_bytes);
    uint32_t bytes = bus_bytes * 16 < 4096 ? bus_bytes * 16 : 4096;
    uint64_t done[AHEAD] = {0}, now = 0, last = 0;

    for (uint64_t i = 0; i < BURSTS; i++) {
        now = done[i % AHEAD] > now ? done[i % AHEAD] : now;
        if (write)
            sth_mem_write_burst(mem, now, i * bytes, bytes / bus_bytes, NULL,
                                &last);
        else
            last = sth_mem_read_burst(mem, now, i * bytes, bytes / bus_bytes,
                                      NULL);
        done[i % AHEAD] = last;
    }
    sth_mem_destroy(mem);
    return (double)BURSTS * bytes / (double)last;
}

static void test_dram_streams_reach_most_of_peak(void **state)
{
    static const struct {
        const char *name;
        double peak;
    } drams[] = {{"ddr4-3200", 25.6}, {"lpddr5-6400", 51.2}, {"hbm2e", 409.6}};

    (void)state;
    for (int i = 0; i < 3; i++) {
        double peak = drams[i].peak < 256 ? drams[i].peak : 256;
        double reads = stream_rate(drams[i].name, 256, false);
        double writes = stream_rate(drams[i].name, 256, true);

        assert_true(reads > 0.85 * peak && reads <= peak);
        assert_true(writes > 0.85 * peak && writes <= peak * 1.02);
        /* A narrow bus is the limit itself. */
        assert_true(stream_rate(drams[i].name, 4, false) > 3.7);
    }
}

static void test_dram_row_hit_is_faster_than_miss_and_conflict(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 64);
    uint64_t miss, hit, conflict;

    (void)state;
    /*
     * 256 bytes of four groups: three activates 2.5 apart, then activate to
     * column 13.75, column to data 13.75, data 2.5, controller 20.
     */
    miss = sth_mem_read_burst(mem, 1000, 0, 4, NULL) - 1000;
    assert_int_equal(miss, 58);
    hit = sth_mem_read_burst(mem, 2000, 256, 4, NULL) - 2000;
    assert_int_equal(hit, 44); /* 13.75 + 4 * 2.5 + 20, rounded up */
    /* The same banks, another row. */
    conflict = sth_mem_read_burst(mem, 3000, 1 << 17, 4, NULL) - 3000;
    assert_int_equal(conflict, 72);
    /* Other banks do not disturb the open row. */
    assert_int_equal(sth_mem_read_burst(mem, 4000, 1 << 15, 4, NULL), 4058);
    assert_int_equal(sth_mem_read_burst(mem, 5000, 1 << 17, 4, NULL), 5044);
    sth_mem_destroy(mem);
}

static void test_dram_conflict_waits_for_precharge_times(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 64);
    uint64_t last;

    (void)state;
    /* tRAS 32 and tRP 13.75 before another 57.5. */
    sth_mem_read_burst(mem, 1000, 0, 4, NULL);
    last = sth_mem_read_burst(mem, 1000, 1 << 17, 4, NULL);
    assert_int_equal(last, 1104);
    sth_mem_destroy(mem);
}

static void test_dram_row_spans_its_channel_interleave(void **state)
{
    struct sth_mem *mem = make_mem("hbm2e", NULL, 32);

    (void)state;
    /*
     * Four rows of 1 KiB hold one unit of 256 bytes from every 4 KiB: of those,
     * the one whose number is that of the 4 KiB.
     */
    assert_int_equal(sth_mem_read_burst(mem, 1000, 0, 8, NULL), 1078);
    for (uint64_t i = 1; i < 4; i++)
        assert_int_equal(sth_mem_read_burst(mem, 1000 + 100 * i,
                                            i * 4096 + i * 256, 8, NULL),
                         1059 + 100 * i);
    /* Its neighbours in other channels are not open. */
    assert_int_equal(sth_mem_read_burst(mem, 1500, 256, 8, NULL), 1578);
    sth_mem_destroy(mem);
}

/* Reads `bytes` at every multiple of stride; returns bytes a cycle. */
static double strided_rate(const char *memory, uint32_t bus, uint32_t bytes,
                           uint64_t stride)
{
    struct sth_mem *mem = make_mem(memory, NULL, bus);
    const uint64_t runs = 1000;
    uint64_t end = 0;

    for (uint64_t i = 0; i < runs; i++)
        end = sth_mem_read_burst(mem, i, i * stride, bytes / bus, NULL);
    sth_mem_destroy(mem);
    return (double)runs * bytes / (double)end;
}

static void test_dram_strides_spread_over_channels(void **state)
{
    (void)state;
    for (uint64_t stride = 1024; stride <= 262144; stride *= 2)
        assert_true(strided_rate("hbm2e", 256, 1024, stride) > 0.8 * 256);
    for (uint64_t stride = 1024; stride <= 131072; stride *= 2)
        assert_true(strided_rate("lpddr5-6400", 64, 1024, stride) > 0.6 * 51.2);
}

static uint32_t find(const char *name)
{
    uint32_t i = 0;

    while (strcmp(sth_mem_preset_name(i), name) != 0)
        i++;
    return i;
}

/*
 * The same figures scaled: at f MHz with every time t the cycles are those at
 * 1000 MHz with times of t * f / 1000, where that is a whole number.
 */
static void test_dram_clock_scales_time_exactly(void **state)
{
    static const uint32_t clocks[] = {500, 940, 1000, 1500, 2800, 3333};
    uint64_t random = 3;

    (void)state;
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        struct sth_mem_config slow, fast;
        struct sth_mem *mem[2];
        uint32_t *t = &slow.dram.t_burst, *u = &fast.dram.t_burst;

        sth_mem_config_default(&slow);
        sth_mem_config_preset(&slow, find("lpddr5-6400"), 1);
        fast = slow;
        fast.clock_mhz = clocks[i];
        for (int k = STH_DRAM_t_burst; k <= STH_DRAM_t_ctrl; k++, t++, u++) {
            *u = *t / 1000 * 1000;
            *t = *t / 1000 * clocks[i];
        }
        mem[0] = sth_mem_create(&slow, 32, false);
        mem[1] = sth_mem_create(&fast, 32, false);
        for (uint64_t now = 0, n = 0; n < 3000; n++) {
            uint64_t r = sth_random_next(&random), last, also;
            uint64_t addr = (r >> 24) % (8 << 20) & ~(uint64_t)31;
            uint32_t beats = 1 + (uint32_t)(r >> 8) % 64;

            now += r % 64;
            if (r % 5 == 0)
                assert_int_equal(
                    sth_mem_write_burst(mem[0], now, addr, beats, NULL, &last),
                    sth_mem_write_burst(mem[1], now, addr, beats, NULL, &also));
            else
                assert_int_equal(
                    sth_mem_read_burst(mem[0], now, addr, beats, NULL),
                    sth_mem_read_burst(mem[1], now, addr, beats, NULL));
        }
        sth_mem_destroy(mem[0]);
        sth_mem_destroy(mem[1]);
    }
}

/* What happens once happens again after the periods, at odd clocks too. */
static void test_dram_periods_are_periods(void **state)
{
    static const uint32_t clocks[] = {1000, 940, 997, 2800, 100, 1};

    (void)state;
    for (uint32_t preset = 0; preset < sth_mem_preset_count(); preset++) {
        for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
            struct sth_mem_config config;
            struct sth_mem *mem[2];
            uint64_t cycles, bytes, random = 7 + preset, now = 0;

            sth_mem_config_default(&config);
            sth_mem_config_preset(&config, preset, 2);
            config.clock_mhz = clocks[i];
            mem[0] = sth_mem_create(&config, 16, false);
            mem[1] = sth_mem_create(&config, 16, false);
            cycles = sth_mem_cycle_period(mem[0]);
            bytes = sth_mem_address_period(mem[0]);
            assert_int_equal(cycles * 1000000 %
                                 ((uint64_t)config.dram.t_refi * clocks[i]),
                             0);
            assert_int_equal(bytes & (bytes - 1), 0);
            assert_true(sth_mem_is_at_rest(mem[0], cycles));
            for (int n = 0; n < 500; n++) {
                uint64_t r = sth_random_next(&random);
                uint64_t addr = (r >> 24) % bytes & ~(uint64_t)15;
                uint32_t beats = 1 + (uint32_t)(r >> 8) % 64;

                now += r % 64;
                assert_int_equal(sth_mem_read_burst(mem[0], cycles + now, addr,
                                                    beats, NULL) +
                                     2 * cycles,
                                 sth_mem_read_burst(mem[1], 3 * cycles + now,
                                                    addr + 5 * bytes, beats,
                                                    NULL));
            }
            sth_mem_destroy(mem[0]);
            sth_mem_destroy(mem[1]);
        }
    }
}

static void test_dram_refresh_blocks_and_closes_rows(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 64);

    (void)state;
    sth_mem_read_burst(mem, 7000, 0, 1, NULL);
    /* Precharge, refresh from 7813.75 on for 350, then activate again. */
    assert_int_equal(sth_mem_read_burst(mem, 7810, 0, 1, NULL), 8214);
    assert_int_equal(sth_mem_read_burst(mem, 9000, 0, 1, NULL), 9037);
    sth_mem_destroy(mem);
}

static void test_dram_directions_share_the_data_bus(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 16);
    uint64_t alone, shared, last;

    (void)state;
    for (uint64_t i = 0; i < 320; i++)
        alone = sth_mem_read_burst(mem, 0, i * 256, 16, NULL);
    sth_mem_reset_timing(mem);
    for (uint64_t i = 0; i < 320; i++) {
        sth_mem_write_burst(mem, 0, (1 << 20) + i * 256, 16, NULL, &last);
        shared = sth_mem_read_burst(mem, 0, i * 256, 16, NULL);
    }
    /* Reads wait for all batches but the last. */
    assert_true(shared - 20 > 13 * (alone - 20) / 10);
    sth_mem_destroy(mem);
}

static void test_dram_posted_writes_push_back_when_full(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 256);
    uint64_t cycle, last;

    (void)state;
    /* The controller takes the first writes at bus speed. */
    for (uint64_t i = 0; i < 32; i++)
        sth_mem_write_burst(mem, 0, i * 256, 1, &cycle, &last);
    assert_int_equal(cycle, 31);
    assert_int_equal(last, 31);
    /* Later ones at the speed of the device: 10 cycles for 256 bytes. */
    for (uint64_t i = 32; i < 132; i++)
        sth_mem_write_burst(mem, 0, i * 256, 1, &cycle, &last);
    assert_true(cycle > 900);
    sth_mem_destroy(mem);
}

static void test_dram_beats_are_ordered_and_repeatable(void **state)
{
    static const char *const names[] = {"ddr4-3200", "lpddr5-6400", "hbm2e",
                                        "fixed:30:7"};

    (void)state;
    for (int n = 0; n < 4; n++) {
        struct sth_mem *mem[2] = {make_mem(names[n], "20:3", 32),
                                  make_mem(names[n], "20:3", 32)};
        uint64_t seed = 11, now = 0, free_cycle[2] = {0, 0};

        for (unsigned i = 0; i < 3000; i++) {
            uint64_t addr = (uint64_t)random_u32(&seed) * 32;
            uint32_t beats = 1 + random_u32(&seed) % 128;
            bool write = random_u32(&seed) % 3 == 0;
            uint64_t cycle[2][128], end[2], last[2];

            now += random_u32(&seed) % 100;
            for (int k = 0; k < 2; k++) {
                if (write) {
                    end[k] = sth_mem_write_burst(mem[k], now, addr, beats,
                                                 cycle[k], &last[k]);
                } else {
                    end[k] =
                        sth_mem_read_burst(mem[k], now, addr, beats, cycle[k]);
                    last[k] = end[k];
                }
            }
            assert_int_equal(end[0], end[1]);
            assert_memory_equal(cycle[0], cycle[1], beats * sizeof *cycle[0]);
            assert_int_equal(last[0], cycle[0][beats - 1]);
            assert_true(cycle[0][0] >= now);
            assert_true(cycle[0][0] >= free_cycle[write]);
            for (uint32_t b = 1; b < beats; b++)
                assert_true(cycle[0][b] > cycle[0][b - 1]);
            free_cycle[write] = last[0] + 1;
        }
        sth_mem_destroy(mem[0]);
        sth_mem_destroy(mem[1]);
    }
}

/* Asking for the time of each beat changes none. */
static void test_beat_times_are_optional(void **state)
{
    static const char *const names[] = {"ddr4-3200", "lpddr5-6400", "hbm2e",
                                        "fixed:9:5"};

    (void)state;
    for (int n = 0; n < 4; n++) {
        for (uint32_t bus = 4; bus <= 256; bus *= 2) {
            struct sth_mem *with = make_mem(names[n], NULL, bus);
            struct sth_mem *without = make_mem(names[n], NULL, bus);
            uint64_t seed = bus, cycle[100], last, want;

            for (uint64_t i = 0; i < 300; i++) {
                uint64_t addr = (uint64_t)(random_u32(&seed) >> 8) * bus;
                uint32_t beats = 1 + random_u32(&seed) % 100;

                want = sth_mem_read_burst(with, 50 * i, addr, beats, cycle);
                assert_int_equal(
                    sth_mem_read_burst(without, 50 * i, addr, beats, NULL),
                    want);
                assert_int_equal(cycle[beats - 1], want);
                want = sth_mem_write_burst(with, 50 * i, addr, beats, cycle,
                                           &last);
                assert_int_equal(cycle[beats - 1], last);
                assert_int_equal(sth_mem_write_burst(without, 50 * i, addr,
                                                     beats, NULL, &last),
                                 want);
                assert_int_equal(cycle[beats - 1], last);
            }
            sth_mem_destroy(with);
            sth_mem_destroy(without);
        }
    }
}

static void test_reset_timing_repeats_and_keeps_storage(void **state)
{
    struct sth_mem *mem = make_mem("hbm2e", "10:4", 16);
    uint64_t first[64], again[64];
    uint32_t value = 77;

    (void)state;
    sth_mem_write(mem, 0, &value, 4);
    sth_mem_read_burst(mem, 5, 640, 64, first);
    sth_mem_reset_timing(mem);
    sth_mem_read_burst(mem, 5, 640, 64, again);
    assert_memory_equal(first, again, sizeof first);
    value = 0;
    sth_mem_read(mem, 0, &value, 4);
    assert_int_equal(value, 77);
    sth_mem_destroy(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dram_streams_reach_most_of_peak),
        cmocka_unit_test(test_dram_row_hit_is_faster_than_miss_and_conflict),
        cmocka_unit_test(test_dram_conflict_waits_for_precharge_times),
        cmocka_unit_test(test_dram_row_spans_its_channel_interleave),
        cmocka_unit_test(test_dram_strides_spread_over_channels),
        cmocka_unit_test(test_dram_clock_scales_time_exactly),
        cmocka_unit_test(test_dram_periods_are_periods),
        cmocka_unit_test(test_dram_refresh_blocks_and_closes_rows),
        cmocka_unit_test(test_dram_directions_share_the_data_bus),
        cmocka_unit_test(test_dram_posted_writes_push_back_when_full),
        cmocka_unit_test(test_dram_beats_are_ordered_and_repeatable),
        cmocka_unit_test(test_beat_times_are_optional),
        cmocka_unit_test(test_reset_timing_repeats_and_keeps_storage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
