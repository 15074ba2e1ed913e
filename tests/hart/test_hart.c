/* The processor's traps, interrupts, CSRs and memory, as the manual has them.
 */
#include "hart_fixture.h"

#define MIE_BIT 0x8u
#define MPIE_BIT 0x80u
#define MPP_BITS 0x1800u

static void test_division(void **state)
{
    static const uint32_t row[][4] = {
        /* a, b, quotient, remainder */
        {7, 2, 3, 1},
        {0xfffffff9, 2, 0xfffffffd, 0xffffffff},
        {7, 0xfffffffe, 0xfffffffd, 1},
        {0x80000000, 0xffffffff, 0x80000000, 0},
        {5, 0xffffffff, 0xfffffffb, 0},
        {5, 0, 0xffffffff, 5},
        {0x80000000, 0, 0xffffffff, 0x80000000},
    };
    struct hart_fixture *f = *state;

    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
        PUT(f, RAM, divide(A2, A0, A1), rem(A3, A0, A1));
        f->s->pc = RAM;
        f->s->x[A0] = row[i][0];
        f->s->x[A1] = row[i][1];
        hart_steps(f, 2);
        assert_int_equal(f->s->x[A2], row[i][2]);
        assert_int_equal(f->s->x[A3], row[i][3]);
    }
}

static void test_zero_stays_zero(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, addi(ZERO, ZERO, 5), lw(ZERO, 0, A0),
        csrrs(ZERO, CSR_MISA, ZERO), amoadd(ZERO, A0, A0), jal(ZERO, 4),
        add(A1, ZERO, ZERO));
    f->s->x[A0] = DATA;
    hart_steps(f, 6);
    assert_int_equal(f->s->x[A1], 0);
    assert_int_equal(f->s->x[0], 0);
    assert_int_equal(f->s->retired, 6);
}

static void test_exceptions(void **state)
{
    struct hart_fixture *f = *state;
    uint32_t at = RAM;
    const struct {
        uint32_t word, cause, value;
    } row[] = {
        {ECALL, STH_HART_CAUSE_ECALL, 0},
        {EBREAK, STH_HART_CAUSE_BREAK, RAM + 4},
        {0xffffffff, STH_HART_CAUSE_ILLEGAL, 0xffffffff},
        {0x9002, STH_HART_CAUSE_BREAK, RAM + 12},
        {0x12342000, STH_HART_CAUSE_ILLEGAL, 0x2000},
        {lw(A0, 2, S0), STH_HART_CAUSE_LOAD_ALIGN, DATA + 2},
        {lh(A0, 3, S0), STH_HART_CAUSE_LOAD_ALIGN, DATA + 3},
        {sw(A0, 1, S0), STH_HART_CAUSE_STORE_ALIGN, DATA + 1},
        {sh(A0, 1, S0), STH_HART_CAUSE_STORE_ALIGN, DATA + 1},
        {lw(A0, 4, ZERO), STH_HART_CAUSE_LOAD, 4},
        {sw(A0, 4, ZERO), STH_HART_CAUSE_STORE, 4},
        {sb(A0, 7, S1), STH_HART_CAUSE_STORE, ROM + 7},
        {amoadd(A0, A0, ZERO), STH_HART_CAUSE_STORE, 0},
        {amoadd(A0, A0, S1), STH_HART_CAUSE_STORE, ROM},
        {amoadd(A0, A0, T0), STH_HART_CAUSE_STORE, DEVICE},
        {amoadd(A0, A0, T1), STH_HART_CAUSE_STORE_ALIGN, DATA + 2},
        {lr(A0, T1), STH_HART_CAUSE_LOAD_ALIGN, DATA + 2},
        {lr(A0, T0), STH_HART_CAUSE_LOAD, DEVICE},
        {sc(A0, A0, T0), STH_HART_CAUSE_STORE, DEVICE},
        {csrrw(A0, 0x180, ZERO), STH_HART_CAUSE_ILLEGAL, 0x18001573},
        {csrrw(A0, CSR_TIME, A0), STH_HART_CAUSE_ILLEGAL, 0xc0151573},
    };

    f->s->x[S0] = DATA;
    f->s->x[S1] = ROM;
    f->s->x[T0] = DEVICE;
    f->s->x[T1] = DATA + 2;
    f->s->x[A0] = 99;
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++, at += 4) {
        PUT(f, at, row[i].word);
        f->s->pc = at;
        f->s->mstatus = MPP_BITS | MIE_BIT;
        hart_traps(f, row[i].cause, row[i].value);
        assert_int_equal(f->s->pc, HANDLER);
        assert_int_equal(f->s->mstatus, MPP_BITS | MPIE_BIT);
        assert_int_equal(f->s->x[A0], 99);
    }
    assert_int_equal(f->accesses, 0);
}

