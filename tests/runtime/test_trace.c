/* The trace parser: what it reads, and each message it refuses with. */
#include "trace_fixture.h"

static uint64_t arena[1 << 16];

static enum sth_fw_err parse(const char *text, struct sth_trace *trace,
                             struct sth_trace_error *error)
{
    return fixture_parse(text, trace, error, arena, sizeof arena);
}

#define HEAD "systolith-trace 1\n"
#define TENSORS                                                                \
    HEAD "tensor x bf16 8x16 seed:1:1\n"                                       \
         "tensor w bf16 16x24 seed:2:1\n"                                      \
         "tensor y bf16 8x24 zero\n"                                           \
         "tensor i i8 8x16 zero\n"                                             \
         "tensor s fp32 1x8 zero\n"                                            \
         "tensor g bf16 1x16 zero\n"                                           \
         "tensor z bf16 8x16 zero\n"

static void test_trace_whole_file_is_parsed(void **unused)
{
    static const char text[] =
        "# a comment\n"
        "\n"
        "systolith-trace 1\n"
        "tensor x bf16 8x16 seed:1:0.5   # behind a line\n"
        "tensor big.name_0 fp32 4x300 zero\n"
        "tensor w i8 5x7 file:a/b.bin:128\n"
        "op copy name=first out=x[0:2,:8] x=x[2:4,8:]\n"
        "   op gather out=x[4:6] x=x[6:] rows=1,0\n"
        "op scatter_add out=x[:2] x=x[7:] rows=1 weights=0x3F800000\n"
        "op copy out=x[1:8:3,:4] x=x[:3,8:12]\n"
        "output x";
    struct sth_trace t;
    struct sth_trace_error e;

    (void)unused;
    assert_int_equal(parse(text, &t, &e), STH_FW_ERR_OK);
    assert_int_equal(t.tensors, 3);
    assert_int_equal(t.ops, 4);
    assert_string_equal(t.tensor[1].name, "big.name_0");
    assert_string_equal(t.tensor[2].source, "file:a/b.bin:128");
    assert_int_equal(t.tensor[2].rows, 5);
    assert_int_equal(t.tensor[2].cols, 7);
    assert_int_equal(t.tensor[1].dtype, STH_DTYPE_FP32);
    assert_true(t.tensor[0].output);
    assert_false(t.tensor[1].output);
    assert_string_equal(t.op[0].name, "first");
    assert_string_equal(t.op[1].name, "");
    assert_int_equal(t.op[0].line, 7);
    assert_int_equal(t.op[0].view[STH_TRACE_VIEW_OUT].row, 0);
    assert_int_equal(t.op[0].view[STH_TRACE_VIEW_OUT].rows, 2);
    assert_int_equal(t.op[0].view[STH_TRACE_VIEW_OUT].cols, 8);
    assert_int_equal(t.op[0].view[STH_TRACE_VIEW_OUT].step, 1);
    assert_int_equal(t.op[3].view[STH_TRACE_VIEW_OUT].row, 1);
    assert_int_equal(t.op[3].view[STH_TRACE_VIEW_OUT].rows, 3);
    assert_int_equal(t.op[3].view[STH_TRACE_VIEW_OUT].step, 3);
    assert_int_equal(t.op[0].view[STH_TRACE_VIEW_X].col, 8);
    assert_int_equal(t.op[0].view[STH_TRACE_VIEW_W].tensor, -1);
    assert_int_equal(t.op[1].list[STH_TRACE_LIST_ROWS].count, 2);
    assert_int_equal(t.op[1].list[STH_TRACE_LIST_ROWS].value[0], 1);
    assert_int_equal(t.op[2].list[STH_TRACE_LIST_WEIGHTS].value[0], 0x3f800000);
    assert_int_equal(sth_trace_place(&t, 0x1234), 0x2000 + 0x4000);
    assert_int_equal(t.tensor[0].addr, 0x2000);
    assert_int_equal(t.tensor[1].addr, 0x3000);
    assert_int_equal(t.tensor[2].addr, 0x5000);
}

