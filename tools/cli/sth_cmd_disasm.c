/* systolith disasm: commands as text. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_disasm.h"
#include "sth_input.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int sth_cmd_disasm(int argc, char **argv)
{
    struct sth_command command;
    char text[STH_DISASM_BYTES];
    uint32_t index = 0;
    int status = 0;
    size_t bytes;
    struct sth_args args;
    const char *path;
    bool failed;
    FILE *in;

    if (!sth_args_parse(&args, STH_COMMAND_DISASM, argc, argv, &status))
        return status;
    status = 0;
    path = args.operand[0];
    in = strcmp(path, "-") ? sth_input_open(path, text, sizeof(text)) : stdin;
    if (!in)
        return sth_cmd_error("%s", text);
    while ((bytes = fread(&command, 1, sizeof(command), in)) ==
           sizeof(command)) {
        sth_disasm(&command, text, sizeof(text));
        printf("%6" PRIu32 "  %s\n", index++, text);
        if (!sth_opcode_name(STH_GET(&command, ANY_OPCODE)))
            status = 1;
    }
    failed = ferror(in);
    if (in != stdin)
        fclose(in);
    if (failed)
        return sth_cmd_error("cannot read '%s'", path);
    if (bytes)
        return sth_cmd_error("%s: command %" PRIu32 " is cut off after %zu of "
                             "64 bytes",
                             path, index, bytes);
    return status;
}
