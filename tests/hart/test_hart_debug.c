/* Breakpoints, watchpoints, and what else a run reports. */
#include "hart_fixture.h"

static enum sth_hart_stop run(struct hart_fixture *f)
{
    return sth_hart_run(&f->hart, f->s->cycles + 1000);
}

static void test_breakpoint(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, addi(A0, A0, 1), addi(A0, A0, 1), jal(ZERO, -8));
    assert_int_equal(run(f), STH_HART_STOP_TIME);
    f->s->x[A0] = 0;
    f->s->pc = RAM;
    /* Of code that has run, too. */
    assert_true(sth_hart_break(&f->hart, RAM + 4));
    assert_true(sth_hart_break(&f->hart, RAM + 4));
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(run(f), STH_HART_STOP_BREAKPOINT);
        assert_int_equal(f->hart.report.pc, RAM + 4);
        assert_int_equal(f->s->pc, RAM + 4);
        assert_int_equal(f->s->x[A0], 2 * i + 1);
    }
    /* A step goes on from it, and one to it stops. */
    hart_steps(f, 3);
    assert_int_equal(f->s->pc, RAM + 4);
    assert_int_equal(sth_hart_step(&f->hart), STH_HART_STOP_BREAKPOINT);
    hart_steps(f, 1);
    sth_hart_unbreak(&f->hart, RAM + 4);
    assert_int_equal(run(f), STH_HART_STOP_TIME);
    for (uint32_t i = 0; i < STH_HART_BREAKS; i++)
        assert_true(sth_hart_break(&f->hart, HANDLER + 2 * i));
    assert_false(sth_hart_break(&f->hart, RAM));
}

/* An interrupt at the breakpoint comes first; then it stops there again. */
static void test_breakpoint_and_interrupt(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, NOP, NOP, LOOP);
    PUT(f, HANDLER, csrrw(ZERO, CSR_MIE, ZERO), MRET);
    assert_true(sth_hart_break(&f->hart, RAM + 4));
    assert_int_equal(run(f), STH_HART_STOP_BREAKPOINT);
    f->s->mie = 0x80;
    f->s->mstatus |= 8;
    sth_hart_set_interrupt(&f->hart, STH_HART_INTERRUPT_TIMER, true);
    assert_int_equal(run(f), STH_HART_STOP_BREAKPOINT);
    assert_int_equal(f->s->traps, 1);
    assert_int_equal(run(f), STH_HART_STOP_TIME);
    assert_int_equal(f->s->pc, RAM + 8);
}

static void expect_watch(struct hart_fixture *f, uint32_t pc, uint32_t addr,
                         uint32_t bytes, bool write, uint32_t before,
                         uint32_t after)
{
    assert_int_equal(run(f), STH_HART_STOP_WATCHPOINT);
    assert_int_equal(f->hart.report.pc, pc);
    assert_int_equal(f->hart.report.addr, addr);
    assert_int_equal(f->hart.report.bytes, bytes);
    assert_int_equal(f->hart.report.write, write);
    assert_int_equal(f->hart.report.before, before);
    assert_int_equal(f->hart.report.after, after);
    assert_int_equal(f->s->pc, pc + 4);
}

