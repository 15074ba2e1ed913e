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

/* `whole` with the first `from` in it replaced and its line `end`, as a file.
 */
static void write_changed(char path[TEST_PATH], const char *whole,
                          const char *from, const char *to)
{
    const char *where = strstr(whole, from);
    unsigned lines = 0;
    char text[4096];

    assert_non_null(where);
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(where - whole), whole, to,
             where + strlen(from));
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "end %u\n",
             lines);
    write_temporary(path, text, strlen(text));
}

/* What follows the name of the file in a message. */
static void cut_path(char error[1024], const char *path)
{
    assert_memory_equal(error, path, strlen(path));
    memmove(error, error + strlen(path), 1024 - strlen(path));
}

static bool load(const char *from, const char *to, struct sth_silicon *chip,
                 char error[1024])
{
    char path[TEST_PATH];
    bool loaded;

    write_changed(path, good, from, to);
    loaded = sth_silicon_load(path, chip, error, 1024);
    if (!loaded)
        cut_path(error, path);
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
         ":2: field 'library': is missing"},
        {"library osu018_stdcells\n", "", ": no line 'library'"},
        {"date 2026-11-27", "library osu", ":7: a second line 'library'"},
        {"commit", "comment", ":8: 'comment' is no line of `make silicon`"},
        {"commit 0123abc\n", "commit 0123abc\r\n",
         ":8: holds the control character 0x0d"},
        {"256 64 4", "256 64", ":9: field 'instances': is missing"},
        {"256 64 4", "256 -64 4",
         ":9: field 'width': '-64' is not a whole number from 1 to 1073741824"},
        {"7.25\n", "7.25 x\n",
         ":10: 'x' is too much in a line 'block' of `make silicon`"},
        {"area 1 ", "area 0 ",
         ":10: field 'instances': '0' is not a whole number from 1 to 1000000"},
        {"delay 4 ", "delay -1 ",
         ":11: field 'instances': '-1' is not a whole number from 1 to "
         "1000000"},
        {"2000 300", "299 300",
         ":10: field 'memory bits': '300' is not a whole number from 0 to 299"},
        {"900000.5", "nan",
         ":10: field 'area': 'nan' is not a number from 0 to 1e+12"},
        {"480000", "1e300",
         ":11: field 'area': '1e300' is not a number from 0 to 1e+12"},
        {"block sth_pe_row", "block sth_front",
         ":11: field 'name': 'sth_front' is there already"},
        {"reg-reg 7.5", "reg-reg 0", ":12: field 'ns': is not above zero"},
        {"reg-reg 6.5", "reg 6.5",
         ":13: field 'kind': 'reg' is none of reg-reg, in-reg, reg-out and "
         "in-out"},
        {"u_array/psum_q 50", "u_front/mem[2] 50",
         ":13: field 'to': 'u_front/mem[2]' ends a path 'reg-reg' already"},
        {"path reg-reg 7.5 u_front/count_q u_front/mem[2] 54\n"
         "path reg-reg 6.5 u_array/psum_q u_array/psum_q 50\n",
         "", ": no line 'path reg-reg'"},
        {"config nano 3904467405\n", "", ": no line 'config'"},
        {"nano 3904467405", "nano 4294967296",
         ":1: field 'hash': '4294967296' is not a whole number from 0 to "
         "4294967295"},
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

