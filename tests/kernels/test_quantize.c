/* Quantisation to int8 against doubles. */
#include "firmware_fixture.h"

#include "sth_quantize.h"

static void check(const char *config, uint32_t rows, uint32_t cols,
                  uint32_t dtype, uint64_t seed)
{
    struct fixture t;
    struct sth_operand x, out, scale;
    struct sth_quantize quantize;

    fixture_open(&t, config, seed);
    x = fixture_filled(&t, dtype, rows, cols, 3);
    for (uint32_t c = 0; c < cols && rows > 2; c++)
        fixture_set(&t, &x, 2, c, 0);
    out = fixture_tensor(&t, STH_DTYPE_I8, rows, cols);
    scale = fixture_tensor(&t, STH_DTYPE_FP32, 1, rows);
    quantize = (struct sth_quantize){&out, &scale, &x};
    sth_kernel_quantize(&t.schedule, &quantize);
    fixture_finish(&t);
    for (uint32_t r = 0; r < rows; r++) {
        double largest = 0;

        for (uint32_t c = 0; c < cols; c++)
            largest = fmax(largest, fabs(fixture_get(&t, &x, r, c)));
        fixture_near(config, r, 0, fixture_get(&t, &scale, 0, r), largest / 127,
                     1e-6, 0);
        for (uint32_t c = 0; c < cols; c++) {
            double should =
                largest == 0 ? 0 : fixture_get(&t, &x, r, c) * 127 / largest;

            fixture_near(config, r, c, fixture_get(&t, &out, r, c), should, 0,
                         0.501);
        }
    }
    fixture_close(&t);
}

static void test_quantize_odd_shapes_match(void **unused)
{
    static const char *const configs[] = {"nano", "edge", "wide", "server"};
    static const uint32_t shapes[][2] = {
        {1, 1}, {1, 100}, {5, 17}, {64, 64}, {67, 130}, {3, 5000},
    };

    (void)unused;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
            check(configs[k], shapes[i][0], shapes[i][1], STH_DTYPE_BF16, i);
            check(configs[k], shapes[i][0], shapes[i][1], STH_DTYPE_FP32, i);
        }
}

static void test_quantize_row_longer_than_memory_matches(void **unused)
{
    (void)unused;
    check("nano", 6, 20000, STH_DTYPE_FP32, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantize_odd_shapes_match),
        cmocka_unit_test(test_quantize_row_longer_than_memory_matches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
