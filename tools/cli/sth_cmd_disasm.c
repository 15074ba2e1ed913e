/* systolith disasm: commands as text. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_disasm.h"
#include "sth_file.h"
#include "sth_listing.h"
#include "sth_output.h"
#include "sth_targets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Commands as they lie in the ring; returns the exit status. */
static int print_ring(const char *path, const char *file, size_t bytes)
{
    const size_t count = bytes / sizeof(struct sth_command);
    int status = 0;

    for (size_t i = 0; i < count; i++) {
        char text[STH_DISASM_BYTES];
        struct sth_command command;

        memcpy(&command, file + i * sizeof(command), sizeof(command));
        sth_disasm(&command, text, sizeof(text));
        printf("%6zu  %s\n", i, text);
        if (!sth_opcode_name(STH_GET(&command, ANY_OPCODE)))
            status = 1;
    }
    if (bytes % sizeof(struct sth_command))
        return sth_cmd_error("%s: command %zu is cut off after %zu of 64 bytes",
                             path, count, bytes % sizeof(struct sth_command));
    return status;
}

static int write_json(const char *path, struct sth_listing *listing,
                      uint32_t first, uint32_t last)
{
    struct sth_output output;

    if (!sth_output_open(&output, path))
        return 1;
    if (!sth_listing_json(output.file, listing, first, last)) {
        sth_output_discard(&output);
        sth_cmd_error("out of memory");
        return 1;
    }
    return sth_output_commit(&output) ? 0 : 1;
}

static int print_program(const struct sth_args *args, const char *path,
                         const char *file, size_t bytes)
{
    const bool one = args->given[STH_OPT_DISASM_STEP];
    const char *json = args->text[STH_OPT_DISASM_JSON];
    uint32_t first = (uint32_t)args->number[STH_OPT_DISASM_STEP], last;
    struct sth_listing listing;
    char error[512];
    int status = 0;

    if (!sth_listing_open(&listing, path, file, bytes, error, sizeof(error))) {
        sth_listing_close(&listing);
        return sth_cmd_error("%s", error);
    }
    last = one ? first + 1 : listing.program.header->steps;
    if (last > listing.program.header->steps)
        status = sth_cmd_error("option --step: the program has %" PRIu32
                               " steps, from 0",
                               listing.program.header->steps);
    else if (json)
        status = write_json(json, &listing, first, last);
    else if (!sth_listing_text(stdout, &listing, first, last))
        status = sth_cmd_error("out of memory");
    sth_listing_close(&listing);
    return status;
}

int sth_cmd_disasm(int argc, char **argv)
{
    struct sth_args args;
    struct sth_target target = {"--json", NULL};
    char error[4600];
    const char *path;
    size_t bytes;
    int status;
    char *file;

    if (!sth_args_parse(&args, STH_COMMAND_DISASM, argc, argv, &status))
        return status;
    path = args.operand[0];
    target.path = args.text[STH_OPT_DISASM_JSON];
    status = sth_targets_check(&target, 1, &path, 1);
    if (status)
        return status;
    file = sth_file_read(strcmp(path, "-") ? path : "/dev/stdin", &bytes, error,
                         sizeof(error));
    if (!file)
        return sth_cmd_error("%s", error);
    if (sth_compiled_is(file, bytes))
        status = print_program(&args, path, file, bytes);
    else if (target.path || args.given[STH_OPT_DISASM_STEP])
        status = sth_cmd_error("%s: is no program; options --step and --json "
                               "need one",
                               path);
    else
        status = print_ring(path, file, bytes);
    free(file);
    return status;
}
