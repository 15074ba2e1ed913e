/*
 * csim/numerics against the host: arithmetic bit for bit with the
 * host's FPU in flush-to-zero mode, functions within stated bounds of libm.
 */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SSE__)
#include <immintrin.h>
#endif

#include "sth_func.h"
#include "sth_numerics.h"
#include "sth_spec.h"
#include "sth_vectors.h"

#define PAIRS 2000000u
#define RANDOM_ARGUMENTS 2000000u

static float float_of(uint32_t bits)
{
    float f;

    memcpy(&f, &bits, sizeof(f));
    return f;
}

static uint32_t bits_of(float f)
{
    uint32_t bits;

    memcpy(&bits, &f, sizeof(bits));
    return bits;
}

static void test_specials_have_the_documented_bits(void **state)
{
    const uint32_t min = 0x00800000, max = 0x7f7fffff;
    const uint32_t one = STH_FP32_ONE, minus_one = 0xbf800000;
    const uint32_t inf = STH_FP32_INF, nan = STH_FP32_NAN;
    const uint32_t minus_zero = STH_FP32_SIGN;

    (void)state;
    assert_int_equal(sth_fp32_add(one, minus_one), 0);
    assert_int_equal(sth_fp32_add(minus_zero, minus_zero), minus_zero);
    assert_int_equal(sth_fp32_add(0x807fffff, minus_zero), minus_zero);
    assert_int_equal(sth_fp32_sub(0x00800001, min), 0);
    assert_int_equal(sth_fp32_sub(min, 0x00800001), minus_zero);
    assert_int_equal(sth_fp32_add(max, max), inf);
    assert_int_equal(sth_fp32_sub(inf, inf), nan);
    assert_int_equal(sth_fp32_add(0xffffffff, one), nan);
    assert_int_equal(sth_fp32_mul(inf, 0x007fffff), nan);
    /* Below 2^-126 but for the rounding; then below it after rounding. */
    assert_int_equal(sth_fp32_mul(0x00800400, 0x3f7ff800), min);
    assert_int_equal(sth_fp32_mul(min, 0xbf7fffff), minus_zero);
    assert_int_equal(sth_fp32_max(minus_zero, 0), 0);
    assert_int_equal(sth_fp32_max(nan, inf), nan);
    assert_int_equal(sth_fp32_max(0x80000001, minus_one), minus_zero);
    assert_int_equal(sth_fp32_abs(minus_one), one);
    assert_int_equal(sth_fp32_to_i8(0x42ff0000), 127);  /* 127.5 */
    assert_int_equal(sth_fp32_to_i8(0xc3008000), -128); /* -128.5 */
    assert_int_equal(sth_fp32_to_i8(0x40200000), 2);    /* 2.5 */
    assert_int_equal(sth_fp32_to_i8(nan), 0);
    assert_int_equal(sth_fp32_to_i32(0x4f000000), INT32_MAX);
    assert_int_equal(sth_fp32_to_i32(0xcf000000), INT32_MIN);
    assert_int_equal(sth_fp32_from_i32(INT32_MIN), 0xcf000000);
    assert_int_equal(sth_fp32_to_bf16(max), 0x7f80);
    assert_int_equal(sth_fp32_to_bf16(0x7f800001), 0x7fc0);
    assert_int_equal(sth_fp32_to_bf16(0x807fffff), 0x8000);
    assert_int_equal(sth_fp32_from_bf16(0xff81), nan);
}

