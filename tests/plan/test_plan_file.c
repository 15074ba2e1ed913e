/*
 * Plans as text: what is written reads back and decides as it did, what is
 * changed by hand is refused or runs without a race to the same bits, and what
 * is damaged or foreign is refused.
 */
#include "plan_fixture.h"

#include "sth_plan_fields.h"
#include "sth_plan_file.h"
#include "sth_plan_judge.h"
#include "sth_plan_measure.h"
#include "sth_plan_property.h"

static char error[4600];

enum { ROOM = 8192 };

/* Of the files that are written and read. */
static const char *seal;

/* A book as text. */
static void write_book(char text[ROOM], const struct sth_plan_book *book,
                       const struct sth_config *config)
{
    FILE *out = fmemopen(text, ROOM, "w");

    assert_non_null(out);
    assert_true(sth_plan_file_write(out, book, config, seal));
    assert_in_range(ftell(out), 1, ROOM - 2);
    fclose(out);
}

static bool read_text(struct sth_plan_book *book,
                      const struct sth_config *config, const char *text)
{
    sth_plan_book_init(book);
    return sth_plan_file_read(book, config, seal, "a.plans", text, strlen(text),
                              error, sizeof error);
}

/* It is refused for that cause. */
static void refuse(const struct sth_config *config, const char *text,
                   const char *why)
{
    struct sth_plan_book book;

    assert_false(read_text(&book, config, text));
    if (strncmp(error, "a.plans:", 8) != 0 || strstr(error, why) == NULL)
        fail_msg("'%s' is not about '%s'", error, why);
    sth_plan_book_fini(&book);
}

/* The plans of the fixture's trace on a chip. */
static void plan_fixture_book(const char *chip, struct sth_config *config,
                              struct sth_plan_book *book)
{
    struct sth_plan_judge *judge;

    assert_true(sth_config_find(chip, ".", config, error, sizeof error));
    sth_plan_book_init(book);
    judge = sth_plan_judge_create(config, book);
    plan_run(chip, sth_plan_judge_hook(judge));
    sth_plan_judge_destroy(judge);
    assert_non_null(book->first);
}

/* Random chips and work: given plans take the cycles of those decided. */
static void test_plans_written_decide_as_before(void **state)
{
    unsigned refused = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        enum sth_fw_err err;
        struct sth_plan_book decided, given;
        struct sth_plan_work work;
        struct sth_config config;
        char trace[STH_PLAN_TEXT], text[ROOM], again[ROOM];
        uint64_t cycles = 0, given_cycles = 0;
        size_t bytes;

        sth_plan_draw(seed, &config, &work);
        bytes = sth_plan_work_trace(&work, trace);
        sth_plan_book_init(&decided);
        err = sth_plan_measure(&config, trace, bytes, NULL, &decided, &cycles);
        if (err != STH_FW_ERR_OK) {
            assert_int_equal(err, STH_FW_ERR_SPACE);
            sth_plan_book_fini(&decided);
            refused++;
            continue;
        }
        write_book(text, &decided, &config);
        if (!read_text(&given, &config, text))
            fail_msg("seed %u: %s in\n%s", (unsigned)seed, error, text);
        assert_int_equal(sth_plan_measure(&config, trace, bytes, NULL, &given,
                                          &given_cycles),
                         STH_FW_ERR_OK);
        write_book(again, &given, &config);
        assert_int_equal(cycles, given_cycles);
        assert_string_equal(text, again);
        sth_plan_book_fini(&given);
        sth_plan_book_fini(&decided);
    }
    assert_in_range(refused, 0, 10);
}

/* Another number in a free member: near, far, or any. */
static uint64_t another(uint64_t value, uint64_t *random)
{
    switch (fixture_random(random) % 8) {
    case 0:
        return value + 1;
    case 1:
        return value - (value > 0);
    case 2:
        return 2 * value;
    case 3:
        return value / 2;
    case 4:
        return 0;
    case 5:
        return 64;
    case 6:
        return fixture_random(random) % 64;
    default:
        return fixture_random(random);
    }
}

/* A row whose sums are taken in chunks is summed in another order. */
static bool keeps_bits(const char *kernel, const char *member)
{
    return strcmp(kernel, "norm") != 0 || strcmp(member, "block_cols") != 0;
}

