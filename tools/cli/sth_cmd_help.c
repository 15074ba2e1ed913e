/* systolith help: pages, and what other programs take from the table. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_completion.h"
#include "sth_help.h"

int sth_cmd_help(int argc, char **argv)
{
    static void (*const print[])(FILE * out, enum sth_command_id command) = {
        sth_help_text, sth_help_man, sth_help_table};
    enum sth_command_id command = STH_COMMAND_COUNT;
    struct sth_args args;
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_HELP, argc, argv, &status))
        return status;
    if (args.given[STH_OPT_HELP_COMPLETION]) {
        if (args.word[STH_OPT_HELP_COMPLETION] == 0)
            sth_completion_bash(stdout);
        else
            sth_completion_zsh(stdout);
        return 0;
    }
    if (args.operands) {
        command = sth_command_find(args.operand[0]);
        if (command == STH_COMMAND_COUNT)
            return sth_cmd_unknown(args.operand[0]);
    }
    print[args.word[STH_OPT_HELP_FORMAT]](stdout, command);
    return 0;
}
