/*
 * The lock-step comparison of devices that give the events and the fault they
 * are told to, one at a time or in a flood, and are reset.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sth_lockstep.h"

enum { EVENTS = 8 };

/* A device that gives the events and the fault it is told to. */
struct source {
    struct sth_device dev;
    struct sth_event event[EVENTS];
    uint32_t given, events;
    uint32_t flood, next; /* more events of engine 0 behind those, numbered */
    uint32_t code, index, ctrl;
};

static uint32_t source_read(struct sth_device *dev, uint32_t offset)
{
    const struct source *s = (const struct source *)dev;

    return offset == STH_REG_FAULT_CODE    ? s->code
           : offset == STH_REG_FAULT_INDEX ? s->index
           : offset == STH_REG_CTRL        ? s->ctrl
                                           : 0;
}

static void source_write(struct sth_device *dev, uint32_t offset,
                         uint32_t value)
{
    (void)dev;
    (void)offset;
    (void)value;
}

static void source_mem_read(struct sth_device *dev, uint64_t addr, void *to,
                            size_t bytes)
{
    (void)dev;
    (void)addr;
    memset(to, 0, bytes);
}

static bool source_event(struct sth_device *dev, struct sth_event *event)
{
    struct source *s = (struct source *)dev;

    if (s->given < s->events) {
        *event = s->event[s->given++];
        return true;
    }
    if (!s->flood)
        return false;
    s->flood--;
    *event = (struct sth_event){.index = s->next++};
    return true;
}

static uint64_t source_cycles(struct sth_device *dev)
{
    (void)dev;
    return 1000;
}

static const struct sth_device_ops source_ops = {
    .reg_read = source_read,
    .reg_write = source_write,
    .mem_read = source_mem_read,
    .next_event = source_event,
    .cycles = source_cycles,
};

struct fixture {
    struct source csim, rtl;
    struct sth_device *both;
    struct sth_difference difference;
};

static void give(struct source *s, uint32_t index, uint32_t digest)
{
    s->event[s->events++] = (struct sth_event){
        .index = index, .engine = index % 2, .digest = digest};
}

static void fault(struct source *s, uint32_t code, uint32_t index)
{
    s->code = code;
    s->index = index;
}

static int setup(void **state)
{
    static const struct sth_params params = {0};
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->csim.dev.ops = f->rtl.dev.ops = &source_ops;
    f->both = sth_lockstep_create(&params, &f->csim.dev, &f->rtl.dev);
    assert_non_null(f->both);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    f->both->ops->destroy(f->both);
    free(f);
    return 0;
}

static const struct sth_difference *look(struct fixture *f)
{
    sth_lockstep_difference(f->both, &f->difference);
    return &f->difference;
}

static void test_lockstep_fault_excuses_younger_commands(void **state)
{
    struct fixture *f = *state;

    give(&f->csim, 2, 1);
    give(&f->rtl, 2, 1);
    give(&f->csim, 6, 1);
    give(&f->rtl, 6, 99); /* other data */
    give(&f->rtl, 7, 1);  /* only there */
    fault(&f->csim, STH_FAULT_LOAD_BUS, 4);
    fault(&f->rtl, STH_FAULT_LOAD_BUS, 4);
    assert_false(look(f)->found);
}

static void test_lockstep_fault_excuses_no_older_command(void **state)
{
    struct fixture *f = *state;

    give(&f->csim, 2, 1);
    give(&f->rtl, 2, 99);
    fault(&f->csim, STH_FAULT_LOAD_BUS, 4);
    fault(&f->rtl, STH_FAULT_LOAD_BUS, 4);
    assert_true(look(f)->found);
    assert_non_null(strstr(f->difference.text, "wrote other data"));
}

static void test_lockstep_fault_of_one_side_excuses_nothing(void **state)
{
    struct fixture *f = *state;

    give(&f->rtl, 6, 1);
    fault(&f->csim, STH_FAULT_LOAD_BUS, 4);
    assert_true(look(f)->found);
    assert_non_null(strstr(f->difference.text, "retired on rtl only"));
}

static void test_lockstep_fault_registers_name_the_commands(void **state)
{
    struct fixture *f = *state;

    fault(&f->csim, STH_FAULT_RANGE, 4);
    fault(&f->rtl, STH_FAULT_RANGE, 5);
    f->both->ops->reg_read(f->both, STH_REG_FAULT_CODE);
    assert_false(look(f)->found);
    f->both->ops->reg_read(f->both, STH_REG_FAULT_INDEX);
    assert_true(look(f)->found);
    assert_non_null(strstr(f->difference.text, "csim: fault RANGE"));
    assert_non_null(strstr(f->difference.text, "command 4: "));
    assert_non_null(strstr(f->difference.text, "command 5: "));
}

/* What one side did beyond the fault does not meet the next program. */
static void test_lockstep_fault_is_over_after_reset(void **state)
{
    struct fixture *f = *state;

    give(&f->rtl, 6, 1);
    fault(&f->csim, STH_FAULT_LOAD_BUS, 4);
    fault(&f->rtl, STH_FAULT_LOAD_BUS, 4);
    f->both->ops->reg_write(f->both, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    fault(&f->csim, STH_FAULT_NONE, 0);
    fault(&f->rtl, STH_FAULT_NONE, 0);
    f->rtl.ctrl = STH_CTRL_SOFT_RESET; /* the slower one is not through */
    assert_int_equal(f->both->ops->reg_read(f->both, STH_REG_CTRL),
                     STH_CTRL_SOFT_RESET);
    f->rtl.ctrl = 0;
    assert_int_equal(f->both->ops->reg_read(f->both, STH_REG_CTRL), 0);
    give(&f->csim, 0, 1);
    give(&f->rtl, 0, 1);
    assert_false(look(f)->found);
    give(&f->csim, 2, 1);
    give(&f->rtl, 2, 99);
    assert_true(look(f)->found);
}

static void test_lockstep_event_flood_is_a_difference(void **state)
{
    struct fixture *f = *state;

    f->csim.flood = f->rtl.flood = 300000;
    assert_true(look(f)->found);
    assert_non_null(
        strstr(f->difference.text, "one side is 131072 events ahead"));
}

/* Other indices: the flood that follows does not cover the difference. */
static void test_lockstep_event_flood_keeps_the_difference(void **state)
{
    struct fixture *f = *state;

    f->csim.flood = f->rtl.flood = 1;
    f->rtl.next = 7;
    assert_true(look(f)->found);
    assert_non_null(strstr(f->difference.text, "retired another command"));
    f->csim.flood = 300000;
    assert_true(look(f)->found);
    assert_non_null(strstr(f->difference.text, "retired another command"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_lockstep_fault_excuses_younger_commands),
        TEST(test_lockstep_fault_excuses_no_older_command),
        TEST(test_lockstep_fault_of_one_side_excuses_nothing),
        TEST(test_lockstep_fault_registers_name_the_commands),
        TEST(test_lockstep_fault_is_over_after_reset),
        TEST(test_lockstep_event_flood_is_a_difference),
        TEST(test_lockstep_event_flood_keeps_the_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
