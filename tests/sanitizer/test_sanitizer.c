/* Tests of the race sanitizer and of the deadlock report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"

/* Masks of semaphores. */
enum { S0 = 1, S1 = 2, S2 = 4, S3 = 8 };

enum { PATIENCE = 1000000 };

static int setup(void **state)
{
    static struct program program;

    program_open(&program, STH_CSIM_FUNCTION_AND_TIME, true);
    program_setup(&program);
    *state = &program;
    return 0;
}

static int teardown(void **state)
{
    program_close(*state);
    return 0;
}

static void put(struct program *p, struct sth_command command)
{
    program_put(p, &command);
}

/* Runs what was put to its end. */
static void run(struct program *p)
{
    program_ring(p);
    program_wait(p, PATIENCE);
}

/* Diagnostics of one kind, the last of them in *found. */
static size_t count(struct program *p, enum sth_diagnostic_kind kind,
                    const struct sth_diagnostic **found)
{
    const struct sth_diagnostic *list;
    size_t n = sth_csim_report(p->dev, &list);
    size_t matches = 0;

    for (size_t i = 0; i < n; i++) {
        if (list[i].kind == kind) {
            matches++;
            *found = &list[i];
        }
    }
    return matches;
}

static void assert_clean(struct program *p)
{
    const struct sth_diagnostic *list;
    size_t n = sth_csim_report(p->dev, &list);

    if (n > 0)
        print_message("%s\n", list[0].text);
    assert_int_equal(n, 0);
}

static void assert_race(struct program *p, uint32_t index, uint32_t other)
{
    const struct sth_diagnostic *d = NULL;

    assert_int_equal(count(p, STH_DIAGNOSTIC_RACE, &d), 1);
    assert_int_equal(d->index, index);
    assert_int_equal(d->other, other);
}

static void test_sanitizer_ordered_pipeline_is_clean(void **state)
{
    struct program *p = *state;

    put(p, command_load(0x1000, 0, 512));
    put(p, with(command_load(0x2000, 4096, 256), 0, S0));
    put(p, with(command_matmul(0, 4096, 0, 16, 16, 16), S0, S1));
    put(p, with(command_vector(0, 8192, 16, 16), S1, S2));
    put(p, with(command_store(0x3000, 8192, 256), S2, S3));
    /* Memory that was stored is loaded again. */
    put(p, with(command_load(0x3000, 8192, 256), S3, 0));
    run(p);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 6);
    assert_clean(p);
}

static void test_sanitizer_read_after_write_without_wait_races(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, command_load(0x1000, 0, 512));
    put(p, command_load(0x2000, 4096, 256));
    put(p, command_matmul(0, 4096, 0, 16, 16, 16));
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_RACE, &d), 2);
    assert_int_equal(d->index, 2);
    assert_non_null(strstr(d->text, "command 2 (MATMUL"));
    assert_non_null(strstr(d->text, "reads scratchpad 0x0..0x10ff"));
    assert_non_null(strstr(d->text, "(LOAD"));
}

static void test_sanitizer_write_after_read_races(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, with(command_load(0x1000, 0, 256), 0, S0));
    put(p, with(command_store(0x3000, 0, 256), S0, 0));
    put(p, with(command_sync(STH_OP_SYNC_LOAD), S1, 0));
    put(p, command_load(0x1000, 255, 1));
    put(p, with(command_sync(STH_OP_SYNC_MATRIX), 0, S1));
    run(p);
    /* One with the store, one with the first load, since loads overlap. */
    assert_int_equal(count(p, STH_DIAGNOSTIC_RACE, &d), 2);
    assert_true(d->index == 3 || d->other == 3);
}

static void test_sanitizer_what_the_host_saw_retire_comes_before(void **state)
{
    struct program *p = *state;

    put(p, command_load(0x1000, 0, 512));
    run(p);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 1);
    put(p, command_load(0x2000, 0, 512));
    run(p);
    assert_clean(p);
    /* Nobody looked: that the one was done before the other was luck. */
    put(p, command_load(0x1000, 0, 512));
    run(p);
    assert_race(p, 2, 1);
}

