/*
 * Compiled programs: they do what firmware does that plans in place, command by
 * command and cycle by cycle, wherever their regions lie and however often;
 * and a file that is not whole, not for the chip or not a program is refused.
 */
#include "firmware_fixture.h"

#include "sth_compile.h"
#include "sth_compiled.h"
#include "sth_plan_judge.h"
#include "sth_runtime.h"
#include "systolith.h"

static const char text[] =
    "systolith-trace 1\n"
    "tensor x bf16 8x96 seed:1:1\n"
    "tensor g bf16 1x96 seed:2:0.1:1\n"
    "tensor n bf16 8x96 zero\n"
    "tensor k bf16 40x48 seed:3:1\n"
    "tensor v bf16 40x48 seed:4:1\n"
    "tensor a bf16 8x96 zero\n"
    "tensor n8 i8 8x96 zero\n"
    "tensor n8s fp32 1x8 zero\n"
    "tensor w i8 96x64 seed:5:30\n"
    "tensor ws fp32 1x64 seed:6:0.001:0.004\n"
    "tensor y bf16 8x64 zero\n"
    "op rmsnorm out=n x=x gamma=g eps=0x3727c5ac invn=0x3c2aaaab\n"
    "op attention out=a q=n k=k v=v heads=4 kv_heads=2 batch=1 seq=8 past=32 "
    "causal=1 scale=0x3e5105ec\n"
    "op quantize out=n8 scale=n8s x=a\n"
    "op matmul out=y x=n8 w=w act=silu xscale=n8s wscale=ws\n"
    "output y\n";

static uint64_t arena[1 << 14];
static uint64_t workspace[1 << 10];

/* A file of its own that can be spoilt. */
struct file {
    uint8_t *byte;
    size_t bytes;
};

static struct sth_config config_of(const char *name)
{
    struct sth_config config;
    char error[256];

    if (!sth_config_find(name, ".", &config, error, sizeof(error)))
        fail_msg("%s", error);
    return config;
}

static struct file compile(const char *config_name)
{
    const struct sth_config config = config_of(config_name);
    struct sth_compile_file compiled;
    char error[256];

    if (!sth_compile(&compiled, text, strlen(text), "test", &config, error,
                     sizeof(error)))
        fail_msg("%s", error);
    return (struct file){compiled.file, compiled.bytes};
}

static struct sth_compiled open_file(const struct file *file)
{
    struct sth_compiled program;
    struct sth_compiled_error error = {0, NULL};

    if (sth_compiled_open(&program, file->byte, file->bytes, &error))
        fail_msg("byte %u: %s", (unsigned)error.offset, error.what);
    return program;
}

/* The C model with tensors from base on. */
struct chip {
    struct sth_config config;
    struct sth_mem *mem;
    struct sth_device *device;
    struct sth_hal hal;
    struct sth_plan_judge *judge;
    struct sth_runtime runtime;
    struct sth_trace trace;
};