static void test_fetch_faults(void **state)
{
    struct hart_fixture *f = *state;
    const uint32_t last = RAM + RAM_BYTES - 2;
    const uint16_t half = 0x0013;

    f->s->pc = 0x1000;
    hart_traps(f, STH_HART_CAUSE_FETCH, 0x1000);
    /* A device has no instructions. */
    f->s->pc = DEVICE;
    hart_traps(f, STH_HART_CAUSE_FETCH, DEVICE);
    /* The second half is what is missing. */
    memcpy(f->ram + RAM_BYTES - 2, &half, 2);
    f->s->pc = last;
    hart_traps(f, STH_HART_CAUSE_FETCH, last + 2);
    /* Behind the last instruction is nothing. */
    memcpy(f->ram + RAM_BYTES - 4, &(const uint32_t){NOP}, 4);
    sth_hart_memory_changed(&f->hart, last - 2, 4);
    f->s->pc = last - 2;
    hart_steps(f, 1);
    hart_traps(f, STH_HART_CAUSE_FETCH, RAM + RAM_BYTES);
}

static void test_return(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, ECALL, NOP);
    PUT(f, HANDLER, csrrs(A0, CSR_MEPC, ZERO), addi(A0, A0, 4),
        csrrw(ZERO, CSR_MEPC, A0), MRET);
    f->s->mstatus = MPP_BITS | MIE_BIT;
    hart_steps(f, 5);
    assert_int_equal(f->s->pc, RAM + 4);
    assert_int_equal(f->s->mstatus, MPP_BITS | MPIE_BIT | MIE_BIT);
    hart_steps(f, 1);
    assert_int_equal(f->s->pc, RAM + 8);
    assert_int_equal(f->s->double_faults, 0);
    assert_int_equal(f->s->retired, 5);
}

static void test_interrupts_by_urgency(void **state)
{
    static const uint32_t order[] = {STH_HART_INTERRUPT_EXTERNAL,
                                     STH_HART_INTERRUPT_SOFTWARE,
                                     STH_HART_INTERRUPT_TIMER};
    struct hart_fixture *f = *state;

    PUT(f, RAM, NOP, NOP);
    f->s->mtvec = HANDLER | 1; /* by cause */
    f->s->mie = 0x888;
    for (unsigned i = 0; i < 3; i++)
        sth_hart_set_interrupt(&f->hart, order[i], true);
    /* Not before they are enabled. */
    hart_steps(f, 1);
    assert_int_equal(f->s->pc, RAM + 4);
    for (unsigned i = 0; i < 3; i++) {
        f->s->pc = RAM;
        f->s->mstatus = MPP_BITS | MIE_BIT;
        hart_traps(f, STH_HART_CAUSE_INTERRUPT | order[i], 0);
        assert_int_equal(f->s->pc, HANDLER + 4 * order[i]);
        assert_int_equal(f->s->mstatus, MPP_BITS | MPIE_BIT);
        sth_hart_set_interrupt(&f->hart, order[i], false);
    }
    /* Exceptions go to the base. */
    PUT(f, RAM, ECALL);
    f->s->pc = RAM;
    hart_traps(f, STH_HART_CAUSE_ECALL, 0);
    assert_int_equal(f->s->pc, HANDLER);
}

/* The instruction that enables an interrupt is the last one before it. */
static void test_interrupt_follows_its_enable(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, csrrs(ZERO, CSR_MSTATUS, A0), csrrs(ZERO, CSR_MIE, A1), NOP);
    PUT(f, HANDLER, LOOP);
    f->s->x[A0] = MIE_BIT;
    f->s->x[A1] = 0x80;
    sth_hart_set_interrupt(&f->hart, STH_HART_INTERRUPT_TIMER, true);
    assert_int_equal(sth_hart_run(&f->hart, 100), STH_HART_STOP_TIME);
    assert_int_equal(f->s->mepc, RAM + 8);
    assert_int_equal(f->s->traps, 1);
}

static void raise_interrupt(struct hart_fixture *f)
{
    sth_hart_set_interrupt(&f->hart, STH_HART_INTERRUPT_EXTERNAL, true);
}

/* One that a device raises comes before the next instruction. */
static void test_interrupt_of_a_device(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, NOP, sw(A1, 0, A0), addi(A2, ZERO, 1), LOOP);
    PUT(f, HANDLER, LOOP);
    f->s->x[A0] = DEVICE;
    f->s->mie = 0x800;
    f->s->mstatus |= MIE_BIT;
    f->during = raise_interrupt;
    assert_int_equal(sth_hart_run(&f->hart, 100), STH_HART_STOP_TIME);
    assert_int_equal(f->s->mepc, RAM + 8);
    assert_int_equal(f->s->x[A2], 0);
}