/* A file that is cut, doubled or not of text. */
static void test_silicon_damaged_files_are_refused(void **state)
{
    static const struct {
        const char *tail, *error;
    } cases[] = {
        {"", ":15: the line 'end 14' of `make silicon` is missing"},
        {"end 13\n", ":15: field 'lines': is 13, but 14 are there"},
        {"end 14\nend 15\n", ":16: stands behind the line 'end'"},
        {"end 14", ":15: is cut off"},
    };
    static struct sth_silicon chip;
    char error[1024], path[TEST_PATH], text[2048];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        snprintf(text, sizeof(text), "%s%s", good, cases[i].tail);
        write_temporary(path, text, strlen(text));
        assert_false(sth_silicon_load(path, &chip, error, sizeof(error)));
        cut_path(error, path);
        assert_string_equal(error, cases[i].error);
        unlink(path);
    }
    memcpy(text, good, sizeof(good));
    text[strlen("config nano 3904467405\nlibrary o")] = 0;
    write_temporary(path, text, sizeof(good) - 1);
    assert_false(sth_silicon_load(path, &chip, error, sizeof(error)));
    cut_path(error, path);
    assert_string_equal(error, ":2: holds the control character 0x00");
    unlink(path);
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
    /* A block more, and with it area and flip-flops. */
    assert_int_equal(differences("delay 4", "delay 5"), 3);
    assert_int_equal(differences("memory sth_sram_1r1w 256 64 4\n", ""), 1);
    assert_int_equal(differences("1w 256 64 4", "1w 256 65 4"), 1);
    assert_int_equal(differences("1w 256 64 4", "1w 512 64 8"), 2);
    assert_int_equal(differences("library osu018", "library osu035"), 1);
    assert_int_equal(differences("1.8 V", "1.6 V"), 1);
    assert_int_equal(differences("nano 390", "nano 391"), 1);
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

/* Paths that a file has in another order; names that XML would misread. */
static void test_silicon_drawing_is_sorted_and_escaped(void **state)
{
    static struct sth_silicon chip;
    char error[1024], *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_true(load("6.5 u_array/psum_q", "9.5 a<b>&c", &chip, error));
    assert_true(chip.path[0].ns == 9.5);
    assert_true(sth_silicon_svg(out, &chip));
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, ">a&lt;b&gt;&amp;c → u_array/psum_q<"));
    assert_non_null(strstr(text, ">area</tspan>"));
    assert_non_null(strstr(text, ">delay</tspan>"));
    assert_null(strstr(text, ">once</tspan>"));
    free(text);
}

static void test_silicon_json_holds_every_row(void **state)
{
    static struct sth_silicon chip;
    struct sth_config config;
    char error[1024], *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const struct sth_silicon_verdict verdict = {2, 2, "one\ntwo\n"};
    json_t *root, *total, *record;

    (void)state;
    assert_true(load("", "", &chip, error));
    assert_true(sth_config_find("nano", ".", &config, error, sizeof(error)));
    assert_true(sth_silicon_json(out, &chip, NULL, &config, &verdict));
    assert_int_equal(fclose(out), 0);
    root = json_loads(text, 0, NULL);
    assert_non_null(root);
    total = json_object_get(root, "total");
    assert_true(json_number_value(json_object_get(total, "period_ns")) == 7.5);
    assert_true(json_number_value(json_object_get(total, "frequency_mhz")) >
                133.3);
    record = json_object_get(root, "record");
    assert_int_equal(json_integer_value(json_object_get(record, "count")), 2);
    record = json_object_get(record, "differences");
    assert_int_equal(json_array_size(record), 2);
    assert_string_equal(json_string_value(json_array_get(record, 1)), "two");
    assert_int_equal(json_array_size(json_object_get(root, "blocks")), 2);
    assert_int_equal(json_array_size(json_object_get(root, "macros")), 1);
    assert_int_equal(json_array_size(json_object_get(root, "paths")), 3);
    assert_string_equal(json_string_value(json_object_get(root, "config")),
                        "nano");
    json_decref(root);
    free(text);
}

/* Two blocks at work and idle, the second with a memory; one that never works.
 */
static const char power[] =
    "power nano 3904467405\nlibrary osu018_stdcells\n"
    "corner process 1, 1.8 V, 25 C\ndate 2026-11-27\ncommit 0123abc\n"
    "count idle 0 0 0 0\n"
    "energy idle sth_pe_row 1000 0 0 0 5\n"
    "energy idle sth_load 500 0 0 0 2\n"
    "energy idle sth_core 0 0 0 0 1\n"
    "cycles idle 100 0 0\n"
    "count bf16 4 300 10 80\n"
    "energy bf16 sth_pe_row 2000 500 1000 500 5\n"
    "energy bf16 sth_load 1000 100 150 0 2\n"
    "energy bf16 sth_core 0 0 0 0 1\n"
    "memory bf16 sth_load regfile 3 4 70\n"
    "cycles bf16 200 64 32\n";

