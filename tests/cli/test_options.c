/*
 * The table of options: what parsing takes for granted, the arguments it reads,
 * and the name it finds nearest to a mistyped one.
 */
#include "tool_files.h"

#include "sth_args.h"
#include "sth_help.h"

/* Names are unique within a command; groups and commands stand together. */
static void test_options_table_is_consistent(void **state)
{
    (void)state;
    for (int i = 0; i < STH_OPT_COUNT; i++) {
        const struct sth_option_entry *a = &sth_options[i];

        assert_true(i == 0 || a->command >= sth_options[i - 1].command);
        assert_int_equal(a->argument == NULL, a->kind.form == STH_FORM_FLAG);
        assert_true(a->kind.least <= a->kind.most);
        for (int j = 0; j < i; j++) {
            const struct sth_option_entry *b = &sth_options[j];

            if (a->command != b->command)
                continue;
            if (!strcmp(a->name, b->name))
                fail_msg("--%s stands twice", a->name);
            if (!strcmp(a->group, b->group) &&
                strcmp(a->group, sth_options[i - 1].group))
                fail_msg("--%s is apart from its group", a->name);
        }
    }
    for (int c = 0; c < STH_COMMAND_COUNT; c++)
        assert_true(!sth_commands[c].least == !sth_commands[c].missing);
}

/* Every default is one that the command would take. */
static void test_options_defaults_parse(void **state)
{
    (void)state;
    for (int c = 0; c < STH_COMMAND_COUNT; c++) {
        char name[] = "x", operand[] = "operand";
        char *argv[] = {name, operand, NULL};
        struct sth_args args;
        int status;

        assert_true(sth_args_parse(&args, (enum sth_command_id)c,
                                   sth_commands[c].least ? 2 : 1, argv,
                                   &status));
        for (int i = 0; i < STH_OPT_COUNT; i++) {
            assert_int_equal(args.given[i], 0);
            if ((int)sth_options[i].command == c && sth_options[i].standard)
                assert_string_equal(args.text[i], sth_options[i].standard);
            else
                assert_null(args.text[i]);
        }
    }
}

static void test_options_are_read(void **state)
{
    char words[][24] = {"run",        "--stalls",    "20:7",
                        "one.trace",  "--seed",      "9",
                        "--by-layer", "--back=both", "--roofline=a.svg"};
    char *argv[sizeof(words) / sizeof(*words) + 1] = {NULL};
    const int argc = sizeof(words) / sizeof(*words);
    struct sth_args args;
    int status;

    (void)state;
    for (int i = 0; i < argc; i++)
        argv[i] = words[i];
    assert_true(sth_args_parse(&args, STH_COMMAND_RUN, argc, argv, &status));
    assert_int_equal(args.operands, 1);
    assert_string_equal(args.operand[0], "one.trace");
    assert_string_equal(args.text[STH_OPT_RUN_STALLS], "20:7");
    assert_int_equal(args.number[STH_OPT_RUN_SEED], 9);
    assert_int_equal(args.given[STH_OPT_RUN_BY_LAYER], 1);
    assert_null(args.text[STH_OPT_RUN_BY_LAYER]);
    assert_int_equal(args.word[STH_OPT_RUN_BY_LAYER], -1);
    assert_int_equal(args.word[STH_OPT_RUN_BACKEND], 2);
    assert_string_equal(args.text[STH_OPT_RUN_ROOFLINE], "a.svg");
    assert_int_equal(args.given[STH_OPT_RUN_JSON], 0);
}

static void test_options_repeat(void **state)
{
    char words[][16] = {"parity", "cases", "--only", "a", "--only=b"};
    char *argv[] = {words[0], words[1], words[2], words[3], words[4], NULL};
    struct sth_args args;
    int status;

    (void)state;
    assert_true(sth_args_parse(&args, STH_COMMAND_PARITY, 5, argv, &status));
    assert_int_equal(args.repeats, 2);
    assert_string_equal(args.repeat[0], "a");
    assert_string_equal(args.repeat[1], "b");
}

/* The last counts, with its argument or without. */
static void test_options_given_twice(void **state)
{
    char words[][24] = {"run",        "--seq",      "64",
                        "--seq=32",   "--seed",     "9",
                        "--seed",     "8",          "--backend",
                        "rtl",        "--back",     "csim",
                        "--json=a",   "--json=b",   "--roofline=a",
                        "--roofline", "--by-layer", "--by-layer=no"};
    char *argv[sizeof(words) / sizeof(*words) + 1] = {NULL};
    const int argc = sizeof(words) / sizeof(*words);
    struct sth_args args;
    int status;

    (void)state;
    for (int i = 0; i < argc; i++)
        argv[i] = words[i];
    assert_true(sth_args_parse(&args, STH_COMMAND_RUN, argc, argv, &status));
    assert_int_equal(args.given[STH_OPT_RUN_SEQ], 2);
    assert_int_equal(args.number[STH_OPT_RUN_SEQ], 32);
    assert_int_equal(args.number[STH_OPT_RUN_SEED], 8);
    assert_int_equal(args.word[STH_OPT_RUN_BACKEND], 0);
    assert_string_equal(args.text[STH_OPT_RUN_JSON], "b");
    assert_null(args.text[STH_OPT_RUN_ROOFLINE]);
    assert_string_equal(args.text[STH_OPT_RUN_BY_LAYER], "no");
}

static const char *name_at(const void *context, size_t i)
{
    return ((const char *const *)context)[i];
}

static void test_options_nearest(void **state)
{
    static const char *const names[] = {"time-only", "timeline", "seed", "o"};
    static const struct {
        const char *typed, *nearest;
    } cases[] = {{"time-onyl", "time-only"},
                 {"timelien", "timeline"},
                 {"sed", "seed"},
                 {"memory", NULL},
                 {"x", NULL},
                 {"", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *found = sth_nearest(cases[i].typed, 4, name_at, names);

        if (!cases[i].nearest)
            assert_null(found);
        else
            assert_string_equal(found, cases[i].nearest);
    }
}

/* Every option is on its page, with every line short enough. */
static void test_options_are_on_the_page(void **state)
{
    (void)state;
    for (int c = 0; c < STH_COMMAND_COUNT; c++) {
        char *text, typed[64], meaning[1024];
        size_t bytes;
        FILE *out = open_memstream(&text, &bytes);

        assert_non_null(out);
        sth_help_text(out, (enum sth_command_id)c);
        fclose(out);
        for (int i = 0; i < STH_OPT_COUNT; i++) {
            if ((int)sth_options[i].command != c)
                continue;
            sth_help_option(&sth_options[i], typed, sizeof(typed), meaning,
                            sizeof(meaning));
            assert_non_null(strstr(text, typed));
            assert_true(strlen(meaning) < sizeof(meaning) - 1);
        }
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
            if (strcspn(line, "\n") > 79)
                fail_msg("'%.80s' is too long", line);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_table_is_consistent),
        cmocka_unit_test(test_options_defaults_parse),
        cmocka_unit_test(test_options_are_read),
        cmocka_unit_test(test_options_repeat),
        cmocka_unit_test(test_options_given_twice),
        cmocka_unit_test(test_options_nearest),
        cmocka_unit_test(test_options_are_on_the_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
