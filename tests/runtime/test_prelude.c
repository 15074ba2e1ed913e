/*
 * Normalisation and quantisation beside the product that takes their result:
 * the same bits as each on its own, in any legal order, in fewer cycles.
 */
#include "firmware_fixture.h"
#include "trace_fixture.h"

#include <inttypes.h>

#include "sth_runtime.h"
#include "sth_trace_prelude.h"
#include "systolith.h"

struct shape {
    uint32_t m, k, n;
};

enum norm { NONE, LAYER, RMS };

struct variant {
    enum norm norm;
    bool int8, wide; /* norm's operands fp32 */
    bool fed;        /* a product makes what it takes */
};

static char text[2048];
static uint64_t arena[1 << 14];
static uint64_t workspace[1 << 10];
static const char *const configs[] = {"nano", "edge", "wide", "server"};

/* eps and invn are round numbers: what is compared are two runs. */
static void write_trace(struct sth_trace *trace, const struct shape *s,
                        const struct variant *v)
{
    const char *type = v->wide ? "fp32" : "bf16";
    struct sth_trace_error error;
    int used = snprintf(text, sizeof text,
                        "systolith-trace 1\n"
                        "tensor x %s %ux%u seed:1:1\n"
                        "tensor g %s 1x%u seed:2:1\n"
                        "tensor n %s %ux%u seed:3:1\n"
                        "tensor q i8 %ux%u zero\n"
                        "tensor s fp32 1x%u zero\n"
                        "tensor w %s %ux%u seed:4:30\n"
                        "tensor ws fp32 1x%u seed:5:1\n"
                        "tensor y bf16 %ux%u zero\n"
                        "tensor x0 bf16 %ux40 seed:6:1\n"
                        "tensor w0 bf16 40x%u seed:7:1\n",
                        type, s->m, s->k, type, s->k, v->int8 ? type : "bf16",
                        s->m, s->k, s->m, s->k, s->m, v->int8 ? "i8" : "bf16",
                        s->k, s->n, s->n, s->m, s->n, s->m, s->k);

    if (v->fed)
        used += snprintf(text + used, sizeof text - (size_t)used,
                         "op matmul out=%s x=x0 w=w0\n",
                         v->norm == NONE ? "n" : "x");
    if (v->norm != NONE)
        used += snprintf(text + used, sizeof text - (size_t)used,
                         "op %s out=n x=x gamma=g%s eps=0x3727c5ac "
                         "invn=0x3c000000\n",
                         v->norm == LAYER ? "layernorm" : "rmsnorm",
                         v->norm == LAYER ? " beta=g" : "");
    used += snprintf(text + used, sizeof text - (size_t)used,
                     v->int8 ? "op quantize out=q scale=s x=n\n"
                               "op matmul out=y x=q w=w xscale=s wscale=ws\n"
                             : "op matmul out=y x=n w=w bias=ws\n");
    if (sth_trace_parse(trace, text, (size_t)used, arena, sizeof arena,
                        &error) != STH_FW_ERR_OK)
        fail_msg("%s", error.message);
}

static uint32_t most_ahead;

static void remember_ahead(void *user, uint32_t op,
                           const struct sth_trace_op *what, uint32_t command)
{
    const struct sth_runtime *runtime = user;

    (void)op;
    (void)what;
    (void)command;
    if (runtime->ahead > most_ahead)
        most_ahead = runtime->ahead;
}

/* On engines that run in an order drawn from the seed. */
static struct fixture_device *run(const char *config, struct sth_trace *trace,
                                  uint64_t seed, bool alone)
{
    struct fixture_device *f = fixture_create(config, seed);
    struct sth_runtime_config options;
    struct sth_runtime runtime;
    struct sth_hal hal;

    sth_runtime_config_default(&options);
    options.finish_each_op = alone;
    sth_hal_host_init(&hal, &f->device);
    assert_int_equal(sth_runtime_init(&runtime, &hal, &options), 0);
    sth_runtime_place(&runtime, trace);
    fixture_fill_trace(trace, f->mem);
    assert_int_equal(
        sth_runtime_run(&runtime, trace, workspace, sizeof workspace),
        STH_FW_ERR_OK);
    return f;
}

