/*
 * The runtime on the C model: a trace with every operation runs without a
 * finding of the sanitizer, and gives the same bits as engines that run in
 * random order.
 */
#include "trace_fixture.h"

#include "sth_guard.h"
#include "sth_runtime.h"
#include "systolith.h"

static const char text[] =
    "systolith-trace 1\n"
    "tensor x bf16 48x96 seed:1:1\n"
    "tensor g bf16 1x96 seed:2:0.1:1\n"
    "tensor b fp32 1x96 seed:3:0.1\n"
    "tensor n bf16 48x96 zero\n"
    "tensor wqkv bf16 96x192 seed:4:0.1\n"
    "tensor bqkv bf16 1x192 seed:5:0.1\n"
    "tensor qkv bf16 48x192 zero\n"
    "tensor cos fp32 48x12 seed:6:1\n"
    "tensor sin fp32 48x12 seed:7:1\n"
    "tensor q bf16 48x96 zero\n"
    "tensor k bf16 80x48 seed:8:1\n"
    "tensor v bf16 80x48 seed:9:1\n"
    "tensor a bf16 48x96 zero\n"
    "tensor wo bf16 96x96 seed:10:0.1\n"
    "tensor h fp32 48x96 zero\n"
    "tensor n8 i8 48x96 zero\n"
    "tensor n8s fp32 1x48 zero\n"
    "tensor w1 i8 200x96 seed:11:30\n"
    "tensor w1s fp32 1x200 seed:12:0.001:0.004\n"
    "tensor f bf16 48x200 zero\n"
    "tensor w2 bf16 200x96 seed:13:0.1\n"
    "tensor y bf16 48x96 zero\n"
    "tensor e bf16 20x96 zero\n"
    "tensor m fp32 48x96 zero\n"
    "tensor best fp32 48x3 zero\n"
    "tensor where fp32 48x3 zero\n"
    "tensor wq bf16 96x96 seed:14:0.1\n"
    "op layernorm out=n x=x gamma=g beta=b eps=0x3727c5ac invn=0x3c2aaaab\n"
    "op matmul out=qkv x=n w=wqkv bias=bqkv\n"
    "op rope out=q x=qkv[:,0:96] cos=cos sin=sin heads=4\n"
    "op matmul out=q x=n w=wq cos=cos sin=sin heads=4\n"
    "op copy out=k[32:80] x=qkv[:,96:144]\n"
    "op copy out=v[32:80] x=qkv[:,144:192]\n"
    "op attention out=a q=q k=k v=v heads=4 kv_heads=2 batch=1 seq=48 "
    "past=32 causal=1 scale=0x3e5105ec\n"
    "op matmul name=proj out=h x=a w=wo residual=h\n"
    "op rmsnorm out=n x=h gamma=g eps=0x3727c5ac invn=0x3c2aaaab\n"
    "op quantize out=n8 scale=n8s x=n\n"
    "op matmul out=f x=n8 w=w1 wt=1 act=gelu xscale=n8s wscale=w1s\n"
    "op matmul out=y x=f w=w2 act=silu\n"
    "op matmul out=y x=f w=w2 mul=y\n"
    "op add out=y a=y b=h\n"
    "op mul out=m a=y b=h\n"
    "op gather out=e x=y rows=1,2,3,9,7,5,3,1,0,0,20,21,22,23,24,47,46,45,44,"
    "43\n"
    "op scatter_add out=m x=e[0:4] rows=7,1,3,40 "
    "weights=0x3f000000,0x3f800000,0xbf800000,0x40000000\n"
    "op copy out=qkv[1:48:5,0:96] x=y[3:33:3]\n"
    "op add out=m[0:48:16] a=qkv[1:32:15,0:96] b=m[0:48:16]\n"
    "op topk out=best indices=where x=m\n"
    "output m\n";

static const char *const configs[] = {"nano", "edge", "wide", "server"};
static uint64_t arena[1 << 15];
static uint64_t workspace[1 << 12];

static void parse(struct sth_trace *trace)
{
    struct sth_trace_error error;

    if (sth_trace_parse(trace, text, strlen(text), arena, sizeof arena,
                        &error) != STH_FW_ERR_OK)
        fail_msg("%u: %s", error.line, error.message);
}

