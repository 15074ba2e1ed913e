/* Tests of the choice of instruction set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sth_isa.h"

static void test_isa_names_and_best_are_consistent(void **state)
{
    (void)state;
    assert_true(sth_isa_supported(STH_ISA_PORTABLE));
    assert_true(sth_isa_supported(sth_isa_best()));
    assert_string_equal(sth_isa_name(STH_ISA_PORTABLE), "portable");
#if defined(__x86_64__)
    assert_string_equal(sth_isa_name(STH_ISA_AVX512), "avx512");
    assert_true(sth_isa_best() >= STH_ISA_SSE2);
#endif
}

static void test_isa_fit_has_lanes_enough(void **state)
{
    (void)state;
    for (enum sth_isa isa = 0; isa < STH_ISA_COUNT; isa++) {
        assert_int_equal(sth_isa_fit(isa, 1), STH_ISA_PORTABLE);
        assert_int_equal(sth_isa_fit(isa, 512), isa);
    }
#if defined(__x86_64__)
    assert_int_equal(sth_isa_fit(STH_ISA_AVX512, 8), STH_ISA_AVX2);
    assert_int_equal(sth_isa_fit(STH_ISA_AVX512, 7), STH_ISA_SSE2);
    assert_int_equal(sth_isa_fit(STH_ISA_SSE2, 64), STH_ISA_SSE2);
#endif
}

/* Subnormals vanish in between, and only there. */
static void test_isa_float_mode_flushes_and_is_restored(void **state)
{
#if defined(__x86_64__)
    volatile float small = 0x1p-126f, half = 0.5f, product;
    unsigned mode = sth_isa_enter_float_mode();

    product = small * half;
    assert_true(product == 0.0f);
    sth_isa_leave_float_mode(mode);
    product = small * half;
    assert_true(product != 0.0f);
#endif
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_isa_names_and_best_are_consistent),
        cmocka_unit_test(test_isa_fit_has_lanes_enough),
        cmocka_unit_test(test_isa_float_mode_flushes_and_is_restored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