static void test_watchpoint(void **state)
{
    struct hart_fixture *f = *state;
    const struct sth_hart_watch writes = {DATA + 6, 4, STH_HART_WATCH_WRITE};
    const struct sth_hart_watch reads = {DATA + 0x1000, 1, STH_HART_WATCH_READ};
    const struct sth_hart_watch none = {DATA, 0, STH_HART_WATCH_READ};

    PUT(f, DATA, 0x11111111, 0x22222222, 0x33333333, 0x44444444);
    PUT(f, RAM, sw(A0, 0, S0), sw(A0, 4, S0), sw(A0, 12, S0), lw(A1, 8, S0),
        sb(A0, 9, S0), sb(A0, 10, S0), lb(A1, 0, S1), sb(A0, 0, S1),
        lw(A1, 4, S1), amoadd(A1, A0, T0), jal(ZERO, -40));
    f->s->x[S0] = DATA;
    f->s->x[S1] = DATA + 0x1000;
    f->s->x[T0] = DATA + 8;
    f->s->x[A0] = 0xabcdef01;
    /* Pages that are reached at once are so no longer. */
    assert_int_equal(run(f), STH_HART_STOP_TIME);
    f->s->pc = RAM;
    PUT(f, DATA, 0x11111111, 0x22222222, 0x33333333, 0x44444444);
    assert_false(sth_hart_watch(&f->hart, &none));
    assert_true(sth_hart_watch(&f->hart, &writes));
    assert_true(sth_hart_watch(&f->hart, &reads));
    expect_watch(f, RAM + 4, DATA + 4, 4, true, 0x22222222, 0xabcdef01);
    assert_int_equal(hart_get(f, DATA + 4), 0xabcdef01);
    expect_watch(f, RAM + 16, DATA + 9, 1, true, 0x33, 0x01);
    expect_watch(f, RAM + 24, DATA + 0x1000, 1, false, 0x01, 0x01);
    expect_watch(f, RAM + 36, DATA + 8, 4, true, 0x33010133,
                 0x33010133 + 0xabcdef01);
    sth_hart_unwatch(&f->hart, &writes);
    expect_watch(f, RAM + 24, DATA + 0x1000, 1, false, 0x01, 0x01);
    sth_hart_unwatch(&f->hart, &reads);
    assert_int_equal(run(f), STH_HART_STOP_TIME);
}

static void test_watchpoint_of_a_device(void **state)
{
    struct hart_fixture *f = *state;
    const struct sth_hart_watch watch = {DEVICE + 8, 4, STH_HART_WATCH_ACCESS};

    PUT(f, RAM, lw(A0, 4, S0), lw(A0, 8, S0), sw(A1, 8, S0), LOOP);
    f->s->x[S0] = DEVICE;
    f->s->x[A1] = 9;
    f->answer = 5;
    assert_true(sth_hart_watch(&f->hart, &watch));
    expect_watch(f, RAM + 4, DEVICE + 8, 4, false, 5, 5);
    expect_watch(f, RAM + 8, DEVICE + 8, 4, true, 0, 9);
    assert_int_equal(f->accesses, 3);
}

static void ask_to_stop(struct hart_fixture *f)
{
    sth_hart_stop(&f->hart);
}

static void test_stop(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, NOP, sw(A0, 0, S0), NOP, LOOP);
    f->s->x[S0] = DEVICE;
    f->during = ask_to_stop;
    assert_int_equal(run(f), STH_HART_STOP_ASKED);
    assert_int_equal(f->s->pc, RAM + 8);
    assert_int_equal(run(f), STH_HART_STOP_TIME);
    sth_hart_stop(&f->hart);
    assert_int_equal(run(f), STH_HART_STOP_ASKED);
}

/* A trap whose state is lost: a handler that faults before it has saved it. */
static void test_double_fault(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, NOP, lw(A0, 1, ZERO), NOP);
    PUT(f, HANDLER, sw(A0, 0, SP), LOOP);
    f->s->x[SP] = 0x100;
    assert_int_equal(run(f), STH_HART_STOP_DOUBLE_FAULT);
    assert_int_equal(f->hart.report.pc, HANDLER);
    assert_int_equal(f->hart.report.first.cause, STH_HART_CAUSE_LOAD_ALIGN);
    assert_int_equal(f->hart.report.first.pc, RAM + 4);
    assert_int_equal(f->hart.report.first.value, 1);
    assert_int_equal(f->s->trap.cause, STH_HART_CAUSE_STORE);
    assert_int_equal(f->s->trap.value, 0x100);
    assert_int_equal(f->s->double_faults, 1);
    assert_int_equal(f->s->traps, 2);
    /* One that has saved it may trap. */
    sth_hart_reset(&f->hart);
    f->s->mtvec = HANDLER;
    PUT(f, HANDLER, csrrs(T0, CSR_MEPC, ZERO), lw(A0, 0, ZERO), LOOP);
    hart_steps(f, 4);
    assert_int_equal(f->s->traps, 2);
    assert_int_equal(f->s->double_faults, 0);
    /* No vector at all: it says so, and goes on when asked. */
    sth_hart_reset(&f->hart);
    PUT(f, RAM, ECALL);
    f->s->mtvec = 0;
    assert_int_equal(run(f), STH_HART_STOP_DOUBLE_FAULT);
    assert_int_equal(run(f), STH_HART_STOP_DOUBLE_FAULT);
    assert_int_equal(f->s->double_faults, 2);
}