/* Those of attention: pairs of query and key times columns of q and of v. */
static void test_trace_macs_are_those_needed(void **unused)
{
    static const struct {
        const char *more;
        uint64_t macs;
    } cases[] = {{"causal=0", 64 * (16 + 16)},
                 {"causal=1", 36 * (16 + 16)},
                 {"causal=1 window=3", 21 * (16 + 16)},
                 {"causal=1 values=4", 36 * (16 + 16)},
                 {"causal=1 values=1", 36 * (16 + 4)},
                 {"causal=0 values=3", 64 * (16 + 12)}};

    (void)unused;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sth_trace t;
        struct sth_trace_error e;
        char text[512];

        snprintf(text, sizeof text,
                 TENSORS "op attention out=z q=x k=x v=x heads=4 kv_heads=4 "
                         "batch=1 seq=8 past=0 scale=0x3f000000 %s\n",
                 cases[i].more);
        assert_int_equal(parse(text, &t, &e), STH_FW_ERR_OK);
        assert_int_equal(sth_trace_op_macs(&t.op[0]), cases[i].macs);
    }
}

static void test_trace_small_arena_is_refused(void **unused)
{
    struct sth_trace t;
    struct sth_trace_error e;

    (void)unused;
    assert_int_equal(
        sth_trace_parse(&t, TENSORS, strlen(TENSORS), arena, 300, &e),
        STH_FW_ERR_WORKSPACE);
    assert_int_equal(t.tensors, 0);
}