static void test_wait_for_interrupt(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, WFI, addi(A0, ZERO, 1), LOOP);
    PUT(f, HANDLER, LOOP);
    f->s->mie = 0x80;
    assert_int_equal(sth_hart_run(&f->hart, 1000), STH_HART_STOP_WFI);
    assert_int_equal(f->s->cycles, STH_HART_CYCLES_WFI);
    assert_int_equal(f->s->pc, RAM + 4);
    /* It waits until then; what is not let through wakes nobody. */
    sth_hart_set_interrupt(&f->hart, STH_HART_INTERRUPT_SOFTWARE, true);
    assert_int_equal(sth_hart_run(&f->hart, 500), STH_HART_STOP_WFI);
    assert_int_equal(f->s->cycles, 500);
    assert_int_equal(f->s->idle, 500 - STH_HART_CYCLES_WFI);
    /* One that is not enabled wakes without a trap. */
    sth_hart_set_interrupt(&f->hart, STH_HART_INTERRUPT_TIMER, true);
    hart_steps(f, 1);
    assert_int_equal(f->s->x[A0], 1);
    assert_int_equal(f->s->traps, 0);
    /* And one that is pending is not waited for. */
    f->s->pc = RAM;
    f->s->mstatus |= MIE_BIT;
    f->s->mie = 0;
    PUT(f, RAM, csrrs(ZERO, CSR_MIE, A1), WFI);
    f->s->x[A1] = 0x80;
    f->s->mstatus &= ~MIE_BIT;
    hart_steps(f, 2);
    assert_false(f->s->waiting);
}

static void test_csrs_there_are(void **state)
{
    static const uint32_t there[][2] = {
        {0x300, 0x301}, {0x304, 0x305}, {0x310, 0x310}, {0x320, 0x320},
        {0x323, 0x33f}, {0x340, 0x344}, {0xb00, 0xb00}, {0xb02, 0xb1f},
        {0xb80, 0xb80}, {0xb82, 0xb9f}, {0xc00, 0xc1f}, {0xc80, 0xc9f},
        {0xf11, 0xf15}};
    struct hart_fixture *f = *state;
    size_t next = 0;
    uint32_t value;

    for (uint32_t csr = 0; csr < 0x1000; csr++) {
        const bool is_there = csr >= there[next][0] && csr <= there[next][1];
        const bool is_counter = csr >= 0xb00 && csr < 0xd00;

        assert_int_equal(sth_hart_reg_read(&f->hart, 65 + csr, &value),
                         is_there);
        if (is_there && csr >= 0xc00) /* what is read only */
            assert_false(sth_hart_reg_write(&f->hart, 65 + csr, 0));
        PUT(f, RAM, csrrs(A0, csr, ZERO));
        f->s->pc = RAM;
        f->s->x[A0] = 7;
        hart_steps(f, 1);
        assert_int_equal(f->s->pc, is_there ? RAM + 4 : HANDLER);
        if (is_there && !is_counter && csr != CSR_MCAUSE && csr != CSR_MEPC &&
            csr != CSR_MTVAL)
            assert_int_equal(f->s->x[A0], value);
        f->s->unsaved = false;
        if (csr == there[next][1] && next + 1 < sizeof(there) / sizeof(*there))
            next++;
    }
}

static void test_csrs_keep_what_is_legal(void **state)
{
    static const uint32_t row[][3] = {
        /* number, all ones become, all zeros become */
        {CSR_MSTATUS, 0x1888, 0x1800},
        {CSR_MISA, 0x40001105, 0x40001105},
        {CSR_MIE, 0x888, 0},
        {CSR_MIP, 0, 0},
        {CSR_MSCRATCH, 0xffffffff, 0},
        {CSR_MEPC, 0xfffffffe, 0},
        {CSR_MCAUSE, 0xffffffff, 0},
        {CSR_MTVAL, 0xffffffff, 0},
        {0x320, 0, 0},
        {0xb03, 0, 0},
    };
    struct hart_fixture *f = *state;

    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
        for (uint32_t zeros = 0; zeros < 2; zeros++) {
            PUT(f, RAM, csrrw(A0, row[i][0], A1), csrrs(A2, row[i][0], ZERO));
            f->s->pc = RAM;
            f->s->x[A1] = zeros - 1;
            hart_steps(f, 2);
            assert_int_equal(f->s->x[A2], row[i][1 + zeros]);
        }
    PUT(f, RAM, csrrw(A0, CSR_MTVEC, A1), csrrs(A2, CSR_MTVEC, ZERO));
    for (uint32_t mode = 0; mode < 4; mode++) {
        f->s->mtvec = HANDLER;
        f->s->pc = RAM;
        f->s->x[A1] = 0x1230 | mode;
        hart_steps(f, 2);
        assert_int_equal(f->s->x[A2], mode < 2 ? 0x1230 | mode : HANDLER);
    }
    assert_int_equal(f->s->x[A0], HANDLER);
    PUT(f, RAM, csrrs(A0, 0xf14, ZERO));
    f->s->pc = RAM;
    hart_steps(f, 1);
    assert_int_equal(f->s->x[A0], 3);
}

