/*
 * A measured chip: what the file of `make silicon` must hold, its sums, and how
 * it is held against a record.
 */
#include "tool_files.h"

#include "sth_silicon_report.h"

#include <jansson.h>

static const char good[] =
    "config nano 3904467405\n"
    "library osu018_stdcells\n"
    "corner process 1, 1.8 V, 25 C\n"
    "yosys 0.23\nabc 1.01\nopensta 2.0.17\n"
    "date 2026-11-27\ncommit 0123abc\n"
    "memory sth_sram_1r1w 256 64 4\n"
    "block sth_front area 1 900000.5 30000 2000 300 7.25\n"
    "block sth_pe_row delay 4 480000 12000 460 0 5.1\n"
    "path reg-reg 7.5 u_front/count_q u_front/mem[2] 54\n"
    "path reg-reg 6.5 u_array/psum_q u_array/psum_q 50\n"
    "path in-reg 8.5 m_axi_rdata_i u_load/data_q 12\n";

/* `text` with the first `from` in it replaced, as a file. */
static void write_changed(char path[TEST_PATH], const char *from,
                          const char *to)
{
    const char *where = strstr(good, from);
    char text[2048];

    assert_non_null(where);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(where - good), good, to,
             where + strlen(from));
    write_temporary(path, text, strlen(text));
}

static bool load(const char *from, const char *to, struct sth_silicon *chip,
                 char error[1024])
{
    char path[TEST_PATH];
    bool loaded;

    write_changed(path, from, to);
    loaded = sth_silicon_load(path, chip, error, 1024);
    if (!loaded) {
        /* What follows the name of the file. */
        assert_memory_equal(error, path, strlen(path));
        memmove(error, error + strlen(path), 1024 - strlen(path));
    }
    unlink(path);
    return loaded;
}

static void test_silicon_file_is_read(void **state)
{
    static struct sth_silicon chip;
    char error[1024];

    (void)state;
    assert_true(load("", "", &chip, error));
    assert_string_equal(chip.config, "nano");
    assert_int_equal(chip.hash, 3904467405u);
    assert_string_equal(chip.corner, "process 1, 1.8 V, 25 C");
    assert_int_equal(chip.blocks, 2);
    /* The largest first: 4 * 480000 > 900000.5. */
    assert_string_equal(chip.block[0].name, "sth_pe_row");
    assert_string_equal(chip.block[0].mapping, "delay");
    assert_int_equal(chip.block[1].memory_bits, 300);
    assert_int_equal(chip.paths, 3);
    assert_string_equal(chip.path[2].to, "u_load/data_q");
    assert_ptr_equal(sth_silicon_find(&chip, "sth_front"), &chip.block[1]);
    assert_null(sth_silicon_find(&chip, "sth_fron"));
}

static void test_silicon_sums_count_every_instance(void **state)
{
    static struct sth_silicon chip;
    struct sth_silicon_sum sum;
    char error[1024];

    (void)state;
    assert_true(load("", "", &chip, error));
    sth_silicon_total(&chip, &sum);
    assert_true(sum.area > 2820000.4 && sum.area < 2820000.6);
    assert_int_equal(sum.cells, 30000 + 4 * 12000);
    assert_int_equal(sum.flops, 2000 + 4 * 460);
    assert_int_equal(sum.memory_bits, 300);
    assert_int_equal(sum.macros, 4);
    assert_int_equal(sum.macro_bits, 4 * 256 * 64);
    /* A path from a port does not make the period. */
    assert_true(sum.period > 7.49 && sum.period < 7.51);
}

static void test_silicon_bad_lines_are_named(void **state)
{
    static const struct {
        const char *from, *to, *error;
    } cases[] = {
        {"library osu018_stdcells", "library",
         ":2: not a line of `make silicon`"},
        {"commit", "comment", ":8: not a line of `make silicon`"},
        {"256 64 4", "256 64", ":9: not a line of `make silicon`"},
        {"7.25\n", "7.25 x\n", ":10: not a line of `make silicon`"},
        {"area 1 ", "area 0 ", ":10: not a line of `make silicon`"},
        {"2000 300", "299 300", ":10: not a line of `make silicon`"},
        {"900000.5", "nan", ":10: not a line of `make silicon`"},
        {"reg-reg 7.5", "reg-reg 0", ":12: not a line of `make silicon`"},
        {"config nano 3904467405\n", "", ": no line 'config' or no block"},
    };
    static struct sth_silicon chip;
    char error[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_false(load(cases[i].from, cases[i].to, &chip, error));
        assert_string_equal(error, cases[i].error);
    }
    assert_false(sth_silicon_load("/nowhere", &chip, error, sizeof(error)));
    assert_string_equal(error, "/nowhere: No such file or directory");
    assert_false(sth_silicon_load("/", &chip, error, sizeof(error)));
    assert_string_equal(error, "/: Is a directory");
}

