/* systolith: the command. */
#include "sth_cmd.h"
#include "sth_help.h"
#include "sth_spec.h"
#include "sth_version.h"
#include "sth_version_build.h"

#include <stdio.h>
#include <string.h>

static int (*const run[STH_COMMAND_COUNT])(int argc, char **argv) = {
#define COMMAND(id, name, operands, least, most, missing, summary, text)       \
    sth_cmd_##name,
#define OPTION(command, id, name, argument, kind, standard, group, help)
#include "sth_options.def"
#undef COMMAND
#undef OPTION
};

/* Unwritten output is a failure. */
static int finish(int status)
{
    if (fflush(stdout) || ferror(stdout)) {
        fputs("systolith: cannot write to standard output\n", stderr);
        return status ? status : 1;
    }
    return status;
}

static void print_version(void)
{
    const char *build = sth_version_build();

    printf("systolith %s, contract %d.%d%s%s%s\n", STH_VERSION,
           STH_RESET_VERSION >> 16, STH_RESET_VERSION & 0xffff,
           *build ? " (" : "", build, *build ? ")" : "");
}

static void print_help(void)
{
    sth_help_text(stdout, STH_COMMAND_COUNT);
}

static void print_home(void)
{
    puts(sth_cmd_home());
}

/* What stands in the place of a command. */
static const struct {
    const char *word;
    void (*print)(void);
} options[] = {{"--help", print_help},
               {"-h", print_help},
               {"--version", print_version},
               {"--home", print_home}};

int main(int argc, char **argv)
{
    const char *word = argc < 2 ? "" : argv[1];
    enum sth_command_id command = sth_command_find(word);

    if (command < STH_COMMAND_COUNT)
        return finish(run[command](argc - 1, argv + 1));
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        if (strcmp(word, options[i].word) != 0)
            continue;
        if (argc > 2)
            return sth_cmd_error("'%s' behind %s: nothing goes there", argv[2],
                                 word);
        options[i].print();
        return finish(0);
    }
    if (argc > 1)
        sth_cmd_unknown(word);
    sth_help_text(stderr, STH_COMMAND_COUNT);
    return 2;
}
