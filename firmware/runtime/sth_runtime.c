/* Runtime: plays a parsed layer trace on a device. */
#include <string.h>

#include "sth_play.h"
#include "sth_runtime.h"

void sth_runtime_config_default(struct sth_runtime_config *config)
{
    memset(config, 0, sizeof *config);
    sth_driver_config_default(&config->driver);
    config->tensor_base = 0x100000;
    config->memory = STH_PLAN_MEMORY_DEFAULT;
}

static void init_schedule(struct sth_runtime *runtime)
{
    sth_schedule_init(&runtime->schedule, &runtime->driver);
    runtime->schedule.judge = runtime->config.judge;
    runtime->schedule.memory = runtime->config.memory;
}

static bool is_in_ring(const struct sth_driver_config *config, uint64_t addr)
{
    return addr >= config->ring_addr &&
           addr - config->ring_addr < (uint64_t)STH_COMMAND_BYTES
                                          << config->ring_log2;
}

enum sth_fw_err sth_runtime_init(struct sth_runtime *runtime,
                                 struct sth_hal *hal,
                                 const struct sth_runtime_config *config)
{
    enum sth_fw_err err;

    runtime->config = *config;
    runtime->hal = hal;
    runtime->failed_op = 0;
    err = sth_driver_init(&runtime->driver, hal, &config->driver);
    if (err != STH_FW_ERR_OK)
        return err;
    if (is_in_ring(&config->driver, config->tensor_base)) {
        runtime->driver.field = "tensor_base";
        return STH_FW_ERR_ARGUMENT;
    }
    init_schedule(runtime);
    return STH_FW_ERR_OK;
}

enum sth_fw_err sth_runtime_recover(struct sth_runtime *runtime)
{
    enum sth_fw_err err = sth_driver_recover(&runtime->driver);

    if (err == STH_FW_ERR_OK)
        init_schedule(runtime);
    return err;
}

void sth_runtime_fini(struct sth_runtime *runtime)
{
    sth_driver_fini(&runtime->driver);
}

uint64_t sth_runtime_place(const struct sth_runtime *runtime,
                           struct sth_trace *trace)
{
    return sth_trace_place(trace, runtime->config.tensor_base);
}

size_t sth_runtime_workspace_bytes(const struct sth_trace *trace)
{
    return trace->tensors * sizeof(struct sth_tensor_state) + 8;
}

static enum sth_fw_err play_op(struct sth_runtime *r,
                               const struct sth_trace *trace, uint32_t index,
                               struct sth_tensor_state *state)
{
    const struct sth_runtime_hooks *hooks = &r->config.hooks;
    const struct sth_trace_op *op = &trace->op[index];

    if (hooks->op_begin != NULL)
        hooks->op_begin(hooks->user, index, op, r->schedule.next);
    sth_play_op(&r->schedule, trace, index, state,
                r->config.finish_each_op ? NULL : &r->ahead);
    if (r->config.finish_each_op && r->schedule.err == STH_FW_ERR_OK) {
        enum sth_fw_err err = sth_schedule_finish(&r->schedule);

        if (err != STH_FW_ERR_OK)
            return err;
    }
    if (hooks->op_end != NULL)
        hooks->op_end(hooks->user, index, op, r->schedule.next);
    return sth_schedule_error(&r->schedule);
}

/* Tickets of an earlier run are all retired: every tensor starts clean. */
static void init_states(struct sth_tensor_state *state,
                        const struct sth_trace *trace)
{
    for (uint32_t i = 0; i < trace->tensors; i++) {
        uint32_t rows = trace->tensor[i].rows;

        memset(&state[i], 0, sizeof state[i]);
        state[i].band_rows = (rows + STH_TENSOR_BANDS - 1) / STH_TENSOR_BANDS;
    }
}

/* Whether the regions of a program are the tensors of a trace. */
static bool is_of(const struct sth_compiled *program,
                  const struct sth_trace *trace)
{
    if (program->header->regions != trace->tensors ||
        program->header->operations != trace->ops ||
        program->header->steps <= trace->step)
        return false;
    for (uint32_t i = 0; i < trace->tensors; i++)
        if (program->region_bytes[i] !=
            sth_trace_tensor_bytes(&trace->tensor[i]))
            return false;
    return true;
}

enum sth_fw_err sth_runtime_play(struct sth_runtime *runtime,
                                 const struct sth_trace *trace,
                                 const struct sth_compiled *program,
                                 void *workspace, size_t workspace_bytes)
{
    const struct sth_runtime_hooks *hooks = &runtime->config.hooks;
    struct sth_driver *driver = &runtime->driver;
    uint64_t *base = workspace;
    enum sth_fw_err err = STH_FW_ERR_OK;

    if (workspace_bytes < trace->tensors * sizeof *base ||
        (uintptr_t)workspace % sizeof *base != 0)
        return STH_FW_ERR_WORKSPACE;
    if (!is_of(program, trace))
        return STH_FW_ERR_PROGRAM;
    for (uint32_t i = 0; i < trace->tensors; i++)
        base[i] = trace->tensor[i].addr;
    for (uint32_t i = 0; i < trace->ops && err == STH_FW_ERR_OK; i++) {
        runtime->failed_op = i;
        if (hooks->op_begin != NULL)
            hooks->op_begin(hooks->user, i, &trace->op[i], driver->tail);
        err = sth_compiled_play(program, driver, base, trace->step, i);
        if (hooks->op_end != NULL)
            hooks->op_end(hooks->user, i, &trace->op[i], driver->tail);
    }
    if (err == STH_FW_ERR_OK)
        err = sth_compiled_play(program, driver, base, trace->step, trace->ops);
    return err == STH_FW_ERR_OK ? sth_driver_wait_retired(driver) : err;
}

enum sth_fw_err sth_runtime_run(struct sth_runtime *runtime,
                                const struct sth_trace *trace, void *workspace,
                                size_t workspace_bytes)
{
    struct sth_tensor_state *state = workspace;
    enum sth_fw_err err = STH_FW_ERR_OK;

    if (workspace_bytes < trace->tensors * sizeof *state ||
        (uintptr_t)workspace % sizeof(uint64_t) != 0)
        return STH_FW_ERR_WORKSPACE;
    init_states(state, trace);
    runtime->ahead = 0;
    for (uint32_t i = 0; i < trace->ops && err == STH_FW_ERR_OK; i++) {
        err = play_op(runtime, trace, i, state);
        runtime->failed_op = i;
    }
    if (err != STH_FW_ERR_OK)
        return err;
    return sth_schedule_finish(&runtime->schedule);
}