static void test_sanitizer_accumulator_write_races_with_vector(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, with(command_load(0x1000, 0, 8192), 0, S0));
    put(p, with(command_matmul(0, 4096, 0, 64, 16, 16), S0, S1));
    put(p, with(command_vector(0, 16384, 64, 16), S1, 0));
    put(p, command_matmul(0, 4096, 63, 1, 16, 16));
    run(p);
    /* The second product starts before the vector command. */
    assert_race(p, 2, 3);
    count(p, STH_DIAGNOSTIC_RACE, &d);
    assert_non_null(strstr(d->text, "writes acc rows 63..63"));
    assert_non_null(strstr(d->text, "reads acc rows 0..63"));
    assert_non_null(strstr(d->text, "at acc row 63"));
}

static void test_sanitizer_order_is_transitive(void **state)
{
    struct program *p = *state;

    put(p, with(command_load(0x1000, 0, 256), 0, S0));
    put(p, with(command_sync(STH_OP_SYNC_MATRIX), S0, S1));
    put(p, with(command_sync(STH_OP_SYNC_VECTOR), S1, S2));
    put(p, with(command_store(0x3000, 0, 256), S2, 0));
    run(p);
    assert_clean(p);
}

/* The n-th wait knows of the n-th post, not of the latest. */
static void test_sanitizer_first_wait_pairs_with_first_post(void **state)
{
    struct program *p = *state;

    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with(command_load(0x1000, 64, 64), 0, S0));
    put(p, with(command_sync(STH_OP_SYNC_STORE), 0, 0));
    put(p, with(command_store(0x3000, 64, 64), S0, 0));
    run(p);
    assert_race(p, 3, 1);
}

static void test_sanitizer_adjacent_unaligned_copies_are_clean(void **state)
{
    struct program *p = *state;

    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, command_load(0x2000, 67, 30));
    put(p, command_load(0x3000, 97, 5));
    put(p, with(command_store(0x5003, 3, 13), S0, 0));
    put(p, command_store(0x5010, 16, 7));
    put(p, command_store(0x5017, 23, 9));
    run(p);
    assert_clean(p);
}

static void test_sanitizer_overlapping_stores_race(void **state)
{
    struct program *p = *state;

    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with(command_store(0x5000, 0, 8), S0, 0));
    put(p, command_store(0x5007, 0, 8));
    run(p);
    assert_race(p, 2, 1);
}

static void test_sanitizer_load_of_memory_being_stored_races(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with(command_store(0x5000, 0, 64), S0, 0));
    put(p, command_load(0x503f, 128, 1));
    run(p);
    /* Whichever of the two starts first is the other's partner. */
    assert_int_equal(count(p, STH_DIAGNOSTIC_RACE, &d), 1);
    assert_int_equal(d->index + d->other, 3);
}

static void test_sanitizer_load_onto_itself_overlaps(void **state)
{
    struct program *p = *state;
    struct sth_command command = command_load(0x1000, 0, 64);
    const struct sth_diagnostic *d = NULL;

    STH_SET(&command, LOAD_N1, 2);
    STH_SET(&command, LOAD_SP_S1, 63);
    put(p, command);
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_OVERLAP, &d), 1);
    assert_non_null(strstr(d->text, "writes the same bytes twice"));
}

/* d over x with the same strides is allowed, shifted by a row it is not. */
static void test_sanitizer_vector_in_place_is_clean(void **state)
{
    struct program *p = *state;
    struct sth_command command = command_vector(0, 0, 16, 16);
    const struct sth_diagnostic *d = NULL;

    put(p, with(command_load(0x1000, 0, 1024), 0, S0));
    STH_SET(&command, VECTOR_X_SP, 1);
    STH_SET(&command, VECTOR_X_TYPE, STH_DTYPE_I8);
    put(p, with(command, S0, 0));
    run(p);
    assert_clean(p);
    STH_SET(&command, VECTOR_D_ADDR, 16);
    put(p, command);
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_OVERLAP, &d), 1);
    assert_int_equal(d->index, 2);
}

static void test_sanitizer_unwritten_read_is_named(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, command_store(0x5000, 100, 8));
    put(p, command_vector(5, 0, 1, 16));
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_UNWRITTEN, &d), 2);
}

