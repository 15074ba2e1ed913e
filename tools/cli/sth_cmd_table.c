/* systolith table: the figures of several runs together. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_input.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A figure of a report, and what its key must hold. */
struct rule {
    const char *key;
    bool may_be_null;
    bool (*holds)(const json_t *value);
    const char *words;
};

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_real(const json_t *value)
{
    return json_is_number(value);
}

static bool is_truth(const json_t *value)
{
    return json_is_boolean(value);
}

static bool is_complete(const json_t *value)
{
    return json_is_true(value);
}

static bool is_bound(const json_t *value)
{
    return json_is_string(json_object_get(value, "name")) &&
           json_is_number(json_object_get(value, "cycles")) &&
           json_is_number(json_object_get(value, "attained"));
}

static bool is_side(const json_t *value)
{
    const json_t *cycles = json_object_get(value, "cycles");

    return json_is_integer(cycles) && json_integer_value(cycles) > 0;
}

static const struct rule rules[] = {
    {"trace", false, is_text, "a text"},
    {"complete", false, is_complete, "true: the run was given up"},
    {"memory", false, is_text, "a text"},
    {"bound", false, is_bound, "an object with 'name', 'cycles', 'attained'"},
    {"commands", false, is_count, "a whole number"},
    {"macs", false, is_count, "a whole number"},
    {"csim", true, is_side, "null or an object with positive 'cycles'"},
    {"rtl", true, is_side, "null or an object with positive 'cycles'"},
    {"cycle_error_pct", true, is_real, "null or a number"},
    {"array_utilization", false, is_real, "a number"},
    {"bit_exact", true, is_truth, "null, true or false"},
    {"max_abs_error", true, is_real, "null or a number"},
    {"cosine", true, is_real, "null or a number"},
};

/* 0, or the exit status with a message printed. */
static int check(const char *path, const json_t *root)
{
    if (!json_is_string(json_object_get(root, "config")))
        return sth_cmd_error("%s: is not a report of 'systolith run --json'",
                             path);
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        const struct rule *r = &rules[i];
        const json_t *value = json_object_get(root, r->key);

        if (!r->holds(value) && !(r->may_be_null && json_is_null(value)))
            return sth_cmd_error("%s: key '%s' is not %s", path, r->key,
                                 r->words);
    }
    return 0;
}

/* NULL with a message when the file is no report. */
static json_t *load(const char *path)
{
    char error[4200];
    FILE *file = sth_input_open(path, error, sizeof(error));
    json_error_t problem;
    json_t *root;

    if (!file) {
        sth_cmd_error("%s", error);
        return NULL;
    }
    root = json_loadf(file, 0, &problem);
    fclose(file);
    if (!root && problem.line > 0)
        sth_cmd_error("%s:%d: not valid JSON: %s", path, problem.line,
                      problem.text);
    else if (!root)
        sth_cmd_error("%s", problem.text);
    if (root && check(path, root)) {
        json_decref(root);
        return NULL;
    }
    return root;
}

/* "dir/gpt2-bf16.trace" as "gpt2-bf16". */
static void print_name(const json_t *root)
{
    const char *path = json_string_value(json_object_get(root, "trace"));
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *end = strstr(name, ".trace");

    printf("| %-28.*s ", end ? (int)(end - name) : 28, name);
}

static void print_count(const json_t *value, int width)
{
    if (json_is_integer(value))
        printf("| %*lld ", width, (long long)json_integer_value(value));
    else
        printf("| %*s ", width, "-");
}

/* The cycles of a side, if it ran. */
static void print_cycles(const json_t *root, const char *side)
{
    print_count(json_object_get(json_object_get(root, side), "cycles"), 10);
}

/* Of cycles; only where both sides ran. */
static void print_error(const json_t *root)
{
    const json_t *value = json_object_get(root, "cycle_error_pct");

    if (json_is_number(value))
        printf("| %+7.3f %% ", json_number_value(value));
    else
        printf("| %9s ", "-");
}

static void print_accuracy(const json_t *root)
{
    const json_t *worst = json_object_get(root, "max_abs_error");
    const json_t *cosine = json_object_get(root, "cosine");

    if (json_is_number(worst))
        printf("| %8.3g ", json_number_value(worst));
    else
        printf("| %8s ", "-");
    if (json_is_number(cosine))
        printf("| %.7f |\n", json_number_value(cosine));
    else
        printf("| %9s |\n", "-");
}

