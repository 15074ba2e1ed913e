/* Tests of the bytes that commands read and write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"
#include "sth_footprint.h"

/* The runs of a command, in the order of their visits. */
struct runs {
    struct sth_footprint_run run[64];
    uint32_t count;
};

static void note(void *context, const struct sth_footprint_run *run)
{
    struct runs *runs = context;

    assert_true(runs->count < 64);
    runs->run[runs->count++] = *run;
}

static struct runs runs_of(struct sth_command command)
{
    struct sth_params params = program_params();
    struct runs runs = {.count = 0};

    sth_footprint_visit(&params, &command, note, &runs);
    return runs;
}

static void assert_run(const struct runs *runs, uint32_t i,
                       enum sth_footprint_space space,
                       enum sth_footprint_role role, uint64_t addr,
                       uint64_t bytes)
{
    assert_true(i < runs->count);
    assert_int_equal(runs->run[i].space, space);
    assert_int_equal(runs->run[i].role, role);
    assert_int_equal(runs->run[i].addr, addr);
    assert_int_equal(runs->run[i].bytes, bytes);
}

static void test_footprint_copies_walk_runs_and_repetitions(void **state)
{
    struct sth_command c = command_load(0x1000, 0x20, 5);
    struct runs r;

    (void)state;
    STH_SET(&c, LOAD_MEM_HI, 0x12);
    STH_SET(&c, LOAD_N1, 2);
    STH_SET(&c, LOAD_N2, 2);
    STH_SET(&c, LOAD_MEM_S1, 0x100);
    STH_SET(&c, LOAD_MEM_S2, 0xfffff000);
    STH_SET(&c, LOAD_SP_S1, 8);
    STH_SET(&c, LOAD_SP_S2, 0x40);
    r = runs_of(c);
    assert_int_equal(r.count, 8);
    assert_run(&r, 0, STH_FOOTPRINT_MEM, STH_FOOTPRINT_READ, 0x1200001000, 5);
    assert_run(&r, 3, STH_FOOTPRINT_MEM, STH_FOOTPRINT_READ, 0x1300000100, 5);
    assert_run(&r, 5, STH_FOOTPRINT_SP, STH_FOOTPRINT_WRITE, 0x28, 5);
    assert_run(&r, 6, STH_FOOTPRINT_SP, STH_FOOTPRINT_WRITE, 0x60, 5);
    STH_SET(&c, ANY_OPCODE, STH_OP_STORE);
    r = runs_of(c);
    assert_run(&r, 3, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x68, 5);
    assert_run(&r, 4, STH_FOOTPRINT_MEM, STH_FOOTPRINT_WRITE, 0x1200001000, 5);
}

/* 2 rows times 35 x 17: the second tiles are one wide and three deep. */
static void test_footprint_matmul_leaves_padding_out(void **state)
{
    struct sth_command c = command_matmul(0, 0x1000, 7, 2, 17, 35);
    struct runs r;

    (void)state;
    STH_SET(&c, MATMUL_A_ROW, 0x40);
    STH_SET(&c, MATMUL_W_N, 0x800);
    r = runs_of(c);
    assert_int_equal(r.count, 2 * 2 + 2 * (16 + 2) + 2);
    assert_run(&r, 1, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x40, 32);
    assert_run(&r, 2, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x1000, 32);
    assert_run(&r, 18 + 15, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x19e0, 2);
    assert_run(&r, 18 + 17, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x60, 3);
    assert_run(&r, r.count - 1, STH_FOOTPRINT_ACC, STH_FOOTPRINT_WRITE, 9, 2);
    STH_SET(&c, MATMUL_ACCUMULATE, 1);
    r = runs_of(c);
    assert_run(&r, r.count - 4, STH_FOOTPRINT_ACC, STH_FOOTPRINT_READ_BACK, 7,
               2);
    STH_SET(&c, MATMUL_WEST, 1);
    r = runs_of(c);
    assert_run(&r, 2 + 15, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x11e0, 32);
    assert_run(&r, 2 + 16, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x1800, 32);
    assert_run(&r, 2 + 17 + 2, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x1200, 3);
    /* In three tiles of 8 lanes, one of which has 2. */
    STH_SET(&c, MATMUL_HALVES, 1);
    r = runs_of(c);
    assert_int_equal(r.count, 3 * (2 + 17) + 2 + 2);
    assert_run(&r, 2 * (2 + 17), STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x40, 3);
}

