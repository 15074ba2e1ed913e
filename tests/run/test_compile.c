/*
 * Compiled programs: they do what firmware does that plans in place, command by
 * command and cycle by cycle, wherever their regions lie and however often.
 */
#include "compile_fixture.h"

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

static void read_result(const struct compile_chip *c, uint16_t *values)
{
    const struct sth_trace_tensor *y = &c->trace.tensor[c->trace.tensors - 1];

    sth_mem_read(c->mem, y->addr, values, sth_trace_tensor_bytes(y));
}

static void test_compile_plays_as_planned(void **unused)
{
    static const char *const configs[] = {"nano", "edge", "wide", "server"};

    (void)unused;
    for (size_t k = 0; k < 4; k++) {
        struct compile_file file = compile_text(text, configs[k]);
        struct sth_compiled program = compile_open(&file);
        uint16_t should[8 * 64], is[8 * 64];
        struct compile_chip planned, played, moved;

        compile_start(&planned, text, configs[k], 0x100000);
        compile_run(&planned);
        read_result(&planned, should);
        compile_start(&played, text, configs[k], 0x100000);
        compile_play(&played, &program);
        read_result(&played, is);
        assert_memory_equal(is, should, sizeof(should));
        assert_int_equal(compile_cycles(&played), compile_cycles(&planned));
        compile_start(&moved, text, configs[k], 0xab12345000);
        compile_play(&moved, &program);
        read_result(&moved, is);
        assert_memory_equal(is, should, sizeof(should));
        compile_stop(&planned);
        compile_stop(&played);
        compile_stop(&moved);
        free(file.byte);
    }
}

static void test_compile_plays_again_and_again(void **unused)
{
    struct compile_file file = compile_text(text, "edge");
    struct sth_compiled program = compile_open(&file);
    uint16_t first[8 * 64], is[8 * 64];
    struct compile_chip c;

    (void)unused;
    compile_start(&c, text, "edge", 0x100000);
    for (int i = 0; i < 200; i++) {
        compile_play(&c, &program);
        read_result(&c, i == 0 ? first : is);
        if (i > 0)
            assert_memory_equal(is, first, sizeof(first));
    }
    compile_stop(&c);
    free(file.byte);
}

static void test_compile_of_another_chip_is_refused(void **unused)
{
    struct compile_file file = compile_text(text, "nano");
    struct sth_compiled program = compile_open(&file);
    struct compile_chip c;

    (void)unused;
    compile_start(&c, text, "edge", 0x100000);
    assert_int_equal(sth_runtime_play(&c.runtime, &c.trace, &program,
                                      c.workspace, sizeof(c.workspace)),
                     STH_FW_ERR_EXPECTED_HASH);
    c.trace.ops--;
    assert_int_equal(sth_runtime_play(&c.runtime, &c.trace, &program,
                                      c.workspace, sizeof(c.workspace)),
                     STH_FW_ERR_PROGRAM);
    compile_stop(&c);
    free(file.byte);
}

static void test_compile_of_no_trace_is_refused(void **unused)
{
    const struct sth_config config = compile_config("nano");
    struct sth_compile_file compiled;
    char error[256] = "";

    (void)unused;
    assert_false(sth_compile(&compiled, "nothing\n", 8, "test", &config, NULL,
                             0, error, sizeof(error)));
    assert_non_null(strstr(error, "test:1:"));
    assert_null(compiled.file);
}

/* A step or an operation that is not there. */
static void test_compile_plays_what_there_is(void **unused)
{
    static struct compile_chip chip;
    const struct compile_file file = compile_text(text, "nano");
    const struct sth_compiled program = compile_open(&file);
    const struct sth_compiled_header *h = program.header;
    const uint64_t base[64] = {0};

    (void)unused;
    compile_start(&chip, text, "nano", 1 << 20);
    for (uint32_t far = 0; far < 2; far++) {
        assert_int_equal(sth_compiled_play(&program, &chip.runtime.driver, base,
                                           far ? UINT32_MAX : h->steps, 0),
                         STH_FW_ERR_ARGUMENT);
        assert_int_equal(
            sth_compiled_play(&program, &chip.runtime.driver, base, 0,
                              far ? UINT32_MAX : h->operations + 1),
            STH_FW_ERR_ARGUMENT);
    }
    assert_int_equal(chip.runtime.driver.tail, 0);
    compile_stop(&chip);
    free(file.byte);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compile_plays_what_there_is),
        cmocka_unit_test(test_compile_plays_as_planned),
        cmocka_unit_test(test_compile_plays_again_and_again),
        cmocka_unit_test(test_compile_of_another_chip_is_refused),
        cmocka_unit_test(test_compile_of_no_trace_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
