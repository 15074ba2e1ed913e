/* What the texts of memories mean, presets and files of one's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sth_mem_table.h"

static void test_parse_good_text_sets_members(void **state)
{
    struct sth_mem_config config;
    char error[1024];

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
    assert_int_equal(config.count, 1);
    assert_int_equal(config.clock_mhz, 1000);
    assert_true(
        sth_mem_config_parse_clock(&config, "940", error, sizeof error));
    assert_true(sth_mem_config_parse(&config, "hbm3 x4", error, sizeof error));
    assert_int_equal(config.count, 4);
    assert_int_equal(config.clock_mhz, 940);
    assert_true(sth_mem_config_parse_stalls(&config, "95:4294967295", error,
                                            sizeof error));
    assert_int_equal(config.stall_percent, 95);
    assert_int_equal(config.seed, 4294967295u);
}

static void test_parse_bad_text_is_named_and_changes_nothing(void **state)
{
#define NONE                                                                   \
    "is neither fixed:LATENCY:BYTES_PER_CYCLE nor a FILE.mem nor one of "      \
    "ddr4-3200 lpddr5-6400 hbm2e ddr5-4800 ddr5-6400 lpddr5x-8533 "            \
    "gddr6-16000 hbm3 hbm3e"
    static const struct {
        const char *text, *error;
    } bad[] = {
        {"fast", "memory 'fast' " NONE},
        {"fixed", "memory 'fixed' " NONE},
        {"hbm2e x", "memory 'hbm2e x' " NONE},
        {"hbm2e 2", "memory 'hbm2e 2' " NONE},
        {"hbm2e x3", "memory 'hbm2e x3': the count must be a power of two up "
                     "to 256"},
        {"hbm2e x0", "memory 'hbm2e x0': the count must be a power of two up "
                     "to 256"},
        {"hbm3 x16", "memory 'hbm3 x16': 16 times 32 channels are more than "
                     "256"},
        {"/no/such.mem x2", "/no/such.mem: No such file or directory"},
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
    char error[1024];

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
    assert_false(sth_mem_config_parse_clock(&config, "0", error, sizeof error));
    assert_string_equal(error, "clock '0' is not 1 to 10000 MHz");
    assert_false(
        sth_mem_config_parse_clock(&config, "1.5", error, sizeof error));
    assert_string_equal(error, "clock '1.5' is not 1 to 10000 MHz");
    assert_memory_equal(&config, &before, sizeof config);
}

/* Each preset's peak in GB/s, whatever the clock. */
static void test_peaks_are_those_of_the_wires(void **state)
{
    static const struct {
        const char *text;
        double bytes; /* a nanosecond */
    } peaks[] = {
        {"ddr4-3200", 25.6},    {"lpddr5-6400", 51.2},   {"hbm2e", 409.6},
        {"hbm2e x2", 819.2},    {"ddr5-4800", 38.4},     {"ddr5-6400", 51.2},
        {"lpddr5x-8533", 68.3}, {"gddr6-16000 x8", 512}, {"hbm3", 819.2},
        {"hbm3e", 1177.6},      {"hbm3 x8", 6553.6},
    };
    char error[256], text[80];

    (void)state;
    for (size_t i = 0; i < sizeof peaks / sizeof *peaks; i++) {
        for (uint32_t mhz = 250; mhz <= 2000; mhz *= 2) {
            struct sth_mem_config config;
            double bytes;

            sth_mem_config_default(&config);
            config.clock_mhz = mhz;
            assert_true(sth_mem_config_parse(&config, peaks[i].text, error,
                                             sizeof error));
            bytes = sth_mem_config_peak(&config).bytes * mhz / 1000;
            assert_true(bytes > 0.999 * peaks[i].bytes);
            assert_true(bytes < 1.001 * peaks[i].bytes);
            sth_mem_config_text(&config, text, sizeof text);
            assert_string_equal(text, peaks[i].text);
        }
    }
}

/* Each figure of each preset obeys the rules and says where it is from. */
static void test_presets_are_sound_and_sourced(void **state)
{
    struct sth_mem_source source[STH_DRAM_FIELDS];
    char error[256], why[128];

    (void)state;
    for (uint32_t i = 0; i < sth_mem_preset_count(); i++) {
        uint32_t value[STH_DRAM_FIELDS];

        assert_true(sth_mem_sources(sth_mem_preset_name(i), source, error,
                                    sizeof error));
        for (int f = 0; f < STH_DRAM_FIELDS; f++) {
            value[f] = sth_mem_presets[i].figure[f].value;
            assert_true(source[f].standing >= STH_STANDING_PUBLISHED);
            assert_true(strlen(source[f].text) > 5);
        }
        if (sth_mem_figures_check(value, why, sizeof why) >= 0)
            fail_msg("%s: %s", sth_mem_preset_name(i), why);
    }
    assert_false(sth_mem_sources("fixed:1:1", source, error, sizeof error));
}

/* ---- Files ---- */

static char path[512];

static void write_figure(FILE *file, unsigned field, uint32_t value)
{
    fprintf(file, "%s = ", sth_mem_fields[field].name);
    if (field == STH_DRAM_mapping)
        fprintf(file, "%s", sth_mapping_name(value));
    else
        fprintf(file, "%u", value);
    fprintf(file, " derived hbm2e of the table # really\n");
}

