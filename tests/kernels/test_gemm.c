/* The matrix product against doubles: odd shapes, types, epilogues, chips. */
#include "firmware_fixture.h"

#include "sth_gemm.h"

struct shape {
    uint32_t m, n, k;
};

struct variant {
    bool int8, transposed, bias, mul, residual, out_fp32, bias_fp32;
    enum sth_gemm_act act;
};

struct operands {
    struct sth_operand out, x, w, bias, mul, residual, xscale, wscale;
};

static void make_operands(struct fixture *t, struct operands *o,
                          const struct shape *s, const struct variant *v)
{
    uint32_t in = v->int8 ? STH_DTYPE_I8 : STH_DTYPE_BF16;
    uint32_t out = v->out_fp32 ? STH_DTYPE_FP32 : STH_DTYPE_BF16;
    double spread = v->int8 ? 40 : 1;

    o->x = fixture_filled(t, in, s->m, s->k, spread);
    if (v->transposed)
        o->w = fixture_filled(t, in, s->n, s->k, spread);
    else if (v->int8) /* rows of pairs; an odd k leaves garbage beside */
        o->w = fixture_filled(t, in, (s->k + 1) / 2, 2 * s->n, spread);
    else
        o->w = fixture_filled(t, in, s->k, s->n, spread);
    o->out = fixture_tensor(t, out, s->m, s->n);
    o->bias = fixture_filled(t, v->bias_fp32 ? STH_DTYPE_FP32 : STH_DTYPE_BF16,
                             1, s->n, 1);
    o->mul = fixture_filled(t, v->bias_fp32 ? STH_DTYPE_FP32 : STH_DTYPE_BF16,
                            s->m, s->n, 1);
    o->residual = fixture_filled(t, out, s->m, s->n, 1);
    o->xscale = fixture_tensor(t, STH_DTYPE_FP32, 1, s->m);
    o->wscale = fixture_tensor(t, STH_DTYPE_FP32, 1, s->n);
    fixture_fill(t, &o->xscale, 0.01, 0.02);
    fixture_fill(t, &o->wscale, 0.01, 0.03);
}

