/* The memory behind the bus: storage, fixed timing, stalls, DRAM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sth_mem.h"
#include "sth_dram.h"
#include "sth_random.h"

/* A memory as --memory and --stalls would make it. */
static struct sth_mem *make_mem(const char *text, const char *stalls,
                                uint32_t bus_bytes)
{
    struct sth_mem_config config;
    struct sth_mem *mem;
    char error[256];

    sth_mem_config_default(&config);
    if (text && !sth_mem_config_parse(&config, text, error, sizeof error))
        fail_msg("%s", error);
    if (stalls &&
        !sth_mem_config_parse_stalls(&config, stalls, error, sizeof error))
        fail_msg("%s", error);
    mem = sth_mem_create(&config, bus_bytes, false);
    assert_non_null(mem);
    return mem;
}

static uint32_t random_u32(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

/* ---- Configuration ---- */

static void test_parse_good_text_sets_members(void **state)
{
    struct sth_mem_config config;
    char error[256];

    (void)state;
    sth_mem_config_default(&config);
    assert_string_equal(config.name, "fixed");
    assert_int_equal(config.latency, 100);
    assert_int_equal(config.bytes_per_cycle, 0);
    assert_int_equal(config.stall_percent, 0);
    assert_true(
        sth_mem_config_parse(&config, "fixed:7:12", error, sizeof error));
    assert_int_equal(config.latency, 7);
    assert_int_equal(config.bytes_per_cycle, 12);
    assert_true(sth_mem_config_parse(&config, "hbm2e", error, sizeof error));
    assert_string_equal(config.name, "hbm2e");
    assert_true(sth_mem_config_parse_stalls(&config, "95:4294967295", error,
                                            sizeof error));
    assert_int_equal(config.stall_percent, 95);
    assert_int_equal(config.seed, 4294967295u);
}

static void test_parse_bad_text_is_named_and_changes_nothing(void **state)
{
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"fast", "memory 'fast' is neither fixed:LATENCY:BYTES_PER_CYCLE nor "
                 "one of ddr4-3200 lpddr5-6400 hbm2e"},
        {"fixed", "memory 'fixed' is neither fixed:LATENCY:BYTES_PER_CYCLE "
                  "nor one of ddr4-3200 lpddr5-6400 hbm2e"},
        {"fixed:", "memory 'fixed:': the latency must be 1 to 1000000 cycles"},
        {"fixed:0:8",
         "memory 'fixed:0:8': the latency must be 1 to 1000000 cycles"},
        {"fixed:x:8",
         "memory 'fixed:x:8': the latency must be 1 to 1000000 cycles"},
        {"fixed:9", "memory 'fixed:9': the bytes per cycle are missing; write "
                    "fixed:LATENCY:BYTES_PER_CYCLE"},
        {"fixed:9:8:1", "memory 'fixed:9:8:1': ':1' is too much; write "
                        "fixed:LATENCY:BYTES_PER_CYCLE"},
        {"fixed:9:", "memory 'fixed:9:': bytes per cycle must be 0 (full "
                     "width) to 65536"},
        {"fixed:9:8b", "memory 'fixed:9:8b': bytes per cycle must be 0 (full "
                       "width) to 65536"},
        {"fixed:9:65537", "memory 'fixed:9:65537': bytes per cycle must be 0 "
                          "(full width) to 65536"},
    };
    static const struct {
        const char *text, *error;
    } bad_stalls[] = {
        {"96:1", "stalls '96:1': expected PERCENT:SEED with 0 to 95 percent"},
        {"10", "stalls '10': expected PERCENT:SEED with 0 to 95 percent"},
        {"", "stalls '': expected PERCENT:SEED with 0 to 95 percent"},
        {"10:", "stalls '10:': the seed must be 0 to 4294967295"},
        {"10:4294967296",
         "stalls '10:4294967296': the seed must be 0 to 4294967295"},
        {"10:1x", "stalls '10:1x': the seed must be 0 to 4294967295"},
    };
    struct sth_mem_config config, before;
    char error[256];

    (void)state;
    memset(&config, 0, sizeof config);
    sth_mem_config_default(&config);
    before = config;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(
            sth_mem_config_parse(&config, bad[i].text, error, sizeof error));
        assert_string_equal(error, bad[i].error);
    }
    for (size_t i = 0; i < sizeof bad_stalls / sizeof *bad_stalls; i++) {
        assert_false(sth_mem_config_parse_stalls(&config, bad_stalls[i].text,
                                                 error, sizeof error));
        assert_string_equal(error, bad_stalls[i].error);
    }
    assert_memory_equal(&config, &before, sizeof config);
}

