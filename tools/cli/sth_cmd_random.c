#include "sth_cmd.h"
#include "sth_config.h"
#include "sth_disasm.h"
#include "sth_fault_campaign.h"
#include "sth_progress.h"
#include "sth_random_run.h"
#include "sth_rtl_library.h"

#include <dlfcn.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: systolith random [OPTIONS]\n"
    "\n"
    "Runs random programs, legal and free of races, on the C model and on the\n"
    "RTL in step, each with a random memory, random stalls and random order "
    "of\n"
    "answers.  A failing seed is printed as the command that repeats it.\n"
    "\n"
    "  --config C     a file, or a name of configs/ (default edge)\n"
    "  --seed S       first seed (default 1)\n"
    "  --count N      programs, with seeds S, S + 1, ... (default 100)\n"
    "  --commands N   commands in each, 8 to 256 (default 40)\n"
    "  --faults       programs with one fault each: both sides must report it\n"
    "                 alike, come back after a soft reset and run on\n"
    "  --csim-only    run the C model with its race sanitizer, no RTL\n"
    "  --print        print each program\n";

struct options {
    const char *config;
    uint64_t seed, count, commands;
    bool csim_only, print, faults;
};

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option list[] = {
        {"config", required_argument, NULL, 'c'},
        {"seed", required_argument, NULL, 's'},
        {"count", required_argument, NULL, 'n'},
        {"commands", required_argument, NULL, 'l'},
        {"faults", no_argument, NULL, 'f'},
        {"csim-only", no_argument, NULL, 'o'},
        {"print", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool good = true;
    int c;

    while (good && (c = getopt_long(argc, argv, "h", list, NULL)) != -1) {
        switch (c) {
        case 'c':
            o->config = optarg;
            break;
        case 's':
            good = sth_cmd_number("--seed", optarg, 0, INT64_MAX, &o->seed);
            break;
        case 'n':
            good = sth_cmd_number("--count", optarg, 1, UINT32_MAX, &o->count);
            break;
        case 'l':
            good = sth_cmd_number("--commands", optarg, 8, STH_PROGRAM_MAX,
                                  &o->commands);
            break;
        case 'f':
            o->faults = true;
            break;
        case 'o':
            o->csim_only = true;
            break;
        case 'p':
            o->print = true;
            break;
        case 'h':
            fputs(help, stdout);
            exit(0);
        default:
            return false;
        }
    }
    if (good && optind < argc) {
        sth_cmd_error("unexpected argument '%s'", argv[optind]);
        return false;
    }
    return good;
}

static void print_program(const struct sth_params *params, uint64_t seed,
                          uint32_t length)
{
    struct sth_program *p = malloc(sizeof(*p));
    char text[STH_DISASM_BYTES];

    if (p && sth_program_generate(p, params, seed, length)) {
        printf("# seed %" PRIu64 ": memory %s latency %" PRIu32
               " bytes %" PRIu32 " stalls %" PRIu32 " %%%s\n",
               seed, p->memory.name, p->memory.latency,
               p->memory.bytes_per_cycle, p->memory.stall_percent,
               p->reorder ? " reorder" : "");
        for (uint32_t i = 0; i < p->commands; i++) {
            sth_disasm(&p->command[i], text, sizeof(text));
            printf("%4" PRIu32 "  %s\n", i, text);
        }
    }
    free(p);
}

/* Sums over the programs of a campaign. */
struct campaign {
    uint64_t passed, failed, commands, rtl_cycles;
    uint64_t timed; /* those that the next two are about */
    double error, worst;
};

static void count(struct campaign *c, const struct sth_random_result *r)
{
    double error = 0;

    c->commands += r->commands;
    c->rtl_cycles += r->rtl_cycles;
    if (r->timed && r->rtl_cycles)
        error = fabs((double)r->csim_cycles - (double)r->rtl_cycles) /
                (double)r->rtl_cycles;
    c->timed += r->timed;
    c->error += error;
    if (error > c->worst)
        c->worst = error;
    if (r->passed)
        c->passed++;
    else
        c->failed++;
}

/* Programs without a fault; returns the exit code. */
static int run_legal(const struct options *o, const struct sth_config *config,
                     const struct sth_backend *backend)
{
    struct sth_progress progress;
    struct campaign c = {0};

    sth_progress_begin(&progress, "random");
    for (uint64_t i = 0; i < o->count; i++) {
        struct sth_random_result r;

        if (o->print)
            print_program(&config->params, o->seed + i, (uint32_t)o->commands);
        sth_random_run(backend, &config->params, o->seed + i,
                       (uint32_t)o->commands, &r);
        count(&c, &r);
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
    printf("%s: %" PRIu64 " programs, %" PRIu64 " commands, %" PRIu64
           " RTL cycles: %" PRIu64 " passed, %" PRIu64 " failed",
           config->name, o->count, c.commands, c.rtl_cycles, c.passed,
           c.failed);
    if (backend)
        printf("; cycles of the %" PRIu64
               " on an orderly bus: error mean %.3f %%, worst %.2f %%",
               c.timed, c.timed ? 100 * c.error / (double)c.timed : 0,
               100 * c.worst);
    putchar('\n');
    return c.failed ? 1 : 0;
}

int sth_cmd_random(int argc, char **argv)
{
    struct options o = {
        .config = "edge", .seed = 1, .count = 100, .commands = 40};
    const struct sth_backend *backend = NULL;
    struct sth_config config;
    int status;
    void *library = NULL;
    char error[4600];

    if (!parse(argc, argv, &o))
        return 2;
    if (!sth_config_find(o.config, sth_cmd_home(), &config, error,
                         sizeof(error)))
        return sth_cmd_error("%s", error);
    if (!o.csim_only) {
        backend = sth_rtl_library_open(sth_cmd_library_dir(), &config, &library,
                                       error, sizeof(error));
        if (!backend)
            return sth_cmd_error("%s", error);
    }
    if (o.faults) {
        const struct sth_fault_campaign faults = {
            .config_name = o.config,
            .config = &config,
            .backend = backend,
            .seed = o.seed,
            .count = o.count,
            .length = (uint32_t)o.commands,
        };

        status = sth_fault_campaign(&faults);
    } else {
        status = run_legal(&o, &config, backend);
    }
    if (library)
        dlclose(library);
    return status;
}