static void start(struct chip *c, const char *config_name, uint64_t base)
{
    const struct sth_csim_options options = {.mode = STH_CSIM_FUNCTION_AND_TIME,
                                             .sanitize = true};
    struct sth_runtime_config config;
    struct sth_trace_error error;
    struct sth_mem_config memory;
    uint64_t random = 7;

    c->config = config_of(config_name);
    sth_mem_config_default(&memory);
    c->mem = sth_mem_create(&memory, c->config.params.bus_bytes, false);
    c->device = sth_csim_create(&c->config.params, c->mem, &options);
    assert_non_null(c->device);
    sth_hal_host_init(&c->hal, c->device);
    sth_runtime_config_default(&config);
    config.tensor_base = base;
    c->judge = sth_plan_judge_create(&c->config);
    assert_non_null(c->judge);
    config.judge = sth_plan_judge_hook(c->judge);
    config.memory = sth_plan_memory_of(&c->config);
    assert_int_equal(sth_runtime_init(&c->runtime, &c->hal, &config), 0);
    assert_int_equal(sth_trace_parse(&c->trace, text, strlen(text), arena,
                                     sizeof(arena), &error),
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

static void stop(struct chip *c)
{
    const struct sth_diagnostic *list;

    if (sth_csim_report(c->device, &list) != 0)
        fail_msg("%s", list[0].text);
    sth_runtime_fini(&c->runtime);
    sth_plan_judge_destroy(c->judge);
    c->device->ops->destroy(c->device);
    sth_mem_destroy(c->mem);
}

static void read_result(const struct chip *c, uint16_t *values)
{
    const struct sth_trace_tensor *y = &c->trace.tensor[c->trace.tensors - 1];

    sth_mem_read(c->mem, y->addr, values, sth_trace_tensor_bytes(y));
}

static uint64_t cycles_of(struct chip *c)
{
    return sth_driver_read_counter(&c->runtime.driver, STH_CNT_CYCLES);
}

static void test_compile_plays_as_planned(void **unused)
{
    static const char *const configs[] = {"nano", "edge", "wide", "server"};

    (void)unused;
    for (size_t k = 0; k < 4; k++) {
        struct file file = compile(configs[k]);
        struct sth_compiled program = open_file(&file);
        uint16_t should[8 * 64], is[8 * 64];
        struct chip planned, played, moved;

        start(&planned, configs[k], 0x100000);
        assert_int_equal(sth_runtime_run(&planned.runtime, &planned.trace,
                                         workspace, sizeof(workspace)),
                         0);
        read_result(&planned, should);
        start(&played, configs[k], 0x100000);
        assert_int_equal(sth_runtime_play(&played.runtime, &played.trace,
                                          &program, workspace,
                                          sizeof(workspace)),
                         0);
        read_result(&played, is);
        assert_memory_equal(is, should, sizeof(should));
        assert_int_equal(cycles_of(&played), cycles_of(&planned));
        start(&moved, configs[k], 0xab12345000);
        assert_int_equal(sth_runtime_play(&moved.runtime, &moved.trace,
                                          &program, workspace,
                                          sizeof(workspace)),
                         0);
        read_result(&moved, is);
        assert_memory_equal(is, should, sizeof(should));
        stop(&planned);
        stop(&played);
        stop(&moved);
        free(file.byte);
    }
}

static void test_compile_plays_again_and_again(void **unused)
{
    struct file file = compile("edge");
    struct sth_compiled program = open_file(&file);
    uint16_t first[8 * 64], is[8 * 64];
    struct chip c;

    (void)unused;
    start(&c, "edge", 0x100000);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(sth_runtime_play(&c.runtime, &c.trace, &program,
                                          workspace, sizeof(workspace)),
                         0);
        read_result(&c, i == 0 ? first : is);
        if (i > 0)
            assert_memory_equal(is, first, sizeof(first));
    }
    stop(&c);
    free(file.byte);
}

static void test_compile_of_another_chip_is_refused(void **unused)
{
    struct file file = compile("nano");
    struct sth_compiled program = open_file(&file);
    struct chip c;

    (void)unused;
    start(&c, "edge", 0x100000);
    assert_int_equal(sth_runtime_play(&c.runtime, &c.trace, &program, workspace,
                                      sizeof(workspace)),
                     STH_FW_ERR_EXPECTED_HASH);
    c.trace.ops--;
    assert_int_equal(sth_runtime_play(&c.runtime, &c.trace, &program, workspace,
                                      sizeof(workspace)),
                     STH_FW_ERR_PROGRAM);
    stop(&c);
    free(file.byte);
}

/* ---- damage ------------------------------------------------------------ */

static struct sth_compiled_header *header_of(const struct file *file)
{
    return (struct sth_compiled_header *)file->byte;
}

/* What the sums say is true again. */
static void seal(const struct file *file)
{
    struct sth_compiled_header *h = header_of(file);

    h->body_sum = sth_compiled_sum(0, h + 1, file->bytes - sizeof(*h));
    h->sum = sth_compiled_sum(0, h, offsetof(struct sth_compiled_header, sum));
}

/* Refused for a cause whose words contain `what`. */
static void refused(const struct file *file, size_t bytes, const char *what)
{
    struct sth_compiled program;
    struct sth_compiled_error error = {0, NULL};
    void *copy = malloc(bytes + 1);

    /* A copy of its own length, so that a read behind its end is seen. */
    memcpy(copy, file->byte, bytes);
    assert_int_equal(sth_compiled_open(&program, copy, bytes, &error),
                     STH_FW_ERR_PROGRAM);
    if (what && !strstr(error.what, what))
        fail_msg("'%s' instead of '%s'", error.what, what);
    assert_true(error.offset <= bytes);
    free(copy);
}

static void test_compile_cut_or_flipped_is_refused(void **unused)
{
    struct file file = compile("nano");
    uint64_t random = 3;

    (void)unused;
    for (size_t i = 0; i <= sizeof(struct sth_compiled_header); i += 3)
        refused(&file, i, NULL);
    for (int i = 0; i < 40; i++)
        refused(&file, fixture_random(&random) % file.bytes, NULL);
    refused(&file, file.bytes - 1, "end is missing");
    for (size_t i = 0; i < sizeof(struct sth_compiled_header); i++) {
        file.byte[i] ^= 0x10;
        refused(&file, file.bytes, NULL);
        file.byte[i] ^= 0x10;
    }
    for (int i = 0; i < 40; i++) {
        size_t at = fixture_random(&random) % file.bytes;

        file.byte[at] ^= 1;
        refused(&file, file.bytes, NULL);
        file.byte[at] ^= 1;
    }
    open_file(&file);
    free(file.byte);
}

/* Files whose sums are right and that are wrong nonetheless. */
static void test_compile_forged_is_refused(void **unused)
{
    struct file file = compile("nano");
    struct sth_compiled program = open_file(&file);
    struct sth_compiled_header *h = header_of(&file), good = *h;
    struct sth_command *command = (struct sth_command *)program.command;
    uint32_t *region = (uint32_t *)program.region;
    uint32_t *first = (uint32_t *)program.first;
    uint64_t *bytes = (uint64_t *)program.region_bytes;
    uint32_t load = 0, other = 0;

    (void)unused;
    while (region[load] == STH_COMPILED_NOWHERE)
        load++;
    while (region[other] != STH_COMPILED_NOWHERE)
        other++;
#define FORGED(change, undo, what)                                             \
    do {                                                                       \
        change;                                                                \
        seal(&file);                                                           \
        refused(&file, file.bytes, what);                                      \
        undo;                                                                  \
    } while (0)
    FORGED(h->format++, *h = good, "format");
    FORGED(h->contract += 0x10000, *h = good, "contract");
    FORGED(memset(h->config, 'x', sizeof(h->config)), *h = good, "no end");
    FORGED(h->bytes--, *h = good, "behind its end");
    FORGED(h->bytes++, *h = good, "end is missing");
    FORGED(h->commands++, *h = good, "add up");
    FORGED(h->commands = UINT32_MAX, *h = good, "add up");
    FORGED(h->regions--, *h = good, "add up");
    FORGED(h->regions = UINT32_MAX, *h = good, "add up");
    FORGED(h->operations = UINT32_MAX, *h = good, "add up");
    FORGED(h->text_bytes = UINT64_MAX, *h = good, "add up");
    FORGED(region[load] = h->regions, region[load] = 0, "has not");
    region[load] = program.region[load];
    free(file.byte);

    file = compile("nano");
    program = open_file(&file);
    command = (struct sth_command *)program.command;
    region = (uint32_t *)program.region;
    first = (uint32_t *)program.first;
    bytes = (uint64_t *)program.region_bytes;
    h = header_of(&file);
    FORGED(region[other] = 0, region[other] = STH_COMPILED_NOWHERE, "without");
    FORGED(STH_SET(&command[load], LOAD_MEM_HI, 0xff),
           STH_SET(&command[load], LOAD_MEM_HI, 0), "leaves its region");
    const struct sth_command whole = command[load];
    FORGED(STH_SET(&command[load], LOAD_LEN, 0xffffff), command[load] = whole,
           "leaves its region");
    FORGED((STH_SET(&command[load], LOAD_N2, 0xffff),
            STH_SET(&command[load], LOAD_MEM_S2, 0xffffffff)),
           command[load] = whole, "leaves its region");
    const uint64_t room = bytes[region[load]];
    FORGED(bytes[region[load]] = 1, bytes[region[load]] = room,
           "leaves its region");
    const uint32_t begin = first[1];
    FORGED(first[1] = h->commands + 1, first[1] = begin, "begins");
    FORGED(first[1] = first[2] + 1, first[1] = begin, "begins");
#undef FORGED
    seal(&file);
    open_file(&file);
    free(file.byte);
}

/* The sum is that of the standard: its check value. */
static void test_compile_sum_is_crc32(void **unused)
{
    (void)unused;
    assert_int_equal(sth_compiled_sum(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(
        sth_compiled_sum(sth_compiled_sum(0, "1234", 4), "56789", 5),
        0xcbf43926);
}

static void test_compile_of_no_trace_is_refused(void **unused)
{
    const struct sth_config config = config_of("nano");
    struct sth_compile_file compiled;
    char error[256] = "";

    (void)unused;
    assert_false(sth_compile(&compiled, "nothing\n", 8, "test", &config, error,
                             sizeof(error)));
    assert_non_null(strstr(error, "test:1:"));
    assert_null(compiled.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_plays_as_planned),
        cmocka_unit_test(test_compile_plays_again_and_again),
        cmocka_unit_test(test_compile_of_another_chip_is_refused),
        cmocka_unit_test(test_compile_cut_or_flipped_is_refused),
        cmocka_unit_test(test_compile_forged_is_refused),
        cmocka_unit_test(test_compile_sum_is_crc32),
        cmocka_unit_test(test_compile_of_no_trace_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