static const struct variant variants[] = {
    {.norm = LAYER},
    {.norm = RMS, .wide = false},
    {.norm = NONE, .int8 = true},
    {.norm = RMS, .int8 = true, .wide = true},
    {.norm = LAYER, .int8 = true},
    {.norm = LAYER, .fed = true},
    {.norm = NONE, .int8 = true, .fed = true},
    {.norm = RMS, .int8 = true, .wide = true, .fed = true},
};

static void test_prelude_leaves_the_bits_of_each_alone(void **unused)
{
    static const struct shape shapes[] = {
        {64, 24, 40}, {200, 50, 33}, {97, 130, 70}, {5, 40, 8}};

    (void)unused;
    for (size_t c = 0; c < 4; c++)
        for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++)
            for (size_t i = 0; i < 4; i++) {
                struct sth_trace trace;
                struct fixture_device *should;

                write_trace(&trace, &shapes[i], &variants[v]);
                should = run(configs[c], &trace, 1, true);
                for (uint64_t seed = 2; seed < 6; seed++) {
                    struct fixture_device *is =
                        run(configs[c], &trace, seed, false);

                    fixture_expect_same_tensors(&trace, is->mem, should->mem,
                                                configs[c]);
                    fixture_destroy(is);
                }
                fixture_destroy(should);
            }
}

/* The rows that were played beside the product that makes them are some. */
static void test_prelude_begins_beside_the_product_before(void **unused)
{
    static const struct shape shape = {320, 64, 200};
    static const struct variant fed = {.norm = LAYER, .fed = true};
    struct sth_trace trace;
    struct sth_runtime_config options;
    struct sth_runtime runtime;
    struct sth_hal hal;
    struct fixture_device *f = fixture_create("edge", 3);

    (void)unused;
    write_trace(&trace, &shape, &fed);
    trace.ops = 2; /* the product behind is not to come */
    assert_false(sth_trace_feeds_prelude(&trace, 0));
    trace.ops = 3;
    assert_true(sth_trace_feeds_prelude(&trace, 0));
    sth_runtime_config_default(&options);
    sth_hal_host_init(&hal, &f->device);
    assert_int_equal(sth_runtime_init(&runtime, &hal, &options), 0);
    sth_runtime_place(&runtime, &trace);
    fixture_fill_trace(&trace, f->mem);
    runtime.config.hooks.user = &runtime;
    runtime.config.hooks.op_end = remember_ahead;
    most_ahead = 0;
    assert_int_equal(
        sth_runtime_run(&runtime, &trace, workspace, sizeof workspace),
        STH_FW_ERR_OK);
    assert_in_range(most_ahead, 1, shape.m / 5);
    fixture_destroy(f);
}

/* Cycles on the C model, which finds races. */
static uint64_t cycles_of(const char *name, struct sth_trace *trace, bool alone)
{
    struct sth_csim_options options = {.sanitize = true};
    const struct sth_diagnostic *list;
    struct sth_runtime_config run_options;
    struct sth_runtime runtime;
    struct sth_mem_config memory;
    struct sth_config config;
    struct sth_device *device;
    struct sth_mem *mem;
    struct sth_hal hal;
    uint64_t cycles;
    char error[256];

    if (!sth_config_find(name, ".", &config, error, sizeof error))
        fail_msg("%s", error);
    sth_mem_config_default(&memory);
    mem = sth_mem_create(&memory, config.params.bus_bytes, false);
    device = sth_csim_create(&config.params, mem, &options);
    sth_hal_host_init(&hal, device);
    sth_runtime_config_default(&run_options);
    run_options.finish_each_op = alone;
    assert_int_equal(sth_runtime_init(&runtime, &hal, &run_options), 0);
    sth_runtime_place(&runtime, trace);
    fixture_fill_trace(trace, mem);
    assert_int_equal(
        sth_runtime_run(&runtime, trace, workspace, sizeof workspace),
        STH_FW_ERR_OK);
    if (sth_csim_report(device, &list) != 0)
        fail_msg("%s: %s", name, list[0].text);
    cycles = sth_driver_read_counter(&runtime.driver, STH_CNT_CYCLES);
    device->ops->destroy(device);
    sth_mem_destroy(mem);
    return cycles;
}

