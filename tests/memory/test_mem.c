/* The memory behind the bus: storage, fixed timing, stalls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem_make.h"

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

struct kept {
    uint8_t bytes[64];
    uint64_t addr; /* the last */
};

static void kept_read(void *user, uint64_t addr, void *to, size_t bytes)
{
    struct kept *k = user;

    k->addr = addr;
    memcpy(to, k->bytes + addr % 64, bytes);
}

static void kept_write(void *user, uint64_t addr, const void *from,
                       size_t bytes)
{
    struct kept *k = user;

    k->addr = addr;
    memcpy(k->bytes + addr % 64, from, bytes);
}

static void test_storage_elsewhere(void **state)
{
    struct sth_mem *mem = make_mem(NULL, NULL, 16);
    struct kept kept = {{0}, 0};
    const struct sth_mem_store store = {&kept, kept_read, kept_write};
    uint32_t value = 0x01020304;

    (void)state;
    sth_mem_write(mem, 8, &value, 4);
    sth_mem_set_store(mem, &store);
    sth_mem_read(mem, 8, &value, 4);
    assert_int_equal(value, 0);
    value = 0x05060708;
    sth_mem_write(mem, (UINT64_C(1) << 40) + 16, &value, 4);
    assert_int_equal(kept.addr, 16);
    assert_int_equal(kept.bytes[16], 8);
    sth_mem_set_store(mem, NULL);
    sth_mem_read(mem, 8, &value, 4);
    assert_int_equal(value, 0x01020304);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_storage_unwritten_reads_zero),
        cmocka_unit_test(test_storage_random_accesses_match_array),
        cmocka_unit_test(test_storage_ends_of_space_are_distinct_and_wrap),
        cmocka_unit_test(test_storage_timing_only_drops_writes),
        cmocka_unit_test(test_storage_elsewhere),
        cmocka_unit_test(test_error_range_borders_are_inclusive),
        cmocka_unit_test(test_fixed_full_width_streams_one_beat_a_cycle),
        cmocka_unit_test(test_fixed_fractional_bandwidth_is_exact),
        cmocka_unit_test(test_fixed_bandwidth_above_bus_is_full_width),
        cmocka_unit_test(test_fixed_directions_are_independent),
        cmocka_unit_test(test_stalls_mean_delay_is_geometric),
        cmocka_unit_test(test_stalls_depend_on_seed_and_beat_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