static bool load_power(const char *from, const char *to,
                       struct sth_silicon_power *p, char error[1024])
{
    char path[TEST_PATH];
    bool loaded;

    write_changed(path, power, from, to);
    loaded = sth_silicon_power_load(path, p, error, 1024);
    if (!loaded)
        cut_path(error, path);
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
        {"count idle 0 0 0 0", "count idle 0 0 0",
         ":6: field 'bytes': is missing"},
        {"energy idle sth_load 500", "energy idle sth_load -1",
         ":8: field 'clock': '-1' is not a number from 0 to 1e+15"},
        {"energy idle sth_load 500", "energy idle sth_load 1e308",
         ":8: field 'clock': '1e308' is not a number from 0 to 1e+15"},
        {"energy idle sth_load 500 0 0 0 2\n", "",
         ": no line 'energy idle sth_load'"},
        {"cycles idle 100", "cycles idle 0",
         ":10: field 'cycles': '0' is not a whole number from 1 to "
         "1000000000000"},
        {"cycles bf16 200", "cycles bf16 -5",
         ":16: field 'cycles': '-5' is not a whole number from 1 to "
         "1000000000000"},
        {"regfile 3 4 70", "regfile 3 4", ":15: field 'energy': is missing"},
        {"regfile 3 4 70", "flash 3 4 70",
         ":15: field 'kind': 'flash' is neither sram nor regfile"},
        {"cycles bf16 200 64 32\n", "", ": no line 'cycles bf16'"},
        {"count bf16 4 300 10 80\n", "", ": no line 'count bf16'"},
        {"cycles bf16", "cycles idle",
         ":16: a second line 'cycles' of the same"},
        {"library osu018_stdcells\n", "", ": no line 'library'"},
    };
    static struct sth_silicon_power p;
    char error[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_false(load_power(cases[i].from, cases[i].to, &p, error));
        assert_string_equal(error, cases[i].error);
    }
}

/* Without the last so many blocks. */
static unsigned power_differences(const char *from, const char *to,
                                  uint32_t without)
{
    static struct sth_silicon_power now, then;
    FILE *out = fopen("/dev/null", "w");
    char error[1024];
    unsigned count;

    assert_non_null(out);
    assert_true(load_power(from, to, &now, error));
    assert_true(load_power("", "", &then, error));
    now.blocks -= without;
    count = sth_silicon_power_compare(out, &now, &then, 2.0);
    fclose(out);
    return count;
}

static void test_silicon_power_compare_finds_what_left_its_record(void **state)
{
    (void)state;
    assert_int_equal(power_differences("", "", 0), 0);
    assert_int_equal(power_differences("2000 500 1000", "2010 500 1000", 0), 0);
    /* The block in its stretch, and the MAC. */
    assert_int_equal(power_differences("2000 500 1000", "2000 500 1200", 0), 2);
    assert_int_equal(power_differences("regfile 3 4 70", "regfile 3 4 80", 0),
                     0);
    assert_int_equal(power_differences("bf16 4 300", "bf16 4 310", 0), 1);
    assert_int_equal(
        power_differences("idle sth_load 500", "idle sth_load 520", 0), 1);
    /* A block of the record that does nothing anywhere is missed too. */
    assert_int_equal(power_differences("", "", 1), 1);
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
        cmocka_unit_test(test_silicon_damaged_files_are_refused),
        cmocka_unit_test(test_silicon_compare_finds_what_left_its_record),
        cmocka_unit_test(test_silicon_compare_of_some_blocks_judges_them_alone),
        cmocka_unit_test(test_silicon_drawing_is_sorted_and_escaped),
        cmocka_unit_test(test_silicon_json_holds_every_row),
        cmocka_unit_test(test_silicon_power_is_over_idle_and_by_event),
        cmocka_unit_test(test_silicon_power_bad_lines_are_named),
        cmocka_unit_test(test_silicon_power_compare_finds_what_left_its_record),
        cmocka_unit_test(test_silicon_power_is_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
