/* What `monitor` says of an accelerator, and that asking takes no time. */
#include "csim_fixture.h"

#include <stdio.h>

#include "sth_gdb_chip.h"

typedef void print(const struct sth_gdb_chip *chip, FILE *out);

static char said[65536];

static const char *say(print *what, const struct sth_gdb_chip *chip)
{
    FILE *out = fmemopen(said, sizeof(said), "w");

    assert_non_null(out);
    what(chip, out);
    assert_int_equal(fclose(out), 0);
    return said;
}

#define SAYS(chip, what, ...)                                                  \
    assert_non_null(strstr(say(sth_gdb_chip_print_##what, chip), __VA_ARGS__))

/* Takes the events that there are. */
static void note(struct program *p, struct sth_gdb_chip *chip)
{
    struct sth_event event;

    while (p->dev->ops->next_event(p->dev, &event))
        sth_gdb_chip_note(chip, &event);
}

static void test_chip_at_rest(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip;
    const uint64_t before = p->dev->ops->cycles(p->dev);

    sth_gdb_chip_init_csim(&chip, p->dev);
    SAYS(&chip, engines,
         "idle; commands: 0 written, 0 fetched, 0 retired\n"
         "LOAD   idle\nMATRIX idle\nVECTOR idle\nSTORE  idle\n");
    SAYS(&chip, queues, "LOAD is empty\nMATRIX is empty\n");
    SAYS(&chip, semaphores, "all are zero\n");
    SAYS(&chip, counters, "all are zero\n");
    SAYS(&chip, ring, "1024 slots at bus address 0x100000\n  all are fetched");
    SAYS(&chip, fault, "no fault is reported\n");
    SAYS(&chip, sanitizer, "nothing was seen\n");
    assert_int_equal(p->dev->ops->cycles(p->dev), before);
}

/* A store waits for what nobody posts, behind one command that is done. */
static void test_chip_stands_still(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip;
    uint64_t before;

    sth_gdb_chip_init_csim(&chip, p->dev);
    put(p, with(command_load(0x1000, 0, 16), 0, 1u << 4));
    put(p, with(command_store(0x3000, 0, 16), 1u << 3, 0));
    put(p, with_irq(with(command_store(0x4000, 0, 16), 0, 0)));
    program_ring(p);
    assert_false(program_wait(p, PATIENCE));
    note(p, &chip);
    before = p->dev->ops->cycles(p->dev);
    SAYS(&chip, engines,
         "busy; commands: 3 written, 3 fetched, 1 retired\n"
         "LOAD   idle\nMATRIX idle\nVECTOR idle\nSTORE  waits     1  STORE");
    assert_non_null(strstr(said, "        for semaphore 3\n"));
    SAYS(&chip, queues, "LOAD is empty");
    assert_non_null(strstr(said, "STORE\n     1  STORE "));
    assert_non_null(strstr(said, "\n     2  STORE "));
    SAYS(&chip, semaphores, " 4: 1\n");
    SAYS(&chip, counters, "LOAD_COMMANDS      1\n");
    SAYS(&chip, ring, "     0  LOAD ");
    assert_non_null(strstr(said, "     2  STORE "));
    SAYS(&chip, sanitizer, "semaphore 3");
    assert_int_equal(p->dev->ops->cycles(p->dev), before);
}

/* One that has not retired stands before many that have. */
static void test_chip_one_is_left_behind(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip, other;

    sth_gdb_chip_init_csim(&chip, p->dev);
    sth_gdb_chip_init_device(&other, p->dev);
    put(p, with(command_store(0x3000, 0, 16), 1u << 3, 0));
    for (int i = 0; i < 20; i++)
        put(p, command_load(0x1000, 0, 16));
    program_ring(p);
    assert_false(program_wait(p, PATIENCE));
    SAYS(&chip, queues, "LOAD is empty");
    assert_non_null(strstr(said, "STORE\n     0  STORE "));
    note(p, &other);
    SAYS(&other, queues, "LOAD is empty");
    assert_non_null(strstr(said, "STORE\n     0  STORE "));
}

static void test_chip_faults(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip;

    sth_gdb_chip_init_csim(&chip, p->dev);
    put(p, command_load(0x1000, 0, 16));
    put(p, command_sync(0xee));
    put(p, command_load(0x1000, 0, 16));
    assert_true(run(p));
    note(p, &chip);
    SAYS(&chip, engines, "faulted; commands: 3 written");
    SAYS(&chip, fault, "OPCODE: ");
    assert_non_null(strstr(said, "\n     1  "));
}

/* Not one of a thousand is fetched, and of those the ring shows a few. */
static void test_chip_ring_is_long(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip;

    sth_gdb_chip_init_csim(&chip, p->dev);
    reg_write(p, STH_REG_CTRL, 0);
    for (int i = 0; i < 1000; i++)
        put(p, command_load(0x1000, 0, 16));
    program_ring(p);
    SAYS(&chip, ring, "  next to be fetched:\n     0  LOAD");
    assert_non_null(strstr(said, "     7  LOAD"));
    assert_non_null(strstr(said, "  and 992 more\n"));
    SAYS(&chip, queues, "1000 are written and not fetched\n");
}

/* Commands run on after many laps of the ring, and after a soft reset. */
static void test_chip_laps_and_resets(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip;

    sth_gdb_chip_init_csim(&chip, p->dev);
    for (int i = 0; i < 3000; i++) {
        put(p, with_irq(command_load(0x1000, 0, 16)));
        assert_true(run(p));
        note(p, &chip);
        reg_write(p, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
    }
    put(p, with(command_load(0x1000, 0, 16), 1, 0));
    program_ring(p);
    assert_false(program_wait(p, PATIENCE));
    SAYS(&chip, engines, "LOAD   waits  3000  LOAD");
    SAYS(&chip, queues, "LOAD\n  3000  LOAD");
    reg_write(p, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    assert_false(program_wait(p, PATIENCE));
    program_setup(p);
    p->tail = 0;
    put(p, with(command_load(0x1000, 0, 16), 1, 0));
    program_ring(p);
    assert_false(program_wait(p, PATIENCE));
    SAYS(&chip, queues, "LOAD\n     0  LOAD");
}

/* Another device is asked over its bus: the same answers, in its time. */
static void test_chip_over_the_bus(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip, other;
    char wanted[sizeof(said)];
    const uint64_t before = p->dev->ops->cycles(p->dev);

    assert_product(p);
    sth_gdb_chip_init_csim(&chip, p->dev);
    sth_gdb_chip_init_device(&other, p->dev);
    strcpy(wanted, say(sth_gdb_chip_print_counters, &chip));
    assert_string_equal(say(sth_gdb_chip_print_counters, &other), wanted);
    strcpy(wanted, say(sth_gdb_chip_print_ring, &chip));
    assert_string_equal(say(sth_gdb_chip_print_ring, &other), wanted);
    SAYS(&other, sanitizer, "nobody looks\n");
    assert_true(p->dev->ops->cycles(p->dev) > before);
}

/* Looking at a counter does not change what a read of its upper half finds. */
static void test_chip_look_latches_nothing(void **state)
{
    struct program *p = *state;
    struct sth_gdb_chip chip;
    const uint32_t cycles = STH_REG_CNT_BASE + 8 * STH_CNT_CYCLES;

    assert_product(p);
    sth_gdb_chip_init_csim(&chip, p->dev);
    for (uint32_t at = 0; at < STH_REG_SPACE; at += 4)
        if (at < STH_REG_CNT_BASE)
            assert_int_equal(chip.reg(chip.user, at), reg_read(p, at));
    assert_int_equal(chip.reg(chip.user, cycles), reg_read(p, cycles));
}

#define CHIP_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHIP_TEST(test_chip_at_rest),
        CHIP_TEST(test_chip_stands_still),
        CHIP_TEST(test_chip_one_is_left_behind),
        CHIP_TEST(test_chip_faults),
        CHIP_TEST(test_chip_ring_is_long),
        CHIP_TEST(test_chip_laps_and_resets),
        CHIP_TEST(test_chip_over_the_bus),
        CHIP_TEST(test_chip_look_latches_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