static void test_stack_limit(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, addi(SP, SP, -16), sw(RA, 12, SP), NOP, jal(ZERO, -12));
    f->s->x[SP] = DATA + 40;
    assert_int_equal(run(f), STH_HART_STOP_TIME);
    f->s->pc = RAM;
    f->s->x[SP] = DATA + 40;
    sth_hart_stack_limit(&f->hart, DATA);
    assert_int_equal(run(f), STH_HART_STOP_STACK);
    assert_int_equal(f->s->x[SP], DATA - 8);
    assert_int_equal(f->hart.report.addr, DATA - 8);
    assert_int_equal(f->hart.report.pc, RAM + 4);
    assert_int_equal(f->s->pc, RAM + 4);
    /* It goes on from there when asked. */
    hart_steps(f, 3);
    assert_int_equal(sth_hart_step(&f->hart), STH_HART_STOP_STACK);
    sth_hart_stack_limit(&f->hart, 0);
    f->s->x[SP] = DATA + 0x1000;
    assert_int_equal(sth_hart_run(&f->hart, f->s->cycles + 100),
                     STH_HART_STOP_TIME);
}

static void test_unwritten(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, sh(A0, 2, S0), lh(A1, 2, S0), lb(A1, 1, S0), lw(A1, 0, S0),
        sh(A0, 0, S0), lw(A1, 0, S0), lw(A1, 0, S1), lw(A1, 0, T0),
        amoadd(A1, A0, T1), LOOP);
    f->s->x[S0] = DATA + 4;
    f->s->x[S1] = ROM;
    f->s->x[T0] = DATA + 8;
    f->s->x[T1] = DATA;
    assert_true(sth_hart_shadow(&f->hart));
    sth_hart_memory_changed(&f->hart, RAM, 40); /* the program */
    sth_hart_memory_changed(&f->hart, DATA + 8, 4);
    assert_int_equal(run(f), STH_HART_STOP_UNWRITTEN);
    assert_int_equal(f->hart.report.pc, RAM + 8);
    assert_int_equal(f->hart.report.addr, DATA + 5);
    assert_int_equal(f->hart.report.bytes, 1);
    assert_int_equal(f->s->pc, RAM + 12);
    assert_int_equal(run(f), STH_HART_STOP_UNWRITTEN);
    assert_int_equal(f->hart.report.pc, RAM + 12);
    assert_int_equal(run(f), STH_HART_STOP_UNWRITTEN);
    assert_int_equal(f->hart.report.pc, RAM + 32);
    assert_int_equal(run(f), STH_HART_STOP_TIME);
}

/* Any stretch of bytes, and none beside it. */
static void test_what_counts_as_written(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, lb(A0, 0, S0));
    for (uint32_t first = 0; first < 18; first++)
        for (uint32_t end = first + 1; end < 34; end++) {
            assert_true(sth_hart_shadow(&f->hart));
            sth_hart_memory_changed(&f->hart, DATA + first, end - first);
            for (uint32_t at = 0; at < 40; at++) {
                const bool is_written = at >= first && at < end;

                f->s->pc = RAM;
                f->s->x[S0] = DATA + at;
                assert_int_equal(sth_hart_run(&f->hart, f->s->cycles + 1),
                                 is_written ? STH_HART_STOP_TIME
                                            : STH_HART_STOP_UNWRITTEN);
            }
        }
    /* Across windows, and beyond them. */
    assert_true(sth_hart_shadow(&f->hart));
    sth_hart_memory_changed(&f->hart, 0x1000, 0xfffff000 - 0x1000);
    f->s->pc = RAM;
    f->s->x[S0] = RAM + RAM_BYTES - 1;
    assert_int_equal(sth_hart_run(&f->hart, f->s->cycles + 1),
                     STH_HART_STOP_TIME);
}