/* How many figures differ when `from` was `to` in the measured chip. */
static unsigned differences(const char *from, const char *to)
{
    static struct sth_silicon chip, record;
    char error[1024], *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    unsigned count;

    assert_true(load(from, to, &chip, error));
    assert_true(load("", "", &record, error));
    count = sth_silicon_compare(out, &chip, &record, 2.0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(count > 0, size > 0);
    free(text);
    return count;
}

static void test_silicon_compare_finds_what_left_its_record(void **state)
{
    (void)state;
    assert_int_equal(differences("", ""), 0);
    assert_int_equal(differences("480000", "484000"), 0);
    /* The block and with it the chip, either way. */
    assert_int_equal(differences("480000", "495000"), 2);
    assert_int_equal(differences("480000", "460000"), 2);
    assert_int_equal(differences("reg-reg 7.5", "reg-reg 7.3"), 1);
    assert_int_equal(differences("0 5.1", "0 5.3"), 1);
    assert_int_equal(differences("2000 300", "2100 300"), 1);
    /* A block of another name: one is missing, one is new. */
    assert_int_equal(differences("sth_pe_row", "sth_pe"), 2);
}

static void test_silicon_compare_of_some_blocks_judges_them_alone(void **state)
{
    static struct sth_silicon chip, record;
    char error[1024];
    FILE *out = fopen("/dev/null", "w");

    (void)state;
    assert_non_null(out);
    assert_true(load("", "", &chip, error));
    assert_true(load("", "", &record, error));
    chip.paths = 0;
    chip.blocks = 1;
    assert_int_equal(sth_silicon_compare(out, &chip, &record, 2.0), 0);
    chip.block[0].area *= 1.03;
    assert_int_equal(sth_silicon_compare(out, &chip, &record, 2.0), 1);
    fclose(out);
}

static void test_silicon_json_holds_every_row(void **state)
{
    static struct sth_silicon chip;
    struct sth_config config;
    char error[1024], *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *root, *total;

    (void)state;
    assert_true(load("", "", &chip, error));
    assert_true(sth_config_find("nano", ".", &config, error, sizeof(error)));
    assert_true(sth_silicon_json(out, &chip, NULL, &config));
    assert_int_equal(fclose(out), 0);
    root = json_loads(text, 0, NULL);
    assert_non_null(root);
    total = json_object_get(root, "total");
    assert_true(json_number_value(json_object_get(total, "period_ns")) == 7.5);
    assert_int_equal(json_array_size(json_object_get(root, "blocks")), 2);
    assert_int_equal(json_array_size(json_object_get(root, "macros")), 1);
    assert_int_equal(json_array_size(json_object_get(root, "paths")), 3);
    assert_string_equal(json_string_value(json_object_get(root, "config")),
                        "nano");
    json_decref(root);
    free(text);
}

#define IDLE_BLOCK "energy idle sth_core 0 0 0 0 1\n"

/* Two blocks at work and idle, the second with a memory; one that never works.
 */
static const char power[] =
    "power nano 3904467405\nlibrary osu018_stdcells\n"
    "corner process 1, 1.8 V, 25 C\ndate 2026-11-27\ncommit 0123abc\n"
    "count idle 0 0 0 0\n"
    "energy idle sth_pe_row 1000 0 0 0 5\n"
    "energy idle sth_load 500 0 0 0 2\n" IDLE_BLOCK "cycles idle 100 0 0\n"
    "count bf16 4 300 10 80\n"
    "energy bf16 sth_pe_row 2000 500 1000 500 5\n"
    "energy bf16 sth_load 1000 100 150 0 2\n"
    "memory bf16 sth_load regfile 3 4 70\n"
    "cycles bf16 200 64 32\n";

static bool load_power(const char *from, const char *to,
                       struct sth_silicon_power *p, char error[1024])
{
    const char *where = strstr(power, from);
    char text[2048], path[TEST_PATH];
    bool loaded;

    assert_non_null(where);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(where - power), power, to,
             where + strlen(from));
    write_temporary(path, text, strlen(text));
    loaded = sth_silicon_power_load(path, p, error, 1024);
    unlink(path);
    return loaded;
}

