/* systolith random: random programs on model and RTL in step. */
#include "sth_args.h"
#include "sth_campaign.h"
#include "sth_cmd.h"
#include "sth_config.h"
#include "sth_disasm.h"
#include "sth_fault_campaign.h"
#include "sth_output.h"
#include "sth_progress.h"
#include "sth_random_config.h"
#include "sth_random_run.h"
#include "sth_targets.h"
#include "systolith_rtl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct options {
    const char *config, *json;
    uint64_t seed, count, commands;
    bool csim_only, print, faults;
};

static void print_program(const struct sth_params *params, uint64_t seed,
                          uint32_t length)
{
    struct sth_program *p = malloc(sizeof(*p));
    char text[STH_DISASM_BYTES], memory[STH_MEM_TEXT_MAX];

    if (p && sth_program_generate(p, params, seed, length)) {
        sth_mem_config_text(&p->memory, memory, sizeof(memory));
        printf("# seed %" PRIu64 ": memory %s at %" PRIu32
               " MHz, stalls %" PRIu32 " %%%s\n",
               seed, memory, p->memory.clock_mhz, p->memory.stall_percent,
               p->reorder ? ", reorder" : "");
        for (uint32_t i = 0; i < p->commands; i++) {
            sth_disasm(&p->command[i], text, sizeof(text));
            printf("%4" PRIu32 "  %s\n", i, text);
        }
    }
    free(p);
}

static bool write_json(const char *path, const struct sth_campaign *campaign)
{
    struct sth_output output;

    if (!path)
        return true;
    if (!sth_output_open(&output, path))
        return false;
    if (!sth_campaign_json(output.file, campaign)) {
        sth_output_discard(&output);
        sth_cmd_error("cannot write '%s'", path);
        return false;
    }
    return sth_output_commit(&output);
}

/* Programs without a fault; returns the exit code. */
static int run_legal(const struct options *o, const struct sth_config *config,
                     const struct sth_backend *backend)
{
    struct sth_progress progress;
    struct sth_campaign c = {.config = config, .in_step = backend != NULL};
    bool written;

    sth_progress_begin(&progress, "random");
    for (uint64_t i = 0; i < o->count; i++) {
        struct sth_random_result r;

        if (o->print)
            print_program(&config->params, o->seed + i, (uint32_t)o->commands);
        sth_random_run(backend, &config->params, o->seed + i,
                       (uint32_t)o->commands, &r);
        sth_campaign_add(&c, o->seed + i, &r);
        sth_progress_update(&progress, (double)i / (double)o->count);
        if (!r.passed) {
            sth_progress_end(&progress);
            printf("FAILED: systolith random --config %s --seed %" PRIu64
                   " --count 1 --commands %" PRIu64 "%s\n%s",
                   o->config, o->seed + i, o->commands,
                   o->csim_only ? " --csim-only" : "", r.text);
        }
    }
    sth_progress_end(&progress);
    written = sth_campaign_text(stdout, &c);
    written &= write_json(o->json, &c);
    return written && sth_campaign_passed(&c) ? 0 : 1;
}

static int run(const struct options *o, const struct sth_config *config,
               const struct sth_backend *backend)
{
    const struct sth_fault_campaign faults = {
        .config_name = o->config,
        .config = config,
        .backend = backend,
        .seed = o->seed,
        .count = o->count,
        .length = (uint32_t)o->commands,
    };

    return o->faults ? sth_fault_campaign(&faults)
                     : run_legal(o, config, backend);
}

/* The exit status when what is written cannot be, or is what is read. */
static int check_target(const char *option, const char *path,
                        const struct options *o, const char *memory)
{
    const struct sth_target target = {option, path};
    char own[4096];
    const char *const inputs[] = {
        sth_config_path(o->config, sth_cmd_home(), own, sizeof(own)) ? own
                                                                     : NULL,
        memory,
    };

    return sth_targets_check(&target, 1, inputs, 2);
}

static int draw_config(const char *path, const struct options *o)
{
    struct sth_config config;
    struct sth_output output;
    int status = check_target("--draw-config", path, o, NULL);

    if (status)
        return status;
    sth_random_config(o->seed, o->csim_only, &config);
    if (!sth_output_open(&output, path))
        return 1;
    sth_random_config_print(output.file, &config);
    return sth_output_commit(&output) ? 0 : 1;
}

int sth_cmd_random(int argc, char **argv)
{
    struct sth_rtl rtl = {NULL, NULL};
    struct sth_config config;
    struct sth_args args;
    struct options o;
    char error[4600];
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_RANDOM, argc, argv, &status))
        return status;
    o = (struct options){
        .config = args.text[STH_OPT_RANDOM_CONFIG],
        .json = args.text[STH_OPT_RANDOM_JSON],
        .seed = args.number[STH_OPT_RANDOM_SEED],
        .count = args.number[STH_OPT_RANDOM_COUNT],
        .commands = args.number[STH_OPT_RANDOM_COMMANDS],
        .csim_only = args.given[STH_OPT_RANDOM_CSIM_ONLY],
        .print = args.given[STH_OPT_RANDOM_PRINT],
        .faults = args.given[STH_OPT_RANDOM_FAULTS],
    };
    if (args.text[STH_OPT_RANDOM_DRAW_CONFIG])
        return draw_config(args.text[STH_OPT_RANDOM_DRAW_CONFIG], &o);
    if (!sth_config_find(o.config, sth_cmd_home(), &config, error,
                         sizeof(error)))
        return sth_cmd_error("%s", error);
    status =
        check_target("--json", o.json, &o, sth_mem_config_file(&config.memory));
    if (status)
        return status;
    if (!o.csim_only &&
        !sth_rtl_open(&rtl, NULL, &config, error, sizeof(error)))
        return sth_cmd_error("%s", error);
    status = run(&o, &config, rtl.backend);
    sth_rtl_close(&rtl);
    return status;
}
