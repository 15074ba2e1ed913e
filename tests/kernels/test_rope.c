/* Rotary position embedding against doubles. */
#include "firmware_fixture.h"

#include "sth_rope.h"

static void check(const char *config, uint32_t tokens, uint32_t heads,
                  uint32_t depth, bool in_place, uint64_t seed)
{
    struct fixture t;
    struct sth_operand x, out, cosine, sine;
    struct sth_rope rope;
    uint32_t half = depth / 2, cols = heads * depth;
    double *should = calloc((size_t)tokens * cols, sizeof *should);

    fixture_open(&t, config, seed);
    x = fixture_filled(&t, STH_DTYPE_BF16, tokens, cols, 1);
    out = in_place ? x : fixture_tensor(&t, STH_DTYPE_BF16, tokens, cols);
    cosine = fixture_filled(&t, STH_DTYPE_FP32, tokens, half, 1);
    sine = fixture_filled(&t, STH_DTYPE_BF16, tokens, half, 1);
    for (uint32_t r = 0; r < tokens; r++)
        for (uint32_t c = 0; c < cols; c++) {
            uint32_t i = c % half;
            bool low = c % depth < half;
            double other = fixture_get(&t, &x, r, low ? c + half : c - half);

            should[r * cols + c] =
                fixture_get(&t, &x, r, c) * fixture_get(&t, &cosine, r, i) +
                (low ? -1 : 1) * other * fixture_get(&t, &sine, r, i);
        }
    rope = (struct sth_rope){&out, &x, &cosine, &sine, heads};
    sth_kernel_rope(&t.schedule, &rope);
    fixture_finish(&t);
    for (uint32_t r = 0; r < tokens; r++)
        for (uint32_t c = 0; c < cols; c++)
            fixture_near(config, r, c, fixture_get(&t, &out, r, c),
                         should[r * cols + c], 5e-3, 1e-5);
    fixture_close(&t);
    free(should);
}

static void test_rope_shapes_match(void **unused)
{
    static const char *const configs[] = {"nano", "edge", "wide", "server"};
    static const uint32_t shapes[][3] = {
        {1, 1, 2},  {1, 9, 64},   {3, 4, 20},   {70, 2, 32},
        {5, 33, 8}, {130, 3, 14}, {2, 12, 128},
    };

    (void)unused;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
            for (uint64_t seed = 0; seed < 2; seed++)
                check(configs[k], shapes[i][0], shapes[i][1], shapes[i][2],
                      seed == 0, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rope_shapes_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