struct model {
    struct sth_config config;
    struct sth_mem *mem;
    struct sth_device *device;
    struct sth_guard *guard;
    struct sth_hal hal;
    struct sth_runtime runtime;
};

static void open_model(struct model *m, const char *name,
                       enum sth_csim_mode mode,
                       const struct sth_runtime_config *config)
{
    struct sth_mem_config memory;
    struct sth_csim_options options = {.mode = mode, .sanitize = true};
    const struct sth_guard_options guard = {.params = &m->config.params};
    char error[256];

    if (!sth_config_find(name, ".", &m->config, error, sizeof error))
        fail_msg("%s", error);
    sth_mem_config_default(&memory);
    m->mem = sth_mem_create(&memory, m->config.params.bus_bytes, false);
    m->device = sth_csim_create(&m->config.params, m->mem, &options);
    assert_non_null(m->device);
    m->guard = sth_guard_create(m->device, &guard);
    assert_non_null(m->guard);
    sth_hal_host_init(&m->hal, sth_guard_device(m->guard));
    assert_int_equal(sth_runtime_init(&m->runtime, &m->hal, config),
                     STH_FW_ERR_OK);
}

static void close_model(struct model *m)
{
    sth_runtime_fini(&m->runtime);
    sth_guard_destroy(m->guard);
    m->device->ops->destroy(m->device);
    sth_mem_destroy(m->mem);
}

/* Tensors that were filled count as written. */
static void guard_trace(struct model *m, const struct sth_trace *trace)
{
    for (uint32_t t = 0; t < trace->tensors; t++)
        sth_guard_fill(m->guard, trace->tensor[t].addr,
                       sth_trace_tensor_bytes(&trace->tensor[t]));
}

static void expect_clean(struct model *m)
{
    const struct sth_guard_finding *found;
    const struct sth_diagnostic *list;
    size_t count = sth_csim_report(m->device, &list);

    if (count != 0)
        fail_msg("%s", list[0].text);
    sth_guard_end(m->guard, true);
    if (sth_guard_findings(m->guard, &found) != 0)
        fail_msg("%s", found->text);
}

static void test_runtime_every_operation_is_clean_and_ordered(void **unused)
{
    struct sth_runtime_config config;

    (void)unused;
    sth_runtime_config_default(&config);
    for (size_t k = 0; k < 4; k++) {
        struct model m;
        struct sth_trace trace;

        parse(&trace);
        open_model(&m, configs[k], STH_CSIM_FUNCTION_AND_TIME, &config);
        sth_runtime_place(&m.runtime, &trace);
        fixture_fill_trace(&trace, m.mem);
        guard_trace(&m, &trace);
        assert_int_equal(
            sth_runtime_run(&m.runtime, &trace, workspace, sizeof workspace),
            STH_FW_ERR_OK);
        expect_clean(&m);
        for (uint64_t seed = 1; seed < 9; seed++) {
            struct fixture_device *f = fixture_create(configs[k], seed);
            struct sth_hal hal;
            struct sth_runtime runtime;

            sth_hal_host_init(&hal, &f->device);
            assert_int_equal(sth_runtime_init(&runtime, &hal, &config), 0);
            fixture_fill_trace(&trace, f->mem);
            assert_int_equal(
                sth_runtime_run(&runtime, &trace, workspace, sizeof workspace),
                STH_FW_ERR_OK);
            fixture_expect_same_tensors(&trace, f->mem, m.mem, "runtime");
            fixture_destroy(f);
        }
        close_model(&m);
    }
}

static uint64_t run_cycles(const char *name, enum sth_csim_mode mode,
                           const struct sth_runtime_config *config)
{
    struct model m;
    struct sth_trace trace;
    uint64_t cycles;

    parse(&trace);
    open_model(&m, name, mode, config);
    sth_runtime_place(&m.runtime, &trace);
    assert_int_equal(
        sth_runtime_run(&m.runtime, &trace, workspace, sizeof workspace),
        STH_FW_ERR_OK);
    cycles = sth_driver_read_counter(&m.runtime.driver, STH_CNT_CYCLES);
    close_model(&m);
    return cycles;
}

