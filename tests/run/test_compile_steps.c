/*
 * Programs of several steps: a cache that grows.  Each step does what firmware
 * does that plans it in place, in as many cycles, with the same values, and in
 * any order of the steps; and a file of many steps is not much larger than one
 * of a few.
 */
#include "compile_fixture.h"

enum { STEPS = 40, HIDDEN = 64 };

/* A decode step of attention and a product, bf16 or i8. */
static void write_trace(char *text, size_t size, bool int8, uint32_t batch)
{
    const uint32_t b = batch, rows = STEPS * b, room = 20 + STEPS;
    size_t at;

    at = (size_t)snprintf(
        text, size,
        "systolith-trace 1\nsteps %d\n"
        "tensor x bf16 %ux64 seed:1:1\ntensor g bf16 1x64 seed:2:0.1:1\n"
        "tensor q bf16 %ux64 zero\ntensor k bf16 %ux32 seed:3:1\n"
        "tensor v bf16 %ux32 seed:4:1\ntensor a bf16 %ux64 zero\n"
        "op rmsnorm out=q x=x[0+%u:%u+%u] gamma=g eps=0x3727c5ac "
        "invn=0x3c800000\n",
        STEPS, rows, b, b * room, b * room, b, b, b, b);
    for (uint32_t i = 0; i < b; i++)
        at += (size_t)snprintf(
            text + at, size - at,
            "op copy out=k[%u+1:%u+1] x=q[%u:%u,0:32]\n"
            "op copy out=v[%u+1:%u+1] x=x[%u+%u:%u+%u,32:64]\n",
            i * room + 20, i * room + 21, i, i + 1, i * room + 20,
            i * room + 21, i, b, i + 1, b);
    at += (size_t)snprintf(
        text + at, size - at,
        "op attention out=a q=q k=k v=v heads=4 kv_heads=2 batch=%u seq=1 "
        "past=20+1 room=%u causal=1 scale=0x3e800000\n",
        b, room);
    if (int8)
        snprintf(text + at, size - at,
                 "tensor a8 i8 %ux64 zero\ntensor as fp32 1x%u zero\n"
                 "tensor w i8 64x64 seed:5:30\n"
                 "tensor ws fp32 1x64 seed:6:0.001:0.004\n"
                 "tensor y bf16 %ux64 zero\n"
                 "op quantize out=a8 scale=as x=a\n"
                 "op matmul out=y[0+%u:%u+%u] x=a8 w=w xscale=as wscale=ws\n"
                 "output y\n",
                 b, b, rows, b, b, b);
    else
        snprintf(text + at, size - at,
                 "tensor w bf16 64x64 seed:5:0.1\n"
                 "tensor y bf16 %ux64 zero\n"
                 "op matmul out=y[0+%u:%u+%u] x=a w=w\noutput y\n",
                 rows, b, b, b);
}

static char text[4096];

/* Commands of both, one beside the other, from the announcing of each. */
static void play_both(struct compile_chip *planned, struct compile_chip *played,
                      const struct sth_compiled *program, uint32_t step)
{
    sth_trace_set_step(&planned->trace, step);
    compile_run(planned);
    sth_trace_set_step(&played->trace, step);
    compile_play(played, program);
}

static void read_rows(const struct compile_chip *c, uint16_t *values)
{
    const struct sth_trace_tensor *y = &c->trace.tensor[c->trace.tensors - 1];

    sth_mem_read(c->mem, y->addr, values, sth_trace_tensor_bytes(y));
}

static void check_steps(const char *config, bool int8, uint32_t batch)
{
    static uint16_t should[STEPS * 3 * HIDDEN], is[STEPS * 3 * HIDDEN];
    struct compile_chip planned, played;
    struct compile_file file;
    struct sth_compiled program;

    write_trace(text, sizeof(text), int8, batch);
    file = compile_text(text, config);
    program = compile_open(&file);
    assert_int_equal(program.header->steps, STEPS);
    compile_start(&planned, text, config, 0x100000);
    compile_start(&played, text, config, 0x100000);
    for (uint32_t step = 0; step < STEPS; step++) {
        play_both(&planned, &played, &program, step);
        if (compile_cycles(&played) != compile_cycles(&planned))
            fail_msg("%s: step %u: %u cycles instead of %u", config, step,
                     (unsigned)compile_cycles(&played),
                     (unsigned)compile_cycles(&planned));
    }
    read_rows(&planned, should);
    read_rows(&played, is);
    assert_memory_equal(is, should, STEPS * batch * HIDDEN * 2);
    compile_stop(&planned);
    compile_stop(&played);
    free(file.byte);
}

static void test_steps_play_as_planned(void **unused)
{
    (void)unused;
    check_steps("nano", false, 1);
    check_steps("edge", true, 1);
    check_steps("server", false, 3);
}

/* A step needs none before it, and the file is read, never written. */
static void test_steps_play_in_any_order(void **unused)
{
    static const uint32_t order[] = {STEPS - 1, 0, 27, 26, 35, 1, STEPS - 1};
    struct compile_chip planned, played;
    struct compile_file file;
    struct sth_compiled program;
    uint8_t *copy;

    (void)unused;
    write_trace(text, sizeof(text), false, 1);
    file = compile_text(text, "edge");
    copy = malloc(file.bytes);
    memcpy(copy, file.byte, file.bytes);
    program = compile_open(&file);
    compile_start(&planned, text, "edge", 0x100000);
    compile_start(&played, text, "edge", 0x100000);
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
        play_both(&planned, &played, &program, order[i]);
        assert_int_equal(compile_cycles(&played), compile_cycles(&planned));
    }
    assert_memory_equal(copy, file.byte, file.bytes);
    sth_trace_set_step(&played.trace, STEPS);
    assert_int_equal(sth_runtime_play(&played.runtime, &played.trace, &program,
                                      played.workspace,
                                      sizeof(played.workspace)),
                     STH_FW_ERR_PROGRAM);
    compile_stop(&planned);
    compile_stop(&played);
    free(copy);
    free(file.byte);
}

/* A step stores what is new in it, not its commands. */
static void test_steps_are_small(void **unused)
{
    const struct sth_config config = compile_config("edge");
    struct sth_compile_file all, one;
    char error[256];

    (void)unused;
    write_trace(text, sizeof(text), false, 1);
    assert_true(sth_compile(&all, text, strlen(text), "test", &config, NULL, 0,
                            error, sizeof(error)));
    assert_true(sth_compile(&one, text, strlen(text), "test", &config, NULL, 1,
                            error, sizeof(error)));
    assert_int_equal(all.steps, STEPS);
    assert_int_equal(one.steps, 1);
    if (all.bytes > STEPS / 5 * one.bytes)
        fail_msg("%zu bytes for all steps, %zu for one", all.bytes, one.bytes);
    free(all.file);
    free(one.file);
    assert_false(sth_compile(&all, text, strlen(text), "test", &config, NULL,
                             STEPS + 1, error, sizeof(error)));
    assert_non_null(strstr(error, "has 40 steps, not 41"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_play_as_planned),
        cmocka_unit_test(test_steps_play_in_any_order),
        cmocka_unit_test(test_steps_are_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
