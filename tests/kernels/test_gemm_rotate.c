/* Products whose heads are rotated against doubles: odd heads, types, chips. */
#include "firmware_fixture.h"

#include "sth_gemm.h"

struct shape {
    uint32_t m, k, heads, depth;
};

struct variant {
    bool int8, bias, narrow; /* out, cos and bias bf16 */
    uint32_t before, behind; /* heads of the tensor of w beside the view */
};

struct operands {
    struct sth_operand out, x, w, bias, cos, sin, xscale, wscale;
};

static void make_operands(struct fixture *t, struct operands *o,
                          const struct shape *s, const struct variant *v)
{
    uint32_t in = v->int8 ? STH_DTYPE_I8 : STH_DTYPE_BF16;
    uint32_t type = v->narrow ? STH_DTYPE_BF16 : STH_DTYPE_FP32;
    uint32_t cols = s->heads * s->depth, lane = v->int8 ? 2 : 1;
    uint32_t all = cols + (v->before + v->behind) * s->depth;
    double spread = v->int8 ? 40 : 1;

    o->x = fixture_filled(t, in, s->m, s->k, spread);
    o->w = fixture_filled(t, in, (s->k + lane - 1) / lane, all * lane, spread);
    o->w.addr += (uint64_t)v->before * s->depth / 2 * STH_LANE_BYTES;
    o->w.cols = cols * lane;
    o->out = fixture_tensor(t, type, s->m, cols);
    o->bias = fixture_filled(t, type, 1, cols, 1);
    o->cos = fixture_filled(t, type, s->m, s->depth / 2, 1);
    o->sin = fixture_filled(t, STH_DTYPE_FP32, s->m, s->depth / 2, 1);
    o->xscale = fixture_tensor(t, STH_DTYPE_FP32, 1, s->m);
    o->wscale = fixture_tensor(t, STH_DTYPE_FP32, 1, cols);
    fixture_fill(t, &o->xscale, 0.01, 0.02);
    fixture_fill(t, &o->wscale, 0.01, 0.03);
}

/* Row k of w at column c of head h, where it lies in memory. */
static double weight(struct fixture *t, const struct operands *o,
                     const struct shape *s, const struct variant *v, uint32_t k,
                     uint32_t h, uint32_t c)
{
    uint32_t half = s->depth / 2, lane = v->int8 ? 2 : 1;
    uint32_t at = h * half + c % half;

    if (c >= half)
        at += (uint32_t)(o->w.stride / 2 / STH_LANE_BYTES);
    return fixture_get(t, &o->w, k / lane, at * lane + k % lane);
}

static double sum(struct fixture *t, const struct operands *o,
                  const struct shape *s, const struct variant *v, uint32_t r,
                  uint32_t h, uint32_t c)
{
    uint32_t col = h * s->depth + c;
    double all = 0;

    for (uint32_t k = 0; k < s->k; k++)
        all += fixture_get(t, &o->x, r, k) * weight(t, o, s, v, k, h, c);
    if (v->int8)
        all *= fixture_get(t, &o->xscale, 0, r) *
               fixture_get(t, &o->wscale, 0, col);
    return v->bias ? all + fixture_get(t, &o->bias, 0, col) : all;
}

static void check(const char *config, const struct shape *s,
                  const struct variant *v, uint64_t seed)
{
    const uint32_t half = s->depth / 2;
    struct fixture t;
    struct operands o;
    struct sth_operand u[8];
    char what[128];

    fixture_open(&t, config, seed);
    make_operands(&t, &o, s, v);
    for (int i = 0; i < 8; i++)
        u[i] = fixture_use(&(&o.out)[i]);
    sth_kernel_gemm(&t.schedule,
                    &(struct sth_gemm){.out = &u[0],
                                       .x = &u[1],
                                       .w = &u[2],
                                       .bias = v->bias ? &u[3] : NULL,
                                       .cos = &u[4],
                                       .sin = &u[5],
                                       .xscale = v->int8 ? &u[6] : NULL,
                                       .wscale = v->int8 ? &u[7] : NULL,
                                       .heads = s->heads});
    fixture_finish(&t);
    snprintf(what, sizeof what, "%s %u rows, depth %u, %u heads of %u, i8=%d",
             config, s->m, s->k, s->heads, s->depth, v->int8);
    for (uint32_t r = 0; r < s->m; r++)
        for (uint32_t h = 0; h < s->heads; h++)
            for (uint32_t c = 0; c < half; c++) {
                double a = sum(&t, &o, s, v, r, h, c);
                double b = sum(&t, &o, s, v, r, h, c + half);
                double cosine = fixture_get(&t, &o.cos, r, c);
                double sine = fixture_get(&t, &o.sin, r, c);
                double relative = v->narrow ? 8e-3 : 1e-4;
                double absolute = 1e-4 * (1 + sqrt(s->k));
                uint32_t at = h * s->depth + c;

                fixture_near(what, r, at, fixture_get(&t, &o.out, r, at),
                             a * cosine - b * sine, relative, absolute);
                fixture_near(what, r, at + half,
                             fixture_get(&t, &o.out, r, at + half),
                             b * cosine + a * sine, relative, absolute);
            }
    fixture_close(&t);
}

static const char *const configs[] = {"nano", "edge", "wide", "server"};
static const struct variant variants[] = {
    {.narrow = true},
    {.bias = true, .before = 1, .behind = 2},
    {.int8 = true, .narrow = true, .behind = 1},
    {.int8 = true, .bias = true, .before = 3},
};

static void test_gemm_rotates_odd_shapes(void **unused)
{
    static const struct shape shapes[] = {
        {1, 1, 1, 2},   {1, 33, 9, 64},  {3, 20, 4, 20},   {70, 40, 2, 32},
        {5, 50, 33, 8}, {130, 7, 3, 14}, {2, 31, 12, 128}, {9, 64, 5, 256},
    };

    (void)unused;
    for (size_t c = 0; c < 4; c++)
        for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++)
            for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
                check(configs[c], &shapes[i], &variants[v], 3 * v + i);
}

static void test_gemm_rotates_more_than_memories(void **unused)
{
    static const struct shape nano = {90, 300, 7, 22};
    static const struct shape edge = {300, 200, 6, 64};

    (void)unused;
    for (size_t v = 0; v < sizeof variants / sizeof variants[0]; v++) {
        check("nano", &nano, &variants[v], 11);
        check("edge", &edge, &variants[v], 12);
    }
}

/* Of shapes and variants drawn from a seed. */
static void test_gemm_rotates_random_shapes(void **unused)
{
    uint64_t random = 20;

    (void)unused;
    for (int i = 0; i < 60; i++) {
        struct shape s = {1 + fixture_random(&random) % 80,
                          1 + fixture_random(&random) % 100,
                          1 + fixture_random(&random) % 7,
                          2 + 2 * (fixture_random(&random) % 40)};
        uint32_t bits = fixture_random(&random);
        struct variant v = {.int8 = bits & 1,
                            .bias = bits & 2,
                            .narrow = bits & 4,
                            .before = bits >> 3 & 1,
                            .behind = bits >> 4 & 1};

        check(configs[i % 4], &s, &v, 100 + (uint64_t)i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm_rotates_odd_shapes),
        cmocka_unit_test(test_gemm_rotates_more_than_memories),
        cmocka_unit_test(test_gemm_rotates_random_shapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