struct told {
    uint32_t loads, stores, addr, bytes, exceptions, cause, sleeps;
};

static void tell_access(void *user, uint32_t addr, uint32_t bytes, bool write)
{
    struct told *told = user;

    told->loads += !write;
    told->stores += write;
    told->addr = addr;
    told->bytes = bytes;
}

static void tell_exception(void *user, uint32_t cause, uint32_t value)
{
    struct told *told = user;

    (void)value;
    told->exceptions++;
    told->cause = cause;
}

static void tell_sleep(void *user)
{
    ((struct told *)user)->sleeps++;
}

/* Of each access, exception and sleep, at no cost in cycles. */
static void test_listener(void **state)
{
    struct told told = {0};
    const struct sth_hart_listener listener = {&told, tell_access,
                                               tell_exception, tell_sleep};
    struct hart_fixture *f = *state;
    uint64_t cycles[2];

    for (int i = 0; i < 2; i++) {
        sth_hart_reset(&f->hart);
        PUT(f, RAM, lw(A0, 0, S0), lw(A0, 0, S0), sh(A0, 2, S0), sh(A0, 2, S0),
            EBREAK);
        PUT(f, HANDLER, WFI);
        f->s->mtvec = HANDLER;
        f->s->x[S0] = DATA;
        if (i == 1)
            sth_hart_listen(&f->hart, &listener);
        assert_int_equal(run(f), STH_HART_STOP_WFI);
        cycles[i] = f->s->cycles;
    }
    assert_int_equal(told.loads, 2);
    assert_int_equal(told.stores, 2);
    assert_int_equal(told.addr, DATA + 2);
    assert_int_equal(told.bytes, 2);
    assert_int_equal(told.exceptions, 1);
    assert_int_equal(told.cause, STH_HART_CAUSE_BREAK);
    assert_int_equal(told.sleeps, 1);
    assert_int_equal(cycles[0], cycles[1]);
    sth_hart_listen(&f->hart, NULL);
    sth_hart_reset(&f->hart);
    f->s->x[S0] = DATA;
    f->s->mtvec = HANDLER;
    assert_int_equal(run(f), STH_HART_STOP_WFI);
    assert_int_equal(told.loads, 2);
}

static void test_is_written(void **state)
{
    struct hart_fixture *f = *state;
    uint32_t first = 0;

    assert_true(sth_hart_is_written(&f->hart, DATA, 64, &first));
    assert_true(sth_hart_shadow(&f->hart));
    sth_hart_memory_changed(&f->hart, DATA + 3, 30);
    assert_true(sth_hart_is_written(&f->hart, DATA + 3, 30, &first));
    assert_true(sth_hart_is_written(&f->hart, DATA + 9, 1, &first));
    assert_false(sth_hart_is_written(&f->hart, DATA + 2, 2, &first));
    assert_int_equal(first, DATA + 2);
    assert_false(sth_hart_is_written(&f->hart, DATA + 8, 64, &first));
    assert_int_equal(first, DATA + 33);
    assert_true(sth_hart_is_written(&f->hart, ROM, 64, &first));
    assert_true(sth_hart_is_written(&f->hart, DEVICE, 64, &first));
}

