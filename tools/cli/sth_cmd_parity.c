/* systolith parity: cycles of the model against the RTL's. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_output.h"
#include "sth_parity_alone.h"
#include "sth_parity_golden.h"
#include "sth_parity_report.h"
#include "sth_progress.h"
#include "sth_targets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    const char *cases, *golden, *json, *svg;
    const char *const *only;
    uint32_t only_count;
    uint64_t jobs;
    bool quick, record, list, no_rtl;
};

static bool parse(int argc, char **argv, struct sth_args *args,
                  struct options *o, int *status)
{
    if (!sth_args_parse(args, STH_COMMAND_PARITY, argc, argv, status))
        return false;
    *o = (struct options){
        .cases = args->operand[0],
        .golden = args->text[STH_OPT_PARITY_GOLDEN],
        .json = args->text[STH_OPT_PARITY_JSON],
        .svg = args->text[STH_OPT_PARITY_SVG],
        .only = args->repeat,
        .only_count = args->repeats,
        .jobs = args->number[STH_OPT_PARITY_JOBS],
        .quick = args->given[STH_OPT_PARITY_QUICK],
        .record = args->given[STH_OPT_PARITY_RECORD],
        .list = args->given[STH_OPT_PARITY_LIST],
        .no_rtl = args->given[STH_OPT_PARITY_NO_RTL],
    };
    if (o->no_rtl && (o->record || o->json))
        *status = sth_cmd_error("option --no-rtl leaves nothing for --%s",
                                o->record ? "record" : "json");
    else if ((o->record || o->no_rtl) && !o->golden)
        *status = sth_cmd_error("option --%s needs --golden",
                                o->record ? "record" : "no-rtl");
    else
        return true;
    return false;
}

static bool fits(const char *name, const char *pattern)
{
    size_t length = strlen(pattern);

    if (length && pattern[length - 1] == '*')
        return !strncmp(name, pattern, length - 1);
    return !strcmp(name, pattern);
}

/* False when a name fits no case. */
static bool select_cases(const struct options *o,
                         const struct sth_parity_cases *cases,
                         struct sth_parity_result *result)
{
    for (uint32_t i = 0; i < cases->count; i++)
        result[i].selected =
            !o->only_count && (!o->quick || cases->list[i].quick);
    for (uint32_t j = 0; j < o->only_count; j++) {
        bool found = false;

        for (uint32_t i = 0; i < cases->count; i++)
            if (fits(cases->list[i].name, o->only[j]))
                found = result[i].selected = true;
        if (!found) {
            sth_cmd_error("option --only: no case fits '%s'; --list prints "
                          "all",
                          o->only[j]);
            return false;
        }
    }
    return true;
}

static void show(void *user, double done)
{
    sth_progress_update(user, done);
}

static void judge(const struct sth_parity_cases *cases,
                  struct sth_parity_result *result)
{
    for (uint32_t i = 0; i < cases->count; i++)
        result[i].tolerance_bad =
            result[i].ran &&
            !(fabs(result[i].error_pct) <= cases->list[i].tolerance);
}

static bool write_report(const char *path,
                         bool (*write)(FILE *out,
                                       const struct sth_parity_cases *cases,
                                       const struct sth_parity_result *result),
                         const struct sth_parity_cases *cases,
                         const struct sth_parity_result *result)
{
    struct sth_output output;

    if (!path)
        return true;
    if (!sth_output_open(&output, path))
        return false;
    if (!write(output.file, cases, result)) {
        sth_output_discard(&output);
        sth_cmd_error("cannot write '%s'", path);
        return false;
    }
    return sth_output_commit(&output);
}

static int finish(const struct options *o, const struct sth_parity_cases *cases,
                  struct sth_parity_result *result)
{
    struct sth_parity_summary sum;
    char error[4600];
    bool written;