static const struct fixture_malformed malformed[] = {
    {"", 0, "field 'header': is missing; begin with 'systolith-trace 1'"},
    {"tensor x bf16 1x1 zero\n", 1,
     "field 'header': 'tensor' instead of 'systolith-trace 1'; is this a "
     "layer trace?"},
    {"systolith-trace 2\n", 1,
     "field 'version': '2' is not supported; use version 1"},
    {"systolith-trace 1 x\n", 1,
     "field 'header': 'x' follows the version; write 'systolith-trace 1' "
     "alone"},
    {HEAD "tensr x bf16 1x1 zero\n", 2,
     "field 'item': 'tensr' begins no item; use tensor, op, output or steps"},
    {HEAD "tensor 9x bf16 1x1 zero\n", 2,
     "field 'NAME': '9x' is not a name; use a letter or _ and then up to 62 "
     "letters, digits, _ or ."},
    {TENSORS "tensor x bf16 1x1 zero\n", 9,
     "field 'NAME': 'x' is declared twice; choose another name"},
    {HEAD "tensor x fp16 1x1 zero\n", 2,
     "field 'DTYPE': 'fp16' is not an element type; use i8, bf16 or fp32"},
    {HEAD "tensor x bf16 8 zero\n", 2,
     "field 'SHAPE': '8' is not ROWSxCOLS; give two numbers from 1 to "
     "1073741823"},
    {HEAD "tensor x bf16 0x4 zero\n", 2,
     "field 'SHAPE': '0x4' is not ROWSxCOLS; give two numbers from 1 to "
     "1073741823"},
    {HEAD "tensor x fp32 1000000000x1000 zero\n", 2,
     "field 'SHAPE': '1000000000x1000' is larger than the memory; use a "
     "smaller one"},
    {HEAD "tensor x bf16 8x8\n", 2,
     "field 'SOURCE': is missing; add zero, seed:SEED:SCALE or "
     "file:PATH:OFFSET"},
    {HEAD "tensor x bf16 8x8 zero 7\n", 2,
     "field 'SOURCE': unexpected '7' behind it; remove it"},
    {TENSORS "output q\n", 9, "field 'NAME': no tensor 'q'; declare it above"},
    {TENSORS "output x\noutput x\n", 10,
     "field 'NAME': 'x' is an output already; remove this line"},
    {TENSORS "op matmull out=y x=x w=w\n", 9,
     "field 'KIND': 'matmull' is not an operation; see the list of the "
     "format"},
    {TENSORS "op matmul out=y x=x w\n", 9,
     "field 'op': 'w' is not key=value; write key=value"},
    {TENSORS "op matmul out=y x=x\n", 9,
     "field 'w': is missing; matmul needs it"},
    {TENSORS "op matmul out=y x=x w=w gamma=x\n", 9,
     "field 'gamma': is not a key of matmul; remove it or correct its "
     "spelling"},
    {TENSORS "op matmul out=y x=x x=x w=w\n", 9,
     "field 'x': is given twice; keep one"},
    {TENSORS "op matmul out=y x=nope w=w\n", 9,
     "field 'x': no tensor 'nope'; declare it above"},
    {TENSORS "op matmul out=y x=x[0:9] w=w\n", 9,
     "field 'x': '0:9' is no range of its rows; write r0:r1 with r0 < r1 "
     "inside the tensor"},
    {TENSORS "op matmul out=y x=x[:,3:3] w=w\n", 9,
     "field 'x': '3:3' is no range of its columns; write c0:c1 with c0 < c1 "
     "inside the tensor"},
    {TENSORS "op matmul out=y x=x[0:8 w=w\n", 9,
     "field 'x': 'x[0:8' does not end in ]; write NAME[r0:r1,c0:c1]"},
    {TENSORS "op matmul out=y x=x w=w act=tanh\n", 9,
     "field 'act': 'tanh' is not an activation; use gelu, gelu_tanh, "
     "quick_gelu, silu, relu, relu2 or sigmoid"},
    {TENSORS "op matmul out=y x=x w=w wt=2\n", 9,
     "field 'wt': '2' is not a flag; give 0 or 1"},
    {TENSORS "op matmul out=x x=x w=w\n", 9,
     "field 'out': the shape is 8x16 but must be 8x24; change the tensor or "
     "take a view of it"},
    {TENSORS "op matmul out=y x=x w=w mul=x\n", 9,
     "field 'mul': the shape is 8x16 but must be 8x24; change the tensor or "
     "take a view of it"},
    {TENSORS "op copy out=z[0:4] x=x[0:8:0]\n", 9,
     "field 'x': '0:8:0' is no range of its rows; write r0:r1 with r0 < r1 "
     "inside the tensor"},
    {TENSORS "op copy out=z[0:4] x=x[0:8:2:2]\n", 9,
     "field 'x': '0:8:2:2' is no range of its rows; write r0:r1 with r0 < r1 "
     "inside the tensor"},
    {TENSORS "op copy out=x[0:7:2] x=x[1:8:2]\n", 9,
     "field 'x': overlaps the output; write to another tensor"},
    {TENSORS "tensor v i8 32x24 zero\n"
             "op matmul out=y x=i w=v[0:32:2] xscale=s wscale=w[0:1]\n",
     10, "field 'w': leaves out rows; take all of a range"},
    {TENSORS "steps 2\nop copy out=z[0:2] x=x[0:3+1:2]\n", 10,
     "field 'x': '0:3+1:2' is no range of its rows; write r0:r1 with r0 < r1 "
     "inside the tensor"},
    {TENSORS "op matmul out=y x=x w=w cos=x[:,0:4] heads=3\n", 9,
     "field 'sin': cos and sin come together; give both or none"},
    {TENSORS "op matmul out=y x=x w=w heads=3\n", 9,
     "field 'heads': belongs to cos and sin; give all three or none"},
    {TENSORS "op matmul out=y x=x w=w cos=x[:,0:4] sin=x[:,0:4]\n", 9,
     "field 'heads': belongs to cos and sin; give all three or none"},
    {TENSORS "op matmul out=y x=x w=w cos=x[:,0:4] sin=x[:,0:4] heads=5\n", 9,
     "field 'heads': does not divide the columns of out into pairs; give the "
     "number of heads in out"},
    {TENSORS
     "op matmul out=y x=x w=w act=silu cos=x[:,0:4] sin=x[:,0:4] heads=3\n",
     9,
     "field 'cos': rotates no product with wt=1, act, mul or residual; use an "
     "operation rope"},
    {TENSORS "op matmul out=y x=x w=w cos=x sin=x heads=3\n", 9,
     "field 'cos': the shape is 8x16 but must be 8x4; change the tensor or "
     "take a view of it"},
    {TENSORS "op matmul out=y[:,0:16] x=x w=w[:,4:20] cos=x[:,0:4] "
             "sin=x[:,0:4] heads=2\n",
     9,
     "field 'w': does not hold whole heads of its tensor; begin at a head, in "
     "a tensor of heads alone"},
    {TENSORS "op matmul out=y x=x w=w cos=x[:,0:4] sin=x[:,0:4] heads=3\n"
             "op matmul out=y x=x w=w\n",
     10,
     "field 'w': is rotated in heads in one place but not so in another; use "
     "two tensors"},
    {TENSORS "op matmul out=y[0:4] x=x[0:4] w=w mul=y[2:6]\n", 9,
     "field 'mul': overlaps the output in part; use exactly the same view or "
     "another tensor"},
    {TENSORS "op matmul out=y x=i w=w\n", 9,
     "field 'w': the type is bf16; use i8"},
    {TENSORS "op matmul out=y x=x w=w xscale=s\n", 9,
     "field 'xscale': x is bf16; remove it"},
    {TENSORS "tensor v i8 16x24 zero\nop matmul out=y x=i w=v xscale=s\n", 10,
     "field 'wscale': i8 operands need it; add wscale="},
    {TENSORS "op rmsnorm out=z x=x gamma=g eps=0x1 invn=0x3d800000\n", 9,
     "field 'eps': '0x1' is not an fp32 bit pattern; write 0x and eight "
     "hexadecimal digits"},
    {TENSORS "op rope out=z x=x cos=x sin=x heads=3\n", 9,
     "field 'heads': does not divide the columns of x into pairs; give the "
     "number of heads in x"},
    {TENSORS "op attention out=z q=x k=x v=x heads=4 kv_heads=3 batch=1 seq=8 "
             "past=0 causal=1 scale=0x3f000000\n",
     9, "field 'kv_heads': does not divide heads; give a divisor"},
    {TENSORS "op attention out=z q=x k=x v=x heads=4 kv_heads=4 batch=1 seq=8 "
             "past=0 causal=1 scale=0xbf000000\n",
     9,
     "field 'scale': is not a positive finite number; give the fp32 bits of "
     "1/sqrt(d)"},
    {TENSORS "op attention out=z q=x k=x v=x heads=4 kv_heads=4 batch=1 "
             "seq=eight past=0 causal=1 scale=0x3f000000\n",
     9,
     "field 'seq': 'eight' is not a number; give decimal digits up to "
     "1073741823"},
    {TENSORS "op attention out=z q=x k=x v=x heads=4 kv_heads=4 batch=1 seq=8 "
             "past=0 causal=1 scale=0x3f000000 values=5\n",
     9,
     "field 'values': is more than the columns of a head; give at most these"},
    {TENSORS "op add out=x[1:3] a=x[0:2] b=z[0:2]\n", 9,
     "field 'a': overlaps the output in part; use exactly the same view or "
     "another tensor"},
    {TENSORS "op copy out=x x=x\n", 9,
     "field 'x': overlaps the output; write to another tensor"},
    {TENSORS "op gather out=z x=x rows=1,2\n", 9,
     "field 'rows': lists 2 but must list 8"},
    {TENSORS "op gather out=z[0:2] x=x rows=1,8\n", 9,
     "field 'rows': 8 is out of range; the tensor has 8 rows"},
    {TENSORS "op scatter_add out=z x=x[0:2] rows=1,1 "
             "weights=0x3f800000,0x3f800000\n",
     9, "field 'rows': 1 is listed twice; use two operations"},
    {TENSORS "op scatter_add out=z x=x[0:2] rows=1,2 weights=0x3f800000\n", 9,
     "field 'weights': lists 1 but must list 2"},
    {TENSORS "op topk out=z indices=z x=x\n", 9,
     "field 'indices': the type is bf16; use fp32"},
    {TENSORS "op topk out=y indices=s x=x\n", 9,
     "field 'out': has more columns than x; take a view of fewer"},
    {TENSORS "op topk out=x[:,2:4] indices=s x=x[:,0:3]\n", 9,
     "field 'indices': the shape is 1x8 but must be 8x2; change the tensor or "
     "take a view of it"},
    {HEAD "tensor x bf16 1x4194305 zero\ntensor i fp32 1x1 zero\n"
          "tensor y bf16 1x1 zero\nop topk out=y indices=i x=x\n",
     5, "field 'x': has more than 4194304 columns; take a view of fewer"},
    {HEAD "tensor x bf16 1x2000 zero\ntensor i fp32 1x1025 zero\n"
          "tensor y bf16 1x1025 zero\nop topk out=y indices=i x=x\n",
     5, "field 'out': has more than 1024 columns; take a view of fewer"},
    {TENSORS "op\tadd\n", 9, "field 'line': has a tab; use spaces"},
    {TENSORS "op add\r\n", 9,
     "field 'line': has a carriage return; use LF line ends"},
};

