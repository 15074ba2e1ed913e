/* systolith run: a trace on the C model, the RTL, or both. */
#include "sth_args.h"
#include "sth_chip_args.h"
#include "sth_cmd.h"
#include "sth_cmd_run_model.h"
#include "sth_driver.h"
#include "sth_output.h"
#include "sth_plans.h"
#include "sth_progress.h"
#include "sth_report.h"
#include "sth_roofline.h"
#include "sth_session.h"
#include "sth_targets.h"
#include "sth_timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Words of --by-layer. */
enum { LAYERS_NONE = -1, LAYERS_YES, LAYERS_NO, LAYERS_ALL };

/* The texts among the options. */
struct options {
    struct sth_chip_args chip;
    const char *plans, *plan_cache;
    const char *json, *timeline, *events, *wave, *roofline;
    int layers; /* LAYERS_* */
    bool time_only;
};

static struct options take(const struct sth_args *args)
{
    const bool by_layer = args->given[STH_OPT_RUN_BY_LAYER];

    return (struct options){
        .chip = {.config = args->text[STH_OPT_RUN_CONFIG],
                 .memory = args->text[STH_OPT_RUN_MEMORY],
                 .clock_mhz = (uint32_t)args->number[STH_OPT_RUN_CLOCK],
                 .stalls = args->text[STH_OPT_RUN_STALLS]},
        .plans = args->text[STH_OPT_RUN_PLANS],
        .plan_cache = args->text[STH_OPT_RUN_PLAN_CACHE],
        .json = args->text[STH_OPT_RUN_JSON],
        .timeline = args->text[STH_OPT_RUN_TIMELINE],
        .events = args->text[STH_OPT_RUN_EVENTS],
        .wave = args->text[STH_OPT_RUN_WAVE],
        .roofline = args->text[STH_OPT_RUN_ROOFLINE],
        .layers = by_layer && !args->text[STH_OPT_RUN_BY_LAYER]
                      ? LAYERS_YES
                      : args->word[STH_OPT_RUN_BY_LAYER],
        .time_only = args->given[STH_OPT_RUN_TIME_ONLY],
    };
}

/* --watchdog as the driver takes it. */
static uint32_t watchdog(const struct sth_args *args)
{
    const uint32_t cycles = (uint32_t)args->number[STH_OPT_RUN_WATCHDOG];

    if (!args->given[STH_OPT_RUN_WATCHDOG])
        return STH_DRIVER_WATCHDOG_AUTO;
    return cycles != 0 ? cycles : STH_DRIVER_WATCHDOG_OFF;
}

/* Those that go into the request as they are. */
static void request(const struct sth_args *args, struct sth_session_request *q)
{
    *q = (struct sth_session_request){
        .trace_path = args->operand[0],
        .home = sth_cmd_home(),
        .backend = (enum sth_session_backend)args->word[STH_OPT_RUN_BACKEND],
        .reorder = args->given[STH_OPT_RUN_REORDER],
        .sanitize = args->given[STH_OPT_RUN_SANITIZE],
        .no_reference = args->given[STH_OPT_RUN_NO_REFERENCE],
        .roofline = args->given[STH_OPT_RUN_ROOFLINE],
        .seed = args->number[STH_OPT_RUN_SEED],
        .watchdog = watchdog(args),
    };
}

/*
 * Time-only runs of several layers go layer by layer unless told otherwise or
 * asked for what only a run as a whole has.
 */
static bool resolve_layers(const struct options *o,
                           struct sth_session_request *q)
{
    bool whole = !o->time_only || o->timeline || o->events;

    q->if_layers = o->layers == LAYERS_NONE;
    q->by_layer =
        q->if_layers ? !whole && !o->chip.stalls : o->layers != LAYERS_NO;
    q->all_layers = o->layers == LAYERS_ALL;
    if (q->by_layer && whole) {
        sth_cmd_error("option --by-layer needs --time-only and excludes "
                      "--timeline and --events");
        return false;
    }
    return true;
}

/* Turns the words into a request; writes the configuration's own memory. */
static bool resolve(const struct options *o, struct sth_session_request *q,
                    struct sth_mem_config *own)
{
    if (o->time_only && q->backend != STH_BACKEND_CSIM) {
        sth_cmd_error("option --time-only needs --backend csim");
        return false;
    }
    if (q->roofline && q->backend == STH_BACKEND_RTL) {
        sth_cmd_error("option --roofline needs --backend csim or both");
        return false;
    }
    if (q->reorder && q->backend == STH_BACKEND_CSIM) {
        sth_cmd_error("option --reorder needs --backend rtl or both");
        return false;
    }
    if (o->wave && q->backend == STH_BACKEND_CSIM) {
        sth_cmd_error("option --wave needs --backend rtl or both");
        return false;
    }
    if (!resolve_layers(o, q))
        return false;
    if (q->sanitize && (q->backend == STH_BACKEND_RTL || o->time_only)) {
        sth_cmd_error("option --sanitize needs the C model with data");
        return false;
    }
    q->mode = o->time_only ? STH_CSIM_TIME_ONLY : STH_CSIM_FUNCTION_AND_TIME;
    if (!sth_chip_args_take(&o->chip, &q->config, own))
        return false;
    q->keep_events = o->timeline || o->events;
    q->wave_path = o->wave                          ? o->wave
                   : q->backend == STH_BACKEND_BOTH ? "difference.fst"
                                                    : NULL;
    return true;
}