/* hbm2e as a file, line `replaced` (from 1; 0: none) exchanged. */
static void write_file(unsigned replaced, const char *line)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (unsigned i = 0; i < STH_DRAM_FIELDS; i++)
        if (i + 1 == replaced)
            fprintf(file, "%s\n", line);
        else
            write_figure(file, i, sth_mem_presets[2].figure[i].value);
    if (replaced > STH_DRAM_FIELDS)
        fprintf(file, "%s\n", line);
    fclose(file);
}

static int make_path(void **state)
{
    const char *directory = getenv("TMPDIR");
    int fd;

    (void)state;
    snprintf(path, sizeof path, "%s/sth_XXXXXX.mem",
             directory ? directory : "/tmp");
    fd = mkstemps(path, 4);
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

static void test_file_is_the_preset_that_it_copies(void **state)
{
    struct sth_mem_config file, preset;
    struct sth_mem_source source[STH_DRAM_FIELDS];
    char text[600], error[1024];

    (void)state;
    write_file(0, NULL);
    snprintf(text, sizeof text, "%s x2", path);
    sth_mem_config_default(&file);
    sth_mem_config_default(&preset);
    sth_mem_config_preset(&preset, 2, 2);
    if (!sth_mem_config_parse(&file, text, error, sizeof error))
        fail_msg("%s", error);
    assert_memory_equal(&file.dram, &preset.dram, sizeof file.dram);
    assert_int_equal(file.count, 2);
    assert_int_equal(file.standing, STH_STANDING_DERIVED);
    assert_int_equal(preset.standing, STH_STANDING_ASSUMED);
    assert_int_equal(sth_mem_config_hash(&file, 1),
                     sth_mem_config_hash(&preset, 1));
    assert_true(sth_mem_sources(text, source, error, sizeof error));
    assert_string_equal(source[3].text, "hbm2e of the table");
}

static void test_file_mistake_is_named(void **state)
{
    static const struct {
        unsigned line;
        const char *text, *error; /* behind the path */
    } mistakes[] = {
        {1, "channels = 12 published x",
         ":1: key 'channels': 12 is not a power of two"},
        {1, "channels = 512 published x",
         ":1: key 'channels': 512 is not in 1..256"},
        {1, "# nothing", ": key 'channels': missing"},
        {1, "channels = 16",
         ":1: key 'channels': '' after the value is not published, derived or "
         "assumed"},
        {1, "channels = 16 sure JESD235",
         ":1: key 'channels': 'sure' after the value is not published, derived "
         "or assumed"},
        {1, "channels = 16 published",
         ":1: key 'channels': the source behind 'published' is missing"},
        {1, "channels = many published x",
         ":1: key 'channels': 'many' is not a decimal number"},
        {2, "groups = 32 published x", ":2: key 'groups': 32 is not in 1..16"},
        {3, "banks = 2 published x",
         ":2: key 'groups': 4 is more than the "
         "banks, 2"},
        {5, "interleave_bytes = 2048 assumed x",
         ":5: key 'interleave_bytes': 2048 is more than the row_bytes, 1024"},
        {6, "access_bytes = 512 assumed x",
         ":6: key 'access_bytes': 512 is more than the interleave_bytes, 256"},
        {7, "mapping = bank-row assumed x",
         ":7: key 'mapping': 'bank-row' is none of row-bank-column-group "
         "row-bank-group-column row-column-bank-group row-group-bank-column "
         "row-column-group-bank row-group-column-bank"},
        {7, "mapping = 0 assumed x",
         ":7: key 'mapping': '0' is none of row-bank-column-group "
         "row-bank-group-column row-column-bank-group row-group-bank-column "
         "row-column-group-bank row-group-column-bank"},
        {8, "t_burst = 0 assumed x",
         ":8: key 't_burst': 0 is not in "
         "1..1000000"},
        {18, "t_rrd_l = 3000 assumed x",
         ":17: key 't_rrd_s': 4000 is more than the t_rrd_l, 3000"},
        {24, "t_rfc = 3900000 assumed x",
         ":24: key 't_rfc': 3900000 leaves no time between refreshes, 3900000"},
        {28, "write_batch = 300 assumed x",
         ":28: key 'write_batch': 300 is more than the write_queue, 128"},
        {29, "t_ras = 5 assumed x", ":29: key 't_ras': already set in line 14"},
        {29, "t_turn = 5 assumed x", ":29: key 't_turn': unknown key"},
        {29, "t_turn", ":29: expected 'key = value', got 't_turn'"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct sth_mem_config config, before;
        char error[1024] = "", want[1024];

        write_file(mistakes[i].line, mistakes[i].text);
        memset(&config, 0x5a, sizeof config);
        before = config;
        snprintf(want, sizeof want, "%s%s", path, mistakes[i].error);
        assert_false(sth_mem_config_parse(&config, path, error, sizeof error));
        assert_string_equal(error, want);
        assert_memory_equal(&config, &before, sizeof config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_good_text_sets_members),
        cmocka_unit_test(test_parse_bad_text_is_named_and_changes_nothing),
        cmocka_unit_test(test_peaks_are_those_of_the_wires),
        cmocka_unit_test(test_presets_are_sound_and_sourced),
        cmocka_unit_test(test_file_is_the_preset_that_it_copies),
        cmocka_unit_test(test_file_mistake_is_named),
    };

    return cmocka_run_group_tests(tests, make_path, remove_path) != 0;
}
