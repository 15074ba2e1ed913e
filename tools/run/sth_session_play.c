/* One play of the trace: firmware on the devices, with progress. */
#include "sth_session_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Looks at a register without a retirement before a core counts as hung. */
enum { PATIENCE = 1000000 };

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Where an operation of what is played stands in the phases. */
static uint32_t place(const struct sth_session *s, uint32_t op)
{
    const struct sth_session_owned *o = s->owned;

    return o->layer_first + o->step_first + op;
}

static void op_begin(void *user, uint32_t op, const struct sth_trace_op *what,
                     uint32_t command)
{
    struct sth_session *s = user;
    struct sth_session_phase *p;

    op = place(s, op);
    p = &s->phase[op];
    memset(p, 0, sizeof(*p));
    p->op = what;
    p->macs = sth_trace_op_macs(what);
    p->products = sth_pe_products(!sth_trace_op_is_int8(&s->trace, what));
    p->first = command;
    s->phases = op + 1;
}

static void op_end(void *user, uint32_t op, const struct sth_trace_op *what,
                   uint32_t command)
{
    struct sth_session *s = user;
    struct sth_session_owned *o = s->owned;

    (void)what;
    op = place(s, op);
    s->phase[op].last = command;
    /* An operation without products still counts for a little. */
    o->macs_done += s->phase[op].macs + 1;
    sth_session_progress(s, "run",
                         (double)o->macs_done / (double)o->macs_total);
}

static bool prepare_runtime(struct sth_session *s,
                            struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;
    struct sth_runtime_config config;
    enum sth_fw_err err;
    uint64_t end;

    sth_runtime_config_default(&config);
    config.driver.expected_hash = sth_params_hash(&s->request.config.params);
    config.driver.watchdog = s->request.watchdog;
    if (o->own_plans.last == NULL)
        sth_plan_book_init(&o->own_plans);
    if (o->judge == NULL)
        o->judge = sth_plan_judge_create(&s->request.config,
                                         s->request.plans ? s->request.plans
                                                          : &o->own_plans);
    if (o->judge == NULL)
        return sth_session_fail(f, "out of memory");
    sth_plan_judge_watch(o->judge, s->request.watch);
    config.judge = sth_plan_judge_hook(o->judge);
    config.memory = sth_plan_memory_of(&s->request.config);
    config.hooks.user = s;
    config.hooks.op_begin = op_begin;
    config.hooks.op_end = op_end;
    sth_hal_host_init(&o->hal, o->dev);
    err = sth_runtime_init(o->runtime, &o->hal, &config);
    if (err)
        return sth_session_fail(f, "the driver refuses the device: %s",
                                sth_fw_err_text(err));
    end = s->request.by_layer
              ? sth_layers_place(&s->trace, config.tensor_base, o->csim_mem)
              : sth_runtime_place(o->runtime, &s->trace);
    if (end >> STH_ADDR_BITS)
        return sth_session_fail(
            f,
            "%s: the tensors need more than the 1 TiB that the "
            "chip can address",
            s->request.trace_path);
    return true;
}

static void layer_begin(void *user, uint32_t first, uint64_t later)
{
    struct sth_session *s = user;
    struct sth_session_owned *o = s->owned;

    sth_session_find_critical(s);
    o->layer_first = first;
    o->layer_later = later;
    o->layer_begin = o->csim->ops->cycles(o->csim);
}

static void shift_span(struct sth_session_span *span, uint64_t later)
{
    if (!span->end)
        return; /* no command of its own */
    span->start += later;
    span->end += later;
    for (int e = 0; e < STH_ENGINE_COUNT; e++)
        span->engine_end[e] += span->engine_end[e] ? later : 0;
}

static void layer_copy(void *user, uint32_t first, uint32_t ops, uint32_t like,
                       uint64_t later)
{
    struct sth_session *s = user;
    struct sth_session_owned *o = s->owned;

    if (s->event_count)
        sth_session_find_critical(s);
    for (uint32_t i = 0; i < ops; i++) {
        struct sth_session_phase *p = &s->phase[first + i];

        *p = s->phase[like + i];
        p->op = &s->trace.op[first + i];
        shift_span(&p->csim, later);
        o->macs_done += p->macs + 1;
    }
    s->phases = first + ops;
    sth_session_progress(s, "run",
                         (double)o->macs_done / (double)o->macs_total);
}

static void layer_tell(void *user, uint32_t first, uint32_t ops, bool copied,
                       uint64_t cycles, uint64_t commands)
{
    struct sth_session *s = user;
    struct sth_session_owned *o = s->owned;

    s->layer[o->layers_told++] =
        (struct sth_session_layer){first, ops, copied, cycles, commands};
}

