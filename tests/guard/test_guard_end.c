/* Tests of the guard: what does not move, and what is left. */
#include "guard_fixture.h"

static void test_guard_deadlock(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_LOAD), S1, S0));
    put(p, with(command_sync(STH_OP_SYNC_STORE), S0, 0));
    run(p);
    assert_true(sth_guard_is_stuck(guard));
    sth_guard_hangs(guard);
    assert_found(STH_GUARD_DEADLOCK,
                 "for semaphore 1, which no command under way posts; STORE "
                 "waits at command 1 (SYNC_STORE wait=0) for semaphore 0, "
                 "which command 0 would post");
}

/* A full queue keeps the command that would post from its engine. */
static void test_guard_deadlock_of_a_full_queue(void **state)
{
    struct program *p = *state;

    for (uint32_t i = 0; i <= p->params.queue_depth; i++)
        put(p, with(command_sync(STH_OP_SYNC_LOAD), S0, 0));
    for (uint32_t i = 0; i <= p->params.queue_depth; i++)
        put(p, with(command_sync(STH_OP_SYNC_STORE), 0, S0));
    run(p);
    assert_int_equal(reg_read(p, STH_REG_RETIRED), 0);
    assert_true(sth_guard_is_stuck(guard));
    sth_guard_end(guard, true);
    assert_found(STH_GUARD_DEADLOCK, "finds its queue full");
}

static void test_guard_what_runs_is_not_stuck(void **state)
{
    struct program *p = *state;

    fill(p, 0x1000, 64);
    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with(command_sync(STH_OP_SYNC_STORE), S0, 0));
    program_ring(p);
    assert_false(sth_guard_is_stuck(guard));
    p->dev->ops->wait(p->dev, PATIENCE);
    reg_read(p, STH_REG_RETIRED);
    assert_false(sth_guard_is_stuck(guard));
}

static void test_guard_enable_forgotten(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_CTRL, 0);
    put(p, with_irq(command_sync(STH_OP_SYNC_LOAD)));
    run(p);
    assert_true(sth_guard_is_stuck(guard));
    sth_guard_hangs(guard);
    assert_found(STH_GUARD_DISABLED, "CTRL.ENABLE is zero");
}

/* To look again and again does not help. */
static void test_guard_polling(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_LOAD), S0, 0));
    program_ring(p);
    for (int i = 0; i < 10000; i++)
        reg_read(p, STH_REG_RETIRED);
    assert_clean();
    for (int i = 0; i < 30000; i++)
        reg_read(p, STH_REG_RETIRED);
    assert_found(STH_GUARD_DEADLOCK, "LOAD waits at command 0");
}

static void test_guard_token(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_LOAD), 0, S2));
    put(p, with_irq(with(command_sync(STH_OP_SYNC_LOAD), 0, S2)));
    finish(p);
    sth_guard_end(guard, true);
    assert_found(STH_GUARD_TOKEN, "semaphore 2 is 2 at the end");
}

static void test_guard_unfinished(void **state)
{
    struct program *p = *state;

    put(p, command_sync(STH_OP_SYNC_LOAD));
    run(p);
    sth_guard_end(guard, true);
    assert_found(STH_GUARD_UNFINISHED, "has not seen command 0");
}

static void test_guard_reset_in_flight(void **state)
{
    struct program *p = *state;

    put(p, with(command_sync(STH_OP_SYNC_LOAD), S0, 0));
    run(p);
    reg_write(p, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    assert_found(STH_GUARD_RESET, "the oldest command 0");
}

static void test_guard_reset_not_waited_for(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    reg_write(p, STH_REG_CTRL, STH_CTRL_ENABLE);
    assert_found(STH_GUARD_RESET, "CTRL is written while a soft reset goes on");
}

static void test_guard_starts_again_after_reset(void **state)
{
    struct program *p = *state;

    put(p, with_irq(with(command_sync(STH_OP_SYNC_LOAD), 0, S0)));
    finish(p);
    reg_write(p, STH_REG_CTRL, STH_CTRL_SOFT_RESET);
    while (reg_read(p, STH_REG_CTRL) & STH_CTRL_SOFT_RESET)
        ;
    p->tail = 0;
    program_setup(p);
    put(p, with_irq(command_sync(STH_OP_SYNC_LOAD)));
    finish(p);
    sth_guard_end(guard, true);
    assert_clean();
}

static void test_guard_interrupt_lost(void **state)
{
    struct program *p = *state;

    put(p, with_irq(command_sync(STH_OP_SYNC_LOAD)));
    run(p);
    reg_write(p, STH_REG_IRQ_STATUS, STH_IRQ_STATUS_COMMAND);
    p->dev->ops->wait(p->dev, 100);
    assert_found(STH_GUARD_INTERRUPT, "the interrupt of command 0");
}

static void test_guard_sleep_without_interrupt(void **state)
{
    struct program *p = *state;

    put(p, command_sync(STH_OP_SYNC_LOAD));
    run(p);
    sth_guard_hangs(guard);
    assert_found(STH_GUARD_SLEEP, "none of the 1 commands under way has");
}

static void test_guard_sleep_without_command(void **state)
{
    (void)state;
    sth_guard_hangs(guard);
    assert_found(STH_GUARD_SLEEP, "no command is under way");
}

/* Faults that only the chip knows of. */
static void test_guard_fault(void **state)
{
    struct program *p = *state;

    fill(p, 0x1000, 64);
    sth_mem_set_error_range(p->mem, 0x1000, 0x103f);
    put(p, command_load(0x1000, 0, 64));
    run(p);
    sth_guard_end(guard, true);
    assert_found(STH_GUARD_FAULT, "LOAD_BUS at command 0 (LOAD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED(test_guard_deadlock),
        GUARDED(test_guard_deadlock_of_a_full_queue),
        GUARDED(test_guard_what_runs_is_not_stuck),
        GUARDED(test_guard_enable_forgotten),
        GUARDED(test_guard_polling),
        GUARDED(test_guard_token),
        GUARDED(test_guard_unfinished),
        GUARDED(test_guard_reset_in_flight),
        GUARDED(test_guard_reset_not_waited_for),
        GUARDED(test_guard_starts_again_after_reset),
        GUARDED(test_guard_interrupt_lost),
        GUARDED(test_guard_sleep_without_interrupt),
        GUARDED(test_guard_sleep_without_command),
        GUARDED(test_guard_fault),
    };

    return cmocka_run_group_tests_name("guard_end", tests, NULL, NULL);
}