static void test_silicon_power_is_over_idle_and_by_event(void **state)
{
    static struct sth_silicon_power p;
    const struct sth_silicon_stretch *s;
    double cells, memories;
    char error[1024];

    (void)state;
    assert_true(load_power("", "", &p, error));
    s = sth_silicon_stretch(&p, "bf16");
    assert_non_null(s);
    assert_true(sth_silicon_cells(&p, s, 0) == 20);
    assert_true(sth_silicon_cells(&p, s, -1) == 26.25);
    /* 4000 pJ in 200 cycles, where idle ones cost 10 each; 300 MACs. */
    assert_true(
        sth_silicon_event(&p, STH_SILICON_EVENT_MAC_BF16, &cells, &memories));
    assert_true(cells > 6.66 && cells < 6.67 && memories == 0);
    assert_false(
        sth_silicon_event(&p, STH_SILICON_EVENT_MAC_INT8, &cells, &memories));
}

static void test_silicon_power_bad_lines_are_named(void **state)
{
    static const struct {
        const char *from, *to, *error;
    } cases[] = {
        {"count idle 0", "count idle", ":6: not a line of"},
        {"energy idle sth_load 500", "energy idle sth_load -1",
         ":8: not a line of"},
        {"cycles idle 100", "cycles idle 0", ":10: not a line of"},
        {"regfile 3 4 70", "regfile 3 4", ":14: not a line of"},
        {"cycles bf16 200 64 32\n", "", ": no line 'power', or a stretch"},
    };
    static struct sth_silicon_power p;
    char error[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_false(load_power(cases[i].from, cases[i].to, &p, error));
        if (!strstr(error, cases[i].error))
            fail_msg("'%s' instead of '%s'", error, cases[i].error);
    }
}

static unsigned power_differences(const char *from, const char *to)
{
    static struct sth_silicon_power now, then;
    FILE *out = fopen("/dev/null", "w");
    char error[1024];
    unsigned count;

    assert_non_null(out);
    assert_true(load_power(from, to, &now, error));
    assert_true(load_power("", "", &then, error));
    count = sth_silicon_power_compare(out, &now, &then, 2.0);
    fclose(out);
    return count;
}

static void test_silicon_power_compare_finds_what_left_its_record(void **state)
{
    (void)state;
    assert_int_equal(power_differences("", ""), 0);
    assert_int_equal(power_differences("2000 500 1000", "2010 500 1000"), 0);
    /* The block in its stretch, and the MAC. */
    assert_int_equal(power_differences("2000 500 1000", "2000 500 1200"), 2);
    assert_int_equal(power_differences("regfile 3 4 70", "regfile 3 4 80"), 0);
    assert_int_equal(power_differences("bf16 4 300", "bf16 4 310"), 1);
    assert_int_equal(
        power_differences("idle sth_load 500", "idle sth_load 520"), 1);
    /* A block of the record that does nothing anywhere is missed too. */
    assert_int_equal(power_differences(IDLE_BLOCK, ""), 1);
}

static void test_silicon_power_is_printed(void **state)
{
    static struct sth_silicon_power p;
    char error[1024], *text = NULL;
    json_t *root;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_true(load_power("", "", &p, error));
    assert_true(sth_silicon_power_text(out, &p, 5));
    assert_int_equal(fclose(out), 0);
    /* 20 pJ a cycle of 5 ns are 4 mW. */
    assert_non_null(
        strstr(text, "sth_pe_row                     2.00     4.00"));
    assert_non_null(
        strstr(text, "MAC, bf16                      6.67     0.00"));
    free(text);
    root = sth_silicon_power_json(&p, 5);
    assert_int_equal(json_array_size(json_object_get(root, "stretches")), 2);
    assert_int_equal(json_array_size(json_object_get(root, "events_over_idle")),
                     1);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silicon_file_is_read),
        cmocka_unit_test(test_silicon_sums_count_every_instance),
        cmocka_unit_test(test_silicon_bad_lines_are_named),
        cmocka_unit_test(test_silicon_compare_finds_what_left_its_record),
        cmocka_unit_test(test_silicon_compare_of_some_blocks_judges_them_alone),
        cmocka_unit_test(test_silicon_json_holds_every_row),
        cmocka_unit_test(test_silicon_power_is_over_idle_and_by_event),
        cmocka_unit_test(test_silicon_power_bad_lines_are_named),
        cmocka_unit_test(test_silicon_power_compare_finds_what_left_its_record),
        cmocka_unit_test(test_silicon_power_is_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