static void test_counters(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, csrrw(ZERO, CSR_MINSTRET, A0), csrrw(ZERO, CSR_MINSTRETH, A0),
        NOP, csrrs(A1, CSR_MINSTRET, ZERO), csrrs(A2, CSR_MINSTRETH, ZERO),
        csrrw(ZERO, CSR_MCYCLE, A0), csrrs(A3, CSR_MCYCLE, ZERO),
        csrrs(A4, CSR_MCYCLEH, ZERO), csrrs(T0, CSR_TIME, ZERO),
        csrrs(T1, CSR_TIMEH, ZERO));
    f->s->x[A0] = 0xffffffff;
    f->time = 0x123456789abcdefull;
    hart_steps(f, 10);
    assert_int_equal(f->s->x[A1], 0);
    assert_int_equal(f->s->x[A2], 0);
    assert_int_equal(f->s->x[A3], 0xffffffff);
    assert_int_equal(f->s->x[A4], 1);
    assert_int_equal(f->s->x[T0], 0x89abcdef);
    assert_int_equal(f->s->x[T1], 0x1234567);
    assert_int_equal(f->s->retired, 10);
}

static void test_reservation(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, lr(A0, S0), sc(A1, S1, S0), sc(A2, S1, S0), lr(A0, S0),
        sc(A3, S1, T0), lr(A0, S0), sc(A4, T1, S0));
    f->s->x[S0] = DATA;
    f->s->x[S1] = 5;
    f->s->x[T0] = DATA + 4;
    f->s->x[T1] = 6;
    f->s->x[A1] = f->s->x[A2] = f->s->x[A3] = f->s->x[A4] = 9;
    hart_steps(f, 6);
    assert_int_equal(f->s->x[A1], 0);
    assert_int_equal(f->s->x[A2], 1);
    assert_int_equal(f->s->x[A3], 1);
    assert_int_equal(hart_get(f, DATA + 4), 0);
    /* Others write there in between. */
    sth_hart_memory_changed(&f->hart, DATA + 3, 1);
    hart_steps(f, 1);
    assert_int_equal(f->s->x[A4], 1);
    assert_int_equal(hart_get(f, DATA), 5);
}

static void test_device(void **state)
{
    struct hart_fixture *f = *state;

    PUT(f, RAM, lb(A0, 5, S0), sh(A1, 6, S0), lw(A2, 8, S0));
    f->s->x[S0] = DEVICE;
    f->s->x[A1] = 0x12345678;
    f->answer = 0xdeadbe80;
    hart_steps(f, 1);
    assert_int_equal(f->s->x[A0], 0xffffff80);
    assert_int_equal(f->access.addr, DEVICE + 5);
    assert_int_equal(f->access.bytes, 1);
    hart_steps(f, 1);
    assert_true(f->access.write);
    assert_int_equal(f->access.addr, DEVICE + 6);
    assert_int_equal(f->access.bytes, 2);
    assert_int_equal(f->access.value, 0x5678);
    hart_steps(f, 1);
    assert_int_equal(f->s->x[A2], 0xdeadbe80);
    assert_int_equal(f->accesses, 3);
}

