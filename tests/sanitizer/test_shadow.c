/* Tests of what the sanitizer remembers of a memory, and of its order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"
#include "sth_order.h"
#include "sth_sanitizer.h"
#include "sth_shadow.h"

static void test_shadow_cells_stay_when_the_table_grows(void **state)
{
    enum { CELLS = 5000, STEP = 7919 };
    struct sth_shadow shadow;

    (void)state;
    assert_true(sth_shadow_init(&shadow, 16));
    for (uint32_t i = 0; i < CELLS; i++)
        sth_shadow_cell(&shadow, (uint64_t)i * STEP)->written = i + 1;
    for (uint32_t i = 0; i < CELLS; i++)
        assert_int_equal(sth_shadow_cell(&shadow, (uint64_t)i * STEP)->written,
                         i + 1);
    sth_shadow_fini(&shadow);
}

static void test_shadow_pages_are_those_asked_for(void **state)
{
    struct sth_shadow shadow;

    (void)state;
    assert_true(sth_shadow_init(&shadow, 64));
    for (uint64_t granule = 0; granule < 128; granule++)
        sth_shadow_cell(&shadow, granule);
    sth_shadow_cell(&shadow, UINT64_C(1) << 34);
    assert_int_equal(shadow.pages, 3);
    sth_shadow_fini(&shadow);
}

static void test_shadow_forgets_accesses_or_all(void **state)
{
    struct sth_shadow shadow;
    struct sth_cell *cell;

    (void)state;
    assert_true(sth_shadow_init(&shadow, 16));
    cell = sth_shadow_cell(&shadow, 3);
    cell->written = 5;
    cell->writer[1].mask = 5;
    cell->reader[2].mask = 5;
    cell->source = 5;
    sth_shadow_forget_accesses(&shadow);
    cell = sth_shadow_cell(&shadow, 3);
    assert_int_equal(cell->written, 5);
    assert_int_equal(cell->writer[1].mask, 0);
    assert_int_equal(cell->reader[2].mask, 0);
    assert_int_equal(cell->source, 0);
    sth_shadow_clear(&shadow);
    assert_int_equal(sth_shadow_cell(&shadow, 3)->written, 0);
    sth_shadow_fini(&shadow);
}

/* Load posts twice, having known of 5 and of 9 commands of store. */
static void test_order_waits_learn_from_posts_in_turn(void **state)
{
    static struct sth_order order;
    struct sth_order_clock clock = {{0}};

    (void)state;
    sth_order_reset(&order);
    clock.before[STH_ENGINE_STORE] = 5;
    assert_int_equal(sth_order_post(&order, STH_ENGINE_LOAD, 1u << 3, &clock),
                     0);
    clock.before[STH_ENGINE_STORE] = 9;
    sth_order_post(&order, STH_ENGINE_LOAD, 1u << 3, &clock);
    assert_int_equal(sth_order_wait(&order, STH_ENGINE_MATRIX, 1u << 3), 0);
    assert_true(
        sth_order_before(&order, STH_ENGINE_MATRIX, STH_ENGINE_STORE, 4));
    assert_false(
        sth_order_before(&order, STH_ENGINE_MATRIX, STH_ENGINE_STORE, 5));
    sth_order_wait(&order, STH_ENGINE_MATRIX, 1u << 3);
    assert_true(
        sth_order_before(&order, STH_ENGINE_MATRIX, STH_ENGINE_STORE, 8));
    assert_false(
        sth_order_before(&order, STH_ENGINE_VECTOR, STH_ENGINE_STORE, 0));
}

static void test_order_misuse_is_told_once(void **state)
{
    static struct sth_order order;
    struct sth_order_clock clock = {{0}};

    (void)state;
    sth_order_reset(&order);
    assert_int_equal(sth_order_post(&order, STH_ENGINE_LOAD, 0x6, &clock), 0);
    assert_int_equal(sth_order_post(&order, STH_ENGINE_STORE, 0x5, &clock), 4);
    assert_int_equal(order.semaphore[2].poster, STH_ENGINE_LOAD);
    assert_int_equal(sth_order_post(&order, STH_ENGINE_STORE, 0x4, &clock), 0);
    assert_int_equal(sth_order_wait(&order, STH_ENGINE_VECTOR, 0x2), 0);
    assert_int_equal(sth_order_wait(&order, STH_ENGINE_MATRIX, 0x2), 2);
}

/* The largest memories beside the smallest array: granules hold many chunks. */
static struct sth_params largest(void)
{
    struct sth_params params = program_params();

    params.array_rows = 4;
    params.array_cols = 4;
    params.vector_lanes = 4;
    params.sp_bytes = STH_MAX_SpBytes;
    params.acc_bytes = STH_MAX_AccBytes;
    return params;
}

static struct sth_command row_of_x(uint32_t x, uint32_t d)
{
    struct sth_command c = {{STH_OP_VECTOR}};

    STH_SET(&c, VECTOR_ROWS, 1);
    STH_SET(&c, VECTOR_COLS, 4);
    STH_SET(&c, VECTOR_WRITE, 1);
    STH_SET(&c, VECTOR_X_SP, 1);
    STH_SET(&c, VECTOR_X_ADDR, x);
    STH_SET(&c, VECTOR_D_SP, 1);
    STH_SET(&c, VECTOR_D_ADDR, d);
    return c;
}

static void test_sanitizer_of_large_memories_sees_bytes(void **state)
{
    const uint32_t top = STH_MAX_SpBytes - 64;
    struct sth_params params = largest();
    static struct sth_diagnostics found;
    struct sth_sanitizer *s = sth_sanitizer_create(&params, &found);
    struct sth_command load = command_load(0x1000, top, 4);
    struct sth_command c;

    (void)state;
    assert_non_null(s);
    sth_sanitizer_start(s, STH_ENGINE_LOAD, 0, &load);
    load = command_load(0x2000, top + 4, 4);
    sth_sanitizer_start(s, STH_ENGINE_LOAD, 1, &load);
    assert_int_equal(found.count, 0);

    /* Beside what it reads, in the same granule: reads race, nothing else. */
    c = row_of_x(top, top + 8);
    sth_sanitizer_start(s, STH_ENGINE_VECTOR, 2, &c);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.list[0].kind, STH_DIAGNOSTIC_RACE);
    assert_int_equal(found.list[0].other, 0);

    /* x and d are the same bytes with other strides: not in place. */
    c = row_of_x(top + 8, top + 8);
    STH_SET(&c, VECTOR_D_ROW, 1);
    sth_sanitizer_start(s, STH_ENGINE_VECTOR, 3, &c);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.list[1].kind, STH_DIAGNOSTIC_OVERLAP);

    load = command_load(0x1000, top + 11, 1);
    sth_sanitizer_start(s, STH_ENGINE_LOAD, 4, &load);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.list[2].other, 3);
    sth_sanitizer_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shadow_cells_stay_when_the_table_grows),
        cmocka_unit_test(test_shadow_pages_are_those_asked_for),
        cmocka_unit_test(test_shadow_forgets_accesses_or_all),
        cmocka_unit_test(test_order_waits_learn_from_posts_in_turn),
        cmocka_unit_test(test_order_misuse_is_told_once),
        cmocka_unit_test(test_sanitizer_of_large_memories_sees_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