/* ---- Storage ---- */

static void test_storage_unwritten_reads_zero(void **state)
{
    struct sth_mem *mem = make_mem(NULL, NULL, 16);
    uint8_t bytes[100];

    (void)state;
    memset(bytes, 0xff, sizeof bytes);
    sth_mem_read(mem, 0xffff123450, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 0);
    sth_mem_destroy(mem);
    sth_mem_destroy(NULL);
}

static void test_storage_random_accesses_match_array(void **state)
{
    enum { SPAN = 300000 }; /* several pages, about a table's border */
    const uint64_t base = 0x10000000 - SPAN / 2;
    struct sth_mem *mem = make_mem(NULL, NULL, 16);
    uint8_t *mirror = calloc(1, SPAN), *read = malloc(SPAN);
    uint64_t seed = 5;

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        uint32_t at = random_u32(&seed) % SPAN;
        uint32_t n = random_u32(&seed) % (i % 4 ? 300 : 100000);

        n = n < SPAN - at ? n : SPAN - at;
        if (i % 2) {
            for (uint32_t j = 0; j < n; j++)
                mirror[at + j] = (uint8_t)random_u32(&seed);
            sth_mem_write(mem, base + at, mirror + at, n);
        } else {
            sth_mem_read(mem, base + at, read, n);
            assert_memory_equal(read, mirror + at, n);
        }
    }
    sth_mem_read(mem, base, read, SPAN);
    assert_memory_equal(read, mirror, SPAN);
    sth_mem_destroy(mem);
    free(mirror);
    free(read);
}

static void test_storage_ends_of_space_are_distinct_and_wrap(void **state)
{
    const uint64_t top = (UINT64_C(1) << 40) - 2;
    struct sth_mem *mem = make_mem(NULL, NULL, 16);
    uint8_t four[4] = {1, 2, 3, 4}, got[4];

    (void)state;
    sth_mem_write(mem, top, four, 4);
    sth_mem_read(mem, top, got, 4);
    assert_memory_equal(got, four, 4);
    sth_mem_read(mem, 0, got, 2);
    assert_memory_equal(got, four + 2, 2);
    sth_mem_destroy(mem);
}

static void test_storage_timing_only_drops_writes(void **state)
{
    struct sth_mem_config config;
    struct sth_mem *mem;
    uint32_t value = 0x12345678;

    (void)state;
    sth_mem_config_default(&config);
    mem = sth_mem_create(&config, 16, true);
    sth_mem_write(mem, 64, &value, 4);
    sth_mem_read(mem, 64, &value, 4);
    assert_int_equal(value, 0);
    sth_mem_destroy(mem);
}

static void test_error_range_borders_are_inclusive(void **state)
{
    struct sth_mem *mem = make_mem(NULL, NULL, 16);

    (void)state;
    assert_false(sth_mem_is_error(mem, 0, 1000000));
    sth_mem_set_error_range(mem, 100, 199);
    assert_false(sth_mem_is_error(mem, 0, 100));
    assert_true(sth_mem_is_error(mem, 0, 101));
    assert_true(sth_mem_is_error(mem, 199, 1));
    assert_false(sth_mem_is_error(mem, 200, 50));
    assert_true(sth_mem_is_error(mem, 50, 1000));
    assert_false(sth_mem_is_error(mem, 150, 0));
    sth_mem_set_error_range(mem, 300, 300);
    assert_false(sth_mem_is_error(mem, 150, 10));
    assert_true(sth_mem_is_error(mem, 300, 1));
    sth_mem_destroy(mem);
}

/* ---- Fixed timing ---- */

