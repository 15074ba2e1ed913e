/* Configurations: the shipped ones load, and every mistake has its message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sth_config.h"

/* A good file; tests replace or add lines of it. */
static const char *const good[] = {
    "array_rows = 16", "array_cols = 16",   "sp_bytes = 262144",
    "sp_banks = 4",    "acc_bytes = 65536", "acc_banks = 4",
    "bus_bytes = 16",  "queue_depth = 8",   "fetch_depth = 16",
    "load_slots = 32", "store_slots = 16",
};
#define GOOD_LINES (sizeof good / sizeof *good)

static char path[512];

static int make_path(void **state)
{
    const char *directory = getenv("TMPDIR");
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/sth_config_XXXXXX",
             directory ? directory : "/tmp");
    fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static int remove_path(void **state)
{
    (void)state;
    return remove(path);
}

/* Writes the good file with line `replaced` (from 1; 0: none) exchanged. */
static void write_file(unsigned replaced, const char *line)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (unsigned i = 0; i < GOOD_LINES; i++)
        fprintf(file, "%s\n", i + 1 == replaced ? line : good[i]);
    if (replaced > GOOD_LINES)
        fputs(line, file);
    fclose(file);
}

/* What is wrong with the good file when a line is exchanged. */
struct mistake {
    unsigned line; /* 12: added at the end */
    const char *text;
    const char *error; /* behind the path */
};

static const struct mistake mistakes[] = {
    {12, "array_depth = 4\n", ":12: key 'array_depth': unknown key"},
    {12, "Array_rows = 4\n", ":12: key 'Array_rows': unknown key"},
    {12, "array_rows = 16\n", ":12: key 'array_rows': already set in line 1"},
    {12, "= 16\n", ":12: key '': unknown key"},
    {12, "array_rows 16\n", ":12: expected 'key = value', got 'array_rows 16'"},
    {12, "nonsense", ":12: expected 'key = value', got 'nonsense'"},
    {1, "# array_rows = 16", ": key 'array_rows': missing"},
    {11, "", ": key 'store_slots': missing"},
    {1, "array_rows = many",
     ":1: key 'array_rows': 'many' is not a decimal number"},
    {1, "array_rows =", ":1: key 'array_rows': '' is not a decimal number"},
    {1, "array_rows = 0x10",
     ":1: key 'array_rows': '0x10' is not a decimal number"},
    {1, "array_rows = -16",
     ":1: key 'array_rows': '-16' is not a decimal number"},
    {1, "array_rows = 16.0",
     ":1: key 'array_rows': '16.0' is not a decimal number"},
    {1, "array_rows = 16 16",
     ":1: key 'array_rows': '16 16' is not a decimal number"},
    {1, "array_rows = 16 = 16",
     ":1: key 'array_rows': '16 = 16' is not a decimal number"},
    {1, "array_rows = 24",
     ":1: key 'array_rows': 24 is not a power of two; the nearest legal value "
     "is 32"},
    {1, "array_rows = 2",
     ":1: key 'array_rows': 2 is not in 4..512; the nearest legal value is 4"},
    {2, "array_cols = 1000",
     ":2: key 'array_cols': 1000 is not in 4..512; the nearest legal value is "
     "512"},
    {2, "array_cols = 0",
     ":2: key 'array_cols': 0 is not in 4..512; the nearest legal value is 4"},
    {1, "array_rows = 4294967312",
     ":1: key 'array_rows': 4294967312 is not in 4..512; the nearest legal "
     "value is 512"},
    {1, "array_rows = 9999999999999999999999999",
     ":1: key 'array_rows': 18446744073709551615 is not in 4..512; the nearest "
     "legal value is 512"},
    {1, "array_rows = 18446744073709551632",
     ":1: key 'array_rows': 18446744073709551615 is not in 4..512; the nearest "
     "legal value is 512"},
    {3, "sp_bytes = 100000",
     ":3: key 'sp_bytes': 100000 is not a multiple of a row of scratchpad "
     "banks, 256 bytes; the nearest legal value is 100096"},
    {7, "bus_bytes = 128",
     ":7: key 'bus_bytes': 128 is wider than a scratchpad word of 64 bytes; "
     "the nearest legal value is 64"},
    {5, "acc_bytes = 268435457",
     ":5: key 'acc_bytes': 268435457 is not in 1024..268435456; the nearest "
     "legal value is 268435456"},
    {5, "acc_bytes = 65791",
     ":5: key 'acc_bytes': 65791 is not a multiple of a row of accumulator "
     "banks, 256 bytes; the nearest legal value is 65792"},
    {6, "acc_banks = 128",
     ":6: key 'acc_banks': 128 is not in 2..64; the nearest legal value is 64"},
    {8, "queue_depth = 1",
     ":8: key 'queue_depth': 1 is not in 2..32; the nearest legal value is 2"},
    {12, "vector_lanes = 2\n",
     ":12: key 'vector_lanes': 2 is not all, a half or a quarter of 16 "
     "columns; "
     "the nearest legal value is 4"},
    {12, "vector_lanes = 32\n",
     ":12: key 'vector_lanes': 32 is not all, a half or a quarter of 16 "
     "columns; the nearest legal value is 16"},
    {12, "vector_lanes = 12\n",
     ":12: key 'vector_lanes': 12 is not a power of two; the nearest legal "
     "value "
     "is 16"},
    {12, "data_types = 0\n",
     ":12: key 'data_types': 0 is not in 1..3; the nearest legal value is 1"},
    {12, "vector_share = 3\n",
     ":12: key 'vector_share': 3 is not a power of two; the nearest legal "
     "value is 4"},
    {12, "vector_share = 8\n",
     ":12: key 'vector_share': 8 is not in 1..4; the nearest legal value is 4"},
    {12, "clock_mhz = 0\n",
     ":12: key 'clock_mhz': clock '0' is not 1 to 10000 MHz"},
    {12, "clock_mhz = 1e3\n",
     ":12: key 'clock_mhz': clock '1e3' is not 1 to 10000 MHz"},
    {12, "memory = hbm2e x3\n",
     ":12: key 'memory': memory 'hbm2e x3': the count must be a power of two "
     "up to 256"},
    {12, "clock_mhz = 940\nclock_mhz = 940\n",
     ":13: key 'clock_mhz': already set in line 12"},
    {9, "fetch_depth = 128",
     ":9: key 'fetch_depth': 128 is not in 2..64; the nearest legal value is "
     "64"},
    {10, "load_slots = 65",
     ":10: key 'load_slots': 65 is not in 2..64; the nearest legal value is "
     "64"},
};