static void test_functions_of_specials(void **state)
{
    const uint32_t one = STH_FP32_ONE, half = STH_FP32_HALF;
    const uint32_t inf = STH_FP32_INF, minus_inf = 0xff800000;
    const uint32_t minus_one = 0xbf800000, minus_zero = STH_FP32_SIGN;
    static const struct {
        unsigned func;
        uint32_t of_nan, of_minus_inf, of_minus_zero, of_zero, of_inf;
    } expected[] = {
        {STH_FUNC_NONE, STH_FP32_NAN, minus_inf, minus_zero, 0, inf},
        {STH_FUNC_EXP, STH_FP32_NAN, 0, one, one, inf},
        {STH_FUNC_RECIP, STH_FP32_NAN, minus_zero, minus_inf, inf, 0},
        {STH_FUNC_RSQRT, STH_FP32_NAN, STH_FP32_NAN, minus_inf, inf, 0},
        {STH_FUNC_TANH, STH_FP32_NAN, minus_one, minus_zero, 0, one},
        {STH_FUNC_SIGMOID, STH_FP32_NAN, 0, half, half, one},
        {STH_FUNC_GELU_TANH, STH_FP32_NAN, 0, half, half, one},
        {STH_FUNC_PHI, STH_FP32_NAN, 0, half, half, one},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        unsigned f = expected[i].func;

        assert_int_equal(sth_func_eval(f, 0xffc00001), expected[i].of_nan);
        assert_int_equal(sth_func_eval(f, minus_inf), expected[i].of_minus_inf);
        assert_int_equal(sth_func_eval(f, minus_zero),
                         expected[i].of_minus_zero);
        assert_int_equal(sth_func_eval(f, 0), expected[i].of_zero);
        assert_int_equal(sth_func_eval(f, inf), expected[i].of_inf);
    }
    for (int e = -126; e <= 126; e++) {
        uint32_t v = bits_of(ldexpf(1, e));

        assert_int_equal(sth_func_eval(STH_FUNC_RECIP, v),
                         bits_of(ldexpf(1, -e)));
        if (e % 2 == 0)
            assert_int_equal(sth_func_eval(STH_FUNC_RSQRT, v),
                             bits_of(ldexpf(1, -e / 2)));
    }
}

/* Phi(-v) = 1 - Phi(v), and no value leaves [0, 1]. */
static void test_phi_is_symmetric_and_stays_within(void **state)
{
    uint32_t last = 0;

    (void)state;
    for (uint32_t v = 0; v < 0x42000000; v += 997) {
        uint32_t up = sth_func_eval(STH_FUNC_PHI, v);
        uint32_t down = sth_func_eval(STH_FUNC_PHI, v | STH_FP32_SIGN);
        double sum = (double)float_of(up) + (double)float_of(down);

        assert_true(up >= STH_FP32_HALF && up <= STH_FP32_ONE);
        assert_true(down <= STH_FP32_HALF);
        assert_true(fabs(sum - 1) <= 0x1p-25);
        last = up;
    }
    assert_int_equal(last, STH_FP32_ONE);
    assert_int_equal(sth_func_eval(STH_FUNC_PHI, 0x1), STH_FP32_HALF);
}

static void test_int_sum_bound_is_tight(void **state)
{
    uint32_t sum = 0;

    (void)state;
    for (uint32_t k = 0; k < 131071; k++)
        sum = sth_acc_add(false, sum, sth_pe_mul(false, 0x80, 0x80));
    assert_int_equal(sum, 131071u * 16384u);
    assert_true(sum <= INT32_MAX);
    assert_true(sth_acc_add(false, sum, sth_pe_mul(false, 0x80, 0x80)) >
                INT32_MAX);
}

#if defined(__SSE__)

/* The host's answer to an operation, in the chip's one NaN. */
static uint32_t host_bits(float f)
{
    uint32_t bits = bits_of(f);

    return sth_fp32_is_nan(bits) ? STH_FP32_NAN : bits;
}

static uint32_t host_max(uint32_t a, uint32_t b)
{
    /* Adding a zero of the same sign flushes and keeps everything else. */
    volatile float x = float_of(a) + float_of(a & STH_FP32_SIGN);
    volatile float y = float_of(b) + float_of(b & STH_FP32_SIGN);

    if (x != x || y != y)
        return STH_FP32_NAN;
    if (x == y)
        return bits_of(x) & bits_of(y);
    return bits_of(x > y ? x : y);
}

