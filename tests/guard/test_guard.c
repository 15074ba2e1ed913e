/* Tests of the guard: each mistake is named, and nothing else is. */
#include "guard_fixture.h"

static void test_guard_right_program_is_clean(void **state)
{
    struct program *p = *state;

    fill(p, 0x1000, 256);
    fill(p, 0x2000, 256);
    for (int i = 0; i < 3; i++) {
        put_product(p);
        finish(p);
        fill(p, 0x3000, 256);
    }
    sth_guard_sleep(guard);
    sth_guard_end(guard, true);
    assert_clean();
}

static void test_guard_passes_events_on(void **state)
{
    struct program *p = *state;
    struct sth_event event;

    put(p, with_irq(command_sync(STH_OP_SYNC_LOAD)));
    finish(p);
    assert_int_equal(next_event(p).index, 0);
    assert_false(p->dev->ops->next_event(p->dev, &event));
}

static void test_guard_registers(void **state)
{
    static const struct {
        uint32_t offset, value;
        bool write;
        const char *words;
    } use[] = {
        {STH_REG_HEAD, 1, true, "HEAD (0x030), which is read-only"},
        {STH_REG_CAP_BASE, 1, true, "read-only"},
        {STH_REG_CNT_BASE + 4, 1, true, "read-only"},
        {0x0c, 1, true, "write of 0xc, where no register is"},
        {0x900, 0, false, "read of 0x900, where no register is"},
        {STH_REG_TAIL + 2, 0, false, "misaligned"},
        {STH_REG_CTRL, 0x81, true, "CTRL, which has no bits 0x80"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(use) / sizeof(use[0]); i++) {
        void *again;

        if (use[i].write)
            reg_write(&program, use[i].offset, use[i].value);
        else
            reg_read(&program, use[i].offset);
        assert_found(STH_GUARD_REGISTER, use[i].words);
        teardown_guard(NULL);
        setup_guard(&again);
    }
}

static void test_guard_ring(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_RING_LOG2, 20);
    assert_found(STH_GUARD_RING, "2^20 commands");
}

static void test_guard_ring_misaligned(void **state)
{
    reg_write(*state, STH_REG_RING_BASE_LO, RING + 64);
    assert_found(STH_GUARD_RING, "misaligned");
}

static void test_guard_ring_outside(void **state)
{
    struct program *p = *state;

    struct sth_command c = command_sync(STH_OP_SYNC_LOAD);

    reg_write(p, STH_REG_RING_BASE_LO, 1 << 24);
    p->dev->ops->mem_write(p->dev, 1 << 24, &c, sizeof(c));
    reg_write(p, STH_REG_TAIL, 1);
    assert_found(STH_GUARD_RING, "not in memory");
}

static void test_guard_tail_beyond_ring(void **state)
{
    struct program *p = *state;

    fill(p, RING, 4096);
    reg_write(p, STH_REG_TAIL, 1025);
    assert_found(STH_GUARD_RING, "TAIL goes from 0 to 1025");
    assert_true(sth_guard_is_stuck(guard));
}

/* The chip had room, but firmware did not look. */
static void test_guard_tail_by_luck(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_RING_LOG2, 6);
    for (uint32_t i = 0; i < 64; i++) {
        struct sth_command c = command_sync(STH_OP_SYNC_LOAD);

        p->dev->ops->mem_write(p->dev, RING + i * sizeof(c), &c, sizeof(c));
    }
    reg_write(p, STH_REG_TAIL, 64);
    p->dev->ops->wait(p->dev, PATIENCE);
    reg_write(p, STH_REG_TAIL, 65);
    assert_found(STH_GUARD_RING, "TAIL goes from 64 to 65");
}

static void test_guard_doorbell_before_command(void **state)
{
    struct program *p = *state;

    reg_write(p, STH_REG_TAIL, 1);
    assert_found(STH_GUARD_DOORBELL, "nobody has written it");
}

static void test_guard_command_behind_doorbell(void **state)
{
    struct program *p = *state;

    put(p, command_sync(STH_OP_SYNC_LOAD));
    run(p);
    p->tail--;
    put(p, command_sync(STH_OP_SYNC_LOAD));
    assert_found(STH_GUARD_DOORBELL, "behind the doorbell that announces it");
}

static void test_guard_refused_command(void **state)
{
    struct program *p = *state;

    put(p, command_load(0x1000, 1 << 20, 16));
    run(p);
    assert_found(STH_GUARD_COMMAND, "RANGE");
    assert_found(STH_GUARD_COMMAND, "word 4, SP");
}