static enum sth_fw_err run_trace(struct sth_session *s)
{
    struct sth_session_owned *o = s->owned;
    struct sth_layers job = {.runtime = o->runtime,
                             .csim = o->csim,
                             .mem = o->csim_mem,
                             .trace = &s->trace,
                             .workspace = o->workspace,
                             .workspace_bytes = o->workspace_bytes,
                             .simulate_all = s->request.all_layers,
                             .begin = layer_begin,
                             .copy = layer_copy,
                             .tell = layer_tell,
                             .user = s};
    enum sth_fw_err err = STH_FW_ERR_OK;

    if (s->request.by_layer)
        return sth_layers_run(&job, &s->layers);
    for (uint32_t step = 0; step < s->steps && err == STH_FW_ERR_OK; step++) {
        o->step_first = step * s->trace.ops;
        sth_trace_set_step(&s->trace, step);
        err = o->is_compiled
                  ? sth_runtime_play(o->runtime, &s->trace, &o->program,
                                     o->workspace, o->workspace_bytes)
                  : sth_runtime_run(o->runtime, &s->trace, o->workspace,
                                    o->workspace_bytes);
    }
    return err;
}

/* Firmware gave up, the chip did not: what it was given comes to its end. */
static void let_finish(struct sth_session *s)
{
    struct sth_session_owned *o = s->owned;
    struct sth_driver *driver = &o->runtime->driver;
    uint32_t before = 0, idle = 0;

    sth_driver_flush(driver);
    while (idle < PATIENCE) {
        uint32_t retired = o->dev->ops->reg_read(o->dev, STH_REG_RETIRED);

        if (retired == driver->tail ||
            (o->dev->ops->reg_read(o->dev, STH_REG_STATUS) &
             STH_STATUS_FAULTED))
            return;
        idle = retired == before ? idle + 1 : 0;
        before = retired;
    }
}

/* Creates the devices, fills their memory and plays the trace. */
bool sth_session_play(struct sth_session *s, uint64_t wave_first,
                      uint64_t wave_last, int *status,
                      struct sth_session_failure *f)
{
    struct sth_session_owned *o = s->owned;
    const char *rule = NULL;
    enum sth_fw_err err = STH_FW_ERR_OK;
    bool played = true;
    double begin, cpu;

    *status = 2;
    o->macs_total = 1;
    for (uint32_t step = 0; step < s->steps; step++) {
        sth_trace_set_step(&s->trace, step);
        for (uint32_t i = 0; i < s->trace.ops; i++)
            o->macs_total += sth_trace_op_macs(&s->trace.op[i]) + 1;
    }
    o->macs_done = 0;
    o->layers_told = 0;
    memset(o->engine_end, 0, sizeof(o->engine_end));
    s->phases = 0;
    s->event_count = 0;
    memset(&s->fidelity, 0, sizeof(s->fidelity));
    o->event_lost = false;
    if (!sth_session_create_devices(s, wave_first, wave_last, f) ||
        !(s->request.player ? sth_session_begin_player(s, f)
                            : prepare_runtime(s, f)) ||
        !sth_session_fill_tensors(s, f))
        return false;
    o->workspace_bytes = sth_runtime_workspace_bytes(&s->trace);
    free(o->workspace);
    o->workspace = malloc(o->workspace_bytes);
    if (!o->workspace)
        return sth_session_fail(f, "out of memory");
    begin = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    if (s->request.player)
        played = sth_session_run_player(s, f);
    else
        err = run_trace(s);
    if (err == STH_FW_ERR_SPACE)
        let_finish(s);
    s->seconds = now(CLOCK_MONOTONIC) - begin;
    s->cpu_seconds = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (o->judge != NULL)
        s->planning = sth_plan_judge_effort(o->judge);
    if (!sth_session_memory_holds(s, f))
        return false;
    sth_session_find_critical(s);
    *status = 1;
    sth_session_collect(s);
    if (o->rtl && !o->lockstep)
        rule = o->rtl_library.backend->violation(o->rtl);
    if (rule)
        return sth_session_fail(f, "%s", rule);
    if (!played) {
        s->failed = true;
        return false;
    }
    if (err) {
        sth_session_explain(s, err, f);
        s->failed = true;
        if (s->phases > place(s, o->runtime->failed_op))
            s->phases = place(s, o->runtime->failed_op);
        return false;
    }
    return o->event_lost ? sth_session_fail(f, "out of memory for the events")
                         : true;
}
