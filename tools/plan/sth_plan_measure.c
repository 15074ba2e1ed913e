/* Cycles of a trace on the C model, time only. */
#include "sth_plan_measure.h"

#include <stdlib.h>

#include "sth_runtime.h"
#include "systolith.h"

/* What one measurement holds. */
struct bench {
    struct sth_mem *mem;
    struct sth_device *device;
    struct sth_hal hal;
    struct sth_runtime *runtime;
    struct sth_plan_judge *judge;
    void *arena, *workspace;
    struct sth_trace trace;
};

static enum sth_fw_err play(struct bench *b, struct sth_plan_memory memory,
                            const char *text, size_t bytes, uint64_t *cycles)
{
    struct sth_runtime_config config;
    struct sth_trace_error error;
    size_t room = sth_trace_arena_bound(text, bytes);
    enum sth_fw_err err;

    b->arena = malloc(room);
    if (b->arena == NULL)
        return STH_FW_ERR_WORKSPACE;
    err = sth_trace_parse(&b->trace, text, bytes, b->arena, room, &error);
    if (err != STH_FW_ERR_OK)
        return STH_FW_ERR_TYPE;
    sth_runtime_config_default(&config);
    config.judge = sth_plan_judge_hook(b->judge);
    config.memory = memory;
    sth_hal_host_init(&b->hal, b->device);
    err = sth_runtime_init(b->runtime, &b->hal, &config);
    if (err != STH_FW_ERR_OK)
        return err;
    sth_runtime_place(b->runtime, &b->trace);
    room = sth_runtime_workspace_bytes(&b->trace);
    b->workspace = malloc(room);
    if (b->workspace == NULL)
        return STH_FW_ERR_WORKSPACE;
    err = sth_runtime_run(b->runtime, &b->trace, b->workspace, room);
    if (err == STH_FW_ERR_OK)
        *cycles = sth_driver_read_counter(&b->runtime->driver, STH_CNT_CYCLES);
    return err;
}

enum sth_fw_err sth_plan_measure(const struct sth_config *config,
                                 const char *text, size_t bytes,
                                 const struct sth_plan_watch *watch,
                                 struct sth_plan_book *plans, uint64_t *cycles)
{
    struct sth_csim_options options = {.mode = STH_CSIM_TIME_ONLY,
                                       .no_events = true};
    struct sth_plan_book own;
    struct bench b = {.runtime = malloc(sizeof *b.runtime)};
    enum sth_fw_err err = STH_FW_ERR_WORKSPACE;

    sth_plan_book_init(&own);
    b.judge = sth_plan_judge_create(config, plans ? plans : &own);
    b.mem = sth_mem_create(&config->memory, config->params.bus_bytes, true);
    if (b.mem != NULL)
        b.device = sth_csim_create(&config->params, b.mem, &options);
    if (b.judge != NULL)
        sth_plan_judge_watch(b.judge, watch);
    if (b.device != NULL && b.runtime != NULL && b.judge != NULL)
        err = play(&b, sth_plan_memory_of(config), text, bytes, cycles);
    free(b.workspace);
    free(b.arena);
    free(b.runtime);
    sth_plan_judge_destroy(b.judge);
    sth_plan_book_fini(&own);
    if (b.device != NULL)
        b.device->ops->destroy(b.device);
    if (b.mem != NULL)
        sth_mem_destroy(b.mem);
    return err;
}