/* Changes one member of one plan; returns whether the plan was accepted. */
static bool change_one(const char *chip, const struct sth_config *config,
                       const char *plans, uint64_t expected, uint64_t *random)
{
    const struct sth_plan_field *field;
    const struct sth_plan_kernel *kernel;
    struct sth_plan_book book, given;
    struct sth_plan_judge *judge;
    struct sth_plan_entry *entry;
    uint64_t value;
    uint32_t n = 0;
    char text[ROOM];
    bool good;

    assert_true(read_text(&book, config, plans));
    for (entry = book.first; entry; entry = entry->next)
        n++;
    n = fixture_random(random) % n;
    for (entry = book.first; n > 0; n--)
        entry = entry->next;
    kernel = sth_plan_kernel_find(entry->kernel, strlen(entry->kernel));
    field = &kernel->kind->free[fixture_random(random) % kernel->kind->frees];
    value =
        another(sth_plan_field_get(field, sth_plan_entry_plan(entry)), random);
    sth_plan_field_set(field, sth_plan_entry_plan(entry), value & UINT32_MAX);
    write_book(text, &book, config);
    good = read_text(&given, config, text);
    if (!good)
        assert_non_null(strstr(error, "does not fit"));
    judge = sth_plan_judge_create(config, &given);
    if (good && keeps_bits(entry->kernel, field->name) &&
        plan_run(chip, sth_plan_judge_hook(judge)) != expected)
        fail_msg("%s, %s changed: other bits of\n%s", chip, field->name, text);
    sth_plan_judge_destroy(judge);
    sth_plan_book_fini(&given);
    sth_plan_book_fini(&book);
    return good;
}

static void test_plan_changed_by_hand_fits_or_is_refused(void **state)
{
    static const char *const chips[] = {"nano", "edge", "wide"};
    uint64_t random = 5;

    (void)state;
    for (uint32_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        uint64_t expected = plan_run(chips[i], NULL);
        uint32_t accepted = 0, all = 200;
        struct sth_plan_book book;
        struct sth_config config;
        char text[ROOM];

        plan_fixture_book(chips[i], &config, &book);
        write_book(text, &book, &config);
        sth_plan_book_fini(&book);
        for (uint32_t j = 0; j < all; j++)
            accepted += change_one(chips[i], &config, text, expected, &random);
        assert_in_range(accepted, all / 10, all - all / 10);
    }
}

/* The plans of `edge` as a file. */
static void edge_text(char text[ROOM], struct sth_config *config)
{
    struct sth_plan_book book;

    plan_fixture_book("edge", config, &book);
    write_book(text, &book, config);
    sth_plan_book_fini(&book);
}

/* Sizes that no operation has are refused, or make a plan of no use; never
 * more. */
static void test_plan_of_absurd_shapes(void **state)
{
    static const uint32_t absurd[] = {0,        1,        65536,
                                      1u << 30, 1u << 31, UINT32_MAX};
    static const char *const chips[] = {"nano", "edge"};
    uint32_t refused = 0;

    (void)state;
    for (uint32_t i = 0; i < sizeof chips / sizeof *chips; i++) {
        struct sth_plan_book book, given;
        struct sth_config config;
        char text[ROOM];

        plan_fixture_book(chips[i], &config, &book);
        for (struct sth_plan_entry *e = book.first; e; e = e->next) {
            const struct sth_plan_kernel *kernel =
                sth_plan_kernel_find(e->kernel, strlen(e->kernel));

            for (size_t f = 0; f < kernel->kind->shapes; f++) {
                const struct sth_plan_field *field = &kernel->kind->shape[f];
                void *shape = sth_plan_entry_shape(e);
                uint64_t was = sth_plan_field_get(field, shape);

                for (uint32_t v = 0; v < sizeof absurd / sizeof *absurd; v++) {
                    sth_plan_field_set(field, shape, absurd[v]);
                    write_book(text, &book, &config);
                    refused += !read_text(&given, &config, text);
                    sth_plan_book_fini(&given);
                }
                sth_plan_field_set(field, shape, was);
            }
        }
        sth_plan_book_fini(&book);
    }
    assert_true(refused > 20);
}