static void test_load_mistake_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *m = &mistakes[i];
        struct sth_config config, before;
        char error[1024] = "", want[1024];

        write_file(m->line, m->text);
        memset(&config, 0x5a, sizeof config);
        before = config;
        snprintf(want, sizeof want, "%s%s", path, m->error);
        assert_false(sth_config_load(path, &config, error, sizeof error));
        assert_string_equal(error, want);
        assert_memory_equal(&config, &before, sizeof config);
    }
}

/* Memories that are legal alone but too small for 128 columns. */
static void test_load_small_memory_is_named(void **state)
{
    static const struct mistake small[] = {
        {3, "sp_bytes = 2048",
         ":3: key 'sp_bytes': 2048 is less than two rows of scratchpad banks "
         "of 2048 bytes; the nearest legal value is 4096"},
        {5, "acc_bytes = 2048",
         ":5: key 'acc_bytes': 2048 is less than two rows of accumulator banks "
         "of 2048 bytes; the nearest legal value is 4096"},
    };
    struct sth_config config;
    char error[1024], want[1024];

    (void)state;
    for (size_t k = 0; k < sizeof small / sizeof *small; k++) {
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        for (unsigned i = 0; i < GOOD_LINES; i++)
            fprintf(file, "%s\n",
                    i == 1                   ? "array_cols = 128"
                    : i + 1 == small[k].line ? small[k].text
                                             : good[i]);
        fclose(file);
        snprintf(want, sizeof want, "%s%s", path, small[k].error);
        assert_false(sth_config_load(path, &config, error, sizeof error));
        assert_string_equal(error, want);
    }
}

static void test_load_long_line_is_refused(void **state)
{
    struct sth_config config;
    char line[400], error[1024], want[1024];

    (void)state;
    memset(line, ' ', sizeof line);
    line[sizeof line - 1] = 0;
    write_file(12, line);
    snprintf(want, sizeof want, "%s:12: line is longer than 254 characters",
             path);
    assert_false(sth_config_load(path, &config, error, sizeof error));
    assert_string_equal(error, want);
}

static void test_load_missing_file_is_named(void **state)
{
    struct sth_config config;
    char error[1024];

    (void)state;
    assert_false(sth_config_load("/no/such.cfg", &config, error, sizeof error));
    assert_string_equal(error, "/no/such.cfg: No such file or directory");
}

static void test_load_short_error_buffer_is_not_overrun(void **state)
{
    struct sth_config config;
    char error[12] = "12345678901";

    (void)state;
    assert_false(sth_config_load("/no/such.cfg", &config, error, 8));
    assert_string_equal(error, "/no/suc");
    assert_string_equal(error + 8, "901");
}

static void test_load_comments_and_blanks_are_ignored(void **state)
{
    struct sth_config config;
    char error[1024];

    (void)state;
    write_file(1, "  # comment = 1\n\n\t array_rows=8   # eight\r");
    if (!sth_config_load(path, &config, error, sizeof error))
        fail_msg("%s", error);
    assert_int_equal(config.params.array_rows, 8);
    assert_int_equal(config.params.store_slots, 16);
    assert_string_equal(config.name, strrchr(path, '/') + 1);
}

