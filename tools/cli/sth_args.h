/*
 * The arguments of a subcommand, read as sth_options.def has them.
 */
#ifndef STH_ARGS_H
#define STH_ARGS_H

#include "sth_options.h"

enum { STH_ARGS_REPEATS = 256 };

struct sth_args {
    enum sth_command_id command;
    unsigned given[STH_OPT_COUNT];        /* how often */
    const char *text[STH_OPT_COUNT];      /* the last one; else the default */
    uint64_t number[STH_OPT_COUNT];       /* of text, for NUMBER */
    int word[STH_OPT_COUNT];              /* of text, for WORD; -1: no text */
    const char *repeat[STH_ARGS_REPEATS]; /* of the REPEATED option */
    unsigned repeats;
    char **operand;
    int operands;
};

/*
 * Reads the arguments behind argv[0], options and operands in any order; `--`
 * ends the options, and an option may be shortened as long as it is clear.
 * Returns true when the command shall run.  Otherwise *status is its exit
 * status, and help or a message has been printed.  Pointers lead into argv,
 * whose order may change.
 */
bool sth_args_parse(struct sth_args *args, enum sth_command_id command,
                    int argc, char **argv, int *status);

/*
 * Whether every option given is `what`, which was given, or one of a list that
 * ends with STH_OPT_COUNT.  False: a message has been printed.
 */
bool sth_args_only(const struct sth_args *args, enum sth_option_id what,
                   const enum sth_option_id *list);

#endif
