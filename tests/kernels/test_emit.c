/* Vector passes of several column tiles: their commands, and what they do. */
#include "firmware_fixture.h"

#include "sth_emit.h"

static struct sth_buffer *load(struct sth_schedule *s,
                               const struct sth_operand *operand)
{
    struct sth_block b = {.operand = operand,
                          .rows = operand->rows,
                          .cols = operand->cols,
                          .stride = sth_round_up(operand->cols, 128) * 4};

    b.buffer = sth_schedule_alloc(s, STH_SCHEDULE_SP, b.rows * b.stride);
    sth_emit_load(s, &b);
    return b.buffer;
}

/* out = a * b[0] + b[1], a in the accumulator; returns the commands for it. */
static uint32_t play(uint32_t rows, uint32_t cols)
{
    const uint32_t tiles = sth_ceil_div(cols, 128), stride = tiles * 128 * 4;
    struct fixture t;
    struct sth_schedule *s = &t.schedule;
    struct sth_buffer *sums, *x, *vectors;
    struct sth_operand a, b, out;
    struct sth_pass copy, pass;
    uint32_t commands;

    fixture_open(&t, "server", 3);
    a = fixture_filled(&t, STH_DTYPE_FP32, rows, cols, 1);
    b = fixture_filled(&t, STH_DTYPE_FP32, 2, cols, 1);
    out = fixture_tensor(&t, STH_DTYPE_FP32, rows, cols);
    sth_schedule_begin_operation(s);
    sums = sth_schedule_alloc(s, STH_SCHEDULE_ACC, rows * tiles);
    x = load(s, &a);
    vectors = load(s, &b);
    copy = (struct sth_pass){.rows = rows,
                             .cols = cols,
                             .x = sth_tile_sp(s, x, 0, stride, STH_DTYPE_FP32),
                             .d = sth_tile_acc(sums, 0, rows, STH_DTYPE_FP32)};
    sth_emit_vector(s, &copy);
    pass =
        (struct sth_pass){.rows = rows,
                          .cols = cols,
                          .x = copy.d,
                          .mul = STH_OPERAND_STREAM,
                          .add = STH_OPERAND_STREAM,
                          .y = sth_tile_row(s, vectors, 0, STH_DTYPE_FP32),
                          .z = sth_tile_row(s, vectors, stride, STH_DTYPE_FP32),
                          .d = copy.x};
    sth_emit_vector(s, &pass);
    sth_emit_store(s, &(struct sth_block){.operand = &out,
                                          .rows = rows,
                                          .cols = cols,
                                          .buffer = x,
                                          .stride = stride});
    fixture_finish(&t);
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < cols; c++)
            fixture_near("server", r, c, fixture_get(&t, &out, r, c),
                         fixture_get(&t, &a, r, c) * fixture_get(&t, &b, 0, c) +
                             fixture_get(&t, &b, 1, c),
                         1e-6, 1e-6);
    commands = (uint32_t)t.device->commands[STH_ENGINE_VECTOR];
    fixture_close(&t);
    return commands - 1;
}

static void test_vector_row_vectors_are_read_once_for_many_rows(void **state)
{
    (void)state;
    assert_int_equal(play(64, 3 * 128), 3);
    assert_int_equal(play(64, 3 * 128 - 5), 3);
    assert_int_equal(play(64, 128), 1);
}

/* Few rows spare less than a command takes, and many commands fill a queue. */
static void test_vector_stays_one_command_where_more_take_longer(void **state)
{
    (void)state;
    assert_int_equal(play(16, 3 * 128), 1);
    assert_int_equal(play(64, 5 * 128), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector_row_vectors_are_read_once_for_many_rows),
        cmocka_unit_test(test_vector_stays_one_command_where_more_take_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