static void test_guard_store_over_ring(void **state)
{
    struct program *p = *state;

    fill(p, 0x1000, 64);
    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with_irq(with(command_store(RING + 4096, 0, 64), S0, 0)));
    finish(p);
    assert_found(STH_GUARD_MEMORY, "writes over the ring");
}

static void test_guard_store_over_code(void **state)
{
    struct program *p = *state;

    sth_guard_protect(guard, 0x2000, 0x1000, "code");
    fill(p, 0x1000, 64);
    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with_irq(with(command_store(0x1fe0, 0, 64), S0, 0)));
    finish(p);
    assert_found(STH_GUARD_MEMORY, "writes over code at 0x2000");
}

static void test_guard_beyond_memory(void **state)
{
    struct program *p = *state;

    sth_guard_fill(guard, (1 << 24) - 32, 64);
    put(p, with_irq(command_load((1 << 24) - 32, 0, 64)));
    finish(p);
    assert_found(STH_GUARD_MEMORY, "reads 0x100001f, and memory ends at");
}

static void test_guard_host_writes_input(void **state)
{
    struct program *p = *state;

    fill(p, 0x1000, 64);
    put(p, with_irq(command_load(0x1000, 0, 64)));
    program_ring(p);
    fill(p, 0x103f, 1);
    assert_found(STH_GUARD_HOST,
                 "the processor writes 0x103f, which command 0");
}

static void test_guard_host_reads_early(void **state)
{
    struct program *p = *state;
    uint8_t byte;

    fill(p, 0x1000, 64);
    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with_irq(with(command_store(0x2000, 0, 64), S0, 0)));
    run(p);
    p->dev->ops->mem_read(p->dev, 0x1000, &byte, 1); /* reads beside reads */
    p->dev->ops->mem_read(p->dev, 0x2040, &byte, 1);
    assert_clean();
    p->dev->ops->mem_read(p->dev, 0x2000, &byte, 1);
    assert_found(STH_GUARD_HOST, "it has retired, but firmware has not looked");
}

static void test_guard_unwritten_load(void **state)
{
    struct program *p = *state;

    fill(p, 0x1000, 63);
    put(p, with_irq(command_load(0x1000, 0, 64)));
    finish(p);
    assert_found(STH_GUARD_UNWRITTEN, "memory at 0x103f");
}

static void test_guard_stored_is_written(void **state)
{
    struct program *p = *state;

    fill(p, 0x1000, 64);
    put(p, with(command_load(0x1000, 0, 64), 0, S0));
    put(p, with(command_store(0x2000, 0, 64), S0, S1));
    put(p, with_irq(with(command_load(0x2000, 0, 64), S1, 0)));
    finish(p);
    assert_clean();
}

static void test_guard_race_has_both_doorbells(void **state)
{
    const struct sth_guard_finding *list;
    struct program *p = *state;

    fill(p, 0x1000, 64);
    put(p, command_load(0x1000, 0, 64));
    program_ring(p);
    put(p, with_irq(command_store(0x2000, 0, 64)));
    run(p);
    assert_found(STH_GUARD_RACE, "races with command 0");
    sth_guard_findings(guard, &list);
    assert_int_equal(list[0].commands, 2);
    assert_int_equal(list[0].doorbell[1].pc[0], 1);
    assert_int_equal(list[0].doorbell[0].pc[0], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUARDED(test_guard_right_program_is_clean),
        GUARDED(test_guard_passes_events_on),
        GUARDED(test_guard_registers),
        GUARDED(test_guard_ring),
        GUARDED(test_guard_ring_misaligned),
        GUARDED(test_guard_ring_outside),
        GUARDED(test_guard_tail_beyond_ring),
        GUARDED(test_guard_tail_by_luck),
        GUARDED(test_guard_doorbell_before_command),
        GUARDED(test_guard_command_behind_doorbell),
        GUARDED(test_guard_refused_command),
        GUARDED(test_guard_store_over_ring),
        GUARDED(test_guard_store_over_code),
        GUARDED(test_guard_beyond_memory),
        GUARDED(test_guard_host_writes_input),
        GUARDED(test_guard_host_reads_early),
        GUARDED(test_guard_unwritten_load),
        GUARDED(test_guard_stored_is_written),
        GUARDED(test_guard_race_has_both_doorbells),
    };

    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