static void test_fixed_full_width_streams_one_beat_a_cycle(void **state)
{
    struct sth_mem *mem = make_mem("fixed:100:0", NULL, 16);
    uint64_t cycle[4];

    (void)state;
    assert_int_equal(sth_mem_read_burst(mem, 10, 0, 4, cycle), 113);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(cycle[i], 110 + i);
    /* Accepted a cycle later: queues behind the first burst. */
    assert_int_equal(sth_mem_read_burst(mem, 11, 64, 4, cycle), 117);
    assert_int_equal(cycle[0], 114);
    /* After a pause the latency counts again. */
    assert_int_equal(sth_mem_read_burst(mem, 500, 0, 1, NULL), 600);
    sth_mem_destroy(mem);
}

static void test_fixed_fractional_bandwidth_is_exact(void **state)
{
    struct sth_mem *mem = make_mem("fixed:10:6", NULL, 16);
    uint64_t cycle[300];

    (void)state;
    /* 16 bytes at 6 a cycle: beat i starts 16 i / 6 cycles after the first. */
    sth_mem_read_burst(mem, 0, 0, 300, cycle);
    for (uint64_t i = 0; i < 300; i++)
        assert_int_equal(cycle[i], 10 + (16 * i + 5) / 6);
    /* Without beat times the answer is the same. */
    sth_mem_reset_timing(mem);
    assert_int_equal(sth_mem_read_burst(mem, 0, 0, 100, NULL), cycle[99]);
    assert_int_equal(sth_mem_read_burst(mem, 0, 0, 200, NULL), cycle[299]);
    sth_mem_reset_timing(mem);
    for (int i = 0; i < 300; i++)
        assert_int_equal(sth_mem_read_burst(mem, 0, 0, 1, NULL), cycle[i]);
    sth_mem_destroy(mem);
}

static void test_fixed_bandwidth_above_bus_is_full_width(void **state)
{
    struct sth_mem *mem = make_mem("fixed:5:1000", NULL, 8);

    (void)state;
    assert_int_equal(sth_mem_read_burst(mem, 0, 0, 256, NULL), 5 + 255);
    sth_mem_destroy(mem);
}

static void test_fixed_directions_are_independent(void **state)
{
    struct sth_mem *mem = make_mem("fixed:20:8", NULL, 16);
    uint64_t cycle[3], last;

    (void)state;
    sth_mem_read_burst(mem, 0, 0, 256, NULL);
    assert_int_equal(sth_mem_write_burst(mem, 3, 0, 3, cycle, &last), 27);
    assert_int_equal(cycle[0], 3);
    assert_int_equal(cycle[1], 5);
    assert_int_equal(cycle[2], 7);
    assert_int_equal(last, 7);
    sth_mem_destroy(mem);
}

/* ---- Stalls ---- */

static void test_stalls_mean_delay_is_geometric(void **state)
{
    static const uint32_t percents[] = {5, 50, 95};

    (void)state;
    for (int p = 0; p < 3; p++) {
        char text[16];
        struct sth_mem *mem;
        double mean, want = percents[p] / (100.0 - percents[p]);
        uint64_t last;

        snprintf(text, sizeof text, "%u:9", percents[p]);
        mem = make_mem("fixed:1:0", text, 16);
        last = sth_mem_read_burst(mem, 0, 0, 100000, NULL);
        mean = (double)(last - 1 - 99999) / 100000;
        assert_true(mean > 0.95 * want && mean < 1.05 * want);
        sth_mem_destroy(mem);
    }
}

static void test_stalls_depend_on_seed_and_beat_alone(void **state)
{
    struct sth_mem *a = make_mem(NULL, "30:1", 16);
    struct sth_mem *b = make_mem(NULL, "30:1", 16);
    struct sth_mem *c = make_mem(NULL, "30:2", 16);
    uint64_t at_once[64], split[64], other[64], write[64], last;

    (void)state;
    sth_mem_read_burst(a, 0, 0, 64, at_once);
    sth_mem_write_burst(b, 0, 0, 64, write, &last);
    for (int i = 0; i < 64; i += 16)
        sth_mem_read_burst(b, 0, 0, 16, split + i);
    sth_mem_read_burst(c, 0, 0, 64, other);
    assert_memory_equal(at_once, split, sizeof split);
    assert_memory_not_equal(at_once, other, sizeof other);
    for (int i = 0; i < 64; i++)
        write[i] += 100;
    assert_memory_not_equal(at_once, write, sizeof write);
    sth_mem_destroy(a);
    sth_mem_destroy(b);
    sth_mem_destroy(c);
}