static void test_prelude_hides_behind_the_product(void **unused)
{
    static const struct shape shapes[] = {{256, 256, 512}, {320, 192, 640}};

    (void)unused;
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++)
        for (size_t i = 0; i < 2; i++) {
            struct sth_trace trace;
            uint64_t beside, alone;

            write_trace(&trace, &shapes[i], &variants[v]);
            beside = cycles_of("edge", &trace, false);
            alone = cycles_of("edge", &trace, true);
            if (100 * beside > 96 * alone)
                fail_msg("%" PRIu64 " cycles, alone %" PRIu64 "\n%s", beside,
                         alone, text);
        }
}

#define HEAD                                                                   \
    "systolith-trace 1\n"                                                      \
    "tensor x bf16 8x8 zero\ntensor n bf16 8x8 zero\ntensor q i8 8x8 zero\n"   \
    "tensor s fp32 1x8 zero\ntensor w bf16 8x8 zero\ntensor w8 i8 8x8 zero\n"  \
    "tensor v fp32 1x8 zero\ntensor g bf16 1x8 zero\ntensor y bf16 8x8 zero\n"
#define NORM "op rmsnorm out=n x=x gamma=g eps=0x3727c5ac invn=0x3e000000\n"
#define QUANTIZE "op quantize out=q scale=s x=n\n"

static void test_prelude_is_what_a_product_takes_whole(void **unused)
{
    static const struct {
        const char *text;
        bool is; /* the first operation */
    } cases[] = {
        {HEAD NORM "op matmul out=y x=n w=w\n", true},
        {HEAD NORM QUANTIZE "op matmul out=y x=q w=w8 xscale=s wscale=v\n",
         true},
        {HEAD QUANTIZE "op matmul out=y x=q w=w8 xscale=s wscale=v\n", true},
        {HEAD QUANTIZE "op matmul out=y x=q w=w8 xscale=s wscale=s\n", false},
        {HEAD NORM, false},
        {HEAD NORM QUANTIZE, false},
        {HEAD NORM "op copy out=y x=n\n", false},
        {HEAD NORM "op matmul out=y x=x w=w\n", false},
        {HEAD NORM "op matmul out=y[0:4] x=n[0:4] w=w\n", false},
        {HEAD NORM "op matmul out=y x=n w=w residual=n\n", false},
        {HEAD NORM "op matmul out=x x=n w=w\n", false},
        {HEAD NORM "op matmul out=y x=n w=n\n", false},
        {HEAD NORM QUANTIZE "op matmul out=x x=q w=w8 xscale=s wscale=v\n",
         false},
        {HEAD NORM QUANTIZE
         "op matmul out=y x=q w=w8 xscale=s wscale=v residual=n\n",
         false},
        {HEAD QUANTIZE "op matmul out=y x=q w=w8 xscale=s wscale=v mul=n\n",
         true},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sth_trace trace;
        struct sth_trace_error error;

        if (sth_trace_parse(&trace, cases[i].text, strlen(cases[i].text), arena,
                            sizeof arena, &error) != STH_FW_ERR_OK)
            fail_msg("%s", error.message);
        if (sth_trace_is_prelude(&trace, 0) != cases[i].is)
            fail_msg("%s", cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prelude_leaves_the_bits_of_each_alone),
        cmocka_unit_test(test_prelude_begins_beside_the_product_before),
        cmocka_unit_test(test_prelude_hides_behind_the_product),
        cmocka_unit_test(test_prelude_is_what_a_product_takes_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