/* What takes more than there is, by line and member. */
static void test_plan_that_does_not_fit_names_line_and_member(void **state)
{
    static const char *const bad[][2] = {
        {"gemm", "mb"},         {"gemm", "nb"},
        {"gemm", "kb"},         {"gemm", "w_stationary"},
        {"gemm", "a_slots"},    {"gemm", "w_slots"},
        {"gemm", "acc_slots"},  {"gemm", "stage_slots"},
        {"gemm", "acc_tile"},   {"gemm", "a_stride"},
        {"gemm", "lanes"},      {"gemm", "beside"},
        {"norm", "block_rows"}, {"norm", "block_cols"},
        {"quantize", "slots"},  {"quantize", "depth"},
        {"rope", "tokens"},     {"rope", "heads"},
    };
    struct sth_config config;
    char text[ROOM];

    (void)state;
    edge_text(text, &config);
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char changed[ROOM], why[64], word[32];
        const char *at = strstr(text, bad[i][0]);
        unsigned line = 1;

        assert_non_null(at);
        for (const char *c = text; c < at; c++)
            line += *c == '\n';
        snprintf(word, sizeof word, " %s=", bad[i][1]);
        at = strstr(strstr(at, " : "), word);
        assert_non_null(at);
        at = strchr(at, '=') + 1;
        snprintf(changed, sizeof changed, "%.*s999999%s", (int)(at - text),
                 text, at + strspn(at, "0123456789"));
        snprintf(why, sizeof why, "a.plans:%u: member '%s'", line, bad[i][1]);
        refuse(&config, changed, why);
    }
}

/* Cut anywhere. */
static void test_plans_cut_off_are_refused(void **state)
{
    struct sth_config config;
    char text[ROOM];

    (void)state;
    edge_text(text, &config);
    for (size_t n = strlen(text) - 1; n > 0; n--) {
        text[n] = '\0';
        refuse(&config, text, "is missing");
    }
}

static void test_plans_damaged_are_refused(void **state)
{
    static const char *const bad[][3] = {
        /* what, by what, why */
        {"systolith-plans 1", "systolith-plans 2", "format '2'"},
        {"systolith-plans 1", "systolith-trace 1", "'systolith-plans'"},
        {"config edge 0x", "config wide 0y", "not for edge 0x"},
        {"config", "configs", "'config' is missing"},
        {"memory", "memories", "'memory' is missing"},
        {"gemm", "gem", "'gem' is no kernel"},
        {"gemm m=", "gemm x=", "'x' is no member"},
        {"gemm m=", "gemm m", "is no member"},
        {"gemm m=", "gemm n=1 m=", "'n' stands twice"},
        {"gemm m=", "gemm m=-", "'m': '-"},
        {"gemm m=", "gemm m=0x", "'m': '0x"},
        {"gemm m=", "gemm m=99999999999999999999", "'m': '9999"},
        {"gemm m=37", "gemm", "'m' is missing"},
        {" : mb=", " mb=", "'mb' is no member"},
        {" : mb=", " : : mb=", "a second ':'"},
        {" : mb=", " mb : ", "'mb' is no member"},
        {" : mb=", " #", "a ':' is missing"},
        {"transposed=0", "transposed=256", "'transposed': '256'"},
        {"end\n", "end\nend\n", "behind the end"},
        {"end\n", "end of it\n", "behind 'end'"},
        {"end\n", "end of it all\n", "behind the end"},
        {"memory fixed:100:0", "memory hbm2e", "not of 'hbm2e'"},
        {"memory fixed:100:0", "memory fixed:101:0", "not of 'fixed:101:0'"},
        {"memory fixed:100:0", "memory", "not of ''"},
        {"end\n", "", "is cut off"},
        {"end\n", "\1\n", "is no kernel"},
    };
    struct sth_config config;
    char text[ROOM];

    (void)state;
    edge_text(text, &config);
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *at = strstr(text, bad[i][0]);
        char changed[ROOM];

        if (strcmp(bad[i][0], "end\n") == 0)
            at = text + strlen(text) - 4;
        assert_non_null(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text,
                 bad[i][1], at + strlen(bad[i][0]));
        refuse(&config, changed, bad[i][2]);
    }
}

static void test_plans_given_twice_are_refused(void **state)
{
    struct sth_config config;
    char changed[ROOM], text[ROOM], *line;

    (void)state;
    edge_text(text, &config);
    line = strstr(text, "gemm");
    snprintf(changed, sizeof changed, "%.*s%.*s%s", (int)(line - text), text,
             (int)(strchr(line, '\n') + 1 - line), line, line);
    refuse(&config, changed, "a.plans:5: kernel and shape stand in line 4");
}

