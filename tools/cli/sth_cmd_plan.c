/* systolith plan: the plans of a trace, or the property of plans. */
#include "sth_args.h"
#include "sth_cmd.h"
#include "sth_output.h"
#include "sth_plan_tally.h"
#include "sth_plan_text.h"
#include "sth_report_head.h"
#include "sth_session.h"
#include "sth_targets.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { CANDIDATES = 64, TEXT = 320 };

/* The candidates of the choice at hand, and what was written of those before.
 */
struct report {
    struct sth_session *session;
    json_t *ops;
    bool print;
    const void *plan[CANDIDATES];
    uint64_t estimate[CANDIDATES], cycles[CANDIDATES];
    uint32_t candidates;
};

static void on_trial(void *user, const struct sth_trial *trial, uint64_t cycles)
{
    struct report *r = user;

    if (trial->number == 0)
        r->candidates = 0;
    if (r->candidates == CANDIDATES)
        return;
    r->plan[r->candidates] = trial->plan;
    r->estimate[r->candidates] = trial->estimate;
    r->cycles[r->candidates++] = cycles;
}

static const char *op_name(const struct report *r)
{
    const struct sth_session *s = r->session;
    const struct sth_trace_op *op = s->phase[s->phases - 1].op;

    return sth_trace_op_name(op);
}

/* What a candidate took, or by the estimate takes. */
static uint64_t worth(const struct report *r, uint32_t i)
{
    return r->cycles[i] ? r->cycles[i] : r->estimate[i];
}

/* The best of the candidates that are not `taken`; those played go first. */
static uint32_t runner_up(const struct report *r, uint32_t taken)
{
    uint32_t best = r->candidates;

    for (uint32_t i = 0; i < r->candidates; i++) {
        bool played = r->cycles[i] != 0;

        if (i == taken)
            continue;
        if (best == r->candidates || (played && r->cycles[best] == 0) ||
            (played == (r->cycles[best] != 0) && worth(r, i) < worth(r, best)))
            best = i;
    }
    return best;
}

static json_t *whole(uint64_t value)
{
    return value ? json_integer((json_int_t)value) : json_null();
}

static json_t *candidate_object(const struct report *r, const char *kernel,
                                uint32_t i)
{
    json_t *object = json_object();
    char text[TEXT];

    sth_plan_text(kernel, r->plan[i], text, sizeof text);
    json_object_set_new(object, "plan", json_string(text));
    json_object_set_new(object, "estimate", whole(r->estimate[i]));
    json_object_set_new(object, "played", whole(r->cycles[i]));
    return object;
}

static void print_candidate(const char *what, const char *text,
                            uint64_t estimate, uint64_t cycles)
{
    printf("  %-10s %s\n  %-10s estimate %" PRIu64, what, text, "", estimate);
    if (cycles)
        printf(", played %" PRIu64, cycles);
}

static void on_taken(void *user, const struct sth_plan_key *key,
                     const void *plan, bool again)
{
    struct report *r = user;
    const char *bound = sth_plan_bound(key->kernel, plan);
    json_t *op = json_object();
    char text[TEXT];
    uint32_t taken = 0, other;

    while (taken < r->candidates && r->plan[taken] != plan)
        taken++;
    other = again ? r->candidates : runner_up(r, taken);
    sth_plan_text(key->kernel, plan, text, sizeof text);
    json_object_set_new(op, "op", sth_report_string(op_name(r)));
    json_object_set_new(op, "kernel", json_string(key->kernel));
    json_object_set_new(op, "plan", json_string(text));
    json_object_set_new(op, "again", json_boolean(again));
    json_object_set_new(op, "bound", bound ? json_string(bound) : json_null());
    if (!again && taken < r->candidates) {
        json_object_set_new(op, "estimate", whole(r->estimate[taken]));
        json_object_set_new(op, "played", whole(r->cycles[taken]));
    }
    if (other < r->candidates)
        json_object_set_new(op, "runner_up",
                            candidate_object(r, key->kernel, other));
    json_array_append_new(r->ops, op);
    if (!r->print)
        return;
    printf("%s: %s%s%s%s\n", op_name(r), key->kernel,
           bound ? ", bound by " : "", bound ? bound : "",
           again ? ", planned before" : "");
    if (!again && taken < r->candidates)
        print_candidate("plan", text, r->estimate[taken], r->cycles[taken]);
    else
        printf("  %-10s %s", "plan", text);
    putchar('\n');
    if (other < r->candidates) {
        sth_plan_text(key->kernel, r->plan[other], text, sizeof text);
        print_candidate("runner-up", text, r->estimate[other],
                        r->cycles[other]);
        printf("; of %" PRIu32 " candidates\n", r->candidates);
    }
    r->candidates = 0;
}

static bool write_json(const char *path, struct report *r,
                       const struct sth_config *config)
{
    json_t *report = json_object();
    struct sth_output output;

    sth_report_head(report, config);
    json_object_set(report, "ops", r->ops);
    if (!path || !sth_output_open(&output, path)) {
        json_decref(report);
        return !path;
    }
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

static int explain(const struct sth_args *args)
{
    const char *json = args->text[STH_OPT_PLAN_JSON];
    const struct sth_target target = {"--json", json};
    char config[4096];
    const char *inputs[] = {args->operand[0], NULL, NULL};
    struct sth_session session;
    struct report r = {.session = &session,
                       .ops = json_array(),
                       .print = !json || strcmp(json, "-") != 0};
    const struct sth_plan_watch watch = {&r, on_trial, on_taken};
    struct sth_session_request q = {
        .trace_path = args->operand[0],
        .home = sth_cmd_home(),
        .mode = STH_CSIM_TIME_ONLY,
        .no_reference = true,
        .watch = &watch,
    };
    char error[4600];
    int status = 2;

    if (resolve(args, &q)) {
        if (sth_config_path(args->text[STH_OPT_PLAN_CONFIG], q.home, config,
                            sizeof(config)))
            inputs[1] = config;
        inputs[2] = sth_mem_config_file(&q.config.memory);
        status = sth_targets_check(&target, 1, inputs, 3);
    }
    if (status) {
        json_decref(r.ops);
        return status;
    }
    status = sth_session_run(&session, &q, error, sizeof(error));
    if (*error)
        sth_cmd_error("%s", error);
    if (status != 2 && !write_json(json, &r, &q.config))
        status = 1;
    sth_session_fini(&session);
    json_decref(r.ops);
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
