#include "sth_cmd.h"
#include "sth_output.h"
#include "sth_progress.h"
#include "sth_report.h"
#include "sth_roofline.h"
#include "sth_session.h"
#include "sth_targets.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: systolith run TRACE [OPTIONS]\n"
    "\n"
    "Plays a layer trace: firmware tiles and schedules it and drives a "
    "device.\n"
    "Exit status: 0 when everything asked for holds, 1 when not, 2 for bad "
    "input.\n"
    "\n"
    "  --config C      a file, or a name of configs/ (default edge)\n"
    "  --backend B     csim (default), rtl, or both: in step, compared\n"
    "  --memory M      fixed:LATENCY:BYTES_PER_CYCLE (0 bytes: the bus width) "
    "or\n"
    "                  a preset such as ddr4-3200 (default fixed:100:0)\n"
    "  --stalls P:S    random bus stalls: P percent, seed S\n"
    "  --reorder       RTL: answer reads of different IDs out of order, and "
    "let\n"
    "                  addresses wait too; not in the model's time\n"
    "  --time-only     csim: cycles without data\n"
    "  --by-layer[=W]  csim, time only: layers one after another, equal ones "
    "simulated\n"
    "                  once (yes: the default for several layers), each (all), "
    "or the\n"
    "                  trace as a whole (no)\n"
    "  --roofline[=F]  csim: what bounds each operation; F: a picture, SVG\n"
    "  --sanitize      csim: look for races and misused semaphores\n"
    "  --no-reference  do not evaluate the trace in double precision\n"
    "  --seed S        of the RTL's random power-up state (default 1)\n"
    "  --json F        write figures as JSON\n"
    "  --timeline F    write a timeline for Perfetto\n"
    "  --events F      write one line for each retired command\n"
    "  --wave F        waveform around a first difference (default "
    "difference.fst)\n"
    "  --quiet         print nothing but errors\n";

struct options {
    const char *config, *backend, *by_layer, *memory, *stalls;
    const char *json, *timeline, *events, *wave, *roofline;
    bool time_only, quiet;
    uint64_t seed;
};

enum {
    OPT_CONFIG = 256,
    OPT_BACKEND,
    OPT_MEMORY,
    OPT_STALLS,
    OPT_REORDER,
    OPT_TIME_ONLY,
    OPT_BY_LAYER,
    OPT_ROOFLINE,
    OPT_SANITIZE,
    OPT_NO_REFERENCE,
    OPT_SEED,
    OPT_JSON,
    OPT_TIMELINE,
    OPT_EVENTS,
    OPT_WAVE,
    OPT_QUIET,
    OPT_HELP
};

static bool parse(int argc, char **argv, struct options *o,
                  struct sth_session_request *q)
{
    static const struct option list[] = {
        {"config", required_argument, NULL, OPT_CONFIG},
        {"backend", required_argument, NULL, OPT_BACKEND},
        {"memory", required_argument, NULL, OPT_MEMORY},
        {"stalls", required_argument, NULL, OPT_STALLS},
        {"reorder", no_argument, NULL, OPT_REORDER},
        {"time-only", no_argument, NULL, OPT_TIME_ONLY},
        {"roofline", optional_argument, NULL, OPT_ROOFLINE},
        {"by-layer", optional_argument, NULL, OPT_BY_LAYER},
        {"sanitize", no_argument, NULL, OPT_SANITIZE},
        {"no-reference", no_argument, NULL, OPT_NO_REFERENCE},
        {"seed", required_argument, NULL, OPT_SEED},
        {"json", required_argument, NULL, OPT_JSON},
        {"timeline", required_argument, NULL, OPT_TIMELINE},
        {"events", required_argument, NULL, OPT_EVENTS},
        {"wave", required_argument, NULL, OPT_WAVE},
        {"quiet", no_argument, NULL, OPT_QUIET},
        {"help", no_argument, NULL, OPT_HELP},
        {NULL, 0, NULL, 0},
    };
    /* Options that only keep a word. */
    const char **const words[] = {
        [OPT_CONFIG - OPT_CONFIG] = &o->config,
        [OPT_BACKEND - OPT_CONFIG] = &o->backend,
        [OPT_MEMORY - OPT_CONFIG] = &o->memory,
        [OPT_STALLS - OPT_CONFIG] = &o->stalls,
        [OPT_JSON - OPT_CONFIG] = &o->json,
        [OPT_TIMELINE - OPT_CONFIG] = &o->timeline,
        [OPT_EVENTS - OPT_CONFIG] = &o->events,
        [OPT_WAVE - OPT_CONFIG] = &o->wave,
        [OPT_HELP - OPT_CONFIG] = NULL,
    };
    int c;

