/* systolith compile: a layer trace as a program for one chip. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_compile.h"
#include "sth_file.h"
#include "sth_output.h"
#include "sth_plans.h"
#include "sth_targets.h"

#include <stdlib.h>

/* Writes the program; returns the exit status. */
static int write_program(const char *path,
                         const struct sth_compile_file *compiled)
{
    struct sth_output output;

    if (!sth_output_open(&output, path))
        return 1;
    fwrite(compiled->file, 1, compiled->bytes, output.file);
    return sth_output_commit(&output) ? 0 : 1;
}

int sth_cmd_compile(int argc, char **argv)
{
    struct sth_compile_file compiled = {.file = NULL};
    struct sth_plans plans;
    struct sth_config config;
    struct sth_args args;
    char error[4600], config_path[4096];
    const char *inputs[4] = {NULL, NULL, NULL, NULL};
    const char *memory;
    struct sth_target target = {"-o", NULL};
    char *text;
    size_t bytes;
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_COMPILE, argc, argv, &status))
        return status;
    target.path = args.text[STH_OPT_COMPILE_OUT];
    if (!target.path)
        return sth_cmd_error("option -o is missing; '-' is standard output");
    if (!sth_config_find(args.text[STH_OPT_COMPILE_CONFIG], sth_cmd_home(),
                         &config, error, sizeof(error)))
        return sth_cmd_error("%s", error);
    memory = args.text[STH_OPT_COMPILE_MEMORY];
    if (memory &&
        !sth_mem_config_parse(&config.memory, memory, error, sizeof(error)))
        return sth_cmd_error("option --memory: %s", error);
    inputs[0] = args.operand[0];
    inputs[2] = sth_mem_config_file(&config.memory);
    inputs[3] = args.text[STH_OPT_COMPILE_PLANS];
    if (sth_config_path(args.text[STH_OPT_COMPILE_CONFIG], sth_cmd_home(),
                        config_path, sizeof(config_path)))
        inputs[1] = config_path;
    status = sth_targets_check(&target, 1, inputs, 4);
    if (status)
        return status;
    if (!sth_plans_open(&plans, inputs[3],
                        args.text[STH_OPT_COMPILE_PLAN_CACHE], &config)) {
        sth_plans_close(&plans);
        return 2;
    }
    text = sth_file_read(args.operand[0], &bytes, error, sizeof(error));
    if (!text ||
        !sth_compile(&compiled, text, bytes, args.operand[0], &config,
                     &plans.book, (uint32_t)args.number[STH_OPT_COMPILE_STEPS],
                     error, sizeof(error)))
        status = sth_cmd_error("%s", error);
    else
        status = write_program(target.path, &compiled);
    if (!status && !sth_plans_keep(&plans))
        status = 1;
    sth_plans_close(&plans);
    free(compiled.file);
    free(text);
    return status;
}