static void test_trace_malformed_is_refused_with_its_message(void **unused)
{
    (void)unused;
    fixture_expect_malformed(malformed, sizeof malformed / sizeof *malformed,
                             arena, sizeof arena);
}

static void test_trace_long_line_is_refused(void **unused)
{
    static char text[70000];
    struct sth_trace t;
    struct sth_trace_error e;

    (void)unused;
    memset(text, ' ', sizeof text - 1);
    memcpy(text, HEAD, strlen(HEAD));
    assert_int_equal(parse(text, &t, &e), STH_FW_ERR_TRACE);
    assert_string_equal(e.message,
                        "field 'line': is longer than 65536 bytes; split it");
    assert_int_equal(e.line, 2);
}

/* Every prefix and many corruptions: an answer, never a crash. */
static void test_trace_damaged_text_is_survived(void **unused)
{
    static const char text[] =
        TENSORS "op matmul out=y x=x w=w act=gelu mul=y\n"
                "op copy out=z[0:8:3] x=x[1:8:3]\n"
                "tensor v bf16 16x24 zero\n"
                "op matmul out=y x=x w=v cos=x[:,:4] sin=x[:,4:8] heads=3\n"
                "op gather out=z[0:2,3:] x=x[:,3:] rows=1,7\noutput y\n";
    char copy[sizeof text];
    uint64_t random = 5;

    (void)unused;
    for (size_t n = 0; n < sizeof text; n++) {
        struct sth_trace t;
        struct sth_trace_error e;

        (void)!sth_trace_parse(&t, text, n, arena, sizeof arena, &e);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        struct sth_trace t;
        struct sth_trace_error e;
        uint32_t at = fixture_random(&random) % (sizeof text - 1);

        memcpy(copy, text, sizeof text);
        copy[at] = (char)fixture_random(&random);
        copy[fixture_random(&random) % (sizeof text - 1)] = copy[at / 2];
        (void)!sth_trace_parse(&t, copy, sizeof text - 1, arena,
                               sth_trace_arena_bound(copy, sizeof text - 1),
                               &e);
    }
}