static uint32_t host_to_type(unsigned dtype, uint32_t v)
{
    float f = float_of(v);
    long low = dtype == STH_DTYPE_I8 ? INT8_MIN : INT32_MIN;
    long high = dtype == STH_DTYPE_I8 ? INT8_MAX : INT32_MAX;

    if (f != f)
        return 0;
    if (f >= 2147483648.0f || (double)f > (double)high)
        return (uint32_t)high;
    if (f < (float)low)
        return (uint32_t)low;

    long rounded = _mm_cvtss_si32(_mm_set_ss(f));

    return (uint32_t)(rounded > high ? high : rounded < low ? low : rounded);
}

/* The nearer of the two bf16 neighbours in double, ties to the even one. */
static uint16_t host_to_bf16(uint32_t v)
{
    uint32_t below = v & 0xffff0000u;
    uint32_t above = below + 0x10000u;

    if (sth_fp32_is_nan(v))
        return STH_FP32_NAN >> 16;
    if (sth_fp32_is_zero(v))
        return (uint16_t)((v & STH_FP32_SIGN) >> 16);
    if (sth_fp32_is_inf(v))
        return (uint16_t)(v >> 16);
    double down = fabs((double)float_of(v) - (double)float_of(below));
    double up = sth_fp32_is_inf(above)
                    ? 0x1p128 - fabs((double)float_of(v))
                    : fabs((double)float_of(above) - (double)float_of(v));
    bool take_above = up < down || (up == down && (below & 0x10000) != 0);

    return (uint16_t)((take_above ? above : below) >> 16);
}

/* The first vector on which the two disagree fails with its operands. */
static void check(const char *what, uint32_t a, uint32_t b, uint32_t chip,
                  uint32_t host)
{
    if (chip != host)
        fail_msg("%s of %08x, %08x: %08x, host %08x", what, (unsigned)a,
                 (unsigned)b, (unsigned)chip, (unsigned)host);
}

static void check_against_host(uint32_t a, uint32_t b)
{
    volatile float x = float_of(a), y = float_of(b);
    volatile float bf_x = float_of(a & 0xffff0000u);
    volatile float bf_y = float_of(b & 0xffff0000u);

    check("add", a, b, sth_fp32_add(a, b), host_bits(x + y));
    check("sub", a, b, sth_fp32_sub(a, b), host_bits(x - y));
    check("mul", a, b, sth_fp32_mul(a, b), host_bits(x * y));
    check("max", a, b, sth_fp32_max(a, b), host_max(a, b));
    check("bf16 product", a, b,
          sth_pe_mul(true, (uint16_t)(a >> 16), (uint16_t)(b >> 16)),
          host_bits(bf_x * bf_y));
    check("to_i32", a, 0, sth_fp32_to_type(STH_DTYPE_I32, a),
          host_to_type(STH_DTYPE_I32, a));
    check("to_i8", a, 0, sth_fp32_to_type(STH_DTYPE_I8, a),
          host_to_type(STH_DTYPE_I8, a));
    check("to_bf16", a, 0, sth_fp32_to_bf16(a), host_to_bf16(a));
    check("from_i32", b, 0, sth_fp32_from_type(STH_DTYPE_I32, b),
          bits_of((float)(int32_t)b));
    check("from_i8", b, 0, sth_fp32_from_type(STH_DTYPE_I8, b),
          bits_of((float)(int8_t)b));
}

static void test_arithmetic_equals_host(void **state)
{
    const unsigned flush = 0x8040; /* FTZ and DAZ */
    unsigned saved = _mm_getcsr();
    struct sth_vectors vectors;

    (void)state;
    sth_vectors_init(&vectors, 1);
    for (uint32_t i = 0; i < PAIRS; i++) {
        uint32_t a, b;

        sth_vectors_next(&vectors, &a, &b);
        _mm_setcsr(saved | flush);
        check_against_host(a, b);
        _mm_setcsr(saved);
    }
    _mm_setcsr(saved | flush);
    for (uint32_t a = 0; a < 256; a++)
        for (uint32_t w = 0; w < 256; w++)
            check("int8 product", a, w,
                  sth_pe_mul(false, (uint16_t)a, (uint16_t)w),
                  (uint32_t)((int8_t)a * (int8_t)w));
    for (uint32_t high = 0; high < 0x10000; high++)
        check_against_host(high << 16 | 0x8000, high << 16);
    _mm_setcsr(saved);
}