    judge(cases, result);
    if (o->golden && !sth_parity_golden_check(o->golden, cases, result, error,
                                              sizeof(error)))
        return sth_cmd_error("%s", error);
    if (o->no_rtl) {
        const uint32_t failed = sth_parity_alone(stdout, cases, result);

        written = write_report(o->svg, sth_parity_svg, cases, result);
        return written && !failed ? 0 : 1;
    }
    if (o->record) {
        if (!sth_parity_golden_record(o->golden, cases, result, error,
                                      sizeof(error)))
            return sth_cmd_error("%s", error);
        for (uint32_t i = 0; i < cases->count; i++) {
            result[i].golden_bad &= !result[i].bit_exact;
            result[i].inexact_bad &= !result[i].bit_exact;
        }
    }
    written = sth_parity_text(stdout, cases, result);
    written &= write_report(o->json, sth_parity_json, cases, result);
    written &= write_report(o->svg, sth_parity_svg, cases, result);
    sth_parity_summarize(cases, result, &sum);
    return written && sth_parity_passed(&sum) ? 0 : 1;
}

enum { TARGETS = 3 };

static bool may_read(void *user, const char *path)
{
    return sth_targets_spare(user, TARGETS, path);
}

/* Whether no target is what a case reads. */
static bool spares(struct sth_target *target, const struct sth_parity_case *c)
{
    const struct sth_session_request trace = {
        .trace_path = c->work.path, .may_read = may_read, .user = target};
    const char *memory = sth_mem_config_file(&c->config.memory);
    char error[4600];

    if (!may_read(target, c->config_path) ||
        (*c->config_memory && !may_read(target, c->config_memory)) ||
        (memory && !may_read(target, memory)) ||
        (*c->work.path && !may_read(target, c->work.path)))
        return false;
    /* A trace that is bad fails when it is run. */
    return c->work.kind != STH_PARITY_FILE ||
           sth_session_ask(&trace, error, sizeof(error)) || *error;
}

static int check_targets(const struct options *o,
                         const struct sth_parity_cases *cases)
{
    struct sth_target target[TARGETS] = {
        {"--json", o->json},
        {"--svg", o->svg},
        {"--golden", o->record ? o->golden : NULL},
    };
    const char *const inputs[] = {o->cases, o->record ? NULL : o->golden};

    for (uint32_t i = 0; i < cases->count; i++)
        if (!spares(target, &cases->list[i]))
            return 2;
    return sth_targets_check(target, TARGETS, inputs, 2);
}

static int run(const struct options *o, const struct sth_parity_cases *cases,
               struct sth_parity_result *result)
{
    struct sth_progress progress;
    struct sth_parity_setup setup = {
        .home = sth_cmd_home(),
        .jobs = (uint32_t)o->jobs,
        .no_rtl = o->no_rtl,
        .progress = show,
        .user = &progress,
    };
    bool good;

    if (!select_cases(o, cases, result))
        return 2;
    if (o->list) {
        for (uint32_t i = 0; i < cases->count; i++)
            if (result[i].selected)
                printf("%-32s %-8s %s\n", cases->list[i].name,
                       cases->list[i].config.name, cases->list[i].text);
        return 0;
    }
    sth_progress_begin(&progress, "parity");
    good = sth_parity_run(cases, result, &setup);
    sth_progress_end(&progress);
    return good ? finish(o, cases, result)
                : sth_cmd_error("no process can be started");
}

int sth_cmd_parity(int argc, char **argv)
{
    struct sth_args args;
    struct options o;
    struct sth_parity_cases cases;
    struct sth_parity_result *result;
    char error[4600];
    int status;

    if (!parse(argc, argv, &args, &o, &status))
        return status;
    if (!sth_parity_cases_load(o.cases, sth_cmd_home(), &cases, error,
                               sizeof(error)))
        return sth_cmd_error("%s", error);
    result = sth_parity_results_create(cases.count);
    status =
        result ? check_targets(&o, &cases) : sth_cmd_error("out of memory");
    if (!status)
        status = run(&o, &cases, result);
    if (result)
        sth_parity_results_destroy(result, cases.count);
    sth_parity_cases_fini(&cases);
    return status;
}
