/* Cycles: of each class, of each wait; and that cutting a run changes none. */
#include "hart_fixture.h"
#include "hart_stream.h"

enum { LINE = 21, STORE_WAIT = 3 };

/* Every class takes what the table says, without waits. */
static void test_classes(void **state)
{
    struct hart_fixture *f = *state;
    const struct {
        uint32_t word, cycles;
    } row[] = {
        {add(A0, A0, A0), STH_HART_CYCLES_ALU},
        {lui(A0, 0), STH_HART_CYCLES_ALU},
        {mul(A0, A1, A1), STH_HART_CYCLES_MUL},
        {mulh(A0, A1, A1), STH_HART_CYCLES_MULH},
        {divide(A0, A1, A1), STH_HART_CYCLES_DIV},
        {rem(A0, A1, ZERO), STH_HART_CYCLES_DIV_ZERO},
        {bne(ZERO, ZERO, 8), STH_HART_CYCLES_BRANCH},
        {beq(ZERO, ZERO, 8), STH_HART_CYCLES_TAKEN},
        {beq(ZERO, ZERO, -8), STH_HART_CYCLES_TAKEN}, /* to another page */
        {jal(A0, 8), STH_HART_CYCLES_JUMP},
        {jal(A0, -8), STH_HART_CYCLES_JUMP},
        {jalr(A0, 0, S1), STH_HART_CYCLES_JUMP},
        {lw(A0, 0, S0), STH_HART_CYCLES_LOAD},
        {lb(A0, 0, S0), STH_HART_CYCLES_LOAD},
        {sw(A0, 0, S0), STH_HART_CYCLES_STORE},
        {lr(A0, S0), STH_HART_CYCLES_LOAD},
        {sc(A0, A0, S0), STH_HART_CYCLES_STORE},
        {amoadd(A0, A0, S0), STH_HART_CYCLES_AMO},
        {csrrs(A0, CSR_MTVEC, ZERO), STH_HART_CYCLES_CSR},
        {0x0ff0000f, STH_HART_CYCLES_FENCE},
        {FENCE_I, STH_HART_CYCLES_FENCE_I},
        {WFI, STH_HART_CYCLES_WFI},
        {ECALL, STH_HART_CYCLES_TRAP},
        {lw(A0, 1, S0), STH_HART_CYCLES_TRAP},
        {MRET, STH_HART_CYCLES_RETURN},
        {0x0001, STH_HART_CYCLES_ALU},
        {0x4000 | 0 << 7 | 2 << 2, STH_HART_CYCLES_LOAD}, /* c.lw a0, (s0) */
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
        for (unsigned again = 0; again < 2; again++) {
            PUT(f, RAM + 0x2000, row[i].word);
            f->s->pc = RAM + 0x2000;
            f->s->x[S0] = DATA;
            f->s->x[S1] = HANDLER;
            f->s->x[A1] = 3;
            f->s->unsaved = false;
            f->s->mstatus = 0x1800;
            f->s->mie = f->s->mip = 0x80; /* WFI goes on */
            if (hart_cost(f) != row[i].cycles)
                fail_msg("row %zu, %08x", i, (unsigned)row[i].word);
        }
}

/* The cycle in which an access begins is what its owner sees. */
static void test_cycle_of_an_access(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, NOP, divide(A0, A1, A1), lw(A2, 0, S0), sw(A2, 0, S0), NOP);
    f->s->x[S0] = DEVICE;
    f->s->x[A1] = 1;
    f->wait = 7;
    hart_steps(f, 3);
    assert_int_equal(f->at, STH_HART_CYCLES_ALU + STH_HART_CYCLES_DIV);
    assert_int_equal(f->s->cycles, f->at + 7 + STH_HART_CYCLES_LOAD);
    hart_steps(f, 1);
    assert_int_equal(f->s->cycles, f->at + 7 + STH_HART_CYCLES_STORE);
    /* In one go as well. */
    sth_hart_reset(&f->hart);
    f->s->x[S0] = DEVICE;
    f->s->x[A1] = 1;
    f->wait = 0;
    assert_int_equal(
        sth_hart_run(&f->hart, STH_HART_CYCLES_ALU + STH_HART_CYCLES_DIV + 1),
        STH_HART_STOP_TIME);
    assert_int_equal(f->at, STH_HART_CYCLES_ALU + STH_HART_CYCLES_DIV);
}

static struct sth_hart_config waiting(struct hart_fixture *f, bool asks)
{
    struct sth_hart_config config = hart_config(f);

