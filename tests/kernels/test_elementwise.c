/* Elementwise operations, copies and rows by index against doubles. */
#include "firmware_fixture.h"

#include "sth_copy.h"
#include "sth_elementwise.h"
#include "sth_gather.h"
#include "sth_scatter_add.h"

static const char *const configs[] = {"nano", "edge", "wide", "server"};
static const uint32_t shapes[][2] = {
    {1, 1}, {1, 300}, {40, 3}, {33, 65}, {6, 9000}, {300, 40},
};

#define FOR_EACH_CASE(config, shape)                                           \
    for (size_t k_ = 0; k_ < 4; k_++)                                          \
        for (size_t i_ = 0; i_ < sizeof shapes / sizeof shapes[0]; i_++)       \
            for (const uint32_t *shape = shapes[i_]; shape != NULL;            \
                 shape = NULL)                                                 \
                for (const char *config = configs[k_]; config != NULL;         \
                     config = NULL)

static void test_elementwise_shapes_match(void **unused)
{
    (void)unused;
    FOR_EACH_CASE(config, shape)
    {
        for (int add = 0; add < 2; add++) {
            struct fixture t;
            struct sth_operand a, b, out;
            struct sth_elementwise op;

            fixture_open(&t, config, 5);
            a = fixture_filled(&t, STH_DTYPE_BF16, shape[0], shape[1], 1);
            b = fixture_filled(&t, STH_DTYPE_FP32, shape[0], shape[1], 1);
            out = fixture_tensor(&t, STH_DTYPE_FP32, shape[0], shape[1]);
            op = (struct sth_elementwise){&out, &a, &b, add != 0};
            sth_kernel_elementwise(&t.schedule, &op);
            fixture_finish(&t);
            for (uint32_t r = 0; r < shape[0]; r++)
                for (uint32_t c = 0; c < shape[1]; c++) {
                    double x = fixture_get(&t, &a, r, c);
                    double y = fixture_get(&t, &b, r, c);

                    fixture_near(config, r, c, fixture_get(&t, &out, r, c),
                                 add != 0 ? x + y : x * y, 1e-6, 1e-7);
                }
            fixture_close(&t);
        }
    }
}

static void test_copy_shapes_match(void **unused)
{
    (void)unused;
    FOR_EACH_CASE(config, shape)
    {
        struct fixture t;
        struct sth_operand x, out;

        fixture_open(&t, config, 6);
        x = fixture_filled(&t, STH_DTYPE_I8, shape[0], shape[1], 50);
        out = fixture_tensor(&t, STH_DTYPE_I8, shape[0], shape[1]);
        sth_kernel_copy(&t.schedule, &(struct sth_copy){&out, &x});
        fixture_finish(&t);
        for (uint32_t r = 0; r < shape[0]; r++)
            for (uint32_t c = 0; c < shape[1]; c++)
                fixture_near(config, r, c, fixture_get(&t, &out, r, c),
                             fixture_get(&t, &x, r, c), 0, 0);
        fixture_close(&t);
    }
}

/* Rows with runs of neighbours, jumps and repetitions. */
static void make_rows(uint32_t *rows, uint32_t count, uint32_t limit)
{
    for (uint32_t i = 0; i < count; i++)
        rows[i] = i % 5 < 3 ? i % limit : i * 7 % limit;
}

static void test_gather_rows_match(void **unused)
{
    uint32_t rows[300];

    (void)unused;
    FOR_EACH_CASE(config, shape)
    {
        struct fixture t;
        struct sth_operand x, out;

        fixture_open(&t, config, 7);
        x = fixture_filled(&t, STH_DTYPE_BF16, 50, shape[1], 1);
        out = fixture_tensor(&t, STH_DTYPE_BF16, shape[0], shape[1]);
        make_rows(rows, shape[0], 50);
        sth_kernel_gather(&t.schedule, &(struct sth_gather){&out, &x, rows});
        fixture_finish(&t);
        for (uint32_t r = 0; r < shape[0]; r++)
            for (uint32_t c = 0; c < shape[1]; c++)
                fixture_near(config, r, c, fixture_get(&t, &out, r, c),
                             fixture_get(&t, &x, rows[r], c), 0, 0);
        fixture_close(&t);
    }
}

static void test_scatter_add_rows_match(void **unused)
{
    uint32_t rows[300], weights[300];

    (void)unused;
    FOR_EACH_CASE(config, shape)
    {
        struct fixture t;
        struct sth_operand x, out;
        uint32_t limit = shape[0] + 3, cols = shape[1];
        double *should = calloc((size_t)limit * cols, sizeof *should);

        fixture_open(&t, config, 8);
        x = fixture_filled(&t, STH_DTYPE_BF16, shape[0], cols, 1);
        out = fixture_filled(&t, STH_DTYPE_FP32, limit, cols, 1);
        for (uint32_t i = 0; i < limit * cols; i++)
            should[i] = fixture_get(&t, &out, i / cols, i % cols);
        for (uint32_t i = 0; i < shape[0]; i++) {
            rows[i] = (i + shape[0] / 2) % limit;
            weights[i] = fixture_float_bits(0.25 * i - 1);
            for (uint32_t c = 0; c < cols; c++)
                should[rows[i] * cols + c] +=
                    (0.25 * i - 1) * fixture_get(&t, &x, i, c);
        }
        sth_kernel_scatter_add(
            &t.schedule, &(struct sth_scatter_add){&out, &x, rows, weights});
        fixture_finish(&t);
        for (uint32_t i = 0; i < limit * cols; i++)
            fixture_near(config, i / cols, i % cols,
                         fixture_get(&t, &out, i / cols, i % cols), should[i],
                         1e-5, 1e-5);
        fixture_close(&t);
        free(should);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elementwise_shapes_match),
        cmocka_unit_test(test_copy_shapes_match),
        cmocka_unit_test(test_gather_rows_match),
        cmocka_unit_test(test_scatter_add_rows_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