static void test_load_clock_and_memory_are_optional(void **state)
{
    struct sth_config plain, same, other;
    char error[1024];

    (void)state;
    write_file(0, NULL);
    assert_true(sth_config_load(path, &plain, error, sizeof error));
    assert_int_equal(plain.memory.clock_mhz, 1000);
    assert_string_equal(plain.memory.name, "fixed");
    assert_int_equal(plain.memory.latency, 100);
    write_file(12, "memory = fixed:100:0\nclock_mhz = 1000");
    assert_true(sth_config_load(path, &same, error, sizeof error));
    assert_int_equal(sth_config_hash(&same), sth_config_hash(&plain));
    write_file(12, "memory = hbm2e x2\nclock_mhz = 940");
    assert_true(sth_config_load(path, &other, error, sizeof error));
    assert_int_equal(other.memory.clock_mhz, 940);
    assert_int_equal(other.memory.count, 2);
    assert_string_equal(other.memory.name, "hbm2e");
    assert_int_equal(sth_params_hash(&other.params),
                     sth_params_hash(&plain.params));
    assert_int_not_equal(sth_config_hash(&other), sth_config_hash(&plain));
}

/* A file of figures stands beside the configuration that names it. */
static void test_load_memory_file_is_beside(void **state)
{
    struct sth_config config;
    char error[1024], want[1024];

    (void)state;
    write_file(12, "memory = no-such.mem");
    assert_false(sth_config_load(path, &config, error, sizeof error));
    snprintf(want, sizeof want,
             "%s:12: key 'memory': %.*s/no-such.mem: No such file or directory",
             path, (int)(strrchr(path, '/') - path), path);
    assert_string_equal(error, want);
}

static void test_find_shipped_configs_load_by_name(void **state)
{
    static const char *const names[] = {"nano", "edge", "wide", "server"};
    struct sth_config by_name, by_path;
    char error[1024], file[64];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!sth_config_find(names[i], ".", &by_name, error, sizeof error))
            fail_msg("%s", error);
        assert_string_equal(by_name.name, names[i]);
        snprintf(file, sizeof file, "configs/%s.cfg", names[i]);
        assert_true(
            sth_config_find(file, "/nowhere", &by_path, error, sizeof error));
        assert_string_equal(by_path.name, names[i]);
        assert_memory_equal(&by_name.params, &by_path.params,
                            sizeof by_name.params);
        assert_true(sth_config_check(&by_name.params, error, sizeof error));
    }
}

static void test_find_unknown_name_names_the_file(void **state)
{
    struct sth_config config;
    char error[1024];

    (void)state;
    assert_false(sth_config_find("huge", ".", &config, error, sizeof error));
    assert_string_equal(error, "./configs/huge.cfg: No such file or directory");
}

static void test_vector_lanes_default_to_columns(void **state)
{
    struct sth_config config;
    char error[1024];

    (void)state;
    write_file(2, "array_cols = 64");
    assert_true(sth_config_load(path, &config, error, sizeof error));
    assert_int_equal(config.params.vector_lanes, 64);
    write_file(GOOD_LINES + 1, "vector_lanes = 8\n");
    assert_true(sth_config_load(path, &config, error, sizeof error));
    assert_int_equal(config.params.vector_lanes, 8);
}

static void test_vector_share_defaults_to_four(void **state)
{
    struct sth_config config;
    char error[1024];

    (void)state;
    write_file(0, "");
    assert_true(sth_config_load(path, &config, error, sizeof error));
    assert_int_equal(config.params.vector_share, 4);
    write_file(GOOD_LINES + 1, "vector_share = 1\n");
    assert_true(sth_config_load(path, &config, error, sizeof error));
    assert_int_equal(config.params.vector_share, 1);
}

static void test_default_is_edge_and_legal(void **state)
{
    static const struct sth_params defaults = {
#define PARAM(c, v, def, ...) .c = (def),
#include "params.def"
#undef PARAM
    };
    struct sth_config edge;
    char error[1024];

    (void)state;
    assert_true(sth_config_check(&defaults, error, sizeof error));
    assert_true(sth_config_find("edge", ".", &edge, error, sizeof error));
    assert_string_equal(edge.name, "edge");
    assert_memory_equal(&defaults, &edge.params, sizeof edge.params);
}

