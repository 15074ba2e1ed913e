/* Tests of the on-chip memories as kernels see them. */
#include "kernel_fixture.h"
#include "sth_matmul.h"
#include "sth_vector_kernel.h"

static void test_onchip_elements_are_little_endian(void **state)
{
    uint8_t bytes[5] = {0x11, 0x22, 0x33, 0x44, 0x55};

    (void)state;
    assert_int_equal(sth_onchip_get(bytes, 1), 0x11);
    assert_int_equal(sth_onchip_get(bytes + 1, 2), 0x3322);
    assert_int_equal(sth_onchip_get(bytes + 1, 4), 0x55443322);
    sth_onchip_put(bytes + 1, 2, 0xabcdef);
    assert_int_equal(sth_onchip_get(bytes, 4), 0x44cdef11);
}

/* a at sp, w 256 and 2 (a w) 512 bytes behind it; a w at acc, row maxima behind
 */
struct layout {
    uint32_t sp, acc;
};

static void multiply(const struct sth_onchip *chip, struct layout at)
{
    struct sth_command c = {{STH_OP_MATMUL}};

    STH_SET(&c, MATMUL_A, at.sp);
    STH_SET(&c, MATMUL_W, at.sp + 256);
    STH_SET(&c, MATMUL_ACC, at.acc);
    STH_SET(&c, MATMUL_M, 4);
    STH_SET(&c, MATMUL_N, 16);
    STH_SET(&c, MATMUL_K, 16);
    STH_SET(&c, MATMUL_A_ROW, 32);
    STH_SET(&c, MATMUL_W_ROW, 32);
    sth_kernel_matmul(chip, &c);
}

static void add(const struct sth_onchip *chip, struct layout at)
{
    struct sth_command c = {{STH_OP_VECTOR}};

    STH_SET(&c, VECTOR_ROWS, 4);
    STH_SET(&c, VECTOR_COLS, 16);
    STH_SET(&c, VECTOR_X_ADDR, at.acc);
    STH_SET(&c, VECTOR_X_TYPE, STH_DTYPE_I32);
    STH_SET(&c, VECTOR_X_ROW, 1);
    STH_SET(&c, VECTOR_ADDSEL, STH_OPERAND_STREAM);
    STH_SET(&c, VECTOR_Z_ADDR, at.acc);
    STH_SET(&c, VECTOR_Z_TYPE, STH_DTYPE_I32);
    STH_SET(&c, VECTOR_Z_ROW, 1);
    STH_SET(&c, VECTOR_WRITE, 1);
    STH_SET(&c, VECTOR_D_ADDR, at.sp + 512);
    STH_SET(&c, VECTOR_D_SP, 1);
    STH_SET(&c, VECTOR_D_TYPE, STH_DTYPE_FP32);
    STH_SET(&c, VECTOR_D_ROW, 4);
    STH_SET(&c, VECTOR_REDUCE, STH_REDUCE_MAX);
    STH_SET(&c, VECTOR_R_ADDR, at.acc + 4);
    sth_kernel_vector(chip, &c);
}

/*
 * The same work at both ends of the largest memories, which are no power of
 * two of rows long: the same bytes.
 */
static void test_onchip_kernels_reach_the_end_of_the_largest(void **state)
{
    struct sth_config config;
    struct layout ends[2] = {{0, 0}};
    struct sth_onchip chip;

    (void)state;
    load_edge(&config);
    config.params.sp_bytes = STH_MAX_SpBytes - 256;
    config.params.acc_bytes = STH_MAX_AccBytes - 256;
    ends[1].sp = config.params.sp_bytes - 768;
    ends[1].acc = config.params.acc_bytes / 64 - 5;
    chip = (struct sth_onchip){.params = &config.params,
                               .sp = calloc(config.params.sp_bytes, 1),
                               .acc = calloc(config.params.acc_bytes, 1)};
    assert_non_null(chip.sp);
    assert_non_null(chip.acc);
    for (chip.isa = 0; chip.isa < STH_ISA_COUNT; chip.isa++) {
        uint8_t *high = chip.sp + ends[1].sp;
        uint8_t *sums = chip.acc + (size_t)ends[1].acc * 64;

        if (!sth_isa_supported(chip.isa))
            continue;
        random_state = 1;
        for (uint32_t i = 0; i < 512; i++)
            chip.sp[i] = (uint8_t)random_u32();
        memcpy(high, chip.sp, 512);
        memset(high + 512, 0, 256);
        memset(sums, 0, 5 * 64);
        for (int end = 0; end < 2; end++) {
            multiply(&chip, ends[end]);
            add(&chip, ends[end]);
        }
        assert_int_not_equal(sth_onchip_get(sums, 4), 0);
        assert_memory_equal(sums, chip.acc, 5 * 64);
        assert_memory_equal(high, chip.sp, 768);
    }
    free(chip.sp);
    free(chip.acc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_onchip_elements_are_little_endian),
        cmocka_unit_test(test_onchip_kernels_reach_the_end_of_the_largest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