/* Thousands of names that differ in one character, each found again. */
static void test_trace_finds_every_name(void **unused)
{
    enum { NAMES = 3000 };
    size_t room = (size_t)NAMES * 120 + 64, used;
    char *text = malloc(room);
    struct sth_trace t;
    struct sth_trace_error e;
    uint64_t *memory;
    size_t bound;

    (void)unused;
    assert_non_null(text);
    used = (size_t)snprintf(text, room, HEAD);
    for (int i = 0; i < NAMES; i++)
        used += (size_t)snprintf(text + used, room - used,
                                 "tensor l%d.t bf16 %dx8 zero\n", i, 1 + i);
    for (int i = 0; i < NAMES; i++)
        used += (size_t)snprintf(text + used, room - used,
                                 "op copy out=l%d.t[:1] x=l%d.t[:1]\n", i,
                                 NAMES - 1 - i);
    bound = sth_trace_arena_bound(text, used);
    memory = malloc(bound);
    assert_non_null(memory);
    assert_int_equal(sth_trace_parse(&t, text, used, memory, bound, &e),
                     STH_FW_ERR_OK);
    assert_int_equal(t.ops, NAMES);
    for (int i = 0; i < NAMES; i++) {
        assert_int_equal(t.op[i].view[STH_TRACE_VIEW_OUT].tensor, i);
        assert_int_equal(t.op[i].view[STH_TRACE_VIEW_X].tensor, NAMES - 1 - i);
    }
    used += (size_t)snprintf(text + used, room - used,
                             "tensor l1234.t bf16 1x8 zero\n");
    free(memory);
    bound = sth_trace_arena_bound(text, used);
    memory = malloc(bound);
    assert_non_null(memory);
    assert_int_equal(sth_trace_parse(&t, text, used, memory, bound, &e),
                     STH_FW_ERR_TRACE);
    assert_int_equal(e.line, 2 * NAMES + 2);
    assert_non_null(strstr(e.message, "'l1234.t' is declared twice"));
    free(memory);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_whole_file_is_parsed),
        cmocka_unit_test(test_trace_macs_are_those_needed),
        cmocka_unit_test(test_trace_small_arena_is_refused),
        cmocka_unit_test(test_trace_malformed_is_refused_with_its_message),
        cmocka_unit_test(test_trace_long_line_is_refused),
        cmocka_unit_test(test_trace_damaged_text_is_survived),
        cmocka_unit_test(test_trace_finds_every_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
