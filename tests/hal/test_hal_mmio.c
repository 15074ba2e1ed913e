/* The memory-mapped HAL, in front of registers that are plain memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sth_hal.h"
#include "sth_spec.h"

struct machine {
    uint32_t reg[STH_REG_SPACE / 4];
    uint8_t memory[256];
    struct sth_hal hal;
};

static int setup(void **state)
{
    static struct machine m;

    memset(&m, 0, sizeof(m));
    sth_hal_mmio_init(&m.hal, (uintptr_t)m.reg, (uintptr_t)m.memory, NULL);
    *state = &m;
    return 0;
}

static void test_mmio_registers_are_words_at_their_offsets(void **state)
{
    struct machine *m = *state;
    uint32_t written = 0;

    m->reg[STH_REG_STATUS / 4] = 0x89abcdef;
    assert_int_equal(sth_hal_reg_read(&m->hal, STH_REG_STATUS), 0x89abcdef);
    sth_hal_reg_write(&m->hal, STH_REG_TAIL, 0x01234567);
    assert_int_equal(m->reg[STH_REG_TAIL / 4], 0x01234567);
    for (size_t i = 0; i < STH_REG_SPACE / 4; i++)
        written += m->reg[i] != 0;
    assert_int_equal(written, 2);
}

static void test_mmio_memory_starts_at_its_base(void **state)
{
    struct machine *m = *state;
    uint8_t back[5];

    /* Neither the address nor the length is a multiple of a word. */
    sth_hal_mem_write(&m->hal, 7, "hello", 5);
    assert_memory_equal(m->memory + 7, "hello", 5);
    assert_int_equal(m->memory[6], 0);
    assert_int_equal(m->memory[12], 0);
    sth_hal_mem_read(&m->hal, 7, back, sizeof(back));
    assert_memory_equal(back, "hello", sizeof(back));
}

static void test_mmio_reaches_what_a_pointer_does(void **state)
{
    struct machine *m = *state;
    const uint64_t room = UINTPTR_MAX - (uintptr_t)m->memory;

    assert_true(sth_hal_reaches(&m->hal, 0, sizeof(m->memory)));
    assert_true(sth_hal_reaches(&m->hal, room, 0));
    assert_false(sth_hal_reaches(&m->hal, room, 1));
    assert_false(sth_hal_reaches(&m->hal, 16, UINT64_MAX));
    assert_false(sth_hal_reaches(&m->hal, UINT64_MAX, 1));
}

static void test_mmio_wait_says_why_it_ends(void **state)
{
    struct machine *m = *state;

    assert_int_equal(sth_hal_wait(&m->hal, 10), STH_HAL_WAKE_IDLE);
    m->reg[STH_REG_STATUS / 4] = STH_STATUS_BUSY;
    assert_int_equal(sth_hal_wait(&m->hal, 10), STH_HAL_WAKE_TIMEOUT);
    m->reg[STH_REG_IRQ_STATUS / 4] = STH_IRQ_STATUS_FAULT;
    assert_int_equal(sth_hal_wait(&m->hal, 10), STH_HAL_WAKE_TIMEOUT);
    m->reg[STH_REG_IRQ_ENABLE / 4] = STH_IRQ_STATUS_FAULT;
    assert_int_equal(sth_hal_wait(&m->hal, 10), STH_HAL_WAKE_INTERRUPT);
    assert_int_equal(sth_hal_wait(&m->hal, 0), STH_HAL_WAKE_INTERRUPT);
    m->reg[STH_REG_IRQ_STATUS / 4] = ~(uint32_t)STH_IRQ_STATUS_FAULT;
    assert_int_equal(sth_hal_wait(&m->hal, 0), STH_HAL_WAKE_TIMEOUT);
}

/* Looks between sleeps: after the third something is there. */
static struct machine *sleeping;
static unsigned sleeps;

static bool sleep_thrice(uint64_t max_cycles, bool again)
{
    assert_int_equal(max_cycles, 77);
    assert_int_equal(again, sleeps != 0);
    if (++sleeps == 3)
        sleeping->reg[STH_REG_IRQ_STATUS / 4] = STH_IRQ_STATUS_COMMAND;
    return true;
}

static bool sleep_over(uint64_t max_cycles, bool again)
{
    (void)max_cycles;
    (void)again;
    return ++sleeps != 2;
}

static void test_mmio_wait_sleeps(void **state)
{
    struct machine *m = *state;

    sleeping = m;
    sleeps = 0;
    m->reg[STH_REG_STATUS / 4] = STH_STATUS_BUSY;
    m->reg[STH_REG_IRQ_ENABLE / 4] = STH_IRQ_STATUS_COMMAND;
    m->hal.sleep = sleep_thrice;
    assert_int_equal(sth_hal_wait(&m->hal, 77), STH_HAL_WAKE_INTERRUPT);
    assert_int_equal(sleeps, 3);
    m->reg[STH_REG_IRQ_STATUS / 4] = 0;
    sleeps = 0;
    m->hal.sleep = sleep_over;
    assert_int_equal(sth_hal_wait(&m->hal, 77), STH_HAL_WAKE_TIMEOUT);
    assert_int_equal(sleeps, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(test_mmio_registers_are_words_at_their_offsets),
        TEST(test_mmio_memory_starts_at_its_base),
        TEST(test_mmio_reaches_what_a_pointer_does),
        TEST(test_mmio_wait_says_why_it_ends),
        TEST(test_mmio_wait_sleeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