static void test_profile(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, addi(A0, A0, -1), bne(A0, ZERO, -4), LOOP);
    f->s->x[A0] = 100;
    sth_hart_profile(&f->hart);
    assert_int_equal(run(f), STH_HART_STOP_TIME);
    assert_int_equal(sth_hart_count(&f->hart, RAM), 100);
    assert_int_equal(sth_hart_count(&f->hart, RAM + 4), 100);
    assert_int_equal(sth_hart_count(&f->hart, RAM + 2), 0);
    assert_int_equal(sth_hart_count(&f->hart, RAM + 8), f->s->retired - 200);
    assert_int_equal(sth_hart_count(&f->hart, DATA), 0);
    assert_int_equal(sth_hart_count(&f->hart, 0), 0);
}

/* What is looked at costs no cycle. */
static void test_looking_takes_no_time(void **state)
{
    struct hart_fixture *f = *state;
    const struct sth_hart_watch elsewhere = {DATA + 0x800, 4,
                                             STH_HART_WATCH_ACCESS};
    struct sth_hart_config config = hart_config(f);
    uint64_t cycles;

    config.window[0].line_wait = 9;
    config.window[0].store_wait = 1;
    for (unsigned look = 0; look < 2; look++) {
        hart_again(f, &config);
        PUT(f, RAM, sw(A0, 0, SP), lw(A1, 0, SP), lw(A2, 64, SP),
            addi(A0, A0, 1), bne(A0, A3, -16), LOOP);
        if (look) {
            assert_true(sth_hart_shadow(&f->hart));
            sth_hart_memory_changed(&f->hart, RAM, RAM_BYTES);
            assert_true(sth_hart_watch(&f->hart, &elsewhere));
            sth_hart_profile(&f->hart);
            sth_hart_stack_limit(&f->hart, RAM);
        }
        assert_true(sth_hart_break(&f->hart, RAM + 20));
        f->s->x[SP] = DATA;
        f->s->x[A3] = 50;
        assert_int_equal(sth_hart_run(&f->hart, FOREVER),
                         STH_HART_STOP_BREAKPOINT);
        if (look)
            assert_int_equal(f->s->cycles, cycles);
        cycles = f->s->cycles;
    }
}

static void test_memory_by_address(void **state)
{
    struct hart_fixture *f = *state;

    assert_ptr_equal(sth_hart_memory(&f->hart, RAM, 1), f->ram);
    assert_ptr_equal(sth_hart_memory(&f->hart, RAM + 4, RAM_BYTES - 4),
                     f->ram + 4);
    assert_null(sth_hart_memory(&f->hart, RAM + 4, RAM_BYTES - 3));
    assert_null(sth_hart_memory(&f->hart, DEVICE, 4));
}

/* The table of cycles, row by row. */
static void test_cycles_are_printed(void **state)
{
    static const char *const rows[] = {
#define CYCLES(name, cycles, standing, text) #name " " #cycles " " #standing,
#include "hart.def"
#undef CYCLES
    };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    char name[32], cycles[32], standing[32], row[100], *line;

    (void)state;
    assert_non_null(out);
    sth_hart_print_cycles(out);
    fclose(out);
    line = strchr(text, '\n');
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_non_null(line);
        assert_int_equal(sscanf(line, "%31s %31s %31s", name, cycles, standing),
                         3);
        snprintf(row, sizeof(row), "%s %s %s", name, cycles, standing);
        assert_string_equal(row, rows[i]);
        line = strchr(line + 1, '\n');
    }
    assert_string_equal(line, "\n");
    free(text);
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < STH_HART_STOP_COUNT; i++)
        assert_non_null(sth_hart_stop_name((enum sth_hart_stop)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HART_TEST(test_breakpoint),
        HART_TEST(test_breakpoint_and_interrupt),
        HART_TEST(test_watchpoint),
        HART_TEST(test_watchpoint_of_a_device),
        HART_TEST(test_stop),
        HART_TEST(test_double_fault),
        HART_TEST(test_stack_limit),
        HART_TEST(test_unwritten),
        HART_TEST(test_what_counts_as_written),
        HART_TEST(test_listener),
        HART_TEST(test_is_written),
        HART_TEST(test_profile),
        HART_TEST(test_looking_takes_no_time),
        HART_TEST(test_memory_by_address),
        cmocka_unit_test(test_cycles_are_printed),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
