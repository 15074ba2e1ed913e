#include "sth_vp_command.h"

#include "sth_args.h"
#include "sth_chip_args.h"
#include "sth_cmd.h"
#include "sth_output.h"
#include "sth_report.h"
#include "sth_report_head.h"
#include "sth_targets.h"
#include "sth_timeline.h"
#include "sth_vp_debug.h"
#include "sth_vp_report.h"
#include "sth_vp_status.h"
#include "sth_vp_timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 2, TARGETS = 5 };

struct command {
    struct sth_vp_job job;
    enum sth_session_backend backend; /* as asked: both is two runs */
    const char *json, *timeline, *table, *flame, *coverage;
    bool quiet, compare;
    struct sth_vp_log log;
    struct sth_vp_profile profile;
    struct sth_vp_outcome outcome[RUNS];
    int runs;
    bool differ;
};

static void put_char(void *user, char c)
{
    (void)user;
    putchar(c);
    if (c == '\n')
        fflush(stdout);
}

static bool take_chip(const struct sth_args *args,
                      struct sth_session_request *q, struct sth_mem_config *own)
{
    const struct sth_chip_args chip = {
        .config = args->text[STH_OPT_VP_CONFIG],
        .memory = args->text[STH_OPT_VP_MEMORY],
        .clock_mhz = (uint32_t)args->number[STH_OPT_VP_CLOCK],
    };

    return sth_chip_args_take(&chip, &q->config, own);
}

/* Turns the words into a job. */
static bool take(struct command *c, const struct sth_args *args,
                 struct sth_mem_config *own)
{
    struct sth_session_request *q = &c->job.session;
    const bool has_program =
        args->given[STH_OPT_VP_TRACE] || args->given[STH_OPT_VP_PROGRAM];

    c->backend = (enum sth_session_backend)args->word[STH_OPT_VP_BACKEND];
    c->json = args->text[STH_OPT_VP_JSON];
    c->timeline = args->text[STH_OPT_VP_TIMELINE];
    c->table = args->text[STH_OPT_VP_PROFILE];
    c->flame = args->text[STH_OPT_VP_FLAME];
    c->coverage = args->text[STH_OPT_VP_COVERAGE];
    c->quiet = args->given[STH_OPT_VP_QUIET];
    c->compare = args->given[STH_OPT_VP_COMPARE];
    c->log.accesses = args->given[STH_OPT_VP_ACCESSES];
    c->job.image = args->operand[0];
    c->job.chips = (uint32_t)args->number[STH_OPT_VP_ACCELERATORS];
    c->job.ram_bytes = args->number[STH_OPT_VP_RAM] << 20;
    c->job.limit = args->given[STH_OPT_VP_CYCLES]
                       ? args->number[STH_OPT_VP_CYCLES]
                       : UINT64_MAX;
    c->job.diagnose = !args->given[STH_OPT_VP_NO_DIAGNOSIS];
    c->job.thorough = args->given[STH_OPT_VP_SANITIZE];
    c->job.patience = args->number[STH_OPT_VP_PATIENCE];
    c->job.debug = args->given[STH_OPT_VP_GDB];
    q->sanitize = c->job.debug && c->job.thorough; /* `monitor sanitizer` */
    c->job.log = c->timeline ? &c->log : NULL;
    c->job.profile = c->table || c->flame || c->coverage ? &c->profile : NULL;
    c->job.console = put_char;
    q->trace_path = args->given[STH_OPT_VP_TRACE]
                        ? args->text[STH_OPT_VP_TRACE]
                        : args->text[STH_OPT_VP_PROGRAM];
    q->home = sth_cmd_home();
    q->mode = STH_CSIM_FUNCTION_AND_TIME;
    q->no_reference = args->given[STH_OPT_VP_NO_REFERENCE];
    q->seed = args->number[STH_OPT_VP_SEED];
    if (args->given[STH_OPT_VP_TRACE] && args->given[STH_OPT_VP_PROGRAM]) {
        sth_cmd_error("options --trace and --program exclude each other");
        return false;
    }
    if (!has_program && c->compare) {
        sth_cmd_error("option --compare needs --trace or --program");
        return false;
    }
    if (c->job.debug && c->backend == STH_BACKEND_BOTH) {
        sth_cmd_error("option --gdb needs --backend csim or rtl");
        return false;
    }
    if (c->backend == STH_BACKEND_BOTH && !has_program) {
        sth_cmd_error("option --backend both needs --trace or --program");
        return false;
    }
    if (c->job.thorough && !c->job.diagnose) {
        sth_cmd_error("options --sanitize and --no-diagnosis exclude each "
                      "other");
        return false;
    }
    q->keep_events =
        c->compare || c->timeline || c->backend == STH_BACKEND_BOTH;
    return take_chip(args, q, own);
}