static void test_plans_of_another_chip_or_memory_name_both(void **state)
{
    struct sth_config config, other;
    char text[ROOM];

    (void)state;
    edge_text(text, &config);
    assert_true(sth_config_find("wide", ".", &other, error, sizeof error));
    refuse(&other, text, "for edge 0x");
    assert_non_null(strstr(error, "not for wide 0x"));
    other = config;
    assert_true(
        sth_mem_config_parse(&other.memory, "hbm2e", error, sizeof error));
    refuse(&other, text, "with fixed:100:0, not for edge 0x");
    assert_non_null(strstr(error, "with hbm2e"));
}

/* A shape that differs in any one member is another key. */
static void test_plans_are_found_by_every_member_of_a_shape(void **state)
{
    struct sth_plan_book book;
    struct sth_config config;
    uint32_t members = 0;

    (void)state;
    plan_fixture_book("edge", &config, &book);
    for (struct sth_plan_entry *e = book.first; e; e = e->next) {
        const struct sth_plan_kernel *kernel =
            sth_plan_kernel_find(e->kernel, strlen(e->kernel));
        uint64_t shape[64] = {0};
        const struct sth_plan_key key = {kernel->name, shape, e->shape_bytes};

        assert_in_range(e->shape_bytes, 1, sizeof shape);
        memcpy(shape, sth_plan_entry_shape(e), e->shape_bytes);
        assert_ptr_equal(sth_plan_book_find(&book, &key), e);
        for (size_t f = 0; f < kernel->kind->shapes; f++, members++) {
            const struct sth_plan_field *field = &kernel->kind->shape[f];
            const uint64_t was = sth_plan_field_get(field, shape);

            assert_true(sth_plan_field_set(field, shape, was ^ 64));
            if (sth_plan_book_find(&book, &key) != NULL)
                fail_msg("%s: another '%s' is found", kernel->name,
                         field->name);
            assert_true(sth_plan_field_set(field, shape, was));
        }
    }
    assert_in_range(members, 30, 1000);
    sth_plan_book_fini(&book);
}

/* Other words for the same memory. */
static void test_memory_by_another_name_is_the_same(void **state)
{
    struct sth_plan_book book;
    struct sth_config config;
    char text[ROOM], changed[ROOM];
    const char *at;

    (void)state;
    edge_text(text, &config);
    at = strstr(text, "fixed:100:0");
    snprintf(changed, sizeof changed, "%.*sfixed:0100:0%s", (int)(at - text),
             text, at + strlen("fixed:100:0"));
    if (!read_text(&book, &config, changed))
        fail_msg("%s", error);
    sth_plan_book_fini(&book);
}

/* Whatever byte of a sealed file is another, and whoever sealed it. */
static void test_sealed_plans_are_as_they_were_written(void **state)
{
    struct sth_config config;
    struct sth_plan_book book;
    char text[ROOM], plain[ROOM];

    (void)state;
    edge_text(plain, &config);
    assert_true(read_text(&book, &config, plain));
    seal = "1.0-us";
    write_book(text, &book, &config);
    sth_plan_book_fini(&book);
    refuse(&config, plain, "the sum is missing");
    for (char *c = text; *c; c++)
        for (int bit = 0; bit < 7; bit++) {
            *c = (char)(*c ^ 1 << bit);
            if (*c != '\0' && read_text(&book, &config, text))
                fail_msg("accepted:\n%s", text);
            sth_plan_book_fini(&book);
            *c = (char)(*c ^ 1 << bit);
        }
    assert_true(read_text(&book, &config, text));
    sth_plan_book_fini(&book);
    seal = "1.1-us";
    refuse(&config, text, "the plans are of 1.0-us, not of 1.1-us");
    seal = NULL;
    assert_true(read_text(&book, &config, text));
    sth_plan_book_fini(&book);
    *strstr(text, " : mb=") = '\t';
    refuse(&config, text, "take off what stands behind 'end'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans_written_decide_as_before),
        cmocka_unit_test(test_plan_changed_by_hand_fits_or_is_refused),
        cmocka_unit_test(test_plan_of_absurd_shapes),
        cmocka_unit_test(test_plan_that_does_not_fit_names_line_and_member),
        cmocka_unit_test(test_plans_cut_off_are_refused),
        cmocka_unit_test(test_plans_damaged_are_refused),
        cmocka_unit_test(test_plans_given_twice_are_refused),
        cmocka_unit_test(test_plans_of_another_chip_or_memory_name_both),
        cmocka_unit_test(test_plans_are_found_by_every_member_of_a_shape),
        cmocka_unit_test(test_memory_by_another_name_is_the_same),
        cmocka_unit_test(test_sealed_plans_are_as_they_were_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
