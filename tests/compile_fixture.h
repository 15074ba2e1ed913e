/*
 * A compiled program and the chip that plays it: the C model with a trace's
 * tensors in its memory.
 */
#ifndef COMPILE_FIXTURE_H
#define COMPILE_FIXTURE_H

#include "firmware_fixture.h"

#include "sth_compile.h"
#include "sth_compiled.h"
#include "sth_plan_judge.h"
#include "sth_runtime.h"
#include "systolith.h"

/* A file of its own that can be spoilt. */
struct compile_file {
    uint8_t *byte;
    size_t bytes;
};

static inline struct sth_config compile_config(const char *name)
{
    struct sth_config config;
    char error[256];

    if (!sth_config_find(name, ".", &config, error, sizeof(error)))
        fail_msg("%s", error);
    return config;
}

static inline struct compile_file compile_text(const char *text,
                                               const char *config_name)
{
    const struct sth_config config = compile_config(config_name);
    struct sth_compile_file compiled;
    char error[256];

    if (!sth_compile(&compiled, text, strlen(text), "test", &config, NULL, 0,
                     error, sizeof(error)))
        fail_msg("%s", error);
    return (struct compile_file){compiled.file, compiled.bytes};
}

static inline struct sth_compiled compile_open(const struct compile_file *file)
{
    struct sth_compiled program;
    struct sth_compiled_error error = {0, NULL};

    if (sth_compiled_open(&program, file->byte, file->bytes, &error))
        fail_msg("byte %u: %s", (unsigned)error.offset, error.what);
    return program;
}

/* The C model with tensors from base on. */
struct compile_chip {
    struct sth_config config;
    struct sth_mem *mem;
    struct sth_device *device;
    struct sth_hal hal;
    struct sth_plan_book plans;
    struct sth_plan_judge *judge;
    struct sth_runtime runtime;
    struct sth_trace trace;
    uint64_t arena[1 << 12];
    uint64_t workspace[1 << 12];
};

static inline void compile_start(struct compile_chip *c, const char *text,
                                 const char *config_name, uint64_t base)
{
    const struct sth_csim_options options = {.mode = STH_CSIM_FUNCTION_AND_TIME,
                                             .sanitize = true};
    struct sth_runtime_config config;
    struct sth_trace_error error;
    struct sth_mem_config memory;
    uint64_t random = 7;

    c->config = compile_config(config_name);
    sth_mem_config_default(&memory);
    c->mem = sth_mem_create(&memory, c->config.params.bus_bytes, false);
    c->device = sth_csim_create(&c->config.params, c->mem, &options);
    assert_non_null(c->device);
    sth_hal_host_init(&c->hal, c->device);
    sth_runtime_config_default(&config);
    config.tensor_base = base;
    sth_plan_book_init(&c->plans);
    c->judge = sth_plan_judge_create(&c->config, &c->plans);
    assert_non_null(c->judge);
    config.judge = sth_plan_judge_hook(c->judge);
    config.memory = sth_plan_memory_of(&c->config);
    assert_int_equal(sth_runtime_init(&c->runtime, &c->hal, &config), 0);
    assert_int_equal(sth_trace_parse(&c->trace, text, strlen(text), c->arena,
                                     sizeof(c->arena), &error),
                     0);
    sth_runtime_place(&c->runtime, &c->trace);
    for (uint32_t i = 0; i < c->trace.tensors; i++) {
        const struct sth_trace_tensor *t = &c->trace.tensor[i];

        for (uint64_t j = 0; j < sth_trace_tensor_bytes(t) / 2; j++) {
            uint16_t bits =
                t->dtype == STH_DTYPE_I8
                    ? (uint16_t)fixture_random(&random)
                    : fixture_bf16(fixture_random(&random) / 2147483648.0);

            sth_mem_write(c->mem, t->addr + 2 * j, &bits, sizeof(bits));
        }
    }
}

static inline void compile_stop(struct compile_chip *c)
{
    const struct sth_diagnostic *list;

    if (sth_csim_report(c->device, &list) != 0)
        fail_msg("%s", list[0].text);
    sth_runtime_fini(&c->runtime);
    sth_plan_judge_destroy(c->judge);
    sth_plan_book_fini(&c->plans);
    c->device->ops->destroy(c->device);
    sth_mem_destroy(c->mem);
}

static inline void compile_run(struct compile_chip *c)
{
    assert_int_equal(sth_runtime_run(&c->runtime, &c->trace, c->workspace,
                                     sizeof(c->workspace)),
                     0);
}

static inline void compile_play(struct compile_chip *c,
                                const struct sth_compiled *program)
{
    assert_int_equal(sth_runtime_play(&c->runtime, &c->trace, program,
                                      c->workspace, sizeof(c->workspace)),
                     0);
}

static inline uint64_t compile_cycles(struct compile_chip *c)
{
    return sth_driver_read_counter(&c->runtime.driver, STH_CNT_CYCLES);
}

#endif