#else

static void test_arithmetic_equals_host(void **state)
{
    (void)state;
    skip(); /* the host has no flush-to-zero mode that this test knows */
}

#endif

static long double exp_of(long double v)
{
    return expl(v);
}

static long double recip_of(long double v)
{
    return 1 / v;
}

static long double rsqrt_of(long double v)
{
    return 1 / sqrtl(v);
}

static long double tanh_of(long double v)
{
    return tanhl(v);
}

static long double sigmoid_of(long double v)
{
    return 1 / (1 + expl(-v));
}

static long double tanh_gate_of(long double v)
{
    const long double pi = 3.14159265358979323846264338327950288L;

    return 1 / (1 + expl(-2 * sqrtl(2 / pi) * 0.044715L * v));
}

static long double silu_of(long double v)
{
    return v * sigmoid_of(v);
}

static long double tanh_gelu_of(long double v)
{
    return v * tanh_gate_of(v * (v * v + 1 / 0.044715L));
}

static long double phi_of(long double v)
{
    return erfcl(-v * sqrtl(0.5L)) / 2;
}

static long double gelu_of(long double v)
{
    return v * phi_of(v);
}

static uint32_t chip_exp(uint32_t v)
{
    return sth_func_eval(STH_FUNC_EXP, v);
}

static uint32_t chip_recip(uint32_t v)
{
    return sth_func_eval(STH_FUNC_RECIP, v);
}

static uint32_t chip_rsqrt(uint32_t v)
{
    return sth_func_eval(STH_FUNC_RSQRT, v);
}

static uint32_t chip_tanh(uint32_t v)
{
    return sth_func_eval(STH_FUNC_TANH, v);
}

static uint32_t chip_sigmoid(uint32_t v)
{
    return sth_func_eval(STH_FUNC_SIGMOID, v);
}

static uint32_t chip_tanh_gate(uint32_t v)
{
    return sth_func_eval(STH_FUNC_GELU_TANH, v);
}

/* One vector command: sigmoid, gated by x. */
static uint32_t chip_silu(uint32_t v)
{
    return sth_fp32_mul(chip_sigmoid(v), v);
}

static uint32_t chip_phi(uint32_t v)
{
    return sth_func_eval(STH_FUNC_PHI, v);
}

/* One vector command: Phi, gated by x. */
static uint32_t chip_gelu(uint32_t v)
{
    return sth_fp32_mul(chip_phi(v), v);
}

/* Two vector commands: t = x * x + bias, then the gate of x * t times x. */
static uint32_t chip_tanh_gelu(uint32_t v)
{
    uint32_t t = sth_fp32_add(sth_fp32_mul(v, v), STH_FCONST_GELU_BIAS);

    return sth_fp32_mul(chip_tanh_gate(sth_fp32_mul(v, t)), v);
}

