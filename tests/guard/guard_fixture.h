/* A guarded core for each test, and what such tests ask for. */
#ifndef GUARD_FIXTURE_H
#define GUARD_FIXTURE_H

#include "csim_fixture.h"

#include "sth_guard.h"

static struct sth_guard *guard;
static struct sth_device *model; /* behind the guard */

/* A guarded core; the place of firmware is how often it was asked for. */
static inline void where(void *user, struct sth_guard_place *place)
{
    uint32_t *asked = user;

    place->calls = 1;
    place->pc[0] = ++*asked;
}

static inline int setup_guard(void **state)
{
    static uint32_t asked;
    const struct sth_guard_options options = {.params = &program.params,
                                              .mem_bytes = 1 << 24,
                                              .sleeps = true,
                                              .user = &asked,
                                              .where = where};

    asked = 0;
    program_open(&program, STH_CSIM_FUNCTION_AND_TIME, false);
    model = program.dev;
    guard = sth_guard_create(model, &options);
    assert_non_null(guard);
    program.dev = sth_guard_device(guard);
    program_setup(&program);
    *state = &program;
    return 0;
}

static inline int teardown_guard(void **state)
{
    (void)state;
    sth_guard_destroy(guard);
    program.dev = model;
    program_close(&program);
    return 0;
}

/* Exactly one finding, of that kind and with those words. */
static inline void assert_found(enum sth_guard_kind kind, const char *words)
{
    const struct sth_guard_finding *list;
    const size_t count = sth_guard_findings(guard, &list);

    for (size_t i = 0; i < count; i++)
        print_message("%s: %s\n", sth_guard_kind_name(list[i].kind),
                      list[i].text);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].kind, kind);
    assert_non_null(strstr(list[0].text, words));
}

static inline void assert_clean(void)
{
    const struct sth_guard_finding *list;
    const size_t count = sth_guard_findings(guard, &list);

    if (count != 0)
        print_message("%s\n", list[0].text);
    assert_int_equal(count, 0);
}

static inline void fill(struct program *p, uint64_t addr, size_t bytes)
{
    static const uint8_t zero[4096];

    p->dev->ops->mem_write(p->dev, addr, zero, bytes);
}

static inline void finish(struct program *p)
{
    assert_true(run(p));
    assert_int_equal(reg_read(p, STH_REG_RETIRED), p->tail);
    reg_write(p, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
}

#define GUARDED(test)                                                          \
    cmocka_unit_test_setup_teardown(test, setup_guard, teardown_guard)

#endif
