/* Tests of the command checks, against the tables of docs/programming.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"
#include "sth_decode.h"

static struct sth_decoder decoder;

static int setup(void **state)
{
    struct sth_params params = program_params();

    (void)state;
    sth_decode_init(&decoder, &params);
    return 0;
}

static void assert_fault(struct sth_command command, enum sth_fault code,
                         uint32_t word)
{
    struct sth_decode_fault fault = sth_decode_check(&decoder, &command);

    assert_int_equal(fault.code, code);
    assert_int_equal(fault.word, word);
}

static void assert_legal(struct sth_command command)
{
    assert_fault(command, STH_FAULT_NONE, 0);
}

/* A copy of command with one field changed. */
#define CHANGED(command, field, value)                                         \
    changed(command, STH_##field##_WORD, STH_##field##_LSB,                    \
            STH_##field##_WIDTH, value)

static struct sth_command changed(struct sth_command command, uint32_t word,
                                  uint32_t lsb, uint32_t width, uint32_t value)
{
    sth_command_set(&command, word, lsb, width, value);
    return command;
}

static struct sth_command load(void)
{
    return command_load(0x1000, 0, 64);
}

static struct sth_command matmul(void)
{
    return command_matmul(0, 4096, 0, 32, 16, 64);
}

static struct sth_command vector(void)
{
    return command_vector(0, 0, 32, 16);
}

static void test_decode_legal_commands_pass(void **state)
{
    (void)state;
    assert_legal(load());
    assert_legal(command_store(0x1000, 0, 64));
    assert_legal(matmul());
    assert_legal(vector());
    for (uint32_t op = STH_OP_SYNC_LOAD; op <= STH_OP_SYNC_STORE; op++)
        assert_legal(with_irq(with(command_sync(op), 0xffff, 0xffff)));
}

static void test_decode_unknown_opcode_is_opcode(void **state)
{
    (void)state;
    for (uint32_t op = 0; op < 256; op++) {
        if (op < 0x10 || (op > 0x13 && op < 0x20) || op > 0x40)
            assert_fault(command_sync(op), STH_FAULT_OPCODE, 0);
    }
}

static void test_decode_stray_bit_names_lowest_word(void **state)
{
    struct sth_command command = load();

    (void)state;
    command.word[11] = 1;
    assert_fault(command, STH_FAULT_RESERVED, 11);
    command.word[3] |= 0x100;
    assert_fault(command, STH_FAULT_RESERVED, 3);
    command = command_sync(STH_OP_SYNC_LOAD);
    command.word[2] = 1;
    assert_fault(command, STH_FAULT_RESERVED, 2);
    command.word[0] |= 0x200;
    assert_fault(command, STH_FAULT_RESERVED, 0);
}

static void test_decode_reserved_comes_before_field(void **state)
{
    struct sth_command command = CHANGED(load(), LOAD_LEN, 0);

    (void)state;
    command.word[15] = 1;
    assert_fault(command, STH_FAULT_RESERVED, 15);
}

static void test_decode_copy_fields(void **state)
{
    (void)state;
    assert_fault(CHANGED(load(), LOAD_LEN, 0), STH_FAULT_FIELD, 5);
    assert_fault(CHANGED(load(), LOAD_N1, 0), STH_FAULT_FIELD, 6);
    assert_fault(CHANGED(load(), LOAD_N2, 0), STH_FAULT_FIELD, 6);
    assert_fault(CHANGED(command_store(0, 0, 1), STORE_N2, 0), STH_FAULT_FIELD,
                 6);
}

static void test_decode_copy_ranges(void **state)
{
    struct sth_command command = load();

    (void)state;
    STH_SET(&command, LOAD_SP, 262144 - 64);
    assert_legal(command);
    STH_SET(&command, LOAD_SP, 262144 - 63);
    assert_fault(command, STH_FAULT_RANGE, 4);
    STH_SET(&command, LOAD_MEM_HI, 0xff);
    STH_SET(&command, LOAD_MEM_LO, 0xffffffc1);
    assert_fault(command, STH_FAULT_RANGE, 2);
    STH_SET(&command, LOAD_SP, 0);
    STH_SET(&command, LOAD_MEM_LO, 0xffffffc0);
    assert_legal(command);
    STH_SET(&command, LOAD_N1, 2);
    STH_SET(&command, LOAD_MEM_S1, 1);
    assert_fault(command, STH_FAULT_RANGE, 2);
}

static void test_decode_copy_strides_do_not_wrap(void **state)
{
    struct sth_command command = load();

    (void)state;
    STH_SET(&command, LOAD_N1, 0xffff);
    STH_SET(&command, LOAD_N2, 0xffff);
    STH_SET(&command, LOAD_SP_S1, 0xffffff);
    STH_SET(&command, LOAD_SP_S2, 0xffffff);
    assert_fault(command, STH_FAULT_RANGE, 4);
    STH_SET(&command, LOAD_MEM_S1, 0xffffffff);
    assert_fault(command, STH_FAULT_RANGE, 2);
}

static void test_decode_matmul_fields(void **state)
{
    (void)state;
    assert_fault(CHANGED(matmul(), MATMUL_M, 0), STH_FAULT_FIELD, 5);
    assert_fault(CHANGED(matmul(), MATMUL_N, 0), STH_FAULT_FIELD, 5);
    assert_fault(CHANGED(matmul(), MATMUL_K, 0), STH_FAULT_FIELD, 6);
    assert_legal(CHANGED(matmul(), MATMUL_HALVES, 2));
    assert_fault(CHANGED(matmul(), MATMUL_HALVES, 3), STH_FAULT_FIELD, 6);
}

/* On a chip of one type; the type is in the word of K. */
static void test_decode_matmul_type_must_be_there(void **state)
{
    const struct sth_command bf16 = CHANGED(matmul(), MATMUL_BF16, 1);
    struct sth_params params = program_params();

    (void)state;
    params.data_types = STH_DATA_TYPE_INT8;
    sth_decode_init(&decoder, &params);
    assert_legal(matmul());
    assert_fault(bf16, STH_FAULT_FIELD, 6);
    params.data_types = STH_DATA_TYPE_BF16;
    sth_decode_init(&decoder, &params);
    assert_legal(bf16);
    assert_fault(matmul(), STH_FAULT_FIELD, 6);
    params.data_types = STH_DATA_TYPE_INT8 | STH_DATA_TYPE_BF16;
    sth_decode_init(&decoder, &params);
    assert_legal(bf16);
    assert_legal(matmul());
}

static void test_decode_matmul_alignment(void **state)
{
    (void)state;
    assert_fault(CHANGED(matmul(), MATMUL_A, 8), STH_FAULT_ALIGN, 2);
    assert_fault(CHANGED(matmul(), MATMUL_W, 1), STH_FAULT_ALIGN, 3);
    assert_fault(CHANGED(matmul(), MATMUL_A_ROW, 8), STH_FAULT_ALIGN, 7);
    assert_fault(CHANGED(matmul(), MATMUL_A_K, 8), STH_FAULT_ALIGN, 8);
    assert_fault(CHANGED(matmul(), MATMUL_W_ROW, 8), STH_FAULT_ALIGN, 9);
    assert_fault(CHANGED(matmul(), MATMUL_W_K, 8), STH_FAULT_ALIGN, 10);
    assert_fault(CHANGED(matmul(), MATMUL_W_N, 8), STH_FAULT_ALIGN, 11);
    /* 16 bytes are half a row of either type. */
    assert_fault(CHANGED(matmul(), MATMUL_A, 16), STH_FAULT_ALIGN, 2);
    assert_fault(CHANGED(CHANGED(matmul(), MATMUL_A, 16), MATMUL_BF16, 1),
                 STH_FAULT_ALIGN, 2);
    /* Tiles of half as many lanes lie at multiples of half as much. */
    assert_legal(CHANGED(CHANGED(matmul(), MATMUL_A, 16), MATMUL_HALVES, 1));
    assert_fault(CHANGED(CHANGED(matmul(), MATMUL_A, 8), MATMUL_HALVES, 1),
                 STH_FAULT_ALIGN, 2);
}

static void test_decode_matmul_ranges(void **state)
{
    struct sth_command command = matmul();

    (void)state;
    /* 31 rows of 64 bytes, the second depth tile, 32 bytes. */
    STH_SET(&command, MATMUL_A, 262144 - 31 * 64 - 32 - 32);
    assert_legal(command);
    STH_SET(&command, MATMUL_A, 262144 - 31 * 64 - 32);
    assert_fault(command, STH_FAULT_RANGE, 2);
    command = matmul();
    STH_SET(&command, MATMUL_W, 262144 - 1024);
    assert_legal(command);
    STH_SET(&command, MATMUL_W, 262144 - 1024 + 32);
    assert_fault(command, STH_FAULT_RANGE, 3);
    /* Rows of pairs beyond K are not read; one of half a pair is. */
    assert_fault(CHANGED(command, MATMUL_K, 63), STH_FAULT_RANGE, 3);
    STH_SET(&command, MATMUL_K, 62);
    assert_legal(command);
    /* In the west it is the columns that count. */
    STH_SET(&command, MATMUL_WEST, 1);
    assert_fault(command, STH_FAULT_RANGE, 3);
    STH_SET(&command, MATMUL_N, 15);
    assert_legal(command);
    command = matmul();
    STH_SET(&command, MATMUL_ACC, 1024 - 32);
    assert_legal(command);
    STH_SET(&command, MATMUL_ACC, 1024 - 31);
    assert_fault(command, STH_FAULT_RANGE, 4);
}

/* The tile before the last may reach further when the last is short. */
static void test_decode_matmul_range_of_full_tile_before_last(void **state)
{
    struct sth_command command = matmul();

    (void)state;
    STH_SET(&command, MATMUL_K, 33);
    STH_SET(&command, MATMUL_W_K, 32);
    STH_SET(&command, MATMUL_W, 262144 - 512);
    assert_legal(command);
    STH_SET(&command, MATMUL_W, 262144 - 480);
    assert_fault(command, STH_FAULT_RANGE, 3);
}

static void test_decode_vector_fields(void **state)
{
    (void)state;
    assert_fault(CHANGED(vector(), VECTOR_ROWS, 0), STH_FAULT_FIELD, 2);
    assert_fault(CHANGED(vector(), VECTOR_COLS, 0), STH_FAULT_FIELD, 2);
    assert_fault(CHANGED(vector(), VECTOR_FUNC, 8), STH_FAULT_FIELD, 3);
    assert_fault(CHANGED(vector(), VECTOR_GATE, 3), STH_FAULT_FIELD, 3);
    assert_fault(CHANGED(vector(), VECTOR_MULSEL, 5), STH_FAULT_FIELD, 3);
    assert_fault(CHANGED(vector(), VECTOR_ADDSEL, STH_OPERAND_SELF),
                 STH_FAULT_FIELD, 3);
    assert_fault(CHANGED(vector(), VECTOR_ADDOP, 3), STH_FAULT_FIELD, 3);
    assert_fault(CHANGED(vector(), VECTOR_WRITE, 0), STH_FAULT_FIELD, 3);
    assert_fault(CHANGED(vector(), VECTOR_X_TYPE, STH_DTYPE_BF16),
                 STH_FAULT_FIELD, 6);
    assert_fault(CHANGED(vector(), VECTOR_D_SP, 0), STH_FAULT_FIELD, 12);
}

static void test_decode_vector_unused_operand_is_ignored(void **state)
{
    struct sth_command command = vector();

    (void)state;
    /* y: a type that the accumulator does not hold, far outside. */
    STH_SET(&command, VECTOR_Y_ADDR, 0xffffff);
    STH_SET(&command, VECTOR_Y_TYPE, STH_DTYPE_I8);
    assert_legal(command);
    STH_SET(&command, VECTOR_MULSEL, STH_OPERAND_IMM);
    assert_legal(command);
    STH_SET(&command, VECTOR_MULSEL, STH_OPERAND_STREAM);
    assert_fault(command, STH_FAULT_FIELD, 8);
    STH_SET(&command, VECTOR_Y_TYPE, STH_DTYPE_FP32);
    assert_fault(command, STH_FAULT_RANGE, 8);
}

static void test_decode_vector_alignment(void **state)
{
    struct sth_command command = vector();

    (void)state;
    assert_fault(CHANGED(command, VECTOR_D_ADDR, 8), STH_FAULT_ALIGN, 12);
    STH_SET(&command, VECTOR_D_TYPE, STH_DTYPE_BF16);
    assert_fault(command, STH_FAULT_ALIGN, 13);
    STH_SET(&command, VECTOR_D_ROW, 2);
    assert_legal(command);
    assert_fault(CHANGED(command, VECTOR_D_TILE, 1), STH_FAULT_ALIGN, 13);
    /* The tile stride of a scalar operand means nothing. */
    STH_SET(&command, VECTOR_ADDSEL, STH_OPERAND_SCALAR);
    STH_SET(&command, VECTOR_Z_SP, 1);
    STH_SET(&command, VECTOR_Z_TYPE, STH_DTYPE_FP32);
    STH_SET(&command, VECTOR_Z_ROW, 4);
    STH_SET(&command, VECTOR_Z_TILE, 1);
    assert_legal(command);
    assert_fault(CHANGED(command, VECTOR_Z_ROW, 2), STH_FAULT_ALIGN, 11);
}

static void test_decode_vector_ranges(void **state)
{
    struct sth_command command = vector();

    (void)state;
    assert_legal(CHANGED(command, VECTOR_X_ADDR, 1024 - 32));
    assert_fault(CHANGED(command, VECTOR_X_ADDR, 1024 - 31), STH_FAULT_RANGE,
                 6);
    assert_legal(CHANGED(command, VECTOR_D_ADDR, 262144 - 512));
    assert_fault(CHANGED(command, VECTOR_D_ADDR, 262144 - 496), STH_FAULT_RANGE,
                 12);
    STH_SET(&command, VECTOR_REDUCE, STH_REDUCE_SUM);
    assert_legal(CHANGED(command, VECTOR_R_ADDR, 1022));
    assert_fault(CHANGED(command, VECTOR_R_ADDR, 1023), STH_FAULT_RANGE, 14);
}

static void test_decode_lowest_word_of_a_class_wins(void **state)
{
    struct sth_command command = vector();

    (void)state;
    STH_SET(&command, VECTOR_X_ADDR, 4096);
    STH_SET(&command, VECTOR_D_ADDR, 262144);
    assert_fault(command, STH_FAULT_RANGE, 6);
    command = matmul();
    STH_SET(&command, MATMUL_W_N, 1);
    STH_SET(&command, MATMUL_A_K, 1);
    assert_fault(command, STH_FAULT_ALIGN, 8);
}

static void test_decode_engine_of_opcode(void **state)
{
    struct sth_command command = matmul();

    (void)state;
    assert_int_equal(sth_decode_engine(&command), STH_ENGINE_MATRIX);
    assert_false(sth_decode_is_sync(&command));
    command = command_sync(STH_OP_SYNC_VECTOR);
    assert_int_equal(sth_decode_engine(&command), STH_ENGINE_VECTOR);
    assert_true(sth_decode_is_sync(&command));
}

/* The last byte and the last row, of capacities that are no powers of two and
 * of the largest. */
static void test_decode_ranges_end_with_any_capacity(void **state)
{
    const struct {
        uint32_t sp_bytes, acc_bytes;
    } chips[] = {{5 * 256, 3 * 256},
                 {STH_MAX_SpBytes - 256, STH_MAX_AccBytes - 256},
                 {STH_MAX_SpBytes, STH_MAX_AccBytes}};

    (void)state;
    for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
        struct sth_params params = program_params();
        uint32_t sp = chips[i].sp_bytes, acc_rows = chips[i].acc_bytes / 64;

        params.sp_bytes = sp;
        params.acc_bytes = chips[i].acc_bytes;
        sth_decode_init(&decoder, &params);
        assert_legal(command_load(0, sp - 7, 7));
        assert_fault(command_load(0, sp - 7, 8), STH_FAULT_RANGE, 4);
        assert_legal(command_matmul(sp - 128, 0, acc_rows - 4, 4, 16, 16));
        assert_fault(command_matmul(sp - 128, 0, acc_rows - 4, 5, 16, 16),
                     STH_FAULT_RANGE, 2);
        assert_fault(command_matmul(0, 0, acc_rows - 4, 5, 16, 16),
                     STH_FAULT_RANGE, 4);
        assert_legal(command_matmul(0, sp - 256, 0, 1, 16, 16));
        assert_fault(command_matmul(0, sp - 256, 0, 1, 16, 17), STH_FAULT_RANGE,
                     3);
        assert_legal(command_vector(acc_rows - 4, sp - 64, 4, 16));
        assert_fault(command_vector(acc_rows - 4, sp - 128, 5, 16),
                     STH_FAULT_RANGE, 6);
        assert_fault(command_vector(0, sp - 64, 5, 16), STH_FAULT_RANGE, 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_legal_commands_pass),
        cmocka_unit_test(test_decode_unknown_opcode_is_opcode),
        cmocka_unit_test(test_decode_stray_bit_names_lowest_word),
        cmocka_unit_test(test_decode_reserved_comes_before_field),
        cmocka_unit_test(test_decode_copy_fields),
        cmocka_unit_test(test_decode_copy_ranges),
        cmocka_unit_test_teardown(test_decode_ranges_end_with_any_capacity,
                                  setup),
        cmocka_unit_test(test_decode_copy_strides_do_not_wrap),
        cmocka_unit_test(test_decode_matmul_fields),
        cmocka_unit_test(test_decode_matmul_type_must_be_there),
        cmocka_unit_test(test_decode_matmul_alignment),
        cmocka_unit_test(test_decode_matmul_ranges),
        cmocka_unit_test(test_decode_matmul_range_of_full_tile_before_last),
        cmocka_unit_test(test_decode_vector_fields),
        cmocka_unit_test(test_decode_vector_unused_operand_is_ignored),
        cmocka_unit_test(test_decode_vector_alignment),
        cmocka_unit_test(test_decode_vector_ranges),
        cmocka_unit_test(test_decode_lowest_word_of_a_class_wins),
        cmocka_unit_test(test_decode_engine_of_opcode),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