/* ---- DRAM ---- */

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
        assert_true(writes > 0.85 * peak && writes <= peak * 1.01);
        /* A narrow bus is the limit itself. */
        assert_true(stream_rate(drams[i].name, 4, false) > 3.7);
    }
}

static void test_dram_row_hit_is_faster_than_miss_and_conflict(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 64);
    uint64_t miss, hit, conflict;

    (void)state;
    /* 64 bytes: activate, column, data, controller: 13.75 * 2 + 2.5 + 20. */
    miss = sth_mem_read_burst(mem, 1000, 0, 1, NULL) - 1000;
    assert_int_equal(miss, 50);
    hit = sth_mem_read_burst(mem, 2000, 64, 1, NULL) - 2000;
    assert_int_equal(hit, 37); /* 13.75 + 2.5 + 20, rounded up */
    /* The same bank, another row: bank bits are XORed with the row's. */
    conflict = sth_mem_read_burst(mem, 3000, 17 * 8192, 1, NULL) - 3000;
    assert_int_equal(conflict, 64);
    /* Another bank does not disturb the open row. */
    assert_int_equal(sth_mem_read_burst(mem, 4000, 8192, 1, NULL), 4050);
    assert_int_equal(sth_mem_read_burst(mem, 5000, 17 * 8192, 1, NULL), 5037);
    sth_mem_destroy(mem);
}

static void test_dram_conflict_waits_for_precharge_times(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 64);
    uint64_t last;

    (void)state;
    /* tRAS 32, tRP 13.75, tRCD 13.75, CL 13.75, burst 2.5, controller 20. */
    sth_mem_read_burst(mem, 1000, 0, 1, NULL);
    assert_int_equal(sth_mem_read_burst(mem, 1000, 17 * 8192, 1, NULL), 1096);
    /*
     * Write to an open row: data from 10 to 12.5, tWR 15, then precharge and
     * the read as above: 27.5 + 13.75 + 27.5 + 22.5.
     */
    sth_mem_write_burst(mem, 2000, 17 * 8192, 1, NULL, &last);
    assert_int_equal(last, 2000);
    assert_int_equal(sth_mem_read_burst(mem, 2000, 0, 1, NULL), 2092);
    sth_mem_destroy(mem);
}

static void test_dram_row_spans_its_channel_interleave(void **state)
{
    struct sth_mem *mem = make_mem("hbm2e", NULL, 32);

    (void)state;
    /*
     * A row of 1 KiB holds one unit of 256 bytes from every 4 KiB: of those,
     * the one whose number is that of the 4 KiB.
     */
    assert_int_equal(sth_mem_read_burst(mem, 1000, 0, 1, NULL), 1062);
    for (uint64_t i = 1; i < 4; i++)
        assert_int_equal(sth_mem_read_burst(mem, 1000 + 100 * i,
                                            i * 4096 + i * 256, 1, NULL),
                         1050 + 100 * i);
    /* Its neighbours in other channels are not open. */
    assert_int_equal(sth_mem_read_burst(mem, 1500, 256, 1, NULL), 1562);
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
        assert_true(strided_rate("hbm2e", 256, 1024, stride) > 0.95 * 256);
    for (uint64_t stride = 1024; stride <= 131072; stride *= 2)
        assert_true(strided_rate("lpddr5-6400", 64, 1024, stride) >
                    0.85 * 51.2);
}