/* Lanes beyond K, N and COLS have no effect and are not watched. */
static void test_sanitizer_padding_is_not_read(void **state)
{
    struct program *p = *state;
    struct sth_command load = command_load(0x1000, 0, 5);
    struct sth_command matmul = command_matmul(0, 4096, 0, 4, 3, 5);

    STH_SET(&load, LOAD_N1, 4);
    STH_SET(&load, LOAD_SP_S1, 32);
    put(p, load);
    load = command_load(0x1000, 4096, 6);
    STH_SET(&load, LOAD_N1, 3);
    STH_SET(&load, LOAD_SP_S1, 32);
    put(p, with(load, 0, S0));
    put(p, with(matmul, S0, 0));
    run(p);
    assert_clean(p);
}

static void test_sanitizer_second_poster_is_named(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, with(command_sync(STH_OP_SYNC_LOAD), 0, S0));
    put(p, with(command_sync(STH_OP_SYNC_MATRIX), 0, S0));
    put(p, with(command_sync(STH_OP_SYNC_STORE), S0, 0));
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_SEMAPHORE, &d), 1);
    assert_non_null(strstr(d->text, "semaphore 0"));
}

static void test_deadlock_names_engine_and_semaphore(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, with(command_load(0x1000, 0, 64), S1, S0));
    put(p, with(command_store(0x3000, 0, 64), S0 | S2, S1));
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_DEADLOCK, &d), 1);
    assert_int_equal(d->index, 0);
    assert_non_null(strstr(d->text, "LOAD waits at command 0"));
    assert_non_null(strstr(d->text, "semaphore 1, which command 1 would post"));
    assert_non_null(strstr(d->text, "semaphore 2, which nobody queued posts"));
}

static void test_deadlock_ends_when_the_post_arrives(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    put(p, with(command_load(0x1000, 0, 64), S1, 0));
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_DEADLOCK, &d), 1);
    put(p, with(command_sync(STH_OP_SYNC_STORE), 0, S1));
    run(p);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 2);
    assert_clean(p);
}

static void test_deadlock_full_queue_is_named(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *d = NULL;

    /* The post is behind more matrix commands than the queue holds. */
    for (int i = 0; i < 10; i++)
        put(p, with(command_sync(STH_OP_SYNC_MATRIX), S0, 0));
    put(p, with(command_sync(STH_OP_SYNC_LOAD), 0, S0));
    run(p);
    assert_int_equal(count(p, STH_DIAGNOSTIC_DEADLOCK, &d), 1);
    assert_non_null(strstr(d->text, "which command 10 would post"));
    assert_non_null(strstr(d->text, "command 8 finds the MATRIX queue full"));
}

static void test_deadlock_is_listed_after_a_full_list(void **state)
{
    struct program *p = *state;
    const struct sth_diagnostic *list;

    for (uint32_t i = 0; i < STH_DIAGNOSTICS_MAX + 6; i++)
        put(p, command_store(0x10000 + 64 * i, 64 * i, 64));
    put(p, with(command_sync(STH_OP_SYNC_MATRIX), S0, 0));
    run(p);
    assert_int_equal(sth_csim_report(p->dev, &list), STH_REPORT_MAX);
    assert_int_equal(list[0].kind, STH_DIAGNOSTIC_UNWRITTEN);
    assert_int_equal(list[STH_REPORT_MAX - 1].kind, STH_DIAGNOSTIC_DEADLOCK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_sanitizer_ordered_pipeline_is_clean),
        TEST(test_sanitizer_read_after_write_without_wait_races),
        TEST(test_sanitizer_write_after_read_races),
        TEST(test_sanitizer_what_the_host_saw_retire_comes_before),
        TEST(test_sanitizer_accumulator_write_races_with_vector),
        TEST(test_sanitizer_order_is_transitive),
        TEST(test_sanitizer_first_wait_pairs_with_first_post),
        TEST(test_sanitizer_adjacent_unaligned_copies_are_clean),
        TEST(test_sanitizer_overlapping_stores_race),
        TEST(test_sanitizer_load_of_memory_being_stored_races),
        TEST(test_sanitizer_load_onto_itself_overlaps),
        TEST(test_sanitizer_vector_in_place_is_clean),
        TEST(test_sanitizer_unwritten_read_is_named),
        TEST(test_sanitizer_padding_is_not_read),
        TEST(test_sanitizer_second_poster_is_named),
        TEST(test_deadlock_names_engine_and_semaphore),
        TEST(test_deadlock_ends_when_the_post_arrives),
        TEST(test_deadlock_full_queue_is_named),
        TEST(test_deadlock_is_listed_after_a_full_list),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