/* Asserted maxima of one function on [low, high]; 0: not a useful measure. */
static const struct bound {
    const char *name;
    uint32_t (*chip)(uint32_t v);
    long double (*exact)(long double v);
    float low, high;
    long double ulp, relative, absolute;
} bounds[] = {
    {"exp", chip_exp, exp_of, -1, 1, 3.0L, 2.4e-7L, 4.2e-7L},
    {"exp", chip_exp, exp_of, -16, 0, 15.5L, 9.9e-7L, 1.8e-7L},
    {"exp", chip_exp, exp_of, -87, 88, 63, 3.9e-6L, 0},
    {"recip", chip_recip, recip_of, 0x1p-126f, 0x1p126f, 3.5L, 2.1e-7L, 0},
    {"rsqrt", chip_rsqrt, rsqrt_of, 0x1p-126f, 0x1p127f, 1.7L, 1.3e-7L, 0},
    {"tanh", chip_tanh, tanh_of, -100, 100, 6.0L, 3.9e-7L, 3.6e-7L},
    {"sigmoid", chip_sigmoid, sigmoid_of, -80, 80, 0, 0, 2.1e-7L},
    {"tanh gate", chip_tanh_gate, tanh_gate_of, -1000, 1000, 0, 0, 2.1e-7L},
    {"phi", chip_phi, phi_of, -1000, 1000, 0, 0, 2.9e-7L},
    {"silu", chip_silu, silu_of, -100, 100, 0, 0, 1.9e-6L},
    {"gelu", chip_gelu, gelu_of, -100, 100, 0, 0, 6.2e-7L},
    {"gelu tanh", chip_tanh_gelu, tanh_gelu_of, -100, 100, 0, 0, 5.6e-7L},
};

struct worst {
    long double ulp, relative, absolute;
    uint64_t arguments;
};

static void measure(const struct bound *bound, uint32_t v, struct worst *worst)
{
    float x = float_of(v);

    if (!(x >= bound->low && x <= bound->high) || sth_fp32_is_zero(v))
        return;
    long double exact = bound->exact((long double)x);
    long double got = float_of(bound->chip(v));
    long double error = fabsl(got - exact);
    int exponent;

    if (fabsl(exact) < 0x1p-126L || fabsl(exact) > 0x1.fffffep127L)
        return;
    (void)frexpl(exact, &exponent);
    worst->arguments++;
    worst->ulp = fmaxl(worst->ulp, ldexpl(error, 24 - exponent));
    worst->relative = fmaxl(worst->relative, error / fabsl(exact));
    worst->absolute = fmaxl(worst->absolute, error);
}

/* A measure of a row of the table, or a dash where it says nothing. */
static void print_measure(long double asserted, const char *format,
                          long double measured)
{
    char text[32] = "-";

    if (asserted != 0)
        snprintf(text, sizeof(text), format, measured);
    print_message(" %9s", text);
    if (asserted != 0 && measured > asserted)
        fail_msg("above the bound of %Lg", asserted);
}

static void test_functions_are_within_bounds(void **state)
{
    (void)state;
    print_message("%-10s %-24s %9s %9s %9s %9s\n", "function", "domain",
                  "arguments", "ulp", "relative", "absolute");
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        const struct bound *b = &bounds[i];
        struct worst worst = {0};
        struct sth_vectors vectors;

        for (uint32_t v = 0; v < 0x10000; v++)
            measure(b, v << 16, &worst);
        sth_vectors_init(&vectors, 1);
        for (uint32_t n = 0; n < RANDOM_ARGUMENTS; n++) {
            uint32_t r = sth_vectors_random(&vectors);
            uint32_t v = sth_vectors_random(&vectors);

            /* Half of them with magnitudes from 2^-14 to 2^9. */
            if (r & 1)
                v = (v & 0x807fffff) | (113 + (r >> 1) % 24) << 23;
            measure(b, v, &worst);
        }
        print_message("%-10s [%10.4Lg, %10.4Lg] %9llu", b->name,
                      (long double)b->low, (long double)b->high,
                      (unsigned long long)worst.arguments);
        print_measure(b->ulp, "%.2Lf", worst.ulp);
        print_measure(b->relative, "%.2Le", worst.relative);
        print_measure(b->absolute, "%.2Le", worst.absolute);
        print_message("\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specials_have_the_documented_bits),
        cmocka_unit_test(test_functions_of_specials),
        cmocka_unit_test(test_phi_is_symmetric_and_stays_within),
        cmocka_unit_test(test_int_sum_bound_is_tight),
        cmocka_unit_test(test_arithmetic_equals_host),
        cmocka_unit_test(test_functions_are_within_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