    config.window[0].line_wait = LINE;
    config.window[0].store_wait = STORE_WAIT;
    config.window[0].asks = asks;
    return config;
}

/* Lines of 16 bytes, four of them, for fetch and for data. */
static void test_lines(void **state)
{
    struct hart_fixture *f = *state;
    struct sth_hart_config config = waiting(f, false);

    hart_again(f, &config);
    PUT(f, RAM, lw(A0, 0, S0), lw(A0, 12, S0), lw(A0, 16, S0), lw(A0, 64, S0),
        lw(A0, 0, S0), sw(A0, 0x7c, S0), lw(A0, 0x7c, S0), FENCE_I, NOP,
        jal(ZERO, -36));
    f->s->x[S0] = DATA;
    assert_int_equal(hart_cost(f), LINE + LINE + STH_HART_CYCLES_LOAD);
    assert_int_equal(hart_cost(f), STH_HART_CYCLES_LOAD);
    assert_int_equal(hart_cost(f), LINE + STH_HART_CYCLES_LOAD);
    assert_int_equal(hart_cost(f), LINE + STH_HART_CYCLES_LOAD);
    /* 0 and 64 share a place; the next line of code comes in as well. */
    assert_int_equal(hart_cost(f), LINE + LINE + STH_HART_CYCLES_LOAD);
    /* A store brings nothing in. */
    assert_int_equal(hart_cost(f), STORE_WAIT + STH_HART_CYCLES_STORE);
    assert_int_equal(hart_cost(f), LINE + STH_HART_CYCLES_LOAD);
    assert_int_equal(hart_cost(f), STH_HART_CYCLES_FENCE_I);
    assert_int_equal(hart_cost(f), LINE + STH_HART_CYCLES_ALU);
    assert_int_equal(hart_cost(f), STH_HART_CYCLES_JUMP);
    /* Gone, because of the fence. */
    assert_int_equal(hart_cost(f), LINE + STH_HART_CYCLES_LOAD);
}

/* An instruction in two lines waits for both. */
static void test_instruction_in_two_lines(void **state)
{
    struct hart_fixture *f = *state;
    struct sth_hart_config config = waiting(f, false);
    const uint32_t nop = NOP;

    config.fetch_lines = 2;
    hart_again(f, &config);
    memcpy(f->ram + 14, &nop, 4);
    memcpy(f->ram + 18, &(const uint32_t){jal(ZERO, -4)}, 4);
    f->s->pc = RAM + 14;
    assert_int_equal(hart_cost(f), LINE + LINE + STH_HART_CYCLES_ALU);
    assert_int_equal(hart_cost(f), STH_HART_CYCLES_JUMP);
    assert_int_equal(hart_cost(f), STH_HART_CYCLES_ALU);
    /* The same across pages. */
    memcpy(f->ram + 4094, &nop, 4);
    f->s->pc = RAM + 4094;
    assert_int_equal(hart_cost(f), LINE + LINE + STH_HART_CYCLES_ALU);
}

/* A window that asks is asked once for each line. */
static void test_window_that_asks(void **state)
{
    struct hart_fixture *f = *state;
    struct sth_hart_config config = waiting(f, true);

    hart_again(f, &config);
    PUT(f, RAM, NOP, lw(A0, 4, S0), lw(A0, 8, S0), NOP, NOP);
    f->s->x[S0] = DATA;
    hart_steps(f, 1);
    assert_int_equal(f->fills, 1);
    assert_int_equal(f->fill_addr, RAM);
    assert_int_equal(f->at, 0);
    hart_steps(f, 1);
    assert_int_equal(f->fills, 2);
    assert_int_equal(f->fill_addr, DATA + 4);
    assert_int_equal(f->at, 21 + STH_HART_CYCLES_ALU);
    hart_steps(f, 3);
    assert_int_equal(f->fills, 3);
    assert_int_equal(f->fill_addr, RAM + 16);
}

static void test_until(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, LOOP);
    for (uint64_t until = 0; until < 10; until++) {
        sth_hart_reset(&f->hart);
        assert_int_equal(sth_hart_run(&f->hart, until), STH_HART_STOP_TIME);
        assert_int_equal(f->s->cycles, (until + STH_HART_CYCLES_JUMP - 1) /
                                           STH_HART_CYCLES_JUMP *
                                           STH_HART_CYCLES_JUMP);
    }
}

static void end_early(struct hart_fixture *f)
{
    sth_hart_until(&f->hart, 50);
    sth_hart_until(&f->hart, 70); /* not later again */
}

