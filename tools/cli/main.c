/* systolith: the command. */
#include "sth_cmd.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"trace", sth_cmd_trace, "write a layer trace from a model or a shape"},
    {"run", sth_cmd_run, "play a trace on the C model, the RTL, or both"},
    {"table", sth_cmd_table, "print the figures of several runs together"},
    {"random", sth_cmd_random, "compare model and RTL on random programs"},
    {"parity", sth_cmd_parity, "measure the model's cycles against the RTL's"},
    {"bench", sth_cmd_bench, "measure the speed of model and RTL"},
    {"disasm", sth_cmd_disasm, "print commands as text"},
    {"info", sth_cmd_info, "describe a configuration"},
};

static int usage(FILE *out, int status)
{
    fputs("usage: systolith COMMAND [ARGUMENTS]\n\ncommands:\n", out);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`systolith COMMAND --help` says more about each.\n", out);
    return status;
}

/* Runs a command under its whole name; unwritten output is a failure. */
static int run(size_t which, int argc, char **argv)
{
    char name[32];
    int status;

    snprintf(name, sizeof(name), "systolith %s", commands[which].name);
    argv[0] = name;
    status = commands[which].run(argc, argv);
    if (fflush(stdout) || ferror(stdout)) {
        fputs("systolith: cannot write to standard output\n", stderr);
        return status ? status : 1;
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr, 2);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help"))
        return usage(stdout, 0);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (!strcmp(argv[1], commands[i].name))
            return run(i, argc - 1, argv + 1);
    fprintf(stderr, "systolith: there is no command '%s'\n", argv[1]);
    return usage(stderr, 2);
}