static int check_targets(const struct command *c,
                         const struct sth_mem_config *own)
{
    const struct sth_session_request *q = &c->job.session;
    const struct sth_target target[TARGETS] = {{"--json", c->json},
                                               {"--timeline", c->timeline},
                                               {"--profile", c->table},
                                               {"--flame", c->flame},
                                               {"--coverage", c->coverage}};
    const char *const inputs[] = {c->job.image, q->trace_path,
                                  sth_mem_config_file(own),
                                  sth_mem_config_file(&q->config.memory)};

    return sth_targets_check(target, TARGETS, inputs, 4);
}

/* For a debugger, if one is wanted. */
static bool wait_for_debugger(struct command *c, const struct sth_args *args)
{
    char error[256];

    if (!c->job.debug)
        return true;
    c->job.debugger = sth_vp_debug_wait((uint16_t)args->number[STH_OPT_VP_GDB],
                                        error, sizeof(error));
    return c->job.debugger >= 0 || sth_cmd_error("--gdb: %s", error) == 0;
}

/* One run; its session's report, but for what is printed of all. */
static int run_one(struct command *c, enum sth_session_backend backend)
{
    struct sth_vp_outcome *o = &c->outcome[c->runs++];
    char error[4600];

    sth_vp_log_fini(&c->log);
    o->name = backend == STH_BACKEND_RTL ? "the RTL" : "the C model";
    c->job.session.backend = backend;
    o->has_run = sth_vp_job_run(&c->job, &o->result, error, sizeof(error));
    fflush(stdout);
    if (*error)
        sth_cmd_error("%s", error);
    return o->has_run ? sth_vp_status(&o->result) : 2;
}

/* The host's firmware plays the same program. */
static bool compare_host(struct command *c)
{
    struct sth_session_request q = c->job.session;
    struct sth_session host;
    char error[4600];
    bool good;

    q.backend = STH_BACKEND_CSIM;
    q.no_reference = true;
    q.player = NULL;
    good = sth_session_run(&host, &q, error, sizeof(error)) == 0;
    for (int i = 0; i < c->runs && good; i++) {
        struct sth_vp_outcome *o = &c->outcome[i];

        good = sth_vp_compare(&o->result.session, &host, &o->host);
        o->host_seconds = host.cpu_seconds;
        c->differ |= o->host.index >= 0;
    }
    if (!good)
        sth_cmd_error("the host's run cannot be compared: %s", error);
    sth_session_fini(&host);
    return good;
}

/* Model and RTL: the same in every cycle. */
static bool compare_backends(struct command *c)
{
    struct sth_vp_compared x;

    if (!sth_vp_compare(&c->outcome[0].result.session,
                        &c->outcome[1].result.session, &x))
        return sth_cmd_error("out of memory") == 0;
    if (x.index >= 0) {
        c->differ = true;
        printf("the RTL differs from the C model at command %lld\n",
               (long long)x.index);
    } else if (!c->quiet) {
        printf("C model and RTL: %llu commands wrote the same, %llu in the "
               "same cycles\n",
               (unsigned long long)x.commands, (unsigned long long)x.cycles);
    }
    return true;
}

static void print(const struct command *c)
{
    for (int i = 0; i < c->runs; i++) {
        const struct sth_vp_result *r = &c->outcome[i].result;

        if (!c->outcome[i].has_run)
            continue;
        if (r->session.commands && i == c->runs - 1)
            sth_report_text(stdout, &r->session);
        for (size_t d = 0; d < r->diagnostics; d++)
            puts(r->diagnostic[d].text);
    }
    for (int i = 0; i < c->runs; i++)
        if (c->outcome[i].has_run)
            sth_vp_report_text(stdout, &c->outcome[i]);
}

