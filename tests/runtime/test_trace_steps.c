/*
 * Steps of a trace: what grows, what it is in each step, and traces that are
 * right in the first step but not in a later one.
 */
#include "trace_fixture.h"

#define HEAD "systolith-trace 1\nsteps 5\n"
#define TENSORS                                                                \
    "tensor x bf16 10x8 zero\ntensor y bf16 10x8 zero\n"                       \
    "tensor k bf16 12x8 zero\ntensor i i8 12x8 zero\n"                         \
    "tensor s fp32 1x12 zero\n"

static uint64_t arena[1 << 12];

static enum sth_fw_err parse(const char *text, struct sth_trace *t,
                             struct sth_trace_error *e)
{
    return fixture_parse(text, t, e, arena, sizeof arena);
}

static void test_steps_grow_and_come_back(void **unused)
{
    static const uint32_t order[] = {0, 1, 4, 2, 0, 3};
    struct sth_trace t;
    struct sth_trace_error e;

    (void)unused;
    if (parse(HEAD TENSORS
              "op copy out=y[2+1:4+1,4:8] x=x[0+2:2+2,0:4]\n"
              "op attention out=y[0+2:2+2] q=x[0+2:2+2] k=k v=k heads=2 "
              "kv_heads=2 batch=2 seq=1 past=1+1 room=6 causal=1 "
              "scale=0x3f000000\n"
              "op copy out=y[0:1+1] x=k[0:1+1]\n",
              &t, &e))
        fail_msg("%u: %s", e.line, e.message);
    assert_int_equal(t.steps, 5);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const uint32_t s = order[i];
        const struct sth_trace_op *op = t.op;

        sth_trace_set_step(&t, s);
        assert_int_equal(t.step, s);
        assert_int_equal(op->view[STH_TRACE_VIEW_OUT].row, 2 + s);
        assert_int_equal(op->view[STH_TRACE_VIEW_OUT].rows, 2);
        assert_int_equal(op->view[STH_TRACE_VIEW_OUT].col, 4);
        assert_int_equal(op->view[STH_TRACE_VIEW_X].row, 2 * s);
        assert_int_equal(op[1].number[STH_TRACE_NUMBER_PAST], 1 + s);
        assert_int_equal(op[1].number[STH_TRACE_NUMBER_ROOM], 6);
        assert_int_equal(op[1].view[STH_TRACE_VIEW_K].rows, 12);
        assert_int_equal(op[2].view[STH_TRACE_VIEW_OUT].row, 0);
        assert_int_equal(op[2].view[STH_TRACE_VIEW_OUT].rows, 1 + s);
    }
}

static void test_steps_without_the_line_are_one(void **unused)
{
    struct sth_trace t;
    struct sth_trace_error e;

    (void)unused;
    assert_int_equal(parse("systolith-trace 1\n" TENSORS
                           "op copy out=y[9+1:10+1] x=x[0:1]\n",
                           &t, &e),
                     0);
    assert_int_equal(t.steps, 1);
    sth_trace_set_step(&t, 0);
    assert_int_equal(t.op[0].view[STH_TRACE_VIEW_OUT].row, 9);
}

#define ATTENTION                                                              \
    "op attention out=y[0:2] q=x[0:2] k=k v=k heads=2 kv_heads=2 batch=2 "     \
    "seq=1 causal=1 scale=0x3f000000 "

static const struct fixture_malformed malformed[] = {
    {"systolith-trace 1\nsteps 0\n", 2,
     "field 'steps': must be one number from 1 to 65536"},
    {"systolith-trace 1\nsteps 65537\n", 2,
     "field 'steps': must be one number from 1 to 65536"},
    {"systolith-trace 1\nsteps 5 6\n", 2,
     "field 'steps': must be one number from 1 to 65536"},
    {HEAD "steps 5\n", 3,
     "field 'steps': stands behind an operation or is given twice; write it "
     "once, above them"},
    {HEAD TENSORS "op copy out=y x=x\nsteps 5\n", 9,
     "field 'steps': stands behind an operation or is given twice; write it "
     "once, above them"},
    {HEAD TENSORS "op copy out=y[0+:1+] x=x[0:1]\n", 8,
     "field 'out': '0+:1+' is no range of its rows; write r0:r1 with r0 < r1 "
     "inside the tensor"},
    {HEAD TENSORS "op copy out=y[0+1.5:1+1.5] x=x[0:1]\n", 8,
     "field 'out': '0+1.5:1+1.5' is no range of its rows; write r0:r1 with "
     "r0 < r1 inside the tensor"},
    {HEAD TENSORS "op copy out=y[6+1:7+1] x=x[0:1]\n", 8,
     "field 'steps': a range leaves its tensor; declare a larger one (in step "
     "4)"},
    {HEAD TENSORS "op copy out=y[0+1073741823:1+1073741823] x=x[0:1]\n", 8,
     "field 'steps': a range leaves its tensor; declare a larger one (in step "
     "1)"},
    {HEAD TENSORS "op copy out=y[0+1:3] x=x[0+1:3]\n", 8,
     "field 'steps': a range leaves its tensor; declare a larger one (in step "
     "3)"},
    {HEAD TENSORS "op copy out=y[0+1:1+2] x=x[0:1]\n", 8,
     "field 'out': the shape is 2x8 but must be 1x8; change the tensor or take "
     "a view of it (in step 1)"},
    {HEAD TENSORS "op copy out=x[0+2:1+2] x=x[4:5]\n", 8,
     "field 'x': overlaps the output; write to another tensor (in step 2)"},
    {HEAD TENSORS ATTENTION "past=1+ room=6\n", 8,
     "field 'past': '1' grows by no number; write A+D"},
    {HEAD TENSORS ATTENTION "past=1+2 room=6\n", 8,
     "field 'room': is less than the keys of a sequence; give at least past + "
     "seq (in step 3)"},
    {HEAD TENSORS ATTENTION "past=1 room=1\n", 8,
     "field 'room': is less than the keys of a sequence; give at least past + "
     "seq"},
    {HEAD TENSORS ATTENTION "past=1 room=6+1\n", 8,
     "field 'room': '6+1' is not a number; give decimal digits up to "
     "1073741823"},
    {HEAD TENSORS "tensor j i8 1x8 zero\n"
                  "op matmul out=y[0:1] x=j w=i[0+1:8+1] xscale=s[:,0:1] "
                  "wscale=s[:,0:8]\n",
     9,
     "field 'w': begins at an odd row, in the middle of a pair; begin at an "
     "even one (in step 1)"},
};

static void test_steps_malformed_are_refused(void **unused)
{
    (void)unused;
    fixture_expect_malformed(malformed, sizeof malformed / sizeof *malformed,
                             arena, sizeof arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_grow_and_come_back),
        cmocka_unit_test(test_steps_without_the_line_are_one),
        cmocka_unit_test(test_steps_malformed_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
