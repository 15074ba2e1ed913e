#include "sth_cmd.h"
#include "sth_disasm.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: systolith disasm FILE\n"
    "\n"
    "Prints commands as text: FILE holds 64-byte commands as they lie in the\n"
    "ring; '-' reads standard input.  Unknown opcodes are shown in hex and\n"
    "make the exit status 1.\n";

int sth_cmd_disasm(int argc, char **argv)
{
    struct sth_command command;
    char text[STH_DISASM_BYTES];
    uint32_t index = 0;
    int status = 0;
    size_t bytes;
    bool failed;
    FILE *in;

    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(help, stdout);
        return 0;
    }
    if (argc != 2)
        return sth_cmd_error("name one file of commands; see --help");
    in = strcmp(argv[1], "-") ? fopen(argv[1], "rb") : stdin;
    if (!in)
        return sth_cmd_error("cannot open '%s'", argv[1]);
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
        return sth_cmd_error("cannot read '%s'", argv[1]);
    if (bytes)
        return sth_cmd_error("%s: command %" PRIu32 " is cut off after %zu of "
                             "64 bytes",
                             argv[1], index, bytes);
    return status;
}
