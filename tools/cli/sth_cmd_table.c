#include "sth_cmd.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char help[] = "usage: systolith table FILE.json...\n"
                           "\n"
                           "Prints the figures of several runs (`systolith run "
                           "--json`) as one table.\n"
                           "Exit status 1 when a run was not bit-exact.\n";

static double real_at(const json_t *root, const char *key)
{
    const json_t *value = json_object_get(root, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

static json_int_t cycles_of(const json_t *root, const char *side)
{
    return json_integer_value(
        json_object_get(json_object_get(root, side), "cycles"));
}

/* "dir/gpt2-bf16.trace" as "gpt2-bf16". */
static void print_name(const json_t *root)
{
    const char *path = json_string_value(json_object_get(root, "trace"));
    const char *name = path ? strrchr(path, '/') : NULL;
    const char *end;

    name = name ? name + 1 : path ? path : "?";
    end = strstr(name, ".trace");
    printf("| %-28.*s ", end ? (int)(end - name) : 28, name);
}

static bool print_row(const json_t *root)
{
    const json_t *exact = json_object_get(root, "bit_exact");

    print_name(root);
    printf("| %-6s | %8lld | %11lld | %10lld | %10lld | %+7.3f %% | %5.1f %% "
           "| %-9s | %8.3g | %.7f |\n",
           json_string_value(json_object_get(root, "config")),
           json_integer_value(json_object_get(root, "commands")),
           json_integer_value(json_object_get(root, "macs")),
           cycles_of(root, "rtl"), cycles_of(root, "csim"),
           real_at(root, "cycle_error_pct"),
           100 * real_at(root, "array_utilization"),
           json_is_boolean(exact) ? json_is_true(exact) ? "yes" : "NO" : "-",
           real_at(root, "max_abs_error"), real_at(root, "cosine"));
    return !json_is_false(exact);
}

int sth_cmd_table(int argc, char **argv)
{
    int status = 0;

    if (argc < 2)
        return sth_cmd_error("name the JSON files of runs; see --help");
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        fputs(help, stdout);
        return 0;
    }
    printf("| %-28s | config | commands |        MACs | RTL cycles |"
           " csim cycles |   error  |  array  | bit-exact | max error |"
           " cosine    |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|\n",
           "layer");
    for (int i = 1; i < argc; i++) {
        json_error_t problem;
        json_t *root = json_load_file(argv[i], 0, &problem);
        bool good;

        if (!root && problem.line > 0)
            return sth_cmd_error("%s:%d: not valid JSON: %s", argv[i],
                                 problem.line, problem.text);
        if (!root)
            return sth_cmd_error("%s", problem.text);
        good = json_is_string(json_object_get(root, "config"));
        if (good && !print_row(root))
            status = 1;
        json_decref(root);
        if (!good)
            return sth_cmd_error("%s: is not a report of 'systolith run "
                                 "--json'",
                                 argv[i]);
    }
    return status;
}
