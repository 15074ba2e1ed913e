#include "sth_cmd_run_model.h"

#include "sth_chip_args.h"
#include "sth_cmd.h"
#include "sth_model_args.h"
#include "sth_output.h"
#include "sth_plans.h"
#include "sth_progress.h"
#include "sth_serve.h"
#include "sth_targets.h"

enum { PATH_BYTES = 4400 };

static bool check_options(const struct sth_args *args)
{
    static const enum sth_option_id of_model[] = {
        STH_OPT_RUN_IGNORE,     STH_OPT_RUN_LAYERS,    STH_OPT_RUN_WHOLE,
        STH_OPT_RUN_ALL_LOGITS, STH_OPT_RUN_TOPK,      STH_OPT_RUN_EXPERTS,
        STH_OPT_RUN_SEQ,        STH_OPT_RUN_PAST,      STH_OPT_RUN_BATCH,
        STH_OPT_RUN_DTYPE,      STH_OPT_RUN_GENERATE,  STH_OPT_RUN_DRAWS,
        STH_OPT_RUN_CONFIG,     STH_OPT_RUN_MEMORY,    STH_OPT_RUN_CLOCK,
        STH_OPT_RUN_PLANS,      STH_OPT_RUN_TIME_ONLY, STH_OPT_RUN_PLAN_CACHE,
        STH_OPT_RUN_JSON,       STH_OPT_RUN_QUIET,     STH_OPT_RUN_SEED,
        STH_OPT_COUNT};

    if (args->operands) {
        sth_cmd_error("give a trace or --model, not both");
        return false;
    }
    return sth_args_only(args, STH_OPT_RUN_MODEL, of_model);
}

/* Whether prompts and steps are what the model can do. */
static bool check_work(struct sth_model_args *m,
                       const struct sth_serve_request *q)
{
    const uint32_t steps = sth_serve_steps(q);
    const uint64_t tokens = (uint64_t)q->work.past + q->work.seq + steps;
    struct sth_trace_request all = q->work;

    if (!q->work.seq && !m->has_past) {
        sth_cmd_error("option --seq or --past is missing");
        return false;
    }
    if (q->draws > 1 && !m->model.experts) {
        sth_cmd_error("option --draws: %s has no experts", m->model.type);
        return false;
    }
    if (q->work.batch * tokens > STH_TRACEGEN_TOKENS_MAX) {
        sth_cmd_error("batch times sequence exceeds %d tokens",
                      STH_TRACEGEN_TOKENS_MAX);
        return false;
    }
    if (steps && !m->model.causal) {
        sth_cmd_error("option --generate: %s is not causal and makes no "
                      "tokens behind its prompt",
                      m->model.type);
        return false;
    }
    /* Learned positions end where they end, for the last step as well. */
    all.steps = 1;
    all.past += steps;
    all.seq = q->work.seq ? q->work.seq : 1;
    if (!q->work.seq)
        all.past--;
    return sth_model_args_check(m, &all, false);
}

static bool write_json(const char *path, const struct sth_serve *serve)
{
    struct sth_output output;

    if (!path)
        return true;
    if (!sth_output_open(&output, path))
        return false;
    sth_serve_json(output.file, serve);
    return sth_output_commit(&output);
}

static void show(void *user, double done)
{
    sth_progress_update(user, done);
}

/* Runs and reports; returns the exit status. */
static int serve(const struct sth_args *args,
                 const struct sth_serve_request *request)
{
    struct sth_serve_request q = *request;
    struct sth_progress progress;
    struct sth_serve result;
    char error[4600];
    bool written;
    int status;

    q.progress = show;
    q.user = &progress;
    sth_progress_begin(&progress, "run");
    status = sth_serve_run(&result, &q, error, sizeof(error));
    sth_progress_end(&progress);
    if (status) {
        sth_cmd_error("%s", error);
        sth_serve_fini(&result);
        return status;
    }
    if (!args->given[STH_OPT_RUN_QUIET])
        sth_serve_text(stdout, &result);
    written = write_json(args->text[STH_OPT_RUN_JSON], &result);
    sth_serve_fini(&result);
    return written ? 0 : 1;
}

static int with_plans(const struct sth_args *args, struct sth_serve_request *q)
{
    struct sth_plans plans;
    int status = 2;

    q->session.plans = &plans.book;
    if (sth_plans_open(&plans, args->text[STH_OPT_RUN_PLANS],
                       args->text[STH_OPT_RUN_PLAN_CACHE], &q->session.config))
        status = serve(args, q);
    if (status != 2 && !sth_plans_keep(&plans))
        status = 1;
    sth_plans_close(&plans);
    return status;
}

static int run(const struct sth_args *args, struct sth_model_args *m)
{
    const struct sth_chip_args chip = {
        .config = args->text[STH_OPT_RUN_CONFIG],
        .memory = args->text[STH_OPT_RUN_MEMORY],
        .clock_mhz = (uint32_t)args->number[STH_OPT_RUN_CLOCK],
    };
    const struct sth_target json = {"--json", args->text[STH_OPT_RUN_JSON]};
    struct sth_serve_request q = {
        .name = m->name,
        .model = &m->model,
        .generate = (uint32_t)args->number[STH_OPT_RUN_GENERATE],
        .draws = (uint32_t)args->number[STH_OPT_RUN_DRAWS],
        .session = {.home = sth_cmd_home(), .no_reference = true},
    };
    struct sth_mem_config own;
    char path[PATH_BYTES], config[4096];
    const char *inputs[5];

    if (!sth_model_args_load(m, path, sizeof(path)) ||
        !sth_chip_args_take(&chip, &q.session.config, &own))
        return 2;
    inputs[0] = path;
    inputs[1] =
        sth_config_path(chip.config, sth_cmd_home(), config, sizeof(config))
            ? config
            : NULL;
    inputs[2] = sth_mem_config_file(&own);
    inputs[3] = sth_mem_config_file(&q.session.config.memory);
    inputs[4] = args->text[STH_OPT_RUN_PLANS];
    if (sth_targets_check(&json, 1, inputs, 5))
        return 2;
    q.work = m->request;
    q.work.seed = args->number[STH_OPT_RUN_SEED];
    if (!m->has_seq)
        q.work.seq = 0;
    return check_work(m, &q) ? with_plans(args, &q) : 2;
}

int sth_cmd_run_model(const struct sth_args *args)
{
    struct sth_model_args m;
    int status = 2;

    if (!check_options(args))
        return 2;
    if (sth_model_args_take(&m, args, STH_OPT_RUN_MODEL))
        status = run(args, &m);
    sth_model_args_fini(&m);
    return status;
}
