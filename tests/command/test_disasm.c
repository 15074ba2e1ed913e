/* Tests of the one-line text of a command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"
#include "sth_disasm.h"

static void assert_text(struct sth_command command, const char *expected)
{
    char text[STH_DISASM_BYTES];

    assert_int_equal(sth_disasm(&command, text, sizeof(text)),
                     strlen(expected));
    assert_string_equal(text, expected);
}

static void test_disasm_load_lists_fields(void **state)
{
    struct sth_command command = command_load(0x10000, 64, 48);

    (void)state;
    STH_SET(&command, LOAD_MEM_HI, 0x12);
    assert_text(command, "LOAD mem=0x1200010000 sp=0x40 len=48 n1=1 n2=1");
}

static void test_disasm_semaphores_are_numbers(void **state)
{
    (void)state;
    assert_text(with_irq(with(command_sync(STH_OP_SYNC_STORE), 0x8001, 4)),
                "SYNC_STORE irq wait=0,15 post=2");
}

static void test_disasm_vector_names_values(void **state)
{
    struct sth_command command = command_vector(3, 512, 4, 16);

    (void)state;
    STH_SET(&command, VECTOR_FUNC, STH_FUNC_PHI);
    STH_SET(&command, VECTOR_MULSEL, STH_OPERAND_SELF);
    STH_SET(&command, VECTOR_MASK_OFFSET, 0xffffe);
    STH_SET(&command, VECTOR_MASK_ROWS, 3);
    STH_SET(&command, VECTOR_MASK_WINDOW, 8191);
    assert_text(command, "VECTOR rows=4 cols=16 func=phi mulsel=self write "
                         "mask_window=8191 x_addr=3 "
                         "x_type=i32 x_row=1 d_addr=512 d_sp d_type=i8 d_row=1 "
                         "mask_offset=-2 mask_rows=3");
}

static void test_disasm_unknown_opcode_shows_words(void **state)
{
    struct sth_command command = {{0xee}};
    char text[STH_DISASM_BYTES];

    (void)state;
    sth_disasm(&command, text, sizeof(text));
    assert_memory_equal(text, "unknown 000000ee 00000000", 25);
}

static void test_disasm_small_buffer_is_cut(void **state)
{
    struct sth_command command = command_load(0, 0, 1);
    char text[8];

    (void)state;
    assert_true(sth_disasm(&command, text, sizeof(text)) > sizeof(text));
    assert_string_equal(text, "LOAD me");
}

/* Every bit of every field set: the bound of the header holds. */
static void test_disasm_longest_text_fits(void **state)
{
    static const uint32_t opcodes[] = {STH_OP_LOAD, STH_OP_MATMUL,
                                       STH_OP_VECTOR, STH_OP_STORE, 0xff};

    (void)state;
    for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
        struct sth_command command;

        memset(&command, 0xff, sizeof(command));
        STH_SET(&command, ANY_OPCODE, opcodes[i]);
        assert_true(sth_disasm(&command, NULL, 0) < STH_DISASM_BYTES);
    }
}

static void test_disasm_names_of_codes(void **state)
{
    (void)state;
    assert_string_equal(sth_opcode_name(STH_OP_MATMUL), "MATMUL");
    assert_null(sth_opcode_name(0));
    assert_string_equal(sth_engine_name(STH_ENGINE_STORE), "STORE");
    assert_null(sth_engine_name(4));
    assert_string_equal(sth_fault_name(STH_FAULT_WATCHDOG), "WATCHDOG");
    assert_null(sth_fault_name(99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disasm_load_lists_fields),
        cmocka_unit_test(test_disasm_semaphores_are_numbers),
        cmocka_unit_test(test_disasm_vector_names_values),
        cmocka_unit_test(test_disasm_unknown_opcode_shows_words),
        cmocka_unit_test(test_disasm_small_buffer_is_cut),
        cmocka_unit_test(test_disasm_longest_text_fits),
        cmocka_unit_test(test_disasm_names_of_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