/* The session's report, if there is one, and "platform" for each run. */
static bool write_json(const struct command *c)
{
    const struct sth_session *s = &c->outcome[c->runs - 1].result.session;
    json_t *root = NULL, *runs = json_array();
    struct sth_output output;
    char *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);

    if (memory && s->commands)
        sth_report_json(memory, s);
    if (memory)
        fclose(memory);
    root = s->commands ? json_loadb(text, bytes, 0, NULL) : json_object();
    free(text);
    for (int i = 0; i < c->runs; i++)
        json_array_append_new(runs, sth_vp_report_json(&c->outcome[i]));
    json_object_set_new(root, "platform", runs);
    if (!sth_output_open(&output, c->json)) {
        json_decref(root);
        return false;
    }
    (void)sth_report_write(output.file, root);
    return sth_output_commit(&output);
}

static bool write_timeline(struct command *c)
{
    struct sth_vp_outcome *o = &c->outcome[c->runs - 1];
    struct sth_output output;

    if (!sth_output_open(&output, c->timeline))
        return false;
    o->result.timeline.user = &c->log;
    if (o->result.session.commands) {
        sth_timeline_write(output.file, &o->result.session);
    } else {
        fputs("{\"traceEvents\": [\n{\"ph\": \"M\", \"pid\": 0, \"name\": "
              "\"process_name\", \"args\": {\"name\": \"platform\"}}",
              output.file);
        sth_vp_timeline(output.file, &c->log);
        fputs("\n]}\n", output.file);
    }
    return sth_output_commit(&output);
}

static bool write_profile(struct command *c)
{
    struct sth_output output;

    if (c->table) {
        if (!sth_output_open(&output, c->table))
            return false;
        sth_vp_profile_text(output.file, &c->profile);
        if (!sth_output_commit(&output))
            return false;
    }
    if (c->flame) {
        if (!sth_output_open(&output, c->flame))
            return false;
        sth_vp_profile_flame(output.file, &c->profile);
        if (!sth_output_commit(&output))
            return false;
    }
    if (!c->coverage)
        return true;
    if (!sth_output_open(&output, c->coverage))
        return false;
    sth_vp_profile_coverage(output.file, &c->profile);
    return sth_output_commit(&output);
}

static int run(struct command *c)
{
    int status = 0;
    bool good = true;

    if (c->backend != STH_BACKEND_RTL)
        status = run_one(c, STH_BACKEND_CSIM);
    if (c->backend != STH_BACKEND_CSIM && status == 0)
        status = run_one(c, STH_BACKEND_RTL);
    if (!c->outcome[c->runs - 1].has_run)
        return status;
    if (c->compare)
        good = compare_host(c);
    if (!c->quiet)
        print(c);
    if (c->runs == 2)
        good = compare_backends(c) && good;
    good = (!c->json || write_json(c)) && good;
    good = (!c->timeline || write_timeline(c)) && good;
    good = write_profile(c) && good;
    if (status == 0 && (c->differ || !good))
        status = c->differ ? STH_VP_STATUS_DIFFERS : 1;
    return status;
}

int sth_vp_command(int argc, char **argv, sth_vp_make_engine *make)
{
    struct command *c = calloc(1, sizeof(*c));
    struct sth_mem_config own;
    struct sth_args args;
    int status;

    if (!c)
        return sth_cmd_error("out of memory");
    if (!sth_args_parse(&args, STH_COMMAND_VP, argc, argv, &status)) {
        free(c);
        return status;
    }
    status = take(c, &args, &own) ? check_targets(c, &own) : 2;
    if (status == 0 && !wait_for_debugger(c, &args))
        status = 1;
    if (status == 0) {
        c->job.engine =
            make(c->job.chips, c->job.session.config.memory.clock_mhz,
                 (uint32_t)args.number[STH_OPT_VP_QUANTUM]);
        status = run(c);
        if (c->job.debug)
            close(c->job.debugger);
    }
    for (int i = 0; i < RUNS; i++)
        sth_vp_result_fini(&c->outcome[i].result);
    sth_vp_log_fini(&c->log);
    sth_vp_profile_fini(&c->profile);
    free(c);
    return status;
}