enum { TARGETS = 5 };

/* What the session asks and tells. */
struct bar {
    struct sth_progress progress;
    const char *what;
    struct sth_target target[TARGETS];
};

static int check_targets(const struct options *o,
                         const struct sth_session_request *q,
                         const struct sth_mem_config *own, struct bar *bar)
{
    const struct sth_target target[TARGETS] = {
        {"--json", o->json},     {"--timeline", o->timeline},
        {"--events", o->events}, {"--roofline", o->roofline},
        {"--wave", o->wave},
    };
    char config[4096];
    const char *const inputs[] = {
        q->trace_path,
        sth_config_path(o->chip.config, q->home, config, sizeof(config))
            ? config
            : NULL,
        sth_mem_config_file(own),
        sth_mem_config_file(&q->config.memory),
        o->plans,
    };

    memcpy(bar->target, target, sizeof(target));
    return sth_targets_check(target, TARGETS, inputs, 5);
}

static bool may_read(void *user, const char *path)
{
    const struct bar *bar = user;

    return sth_targets_spare(bar->target, TARGETS, path);
}

static void show(void *user, const char *what, double done)
{
    struct bar *bar = user;

    if (bar->what != what) {
        if (bar->what)
            sth_progress_end(&bar->progress);
        sth_progress_begin(&bar->progress, what);
        bar->what = what;
    }
    sth_progress_update(&bar->progress, done);
}

#define NOTED_BYTES 1e8

enum report { REPORT_JSON, REPORT_TIMELINE, REPORT_EVENTS, REPORT_ROOFLINE };

/* Of long runs: what is about to fill a disk. */
static void note_size(const char *path, const char *option, uint64_t commands,
                      double bytes)
{
    if (path && (double)commands * bytes >= NOTED_BYTES)
        fprintf(stderr,
                "systolith: note: option %s: %" PRIu64
                " commands, about %.0f MB\n",
                option, commands, (double)commands * bytes / 1e6);
}

static bool write_report(const char *path, enum report which,
                         const struct sth_session *session)
{
    struct sth_output output;

    if (!path)
        return true;
    if (!sth_output_open(&output, path))
        return false;
    if (which == REPORT_JSON)
        sth_report_json(output.file, session);
    else if (which == REPORT_ROOFLINE)
        sth_roofline_svg(output.file, session);
    else if (which == REPORT_TIMELINE)
        sth_timeline_write(output.file, session);
    else
        sth_report_events(output.file, session);
    return sth_output_commit(&output);
}

/* Runs and reports; returns the exit status. */
static int play(const struct options *o, struct sth_session_request *q,
                struct bar *bar, bool quiet)
{
    struct sth_session session;
    char error[4600];
    bool written;
    int status;

    q->may_read = may_read;
    q->progress = show;
    q->user = bar;
    status = sth_session_run(&session, q, error, sizeof(error));
    if (bar->what)
        sth_progress_end(&bar->progress);
    if (*error)
        sth_cmd_error("%s", error);
    /* Of a run that was refused there is nothing to report. */
    if (status == 2 || (session.failed && !session.commands)) {
        sth_session_fini(&session);
        return status;
    }
    if (!quiet)
        sth_report_text(stdout, &session);
    note_size(o->timeline, "--timeline", session.commands,
              STH_TIMELINE_COMMAND_BYTES);
    note_size(o->events, "--events", session.commands, STH_REPORT_EVENT_BYTES);
    written = write_report(o->json, REPORT_JSON, &session) &
              write_report(o->roofline, REPORT_ROOFLINE, &session) &
              write_report(o->timeline, REPORT_TIMELINE, &session) &
              write_report(o->events, REPORT_EVENTS, &session);
    sth_session_fini(&session);
    return written ? status : 1;
}

/* Nothing is said about a model, where there is none. */
static bool check_no_model(const struct sth_args *args)
{
    for (int i = STH_OPT_RUN_MODEL; i <= STH_OPT_RUN_DRAWS; i++)
        if (args->given[i]) {
            sth_cmd_error("option --%s needs --model", sth_options[i].name);
            return false;
        }
    return true;
}

int sth_cmd_run(int argc, char **argv)
{
    struct options o;
    struct sth_args args;
    struct sth_session_request q;
    struct sth_plans plans;
    struct sth_mem_config own;
    struct bar bar = {.what = NULL};
    int status;

    if (!sth_args_parse(&args, STH_COMMAND_RUN, argc, argv, &status))
        return status;
    if (args.given[STH_OPT_RUN_MODEL])
        return sth_cmd_run_model(&args);
    if (!args.operands)
        return sth_cmd_error("name one trace or program; see --help");
    if (!check_no_model(&args))
        return 2;
    o = take(&args);
    request(&args, &q);
    if (!resolve(&o, &q, &own))
        return 2;
    status = check_targets(&o, &q, &own, &bar);
    if (status)
        return status;
    q.plans = o.plans || o.plan_cache ? &plans.book : NULL;
    status = sth_plans_open(&plans, o.plans, o.plan_cache, &q.config)
                 ? play(&o, &q, &bar, args.given[STH_OPT_RUN_QUIET])
                 : 2;
    if (status != 2 && !sth_plans_keep(&plans))
        status = 1;
    sth_plans_close(&plans);
    return status;
}
