/* A small trace of every kernel whose plan changes no bits, and what it makes.
 */
#ifndef PLAN_FIXTURE_H
#define PLAN_FIXTURE_H

#include "trace_fixture.h"

#include "sth_runtime.h"
#include "systolith.h"

static const char plan_text[] =
    "systolith-trace 1\n"
    "tensor x bf16 37x72 seed:1:1\n"
    "tensor x8 i8 37x72 seed:2:40\n"
    "tensor w bf16 72x90 seed:3:0.1\n"
    "tensor w8 i8 90x72 seed:4:30\n"
    "tensor xs fp32 1x37 seed:5:0.001:0.02\n"
    "tensor ws fp32 1x90 seed:6:0.001:0.02\n"
    "tensor b bf16 1x90 seed:7:1\n"
    "tensor r bf16 37x90 seed:8:1\n"
    "tensor g bf16 1x72 seed:9:1\n"
    "tensor c fp32 37x12 seed:10:1\n"
    "tensor y bf16 37x90 zero\n"
    "tensor y8 bf16 37x90 zero\n"
    "tensor n fp32 37x72 zero\n"
    "tensor q i8 37x72 zero\n"
    "tensor qs fp32 1x37 zero\n"
    "tensor o bf16 37x72 zero\n"
    "tensor s fp32 37x72 zero\n"
    "op matmul out=y x=x w=w bias=b act=gelu residual=r\n"
    "op matmul out=y8 x=x8 w=w8 wt=1 xscale=xs wscale=ws act=silu "
    "mul=r\n"
    "op rmsnorm out=n x=x gamma=g eps=0x3727c5ac invn=0x3c638e39\n"
    "op quantize out=q scale=qs x=n\n"
    "op rope out=o x=n cos=c sin=c heads=3\n"
    "op add out=s a=o b=n\n"
    "output y\n";

static uint64_t plan_arena[1 << 14];
static uint64_t plan_workspace[1 << 12];

/* FNV-1a over all tensors after a run with that judge. */
static inline uint64_t plan_run(const char *chip, const struct sth_judge *judge)
{
    struct sth_csim_options options = {.sanitize = true};
    static struct sth_runtime runtime;
    struct sth_runtime_config config;
    const struct sth_diagnostic *list;
    struct sth_config chip_config;
    struct sth_trace_error error;
    struct sth_trace trace;
    struct sth_hal hal;
    uint64_t hash = UINT64_C(14695981039346656037);
    char why[256];

    assert_true(sth_config_find(chip, ".", &chip_config, why, sizeof why));
    struct sth_mem *mem = sth_mem_create(&chip_config.memory,
                                         chip_config.params.bus_bytes, false);
    struct sth_device *device =
        sth_csim_create(&chip_config.params, mem, &options);
    sth_runtime_config_default(&config);
    config.judge = judge;
    sth_hal_host_init(&hal, device);
    if (sth_trace_parse(&trace, plan_text, strlen(plan_text), plan_arena,
                        sizeof plan_arena, &error) != STH_FW_ERR_OK)
        fail_msg("%u: %s", error.line, error.message);
    assert_int_equal(sth_runtime_init(&runtime, &hal, &config), STH_FW_ERR_OK);
    sth_runtime_place(&runtime, &trace);
    fixture_fill_trace(&trace, mem);
    assert_int_equal(sth_runtime_run(&runtime, &trace, plan_workspace,
                                     sizeof plan_workspace),
                     STH_FW_ERR_OK);
    if (sth_csim_report(device, &list) != 0)
        fail_msg("%s", list[0].text);
    for (uint32_t i = 0; i < trace.tensors; i++) {
        uint64_t bytes = sth_trace_tensor_bytes(&trace.tensor[i]);

        for (uint64_t j = 0; j < bytes; j++) {
            uint8_t byte;

            sth_mem_read(mem, trace.tensor[i].addr + j, &byte, 1);
            hash = (hash ^ byte) * UINT64_C(1099511628211);
        }
    }
    device->ops->destroy(device);
    sth_mem_destroy(mem);
    return hash;
}

#endif