/* The owner may end a run earlier. */
static void test_until_is_shortened(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, sw(A0, 0, S0), LOOP);
    f->s->x[S0] = DEVICE;
    f->during = end_early;
    assert_int_equal(sth_hart_run(&f->hart, FOREVER), STH_HART_STOP_TIME);
    assert_int_equal(f->s->cycles, 50);
}

/* Random code that starts anew, with an interrupt now and then. */
static void fill_at_random(struct hart_fixture *f, uint64_t *random)
{
    hart_stream(random, f->ram, 0x4000);
    for (uint32_t i = 0x4000; i < RAM_BYTES; i++)
        f->ram[i] = (uint8_t)hart_word(random);
    sth_hart_memory_changed(&f->hart, RAM, RAM_BYTES);
    sth_hart_reset(&f->hart);
    f->s->mtvec = HANDLER;
    f->s->mie = 0x888;
    for (uint32_t i = 1; i < 32; i++)
        f->s->x[i] = hart_below(random, 2)
                         ? DATA + 4 * hart_below(random, 0x800)
                         : RAM + 2 * hart_below(random, 0x2000);
}

/* Runs to `end`, in pieces of `most` at most, interrupts at their times. */
static void run_in_pieces(struct hart_fixture *f, uint64_t end, uint64_t most,
                          uint64_t random)
{
    uint64_t times = 12345;

    for (uint64_t at = 0; at < end;) {
        at += 1 + hart_below(&times, 400);
        while (f->s->cycles < at) {
            const uint64_t piece =
                f->s->cycles + 1 +
                (most > 1 ? hart_below(&random, (uint32_t)most) : 0);

            (void)sth_hart_run(&f->hart, piece < at ? piece : at);
        }
        sth_hart_set_interrupt(&f->hart, STH_HART_INTERRUPT_TIMER,
                               hart_below(&times, 2));
        sth_hart_set_interrupt(&f->hart, STH_HART_INTERRUPT_EXTERNAL,
                               hart_below(&times, 2));
        if (hart_below(&times, 4) == 0) {
            f->s->pc = RAM + 2 * hart_below(&times, 0x2000);
            f->s->mstatus |= 8;
        }
    }
}

/* Whatever can be looked at, without a stop in front of an instruction. */
static void look_everywhere(struct hart_fixture *f)
{
    const struct sth_hart_watch watch = {DATA, 0x1000, STH_HART_WATCH_ACCESS};

    assert_true(sth_hart_shadow(&f->hart));
    assert_true(sth_hart_watch(&f->hart, &watch));
    sth_hart_profile(&f->hart);
}

static void test_pieces_change_nothing(void **state)
{
    struct hart_fixture *f = *state;
    static uint8_t ram[RAM_BYTES], image[RAM_BYTES];
    static struct sth_hart_state begin, whole;
    static const uint64_t pieces[] = {1, 5, 60, 1000};
    enum { PIECES = sizeof(pieces) / sizeof(*pieces) };
    uint64_t retired = 0;

    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct sth_hart_config config = waiting(f, seed % 2);
        uint64_t random = seed;

        config.fetch_lines = 2u << seed % 4;
        config.data_lines = 1u << seed % 5;
        config.line_bytes = 4u << seed % 5;
        config.window[0].line_wait = (uint32_t)(seed % 3) * 5;
        hart_again(f, &config);
        fill_at_random(f, &random);
        begin = *f->s;
        memcpy(image, f->ram, RAM_BYTES);
        run_in_pieces(f, 20000, UINT32_MAX, seed);
        whole = *f->s;
        memcpy(ram, f->ram, RAM_BYTES);
        for (size_t i = 0; i <= PIECES; i++) {
            memcpy(f->ram, image, RAM_BYTES);
            sth_hart_restore(&f->hart, &begin);
            if (i == PIECES)
                look_everywhere(f);
            run_in_pieces(f, 20000, pieces[i % PIECES], seed);
            if (memcmp(f->s, &whole, sizeof(whole)) != 0 ||
                memcmp(f->ram, ram, RAM_BYTES) != 0)
                fail_msg("seed %u, way %u: pc %08x, %08x in one go",
                         (unsigned)seed, (unsigned)i, (unsigned)f->s->pc,
                         (unsigned)whole.pc);
        }
        retired += whole.retired;
    }
    assert_true(retired > 40 * 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HART_TEST(test_classes),
        HART_TEST(test_cycle_of_an_access),
        HART_TEST(test_lines),
        HART_TEST(test_instruction_in_two_lines),
        HART_TEST(test_window_that_asks),
        HART_TEST(test_until),
        HART_TEST(test_until_is_shortened),
        HART_TEST(test_pieces_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