/* One channel at a time and four, with the cycles of the beats and without. */
static void test_dram_ways_of_reading_agree(void **state)
{
    static const char *const names[] = {"hbm2e", "lpddr5-6400"};
    uint64_t random = 1;

    (void)state;
    for (int n = 0; n < 2; n++) {
        for (uint32_t bus = 8; bus <= 256; bus *= 2) {
            static struct sth_dram dram[3];
            struct sth_mem_port port[3][2] = {0};
            uint64_t beat[2][256], now = 0;

            for (int i = 0; i < 3; i++) {
                sth_dram_init(&dram[i], sth_dram_find(names[n]), bus);
                sth_dram_reset(&dram[i]);
            }
            if (!dram[0].wide) {
                print_message("no AVX2 here: one way of reading\n");
                return;
            }
            dram[2].wide = false;
            for (int i = 0; i < 2000; i++) {
                uint64_t r = sth_random_next(&random), last[3];
                uint32_t beats = 1 + (uint32_t)(r >> 8) % (4096 / bus) % 256;
                uint64_t addr = (r >> 24) % (8 << 20) & ~(uint64_t)(bus - 1);
                bool write = r % 5 == 0;

                now += r % 16;
                for (int d = 0; d < 3; d++)
                    last[d] =
                        write ? sth_dram_write(&dram[d], &port[d][1], now, addr,
                                               beats, NULL)
                              : sth_dram_read(&dram[d], &port[d][0], now, addr,
                                              beats, d ? beat[d - 1] : NULL);
                assert_int_equal(last[0], last[1]);
                assert_int_equal(last[0], last[2]);
                if (!write)
                    assert_memory_equal(beat[0], beat[1],
                                        beats * sizeof(beat[0][0]));
            }
        }
    }
}

static void test_dram_refresh_blocks_and_closes_rows(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 64);

    (void)state;
    sth_mem_read_burst(mem, 7000, 0, 1, NULL);
    /* Refresh from 7800 to 8150: wait, then activate again. */
    assert_int_equal(sth_mem_read_burst(mem, 7810, 0, 1, NULL), 8150 + 50);
    assert_int_equal(sth_mem_read_burst(mem, 9000, 0, 1, NULL), 9037);
    sth_mem_destroy(mem);
}

static void test_dram_directions_share_the_data_bus(void **state)
{
    struct sth_mem *mem = make_mem("ddr4-3200", NULL, 16);
    uint64_t alone, shared, last;

    (void)state;
    for (uint64_t i = 0; i < 32; i++)
        alone = sth_mem_read_burst(mem, 0, i * 256, 16, NULL);
    sth_mem_reset_timing(mem);
    for (uint64_t i = 0; i < 32; i++) {
        sth_mem_write_burst(mem, 0, (1 << 20) + i * 256, 16, NULL, &last);
        shared = sth_mem_read_burst(mem, 0, i * 256, 16, NULL);
    }
    assert_true(shared - 20 > 3 * (alone - 20) / 2);
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
        cmocka_unit_test(test_parse_good_text_sets_members),
        cmocka_unit_test(test_parse_bad_text_is_named_and_changes_nothing),
        cmocka_unit_test(test_storage_unwritten_reads_zero),
        cmocka_unit_test(test_storage_random_accesses_match_array),
        cmocka_unit_test(test_storage_ends_of_space_are_distinct_and_wrap),
        cmocka_unit_test(test_storage_timing_only_drops_writes),
        cmocka_unit_test(test_error_range_borders_are_inclusive),
        cmocka_unit_test(test_fixed_full_width_streams_one_beat_a_cycle),
        cmocka_unit_test(test_fixed_fractional_bandwidth_is_exact),
        cmocka_unit_test(test_fixed_bandwidth_above_bus_is_full_width),
        cmocka_unit_test(test_fixed_directions_are_independent),
        cmocka_unit_test(test_stalls_mean_delay_is_geometric),
        cmocka_unit_test(test_stalls_depend_on_seed_and_beat_alone),
        cmocka_unit_test(test_dram_streams_reach_most_of_peak),
        cmocka_unit_test(test_dram_row_hit_is_faster_than_miss_and_conflict),
        cmocka_unit_test(test_dram_conflict_waits_for_precharge_times),
        cmocka_unit_test(test_dram_row_spans_its_channel_interleave),
        cmocka_unit_test(test_dram_strides_spread_over_channels),
        cmocka_unit_test(test_dram_ways_of_reading_agree),
        cmocka_unit_test(test_dram_refresh_blocks_and_closes_rows),
        cmocka_unit_test(test_dram_directions_share_the_data_bus),
        cmocka_unit_test(test_dram_posted_writes_push_back_when_full),
        cmocka_unit_test(test_dram_beats_are_ordered_and_repeatable),
        cmocka_unit_test(test_beat_times_are_optional),
        cmocka_unit_test(test_reset_timing_repeats_and_keeps_storage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
