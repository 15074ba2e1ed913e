/* docs/trace.md has a line for each operation, with every key it takes. */
#include "firmware_fixture.h"

#include "sth_trace_table.h"

static char *document(void)
{
    FILE *file = fopen("docs/trace.md", "r");
    char *text = calloc(1, 1 << 20);

    assert_non_null(file);
    assert_non_null(text);
    assert_in_range(fread(text, 1, (1 << 20) - 1, file), 1000, 1 << 20);
    fclose(file);
    return text;
}

/* The line of the table whose first cell names the operation. */
static void find_line(const char *text, const char *word, char *line,
                      size_t size)
{
    char quoted[80];

    snprintf(quoted, sizeof quoted, "`%s`", word);
    for (const char *at = strstr(text, "\n| `"); at != NULL;
         at = strstr(at + 1, "\n| `")) {
        const char *cell = strchr(at + 3, '|');

        snprintf(line, size, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
        if (cell != NULL && strstr(at, quoted) != NULL &&
            strstr(at, quoted) < cell)
            return;
    }
    fail_msg("docs/trace.md: no line for the operation '%s'", word);
}

/* `key` or `key=...` */
static void expect_key(const char *line, const char *word, const char *key)
{
    char plain[80], value[80];

    snprintf(plain, sizeof plain, "`%s`", key);
    snprintf(value, sizeof value, "`%s=", key);
    if (strstr(line, plain) == NULL && strstr(line, value) == NULL)
        fail_msg("docs/trace.md: '%s' lacks its key '%s'", word, key);
}

static void test_trace_docs_name_every_operation_and_key(void **unused)
{
    char *text = document();

    (void)unused;
    for (uint32_t k = 0; k < STH_TRACE_KIND_COUNT; k++) {
        const struct sth_trace_signature *s = &sth_trace_signatures[k];
        char line[1000];

        find_line(text, s->word, line, sizeof line);
        for (uint32_t i = 0; i < STH_TRACE_VIEW_COUNT; i++)
            if (s->view[i] != STH_TRACE_NEED_NONE)
                expect_key(line, s->word, sth_trace_view_words[i]);
        for (uint32_t i = 0; i < STH_TRACE_NUMBER_COUNT; i++)
            if (s->number[i] != STH_TRACE_NEED_NONE)
                expect_key(line, s->word, sth_trace_number_words[i].text);
        for (uint32_t i = 0; i < STH_TRACE_LIST_COUNT; i++)
            if (s->list[i] != STH_TRACE_NEED_NONE)
                expect_key(line, s->word, sth_trace_list_words[i].text);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_docs_name_every_operation_and_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