static void test_runtime_overlap_of_operations_saves_cycles(void **unused)
{
    struct sth_runtime_config config;
    uint64_t together, apart;

    (void)unused;
    sth_runtime_config_default(&config);
    together = run_cycles("edge", STH_CSIM_FUNCTION_AND_TIME, &config);
    assert_int_equal(run_cycles("edge", STH_CSIM_TIME_ONLY, &config), together);
    config.finish_each_op = true;
    apart = run_cycles("edge", STH_CSIM_FUNCTION_AND_TIME, &config);
    assert_true(apart > together);
}

struct seen {
    uint32_t begins, ends, command;
};

static void on_begin(void *user, uint32_t op, const struct sth_trace_op *what,
                     uint32_t command)
{
    struct seen *seen = user;

    assert_int_equal(op, seen->begins);
    assert_int_equal(command, seen->command);
    assert_non_null(what);
    seen->begins++;
}

static void on_end(void *user, uint32_t op, const struct sth_trace_op *what,
                   uint32_t command)
{
    struct seen *seen = user;

    assert_int_equal(op, seen->ends);
    /* What is played beside the next operation has none. */
    assert_true(command >= seen->command);
    assert_non_null(what);
    seen->ends++;
    seen->command = command;
}

static void test_runtime_hooks_partition_the_commands(void **unused)
{
    struct seen seen = {0, 0, 0};
    struct sth_runtime_config config;

    (void)unused;
    sth_runtime_config_default(&config);
    config.hooks.user = &seen;
    config.hooks.op_begin = on_begin;
    config.hooks.op_end = on_end;
    run_cycles("nano", STH_CSIM_FUNCTION_ONLY, &config);
    assert_int_equal(seen.begins, 20);
    assert_int_equal(seen.ends, 20);
}

static void test_runtime_bus_error_is_reported_and_recovered(void **unused)
{
    struct sth_runtime_config config;
    struct sth_driver_fault fault;
    struct model m;
    struct sth_trace trace;

    (void)unused;
    sth_runtime_config_default(&config);
    parse(&trace);
    open_model(&m, "edge", STH_CSIM_FUNCTION_AND_TIME, &config);
    sth_runtime_place(&m.runtime, &trace);
    fixture_fill_trace(&trace, m.mem);
    sth_mem_set_error_range(m.mem, trace.tensor[13].addr,
                            trace.tensor[13].addr + 15);
    assert_int_equal(
        sth_runtime_run(&m.runtime, &trace, workspace, sizeof workspace),
        STH_FW_ERR_FAULT);
    sth_driver_read_fault(&m.runtime.driver, &fault);
    assert_int_equal(fault.code, STH_FAULT_LOAD_BUS);
    assert_int_equal(fault.addr, trace.tensor[13].addr);
    /* Out of the way of everything. */
    sth_mem_set_error_range(m.mem, (1ull << 40) - 1, (1ull << 40) - 1);
    assert_int_equal(sth_runtime_recover(&m.runtime), STH_FW_ERR_OK);
    assert_int_equal(
        sth_runtime_run(&m.runtime, &trace, workspace, sizeof workspace),
        STH_FW_ERR_OK);
    close_model(&m);
}

static void test_runtime_small_workspace_is_refused(void **unused)
{
    struct sth_runtime_config config;
    struct model m;
    struct sth_trace trace;

    (void)unused;
    sth_runtime_config_default(&config);
    parse(&trace);
    open_model(&m, "edge", STH_CSIM_FUNCTION_ONLY, &config);
    sth_runtime_place(&m.runtime, &trace);
    assert_int_equal(sth_runtime_run(&m.runtime, &trace, workspace, 64),
                     STH_FW_ERR_WORKSPACE);
    close_model(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runtime_every_operation_is_clean_and_ordered),
        cmocka_unit_test(test_runtime_overlap_of_operations_saves_cycles),
        cmocka_unit_test(test_runtime_hooks_partition_the_commands),
        cmocka_unit_test(test_runtime_bus_error_is_reported_and_recovered),
        cmocka_unit_test(test_runtime_small_workspace_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