static double activate(enum sth_gemm_act act, double v)
{
    if (act == STH_GEMM_ACT_GELU)
        return 0.5 * v * (1 + erf(v / sqrt(2)));
    if (act == STH_GEMM_ACT_QUICK_GELU)
        return v / (1 + exp(-1.702 * v));
    if (act == STH_GEMM_ACT_GELU_TANH)
        return 0.5 * v *
               (1 + tanh(sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
    if (act == STH_GEMM_ACT_SILU)
        return v / (1 + exp(-v));
    if (act == STH_GEMM_ACT_RELU)
        return v > 0 ? v : 0;
    if (act == STH_GEMM_ACT_RELU2)
        return v > 0 ? v * v : 0;
    if (act == STH_GEMM_ACT_SIGMOID)
        return 1 / (1 + exp(-v));
    return v;
}

static double weight(struct fixture *t, const struct operands *o,
                     const struct variant *v, uint32_t k, uint32_t c)
{
    if (v->transposed)
        return fixture_get(t, &o->w, c, k);
    return v->int8 ? fixture_get(t, &o->w, k / 2, 2 * c + k % 2)
                   : fixture_get(t, &o->w, k, c);
}

static double reference(struct fixture *t, const struct operands *o,
                        const struct variant *v, uint32_t r, uint32_t c)
{
    double sum = 0;

    for (uint32_t k = 0; k < o->x.cols; k++)
        sum += fixture_get(t, &o->x, r, k) * weight(t, o, v, k, c);
    if (v->int8)
        sum *=
            fixture_get(t, &o->xscale, 0, r) * fixture_get(t, &o->wscale, 0, c);
    if (v->bias)
        sum += fixture_get(t, &o->bias, 0, c);
    sum = activate(v->act, sum);
    if (v->mul)
        sum *= fixture_get(t, &o->mul, r, c);
    if (v->residual)
        sum += fixture_get(t, &o->residual, r, c);
    return sum;
}

static void run_gemm(struct fixture *t, const struct operands *o,
                     const struct variant *v)
{
    struct sth_operand out = fixture_use(&o->out);
    struct sth_operand x = fixture_use(&o->x), w = fixture_use(&o->w);
    struct sth_operand bias = fixture_use(&o->bias);
    struct sth_operand mul = fixture_use(&o->mul);
    struct sth_operand residual = fixture_use(&o->residual);
    struct sth_operand xscale = fixture_use(&o->xscale);
    struct sth_operand wscale = fixture_use(&o->wscale);
    struct sth_gemm gemm = {
        .out = &out,
        .x = &x,
        .w = &w,
        .bias = v->bias ? &bias : NULL,
        .mul = v->mul ? &mul : NULL,
        .residual = v->residual ? &residual : NULL,
        .xscale = v->int8 ? &xscale : NULL,
        .wscale = v->int8 ? &wscale : NULL,
        .act = v->act,
        .transposed = v->transposed,
    };

    sth_kernel_gemm(&t->schedule, &gemm);
}

static void check(const char *config, const struct shape *s,
                  const struct variant *v, uint64_t seed)
{
    struct fixture t;
    struct operands o;
    char what[128];
    double scale = sqrt(s->k);

    fixture_open(&t, config, seed);
    make_operands(&t, &o, s, v);
    run_gemm(&t, &o, v);
    fixture_finish(&t);
    snprintf(what, sizeof what, "%s %ux%ux%u i8=%d wt=%d act=%d seed=%u",
             config, s->m, s->n, s->k, v->int8, v->transposed, (int)v->act,
             (unsigned)seed);
    for (uint32_t r = 0; r < s->m; r++)
        for (uint32_t c = 0; c < s->n; c++)
            fixture_near(what, r, c, fixture_get(&t, &o.out, r, c),
                         reference(&t, &o, v, r, c), v->out_fp32 ? 1e-4 : 8e-3,
                         (v->out_fp32 ? 1e-5 : 1e-3) * (1 + scale));
    fixture_close(&t);
}

static const struct variant plain = {0};
static const struct variant variants[] = {
    {.transposed = true},
    {.bias = true, .residual = true},
    {.bias = true, .act = STH_GEMM_ACT_GELU, .bias_fp32 = true},
    {.act = STH_GEMM_ACT_SILU, .residual = true, .out_fp32 = true},
    {.act = STH_GEMM_ACT_GELU, .residual = true, .out_fp32 = true},
    {.act = STH_GEMM_ACT_GELU_TANH, .residual = true, .out_fp32 = true},
    {.act = STH_GEMM_ACT_QUICK_GELU, .out_fp32 = true},
    {.bias = true, .act = STH_GEMM_ACT_QUICK_GELU, .residual = true},
    {.int8 = true},
    {.int8 = true, .transposed = true, .bias = true, .out_fp32 = true},
    {.int8 = true,
     .bias = true,
     .act = STH_GEMM_ACT_GELU_TANH,
     .residual = true,
     .bias_fp32 = true},
    {.int8 = true, .act = STH_GEMM_ACT_SILU, .out_fp32 = true},
    {.bias = true, .act = STH_GEMM_ACT_RELU, .residual = true},
    {.mul = true, .act = STH_GEMM_ACT_RELU, .out_fp32 = true},
    {.int8 = true, .act = STH_GEMM_ACT_RELU2, .out_fp32 = true},
    {.int8 = true, .bias = true, .act = STH_GEMM_ACT_RELU2, .residual = true},
    {.act = STH_GEMM_ACT_SIGMOID, .out_fp32 = true},
    {.mul = true},
    {.mul = true, .residual = true, .out_fp32 = true},
    {.mul = true, .bias = true, .act = STH_GEMM_ACT_SILU, .bias_fp32 = true},
    {.mul = true, .residual = true, .act = STH_GEMM_ACT_GELU},
    {.mul = true, .bias = true, .act = STH_GEMM_ACT_GELU_TANH},
    {.int8 = true, .act = STH_GEMM_ACT_QUICK_GELU, .out_fp32 = true},
    {.int8 = true, .mul = true, .transposed = true},
    {.int8 = true,
     .mul = true,
     .bias = true,
     .act = STH_GEMM_ACT_GELU,
     .residual = true,
     .out_fp32 = true},
};
static const char *const configs[] = {"nano", "edge", "wide", "server"};

static void test_gemm_odd_shapes_match(void **unused)
{
    static const struct shape shapes[] = {
        {1, 1, 1},    {1, 33, 7},   {5, 3, 50},    {17, 16, 16},
        {64, 48, 32}, {33, 70, 65}, {100, 7, 129}, {3, 300, 40},
    };

    (void)unused;
    for (size_t c = 0; c < 4; c++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            for (uint64_t seed = 1; seed < 4; seed++)
                check(configs[c], &shapes[i], &plain, seed);
}

static void test_gemm_variants_match(void **unused)
{
    static const struct shape shapes[] = {{13, 37, 50}, {40, 90, 131}};

    (void)unused;
    for (size_t c = 0; c < 4; c++)
        for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++)
            for (size_t i = 0; i < 2; i++)
                check(configs[c], &shapes[i], &variants[v], 7 + v);
}

static void test_gemm_larger_than_memories_matches(void **unused)
{
    static const struct shape nano = {130, 200, 700};
    static const struct shape edge = {300, 300, 900};

    (void)unused;
    check("nano", &nano, &plain, 11);
    check("nano", &nano, &variants[7], 12);
    check("edge", &edge, &variants[0], 13);
}

/* Of shapes and epilogues drawn from a seed. */
static void test_gemm_random_variants_match(void **unused)
{
    uint64_t random = 10;

    (void)unused;
    for (int i = 0; i < 80; i++) {
        struct shape s = {1 + fixture_random(&random) % 70,
                          1 + fixture_random(&random) % 150,
                          1 + fixture_random(&random) % 120};
        uint32_t bits = fixture_random(&random);
        struct variant v = {
            .int8 = bits & 1,
            .transposed = bits & 2,
            .bias = bits & 4,
            .mul = bits & 8,
            .residual = bits & 16,
            .out_fp32 = bits & 32,
            .bias_fp32 = bits & 64,
            .act = (enum sth_gemm_act)(bits / 128 % STH_GEMM_ACT_COUNT)};

        check(configs[i % 4], &s, &v, 200 + (uint64_t)i);
    }
}

/* The same output twice, once from the result of a first product. */
static void test_gemm_chain_is_ordered(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed < 20; seed++) {
        struct fixture t;
        struct operands o, p;
        const struct shape s = {20, 24, 36}, u = {20, 36, 24};

        fixture_open(&t, "nano", seed);
        make_operands(&t, &o, &s, &plain);
        make_operands(&t, &p, &u, &plain);
        p.x = o.out;
        run_gemm(&t, &o, &plain);
        run_gemm(&t, &p, &plain);
        fixture_finish(&t);
        for (uint32_t r = 0; r < u.m; r++)
            for (uint32_t c = 0; c < u.n; c++)
                fixture_near("chain", r, c, fixture_get(&t, &p.out, r, c),
                             reference(&t, &p, &plain, r, c), 8e-3, 1e-2);
        fixture_close(&t);
    }
}

/* The result over the operand that it was multiplied with. */
static void test_gemm_multiplies_in_place(void **unused)
{
    static const struct shape s = {70, 90, 40};
    static const struct variant v = {.mul = true, .act = STH_GEMM_ACT_SILU};

    (void)unused;
    for (size_t c = 0; c < 4; c++) {
        struct fixture t;
        struct operands o;
        double expected[70 * 90];

        fixture_open(&t, configs[c], 5 + c);
        make_operands(&t, &o, &s, &v);
        o.out = o.mul;
        for (uint32_t i = 0; i < s.m * s.n; i++)
            expected[i] = reference(&t, &o, &v, i / s.n, i % s.n);
        run_gemm(&t, &o, &v);
        fixture_finish(&t);
        for (uint32_t i = 0; i < s.m * s.n; i++)
            fixture_near("in place", i / s.n, i % s.n,
                         fixture_get(&t, &o.out, i / s.n, i % s.n), expected[i],
                         8e-3, 1e-2);
        fixture_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm_odd_shapes_match),
        cmocka_unit_test(test_gemm_variants_match),
        cmocka_unit_test(test_gemm_larger_than_memories_matches),
        cmocka_unit_test(test_gemm_random_variants_match),
        cmocka_unit_test(test_gemm_chain_is_ordered),
        cmocka_unit_test(test_gemm_multiplies_in_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
