/*
 * Tests of symbols, on the test's own program: its addresses are small enough,
 * as the linker places it.  tests/firmware_bugs has those of RV32, and who
 * called there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sth_file.h"
#include "sth_symbols.h"

static char error[256];

/* The program; the caller frees it. */
static char *program(size_t *bytes)
{
    char *file = sth_file_read("/proc/self/exe", bytes, error, sizeof(error));

    assert_non_null(file);
    return file;
}

static struct sth_symbols *open_program(void)
{
    struct sth_symbols *symbols;
    size_t bytes;
    char *file = program(&bytes);

    symbols = sth_symbols_open(file, bytes, error, sizeof(error));
    free(file);
    assert_non_null(symbols);
    return symbols;
}

enum { LANDMARK_LINE = __LINE__ + 1 };
static __attribute__((noipa)) uint32_t landmark(const volatile uint32_t *at)
{
    return *at;
}

static void test_symbols_function_file_and_line(void **state)
{
    struct sth_symbols *symbols = open_program();
    struct sth_symbol place[STH_SYMBOLS_INLINED];
    uint32_t pc = 7;

    (void)state;
    assert_int_equal(landmark(&pc), 7);
    assert_true(sth_symbols_value(symbols, "landmark", &pc));
    assert_int_equal(sth_symbols_find(symbols, pc, place), 1);
    assert_string_equal(place[0].function, "landmark");
    assert_string_equal(place[0].file, "tests/symbols/test_symbols.c");
    assert_in_range(place[0].line, LANDMARK_LINE, LANDMARK_LINE + 2);
    sth_symbols_close(symbols);
}

static void test_symbols_unknown_address(void **state)
{
    struct sth_symbols *symbols = open_program();
    struct sth_symbol place[STH_SYMBOLS_INLINED];
    uint32_t value;

    (void)state;
    assert_int_equal(sth_symbols_find(symbols, 0xfffffff0, place), 1);
    assert_null(place[0].function);
    assert_null(place[0].file);
    assert_false(sth_symbols_value(symbols, "no such symbol", &value));
    sth_symbols_close(symbols);
}

static void count(void *user, uint32_t addr, uint32_t bytes)
{
    uint32_t at = *(uint32_t *)user;

    if (at - addr < bytes)
        *(uint32_t *)user = 0;
}

static void test_symbols_code_holds_functions(void **state)
{
    struct sth_symbols *symbols = open_program();
    uint32_t at;

    (void)state;
    assert_true(sth_symbols_value(symbols, "landmark", &at));
    sth_symbols_code(symbols, count, &at);
    assert_int_equal(at, 0);
    sth_symbols_close(symbols);
}

static bool read_nothing(void *user, uint32_t addr, uint32_t *value)
{
    (void)user;
    (void)addr;
    (void)value;
    return false;
}

/* Cut short or with bytes changed anywhere, it is no file or an odd one. */
static void test_symbols_take_any_file(void **state)
{
    size_t bytes;
    char *file = program(&bytes);
    uint64_t random = 1;

    (void)state;
    assert_null(sth_symbols_open("", 0, error, sizeof(error)));
    assert_string_equal(error, "no ELF file");
    for (int i = 0; i < 60; i++) {
        struct sth_symbol place[STH_SYMBOLS_INLINED];
        const uint32_t x[32] = {0};
        uint32_t calls[8], value = 0x1000;
        struct sth_symbols *symbols;
        size_t length = bytes;

        random = random * 6364136223846793005u + 1442695040888963407u;
        if (i % 2 == 0)
            length = (size_t)(random >> 33) % bytes;
        else
            file[(size_t)(random >> 33) % (i % 4 == 1 ? 4096 : bytes)] ^= 0x41;
        symbols = sth_symbols_open(file, length, error, sizeof(error));
        if (symbols == NULL)
            continue;
        (void)sth_symbols_value(symbols, "landmark", &value);
        (void)sth_symbols_find(symbols, value, place);
        (void)sth_symbols_unwind(symbols, value, x, read_nothing, NULL, calls,
                                 8);
        sth_symbols_close(symbols);
    }
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols_function_file_and_line),
        cmocka_unit_test(test_symbols_unknown_address),
        cmocka_unit_test(test_symbols_code_holds_functions),
        cmocka_unit_test(test_symbols_take_any_file),
    };

    return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