/*
 * What tells runs of a trace apart: a column appears when two rows differ in
 * it and in none before it.
 */
enum { COLUMNS = 4 };

struct column {
    const char *key, *title;
    bool shown;
};

static void find_columns(json_t *const *root, size_t count,
                         struct column columns[COLUMNS])
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            for (int c = 0; c < COLUMNS; c++) {
                const char *key = columns[c].key;

                if (json_equal(json_object_get(root[i], key),
                               json_object_get(root[j], key)))
                    continue;
                columns[c].shown = true;
                break;
            }
}

static void print_columns(const json_t *root, const struct column *columns)
{
    for (int c = 0; c < COLUMNS; c++) {
        const json_t *value = json_object_get(root, columns[c].key);

        if (!columns[c].shown)
            continue;
        if (json_is_integer(value))
            printf("| %lld ", (long long)json_integer_value(value));
        else
            printf("| %-6s ",
                   json_is_string(value) ? json_string_value(value) : "-");
    }
}

static void print_row(const json_t *root, const struct column *columns)
{
    const json_t *exact = json_object_get(root, "bit_exact");

    print_name(root);
    print_columns(root, columns);
    print_count(json_object_get(root, "commands"), 8);
    print_count(json_object_get(root, "macs"), 11);
    print_cycles(root, "rtl");
    print_cycles(root, "csim");
    print_error(root);
    printf("| %5.1f %% | %-9s ",
           100 * json_number_value(json_object_get(root, "array_utilization")),
           json_is_boolean(exact) ? json_is_true(exact) ? "yes" : "NO" : "-");
    print_accuracy(root);
}

static void print_efficiency_row(const json_t *root)
{
    const json_t *bound = json_object_get(root, "bound");
    const char *side =
        json_is_null(json_object_get(root, "rtl")) ? "csim" : "rtl";
    double cycles = json_number_value(json_object_get(bound, "cycles"));

    print_name(root);
    printf("| %-6s ", json_string_value(json_object_get(root, "config")));
    printf("| %-12s ", json_string_value(json_object_get(root, "memory")));
    printf("| %-5s ", side);
    print_cycles(root, side);
    printf("| %-5s | %12.0f | %7.1f %% |\n",
           json_string_value(json_object_get(bound, "name")), cycles,
           100 * json_number_value(json_object_get(bound, "attained")));
}

static int print_efficiency(json_t *const *root, size_t count)
{
    printf("| %-28s | config | memory       | on    |     cycles | bound |"
           " bound cycles | attained  |\n"
           "|---|---|---|---|--:|---|--:|--:|\n",
           "work");
    for (size_t i = 0; i < count; i++)
        print_efficiency_row(root[i]);
    return 0;
}

/* Prints a report from each file; returns the exit status. */
static int print_table(json_t *const *root, size_t count)
{
    struct column columns[COLUMNS] = {{"config", "config", true},
                                      {"memory", "memory", false},
                                      {"clock_mhz", "MHz", false},
                                      {"hash", "hash", false}};
    int status = 0;

    find_columns(root, count, columns);
    printf("| %-28s |", "layer");
    for (int c = 0; c < COLUMNS; c++)
        if (columns[c].shown)
            printf(" %-6s |", columns[c].title);
    printf(" commands |        MACs | RTL cycles | csim cycles |   error  |"
           "  array  | bit-exact | max error | cosine    |\n|---|");
    for (int c = 0; c < COLUMNS; c++)
        fputs(columns[c].shown ? "---|" : "", stdout);
    puts("---|---|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < count; i++) {
        print_row(root[i], columns);
        if (json_is_false(json_object_get(root[i], "bit_exact")))
            status = 1;
    }
    return status;
}

int sth_cmd_table(int argc, char **argv)
{
    struct sth_args args;
    size_t files, count = 0;
    int status;
    json_t **root;

    if (!sth_args_parse(&args, STH_COMMAND_TABLE, argc, argv, &status))
        return status;
    status = 2;
    files = (size_t)args.operands;
    root = calloc(files, sizeof(json_t *));
    if (!root)
        return sth_cmd_error("out of memory");
    while (count < files && (root[count] = load(args.operand[count])))
        count++;
    if (count == files)
        status = args.given[STH_OPT_TABLE_EFFICIENCY]
                     ? print_efficiency(root, count)
                     : print_table(root, count);
    while (count > 0)
        json_decref(root[--count]);
    free(root);
    return status;
}