    while ((c = getopt_long(argc, argv, "h", list, NULL)) != -1) {
        if (c == 'h' || c == OPT_HELP) {
            fputs(help, stdout);
            exit(0);
        } else if (c == OPT_REORDER) {
            q->reorder = true;
        } else if (c == OPT_TIME_ONLY) {
            o->time_only = true;
        } else if (c == OPT_BY_LAYER) {
            o->by_layer = optarg ? optarg : "yes";
        } else if (c == OPT_ROOFLINE) {
            q->roofline = true;
            o->roofline = optarg;
        } else if (c == OPT_SANITIZE) {
            q->sanitize = true;
        } else if (c == OPT_NO_REFERENCE) {
            q->no_reference = true;
        } else if (c == OPT_QUIET) {
            o->quiet = true;
        } else if (c == OPT_SEED) {
            if (!sth_cmd_number("--seed", optarg, 0, UINT32_MAX, &o->seed))
                return false;
        } else if (c != '?' && words[c - OPT_CONFIG]) {
            *words[c - OPT_CONFIG] = optarg;
        } else {
            return false; /* getopt has said why */
        }
    }
    if (argc - optind != 1) {
        sth_cmd_error("name one trace; see --help");
        return false;
    }
    q->trace_path = argv[optind];
    return true;
}

/*
 * Time-only runs of several layers go layer by layer unless told otherwise or
 * asked for what only a run as a whole has.
 */
static bool resolve_layers(const struct options *o,
                           struct sth_session_request *q)
{
    const char *word = o->by_layer;
    bool whole = !o->time_only || o->timeline || o->events;

    q->if_layers = !word;
    q->by_layer = word ? strcmp(word, "no") != 0 : !whole && !o->stalls;
    q->all_layers = word && !strcmp(word, "all");
    if (word && strcmp(word, "yes") && strcmp(word, "no") &&
        strcmp(word, "all")) {
        sth_cmd_error("option --by-layer: '%s' is none of yes, no and all",
                      word);
        return false;
    }
    if (q->by_layer && whole) {
        sth_cmd_error("option --by-layer needs --time-only and excludes "
                      "--timeline and --events");
        return false;
    }
    return true;
}

/* Turns the words into a request. */
static bool resolve(const struct options *o, struct sth_session_request *q)
{
    static const char *const backends[] = {"csim", "rtl", "both"};
    char error[4600];
    int b = 0;

    while (b < 3 && strcmp(o->backend, backends[b]))
        b++;
    if (b == 3) {
        sth_cmd_error("option --backend: '%s' is none of csim, rtl and both",
                      o->backend);
        return false;
    }
    q->backend = (enum sth_session_backend)b;
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
    if (o->wave && q->backend != STH_BACKEND_BOTH) {
        sth_cmd_error("option --wave needs --backend both");
        return false;
    }
    if (!resolve_layers(o, q))
        return false;
    if (q->sanitize && (q->backend == STH_BACKEND_RTL || o->time_only)) {
        sth_cmd_error("option --sanitize needs the C model with data");
        return false;
    }
    q->mode = o->time_only ? STH_CSIM_TIME_ONLY : STH_CSIM_FUNCTION_AND_TIME;
    sth_mem_config_default(&q->memory);
    if (o->memory &&
        !sth_mem_config_parse(&q->memory, o->memory, error, sizeof(error))) {
        sth_cmd_error("option --memory: %s", error);
        return false;
    }
    if (o->stalls && !sth_mem_config_parse_stalls(&q->memory, o->stalls, error,
                                                  sizeof(error))) {
        sth_cmd_error("option --stalls: %s", error);
        return false;
    }
    if (!sth_config_find(o->config, q->home, &q->config, error,
                         sizeof(error))) {
        sth_cmd_error("%s", error);
        return false;
    }
    q->seed = o->seed;
    q->keep_events = o->timeline || o->events;
    q->wave_path = o->wave ? o->wave : "difference.fst";
    return true;
}

static int check_targets(const struct options *o, const char *trace)
{
    const struct sth_target targets[] = {
        {"--json", o->json},     {"--timeline", o->timeline},
        {"--events", o->events}, {"--roofline", o->roofline},
        {"--wave", o->wave},
    };

    const char *const inputs[] = {trace, o->config, NULL};

    return sth_targets_check(targets, sizeof(targets) / sizeof(*targets),
                             inputs);
}

struct bar {
    struct sth_progress progress;
    const char *what;
};

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

enum report { REPORT_JSON, REPORT_TIMELINE, REPORT_EVENTS, REPORT_ROOFLINE };

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
        sth_report_timeline(output.file, session);
    else
        sth_report_events(output.file, session);
    return sth_output_commit(&output);
}

int sth_cmd_run(int argc, char **argv)
{
    struct options o = {.config = "edge", .backend = "csim", .seed = 1};
    struct sth_session_request q = {.home = sth_cmd_home(),
                                    .library_dir = sth_cmd_library_dir()};
    struct sth_session session;
    struct bar bar = {.what = NULL};
    char error[4600];
    bool written;
    int status;

    if (!parse(argc, argv, &o, &q) || !resolve(&o, &q))
        return 2;
    status = check_targets(&o, q.trace_path);
    if (status)
        return status;
    q.progress = show;
    q.user = &bar;
    status = sth_session_run(&session, &q, error, sizeof(error));
    if (bar.what)
        sth_progress_end(&bar.progress);
    if (*error)
        sth_cmd_error("%s", error);
    if (status == 2) {
        sth_session_fini(&session);
        return status;
    }
    if (!o.quiet)
        sth_report_text(stdout, &session);
    written = write_report(o.json, REPORT_JSON, &session) &
              write_report(o.roofline, REPORT_ROOFLINE, &session) &
              write_report(o.timeline, REPORT_TIMELINE, &session) &
              write_report(o.events, REPORT_EVENTS, &session);
    sth_session_fini(&session);
    return written ? status : 1;
}