static void test_check_bad_params_are_named(void **state)
{
    struct sth_config config;
    char error[1024];

    (void)state;
    assert_true(sth_config_find("edge", ".", &config, error, sizeof error));
    config.params.sp_banks = 3;
    assert_false(sth_config_check(&config.params, error, sizeof error));
    assert_string_equal(error, "key 'sp_banks': 3 is not a power of two; the "
                               "nearest legal value is 4");
    assert_true(sth_config_find("edge", ".", &config, error, sizeof error));
    config.params.bus_bytes = 256;
    assert_false(sth_config_check(&config.params, error, sizeof error));
    assert_string_equal(error,
                        "key 'bus_bytes': 256 is wider than a scratchpad word "
                        "of 64 bytes; the nearest legal value is 64");
}

/* Every value that is given back as the nearest is legal, and none is nearer.
 */
static void test_nearest_is_legal_and_nearest(void **state)
{
    const struct sth_params p = {4, 8, 1088, 2,  1152, 4, 16,
                                 7, 3, 5,    63, 4,    2, 1};
    char error[1024];

    (void)state;
    for (int i = 0; i < STH_PARAM_COUNT; i++) {
        for (uint32_t value = 0; value < 3000; value += 1 + value / 64) {
            struct sth_params q = p;
            uint32_t *of = (uint32_t *)(void *)&q + i;
            uint32_t nearest = sth_config_nearest(&p, (enum sth_param)i, value);
            uint32_t off = nearest > value ? nearest - value : value - nearest;

            *of = nearest;
            if (i == STH_PARAM_SpBytes || i == STH_PARAM_AccBytes ||
                i >= STH_PARAM_BusBytes)
                assert_true(sth_config_check(&q, error, sizeof error));
            for (uint32_t d = 0; d < off; d++) {
                *of = value + d;
                assert_false(sth_config_check(&q, error, sizeof error));
                *of = value < d ? 0 : value - d;
                assert_false(sth_config_check(&q, error, sizeof error));
            }
        }
    }
}

/* A cycle's, of a type of which a PE multiplies so many pairs of operands. */
static uint32_t products(const struct sth_params *p, uint32_t type,
                         uint32_t pairs)
{
    return (p->data_types & type) ? p->array_rows * p->array_cols * pairs : 0;
}

/* Chips in the shape of published ones, and the most of everything. */
static void test_known_chips_load(void **state)
{
    static const struct {
        const char *path;
        uint32_t sp_mib, clock_mhz;
        double bytes;        /* of memory, a cycle */
        uint32_t int8, bf16; /* products a cycle */
    } chips[] = {
        {"configs/chips/tpu-v1.cfg", 24, 700, 25.6 / 0.7, 65536, 0},
        {"configs/chips/neuroncore-v2.cfg", 24, 1120, 409.6 / 1.12, 32768,
         16384},
        {"configs/chips/tpu-v4i.cfg", 128, 1050, 819.2 / 1.05, 32768, 16384},
    };
    const struct sth_params most = {512, 512,  256u << 20, 64, 256u << 20,
                                    64,  2048, 32,         64, 64,
                                    64,  512,  3,          4};
    char error[1024];

    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        struct sth_config config;
        double bytes;

        if (!sth_config_load(chips[i].path, &config, error, sizeof error))
            fail_msg("%s", error);
        bytes = sth_mem_config_peak(&config.memory).bytes;
        assert_int_equal(config.params.sp_bytes, chips[i].sp_mib << 20);
        assert_int_equal(config.memory.clock_mhz, chips[i].clock_mhz);
        assert_true(bytes > 0.999 * chips[i].bytes &&
                    bytes < 1.001 * chips[i].bytes);
        assert_int_equal(products(&config.params, STH_DATA_TYPE_INT8, 2),
                         chips[i].int8);
        assert_int_equal(products(&config.params, STH_DATA_TYPE_BF16, 1),
                         chips[i].bf16);
    }
    assert_true(sth_config_check(&most, error, sizeof error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_mistake_is_named),
        cmocka_unit_test(test_load_small_memory_is_named),
        cmocka_unit_test(test_load_long_line_is_refused),
        cmocka_unit_test(test_load_missing_file_is_named),
        cmocka_unit_test(test_load_short_error_buffer_is_not_overrun),
        cmocka_unit_test(test_load_comments_and_blanks_are_ignored),
        cmocka_unit_test(test_load_clock_and_memory_are_optional),
        cmocka_unit_test(test_load_memory_file_is_beside),
        cmocka_unit_test(test_find_shipped_configs_load_by_name),
        cmocka_unit_test(test_find_unknown_name_names_the_file),
        cmocka_unit_test(test_vector_lanes_default_to_columns),
        cmocka_unit_test(test_vector_share_defaults_to_four),
        cmocka_unit_test(test_default_is_edge_and_legal),
        cmocka_unit_test(test_check_bad_params_are_named),
        cmocka_unit_test(test_nearest_is_legal_and_nearest),
        cmocka_unit_test(test_known_chips_load),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path) != 0;
}