/* An instruction across two pages; code that is stored over. */
static void test_code_changes(void **state)
{
    struct hart_fixture *f = *state;
    const uint32_t edge = RAM + 0x2000 - 2;
    uint8_t *at = sth_hart_memory(&f->hart, edge, 4);

    memcpy(at, &(const uint32_t){addi(A0, A0, 0x111)}, 4);
    f->s->pc = edge;
    hart_steps(f, 1);
    assert_int_equal(f->s->x[A0], 0x111);
    assert_int_equal(f->s->pc, edge + 4);
    /* Its upper half, in the other page. */
    PUT(f, RAM, sh(A1, 0, S0));
    f->s->x[S0] = edge + 2;
    f->s->x[A1] = addi(A0, A0, 0x222) >> 16;
    f->s->pc = RAM;
    hart_steps(f, 1);
    f->s->pc = edge;
    hart_steps(f, 1);
    assert_int_equal(f->s->x[A0], 0x333);
    /* The next instruction, and one that ran before. */
    PUT(f, RAM, addi(A0, ZERO, 1), sw(A1, 8, S0), addi(A0, ZERO, 2),
        sw(A1, 0, S0), jal(ZERO, -16));
    f->s->x[S0] = RAM;
    f->s->x[A1] = addi(A0, A0, 5);
    f->s->pc = RAM;
    hart_steps(f, 6);
    assert_int_equal(f->s->x[A0], 11);
    /* A store beside code is no leave to store over it. */
    PUT(f, RAM, jalr(RA, 0, S1), sw(A1, 0x200, S1), sw(A1, 0, S1),
        jalr(RA, 0, S1), LOOP);
    PUT(f, HANDLER, addi(A0, A0, 1), jalr(ZERO, 0, RA));
    f->s->x[A0] = 0;
    f->s->x[S1] = HANDLER;
    f->s->pc = RAM;
    assert_int_equal(sth_hart_run(&f->hart, 1000), STH_HART_STOP_TIME);
    assert_int_equal(f->s->x[A0], 6);
}

static void test_registers_by_number(void **state)
{
    struct hart_fixture *f = *state;
    uint32_t value;

    assert_false(sth_hart_reg_write(&f->hart, 0, 1));
    for (uint32_t i = 1; i < 32; i++)
        assert_true(sth_hart_reg_write(&f->hart, i, 100 + i));
    for (uint32_t i = 0; i < 32; i++) {
        assert_true(sth_hart_reg_read(&f->hart, i, &value));
        assert_int_equal(value, i ? 100 + i : 0);
    }
    assert_true(sth_hart_reg_write(&f->hart, STH_HART_REG_PC, RAM + 8));
    assert_true(sth_hart_reg_read(&f->hart, STH_HART_REG_PC, &value));
    assert_int_equal(value, RAM + 8);
    assert_true(sth_hart_reg_write(&f->hart, 65 + CSR_MSCRATCH, 77));
    assert_int_equal(f->s->mscratch, 77);
    assert_false(sth_hart_reg_read(&f->hart, 33, &value));
    assert_false(sth_hart_reg_read(&f->hart, 65 + 0x1000, &value));
}

static void test_configuration_has_rules(void **state)
{
    struct hart_fixture *f = *state;
    struct sth_hart other;
    struct sth_hart_config good = hart_config(f), bad;

#define REFUSED(change)                                                        \
    bad = good;                                                                \
    change;                                                                    \
    assert_false(sth_hart_init(&other, &bad))
    REFUSED(bad.line_bytes = 2);
    REFUSED(bad.line_bytes = 24);
    REFUSED(bad.line_bytes = 8192);
    REFUSED(bad.fetch_lines = 1);
    REFUSED(bad.data_lines = 0);
    REFUSED(bad.data_lines = 2048);
    REFUSED(bad.windows = 9);
    REFUSED(bad.reset_pc = RAM + 1);
    REFUSED(bad.window[0].base = RAM + 2);
    REFUSED(bad.window[0].bytes = 100);
    REFUSED(bad.window[0].bytes = 0);
    REFUSED(bad.window[0].host = NULL);
    REFUSED(bad.window[0].base = 0xfffff000);
    REFUSED(bad.window[1].base = RAM + RAM_BYTES - 4096);
    REFUSED(bad.window[0].asks = true; bad.owner.fill = NULL);
#undef REFUSED
    /* To the end of all addresses is well. */
    good.window[0].base = 0 - (uint32_t)RAM_BYTES;
    assert_true(sth_hart_init(&other, &good));
    sth_hart_fini(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HART_TEST(test_division),
        HART_TEST(test_zero_stays_zero),
        HART_TEST(test_exceptions),
        HART_TEST(test_fetch_faults),
        HART_TEST(test_return),
        HART_TEST(test_interrupts_by_urgency),
        HART_TEST(test_interrupt_follows_its_enable),
        HART_TEST(test_interrupt_of_a_device),
        HART_TEST(test_wait_for_interrupt),
        HART_TEST(test_csrs_there_are),
        HART_TEST(test_csrs_keep_what_is_legal),
        HART_TEST(test_counters),
        HART_TEST(test_reservation),
        HART_TEST(test_device),
        HART_TEST(test_code_changes),
        HART_TEST(test_registers_by_number),
        HART_TEST(test_configuration_has_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
