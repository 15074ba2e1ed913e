/* Cycles of a weight tile, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sth_weight_tile.h"

static const struct sth_params params = {
    .array_rows = 16, .array_cols = 16, .sp_banks = 4};

static void test_weight_tile_goes_at_the_pace_of_the_longer(void **state)
{
    const uint32_t word = sth_sp_word_bytes(&params);

    (void)state;
    assert_int_equal(sth_weight_tile_cycles(&params, 1, word, 16, word), 16);
    assert_int_equal(sth_weight_tile_cycles(&params, 64, word, 16, word), 64);
    /* Sums must be found again. */
    assert_int_equal(sth_weight_tile_cycles(&params, 1, word, 3, word),
                     STH_LAT_MATRIX_SUM);
}

static void test_weight_tile_waits_for_banks(void **state)
{
    const uint32_t word = sth_sp_word_bytes(&params);

    (void)state;
    /* Rows that stay in bank 0 are met by every fourth weight, which comes a
     * cycle later for each row that is left. */
    assert_int_equal(sth_weight_tile_cycles(&params, 8, 4 * word, 16, word),
                     16 + 8);
    /* One row alone meets none. */
    assert_int_equal(sth_weight_tile_cycles(&params, 1, 4 * word, 16, word),
                     16);
}

static void test_weight_tile_drains_behind_its_rows(void **state)
{
    const uint32_t rest = params.array_cols + STH_LAT_MATRIX_RETIRE;

    (void)state;
    assert_int_equal(sth_weight_tile_drain(&params, 1),
                     4 * STH_LAT_PE_SUM + rest);
    assert_int_equal(sth_weight_tile_drain(&params, 5),
                     8 * STH_LAT_PE_SUM + rest);
    assert_int_equal(sth_weight_tile_drain(&params, 16),
                     16 * STH_LAT_PE_SUM + rest);
}

static void test_weight_tile_has_rows_of_the_array_halved(void **state)
{
    (void)state;
    assert_true(sth_weight_tile_may_have(&params, 16));
    assert_true(sth_weight_tile_may_have(&params, 4));
    assert_false(sth_weight_tile_may_have(&params, 32));
    assert_false(sth_weight_tile_may_have(&params, 12));
    assert_false(sth_weight_tile_may_have(&params, 2));
    assert_false(sth_weight_tile_may_have(&params, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weight_tile_goes_at_the_pace_of_the_longer),
        cmocka_unit_test(test_weight_tile_waits_for_banks),
        cmocka_unit_test(test_weight_tile_drains_behind_its_rows),
        cmocka_unit_test(test_weight_tile_has_rows_of_the_array_halved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
