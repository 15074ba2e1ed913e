/* Layer and RMS normalisation against doubles. */
#include "firmware_fixture.h"

#include "sth_norm.h"

struct variant {
    uint32_t x, out, vectors; /* DTYPE */
    bool rms, in_place;
};

static double statistics(struct fixture *t, const struct sth_operand *x,
                         uint32_t r, bool rms, double *mean)
{
    double sum = 0, squares = 0;

    for (uint32_t c = 0; c < x->cols; c++)
        sum += fixture_get(t, x, r, c);
    *mean = rms ? 0 : sum / x->cols;
    for (uint32_t c = 0; c < x->cols; c++) {
        double d = fixture_get(t, x, r, c) - *mean;

        squares += d * d;
    }
    return 1 / sqrt(squares / x->cols + 1e-5);
}

static void check(const char *config, uint32_t rows, uint32_t cols,
                  const struct variant *v, uint64_t seed)
{
    struct fixture t;
    struct sth_operand x, out, gamma, beta;
    struct sth_norm norm;
    double *should = calloc((size_t)rows * cols, sizeof *should);
    double tolerance = v->out == STH_DTYPE_FP32 ? 1e-5 : 8e-3;

    fixture_open(&t, config, seed);
    x = fixture_tensor(&t, v->x, rows, cols);
    fixture_fill(&t, &x, 2, 0.7);
    out = v->in_place ? x : fixture_tensor(&t, v->out, rows, cols);
    gamma = fixture_tensor(&t, v->vectors, 1, cols);
    fixture_fill(&t, &gamma, 0.3, 1);
    beta = fixture_filled(&t, v->vectors, 1, cols, 1);
    for (uint32_t r = 0; r < rows; r++) {
        double mean, rstd = statistics(&t, &x, r, v->rms, &mean);

        for (uint32_t c = 0; c < cols; c++)
            should[r * cols + c] = (fixture_get(&t, &x, r, c) - mean) * rstd *
                                       fixture_get(&t, &gamma, 0, c) +
                                   (v->rms ? 0 : fixture_get(&t, &beta, 0, c));
    }
    norm = (struct sth_norm){.out = &out,
                             .x = &x,
                             .gamma = &gamma,
                             .beta = v->rms ? NULL : &beta,
                             .eps = fixture_float_bits(1e-5),
                             .inv_n = fixture_float_bits(1.0 / cols)};
    sth_kernel_norm(&t.schedule, &norm);
    fixture_finish(&t);
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < cols; c++)
            fixture_near(config, r, c, fixture_get(&t, &out, r, c),
                         should[r * cols + c], tolerance, tolerance);
    fixture_close(&t);
    free(should);
}

static const char *const configs[] = {"nano", "edge", "wide", "server"};

static void test_norm_odd_shapes_match(void **unused)
{
    static const uint32_t shapes[][2] = {
        {1, 1}, {1, 50}, {3, 17}, {16, 64}, {21, 100}, {37, 33}, {130, 48},
    };
    static const struct variant variants[] = {
        {STH_DTYPE_BF16, STH_DTYPE_BF16, STH_DTYPE_BF16, false, false},
        {STH_DTYPE_BF16, STH_DTYPE_BF16, STH_DTYPE_FP32, true, false},
        {STH_DTYPE_FP32, STH_DTYPE_FP32, STH_DTYPE_FP32, false, false},
        {STH_DTYPE_FP32, STH_DTYPE_BF16, STH_DTYPE_FP32, true, false},
        {STH_DTYPE_BF16, STH_DTYPE_BF16, STH_DTYPE_FP32, false, true},
    };

    (void)unused;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            for (size_t v = 0; v < 5; v++)
                check(configs[k], shapes[i][0], shapes[i][1], &variants[v],
                      i * 5 + v);
}

static void test_norm_row_longer_than_memory_matches(void **unused)
{
    static const struct variant wide = {STH_DTYPE_FP32, STH_DTYPE_FP32,
                                        STH_DTYPE_FP32, false, false};
    static const struct variant rms = {STH_DTYPE_BF16, STH_DTYPE_BF16,
                                       STH_DTYPE_FP32, true, true};

    (void)unused;
    for (uint64_t seed = 1; seed < 6; seed++) {
        check("nano", 3, 6000, &wide, seed);
        check("nano", 9, 3001, &rms, seed);
    }
    check("edge", 2, 40000, &wide, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_norm_odd_shapes_match),
        cmocka_unit_test(test_norm_row_longer_than_memory_matches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
