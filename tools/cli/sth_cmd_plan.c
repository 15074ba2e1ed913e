/* systolith plan: the plans of a trace, or the property of plans. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_output.h"
#include "sth_plan_file.h"
#include "sth_plan_report.h"
#include "sth_plan_tally.h"
#include "sth_plans.h"
#include "sth_report_head.h"
#include "sth_targets.h"

#include <string.h>

static bool write_json(const char *path, const struct sth_plan_report *plans,
                       const struct sth_config *config)
{
    json_t *report;
    struct sth_output output;

    if (!path)
        return true;
    if (!sth_output_open(&output, path))
        return false;
    report = json_object();
    sth_report_head(report, config);
    json_object_set_new(report, "ops", sth_plan_report_json(plans));
    json_object_set_new(report, "planning", sth_plan_report_effort(plans));
    if (!sth_report_write(output.file, report)) {
        sth_output_discard(&output);
        sth_cmd_error("cannot write '%s'", path);
        return false;
    }
    return sth_output_commit(&output);
}

static bool resolve(const struct sth_args *args, struct sth_session_request *q)
{
    const char *memory = args->text[STH_OPT_PLAN_MEMORY];
    char error[4600];

    if (!sth_config_find(args->text[STH_OPT_PLAN_CONFIG], q->home, &q->config,
                         error, sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    if (memory && !sth_mem_config_parse(&q->config.memory, memory, error,
                                        sizeof(error))) {
        sth_cmd_error("option --memory: %s", error);
        return false;
    }
    return true;
}

/* Chip and targets; returns the exit status. */
static int prepare(const struct sth_args *args, struct sth_session_request *q)
{
    const struct sth_target target[] = {
        {"--json", args->text[STH_OPT_PLAN_JSON]},
        {"-o", args->text[STH_OPT_PLAN_OUT]},
    };
    char config[4096];
    const char *inputs[] = {args->operand[0], NULL, NULL,
                            args->text[STH_OPT_PLAN_PLANS]};

    if (!resolve(args, q))
        return 2;
    if (sth_config_path(args->text[STH_OPT_PLAN_CONFIG], q->home, config,
                        sizeof(config)))
        inputs[1] = config;
    inputs[2] = sth_mem_config_file(&q->config.memory);
    return sth_targets_check(target, 2, inputs, 4);
}

/* Runs the trace; returns the exit status. */
static int run(const struct sth_args *args, struct sth_session_request *q,
               struct sth_session *session, struct sth_plan_report *report)
{
    const char *json = args->text[STH_OPT_PLAN_JSON];
    const char *out = args->text[STH_OPT_PLAN_OUT];
    char error[4600];
    int status = sth_session_run(session, q, error, sizeof(error));

    if (*error)
        sth_cmd_error("%s", error);
    if (status == 2)
        return status;
    if ((!json || strcmp(json, "-") != 0) && (!out || strcmp(out, "-") != 0))
        sth_plan_report_text(stdout, report);
    return write_json(json, report, &q->config) &
                   (!out || sth_plans_write(out, q->plans, &q->config, NULL))
               ? status
               : 1;
}

static int explain(const struct sth_args *args)
{
    struct sth_plans plans;
    struct sth_session session = {.phases = 0};
    struct sth_plan_report *report =
        sth_plan_report_create(&session, &plans.book);
    struct sth_session_request q = {
        .trace_path = args->operand[0],
        .home = sth_cmd_home(),
        .mode = STH_CSIM_TIME_ONLY,
        .no_reference = true,
        .roofline = true,
        .plans = &plans.book,
    };
    int status;

    if (!report)
        return sth_cmd_error("out of memory");
    q.watch = sth_plan_report_watch(report);
    sth_plan_book_init(&plans.book);
    status = prepare(args, &q);
    if (!status &&
        !sth_plans_open(&plans, args->text[STH_OPT_PLAN_PLANS],
                        args->text[STH_OPT_PLAN_PLAN_CACHE], &q.config))
        status = 2;
    if (!status) {
        status = run(args, &q, &session, report);
        if (status != 2 && !sth_plans_keep(&plans))
            status = 1;
        sth_session_fini(&session);
    }
    sth_plan_report_destroy(report);
    sth_plans_close(&plans);
    return status;
}

int sth_cmd_plan(int argc, char **argv)
{
    struct sth_args args;
    int status;
    bool random;

    if (!sth_args_parse(&args, STH_COMMAND_PLAN, argc, argv, &status))
        return status;
    random = args.given[STH_OPT_PLAN_RANDOM];
    if (random == (args.operands != 0))
        return sth_cmd_error("name one trace, or say --random");
    if (!random)
        return explain(&args);
    return sth_plan_tally(stdout, args.number[STH_OPT_PLAN_SEED],
                          args.number[STH_OPT_PLAN_RANDOM])
               ? 0
               : 1;
}