/* One row of 17 columns at the end of the largest scratchpad. */
static struct sth_command row_at(uint32_t x, uint32_t d)
{
    struct sth_command c = command_vector(0, d, 1, 17);

    STH_SET(&c, VECTOR_X_ADDR, x);
    STH_SET(&c, VECTOR_X_SP, 1);
    STH_SET(&c, VECTOR_X_TYPE, STH_DTYPE_BF16);
    STH_SET(&c, VECTOR_X_TILE, 2);
    STH_SET(&c, VECTOR_D_TYPE, STH_DTYPE_BF16);
    STH_SET(&c, VECTOR_D_TILE, 2);
    return c;
}

static void test_footprint_vector_in_place_is_the_same_place(void **state)
{
    const uint32_t top = 0xfffff80;
    struct sth_command c = row_at(top, top);
    struct runs r = runs_of(c);

    (void)state;
    assert_int_equal(r.count, 4);
    assert_run(&r, 0, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ_SAME, top, 32);
    assert_run(&r, 1, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ_SAME, top + 32, 2);
    assert_run(&r, 3, STH_FOOTPRINT_SP, STH_FOOTPRINT_WRITE, top + 32, 2);
    /* Any bit of the address, the space and the size of elements count. */
    for (uint32_t bit = 32; bit <= 1u << 27; bit *= 2) {
        r = runs_of(row_at(top, top ^ bit));
        assert_run(&r, 0, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, top, 32);
    }
    STH_SET(&c, VECTOR_D_SP, 0);
    r = runs_of(c);
    assert_run(&r, 0, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, top, 32);
    assert_run(&r, 3, STH_FOOTPRINT_ACC, STH_FOOTPRINT_WRITE, top + 2, 1);
    c = row_at(top, top);
    STH_SET(&c, VECTOR_X_TYPE, STH_DTYPE_I8);
    r = runs_of(c);
    assert_run(&r, 0, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, top, 16);
}

/* 18 rows: scalars and reductions of 16 rows lie in one chunk. */
static void test_footprint_vector_scalars_and_sums_are_lanes(void **state)
{
    struct sth_command c = command_vector(0, 0x1000, 18, 1);
    struct runs r;

    (void)state;
    STH_SET(&c, VECTOR_MULSEL, STH_OPERAND_SCALAR);
    STH_SET(&c, VECTOR_Y_ADDR, 0x200);
    STH_SET(&c, VECTOR_Y_SP, 1);
    STH_SET(&c, VECTOR_Y_TYPE, STH_DTYPE_FP32);
    STH_SET(&c, VECTOR_Y_ROW, 8);
    STH_SET(&c, VECTOR_REDUCE, STH_REDUCE_SUM);
    STH_SET(&c, VECTOR_CARRY, 1);
    STH_SET(&c, VECTOR_R_ADDR, 99);
    r = runs_of(c);
    assert_int_equal(r.count, 18 + 2 + 1 + 18 + 1);
    assert_run(&r, 18, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x200, 64);
    assert_run(&r, 19, STH_FOOTPRINT_SP, STH_FOOTPRINT_READ, 0x280, 8);
    assert_run(&r, 20, STH_FOOTPRINT_ACC, STH_FOOTPRINT_READ_BACK, 99, 2);
    assert_run(&r, 39, STH_FOOTPRINT_ACC, STH_FOOTPRINT_WRITE_SUM, 99, 2);
    STH_SET(&c, VECTOR_WRITE, 0);
    assert_int_equal(runs_of(c).count, 18 + 2 + 1 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_footprint_copies_walk_runs_and_repetitions),
        cmocka_unit_test(test_footprint_matmul_leaves_padding_out),
        cmocka_unit_test(test_footprint_vector_in_place_is_the_same_place),
        cmocka_unit_test(test_footprint_vector_scalars_and_sums_are_lanes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
