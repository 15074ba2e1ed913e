/* The parts of the platform: its devices, its memory, how a run ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../hart/hart_asm.h"
#include "platform_elf.h"
#include "sth_vp.h"

#define PLIC(reg) STH_PLATFORM_PLIC_##reg
#define RAM_BASE STH_PLATFORM_RAM_BASE

struct fixture {
    struct sth_vp vp;
    char console[16];
    uint32_t length;
    struct sth_vp_watcher watcher;
    enum sth_hart_stop seen[8];
    enum sth_vp_order order[8];
    uint32_t stops;
};

static bool access_device(void *user, struct sth_hart_access *access)
{
    struct fixture *f = user;
    bool good;

    if (access->addr >= STH_PLATFORM_UART_BASE)
        good = sth_vp_access_uart(&f->vp, access);
    else if (access->addr >= STH_PLATFORM_PLIC_BASE)
        good = sth_vp_access_plic(&f->vp, access);
    else if (access->addr >= STH_PLATFORM_CLINT_BASE)
        good = sth_vp_access_clint(&f->vp, access);
    else
        good = sth_vp_access_finisher(&f->vp, access);
    sth_vp_update(&f->vp);
    return good;
}

static void put(void *user, char c)
{
    struct fixture *f = user;

    f->console[f->length++ % sizeof(f->console)] = c;
}

static enum sth_vp_order stopped(void *user, enum sth_hart_stop why)
{
    struct fixture *f = user;

    f->seen[f->stops] = why;
    return f->order[f->stops++];
}

static void begin(struct fixture *f, const uint32_t *word, uint32_t words)
{
    struct sth_mem_config memory;
    const struct sth_vp_config config = {
        .ram_bytes = STH_PLATFORM_FIRMWARE_BYTES,
        .memory = &memory,
        .bus_bytes = 16,
        .access = access_device,
        .console = put,
        .user = f,
    };
    struct elf_file elf;
    char error[128];

    memset(f, 0, sizeof(*f));
    sth_mem_config_default(&memory);
    assert_true(sth_vp_init(&f->vp, &config));
    elf_make(&elf, RAM_BASE, word, words);
    assert_true(sth_vp_load(&f->vp, &elf, sizeof(elf), error, sizeof(error)));
}

#define BEGIN(f, word) begin(f, word, sizeof(word) / sizeof(*word))

static void test_hello(void **state)
{
    const uint32_t word[] = {
        lui(A0, STH_PLATFORM_UART_BASE),
        addi(A1, ZERO, 'h'),
        sb(A1, 0, A0),
        addi(A1, A1, 1),
        sw(A1, 0, A0),
        lui(A0, STH_PLATFORM_FINISHER_BASE),
        lui(A1, 0x73000),
        addi(A1, A1, 0x333),
        sw(A1, 0, A0),
        LOOP,
    };
    struct fixture f;

    (void)state;
    BEGIN(&f, word);
    (void)sth_vp_run(&f.vp, 1000000);
    assert_string_equal(f.console, "hi");
    assert_int_equal(f.vp.end, STH_VP_END_EXIT);
    assert_int_equal(f.vp.status, 7);
    sth_vp_fini(&f.vp);
}

/* It sleeps until the timer, in whose cycle it wakes. */
static void test_timer(void **state)
{
    const uint32_t word[] = {addi(A1, ZERO, 0x80), csrrw(ZERO, CSR_MIE, A1),
                             WFI, LOOP};
    struct fixture f;

    (void)state;
    BEGIN(&f, word);
    sth_vp_clint_write(&f.vp.clint, STH_PLATFORM_CLINT_MTIMECMP, 5000);
    sth_vp_clint_write(&f.vp.clint, STH_PLATFORM_CLINT_MTIMECMP + 4, 0);
    assert_int_equal(sth_vp_run(&f.vp, 100000), STH_HART_STOP_WFI);
    sth_vp_sleep(&f.vp, 4999);
    sth_vp_update(&f.vp);
    assert_int_equal(sth_vp_run(&f.vp, 5000), STH_HART_STOP_WFI);
    sth_vp_sleep(&f.vp, 5000);
    assert_int_equal(f.vp.hart.state.cycles, 5000);
    assert_int_equal(sth_vp_run(&f.vp, 5001), STH_HART_STOP_TIME);
    assert_int_equal(f.vp.hart.state.pc, RAM_BASE + 12);
    sth_vp_fini(&f.vp);
}

static void test_time(void **state)
{
    struct sth_vp_clint clint;

    (void)state;
    sth_vp_clint_reset(&clint);
    assert_false(sth_vp_clint_line(&clint, UINT64_MAX - 1));
    assert_int_equal(
        sth_vp_clint_read(&clint, STH_PLATFORM_CLINT_MTIME, 0x123456789),
        0x23456789);
    assert_int_equal(
        sth_vp_clint_read(&clint, STH_PLATFORM_CLINT_MTIME + 4, 0x123456789),
        1);
    sth_vp_clint_write(&clint, STH_PLATFORM_CLINT_MTIMECMP + 4, 1);
    assert_int_equal(clint.mtimecmp, 0x1ffffffff);
    assert_true(sth_vp_clint_line(&clint, 0x1ffffffff));
    assert_int_equal(sth_vp_clint_read(&clint, STH_PLATFORM_CLINT_MTIMECMP, 0),
                     0xffffffff);
}

static void test_interrupts(void **state)
{
    struct sth_vp_plic p = {0};

    (void)state;
    sth_vp_plic_reset(&p);
    sth_vp_plic_set(&p, 3, true);
    sth_vp_plic_set(&p, 5, true);
    assert_int_equal(sth_vp_plic_best(&p), 0);
    sth_vp_plic_write(&p, PLIC(ENABLE), 0xffffffff);
    assert_int_equal(sth_vp_plic_read(&p, PLIC(ENABLE)), 0xfffffffe);
    assert_int_equal(sth_vp_plic_best(&p), 0); /* of priority 0 */
    sth_vp_plic_write(&p, PLIC(PRIORITY) + 4 * 3, 1);
    sth_vp_plic_write(&p, PLIC(PRIORITY) + 4 * 5, 1);
    assert_int_equal(sth_vp_plic_best(&p), 3);
    sth_vp_plic_write(&p, PLIC(PRIORITY) + 4 * 5, 2);
    assert_int_equal(sth_vp_plic_read(&p, PLIC(CLAIM)), 5);
    assert_int_equal(sth_vp_plic_read(&p, PLIC(CLAIM)), 3);
    assert_int_equal(sth_vp_plic_read(&p, PLIC(CLAIM)), 0);
    sth_vp_plic_write(&p, PLIC(CLAIM), 3);
    assert_int_equal(sth_vp_plic_best(&p), 3); /* its line is still high */
    sth_vp_plic_set(&p, 3, false);
    assert_int_equal(sth_vp_plic_best(&p), 0);
    sth_vp_plic_write(&p, PLIC(CLAIM), 5);
    sth_vp_plic_write(&p, PLIC(THRESHOLD), 2);
    assert_int_equal(sth_vp_plic_best(&p), 0);
    sth_vp_plic_write(&p, PLIC(THRESHOLD), 1);
    assert_int_equal(sth_vp_plic_best(&p), 5);
    sth_vp_plic_write(&p, PLIC(CLAIM), 1000);
    sth_vp_plic_write(&p, 0x1ffc, 1);
    assert_int_equal(sth_vp_plic_read(&p, 0x1ffc), 0);
}

/* A device that does not exist, a size that it does not take. */
static void test_refuses(void **state)
{
    const uint32_t word[] = {lui(A0, STH_PLATFORM_PLIC_BASE), sb(ZERO, 0, A0),
                             LOOP};
    struct fixture f;

    (void)state;
    BEGIN(&f, word);
    f.vp.hart.state.mtvec = RAM_BASE + 8;
    (void)sth_vp_run(&f.vp, 1000);
    assert_int_equal(f.vp.hart.state.mcause, STH_HART_CAUSE_STORE);
    assert_int_equal(f.vp.hart.state.mtval, STH_PLATFORM_PLIC_BASE);
    sth_vp_fini(&f.vp);
}

/* Steps, a breakpoint, and the end that the watcher wants. */
static void test_watched(void **state)
{
    const uint32_t word[] = {NOP, NOP, NOP, NOP, LOOP};
    struct fixture f;

    (void)state;
    BEGIN(&f, word);
    f.watcher = (struct sth_vp_watcher){.user = &f, .stopped = stopped};
    f.vp.watcher = &f.watcher;
    f.order[0] = STH_VP_STEP;
    f.order[2] = STH_VP_QUIT;
    sth_hart_break(&f.vp.hart, RAM_BASE + 12);
    assert_int_equal(sth_vp_run(&f.vp, 100000), STH_HART_STOP_ASKED);
    assert_int_equal(f.stops, 3);
    assert_int_equal(f.seen[0], STH_HART_STOP_NONE);
    assert_int_equal(f.seen[1], STH_HART_STOP_TIME);
    assert_int_equal(f.seen[2], STH_HART_STOP_BREAKPOINT);
    assert_int_equal(f.vp.end, STH_VP_END_QUIT);
    sth_vp_fini(&f.vp);
}

static void test_limit(void **state)
{
    const uint32_t word[] = {LOOP};
    struct fixture f;

    (void)state;
    BEGIN(&f, word);
    f.vp.limit = 10000;
    assert_int_equal(sth_vp_run(&f.vp, 9000), STH_HART_STOP_TIME);
    assert_int_equal(sth_vp_run(&f.vp, 11000), STH_HART_STOP_TIME);
    assert_int_equal(sth_vp_run(&f.vp, 12000), STH_HART_STOP_ASKED);
    assert_int_equal(f.vp.end, STH_VP_END_LIMIT);
    sth_vp_fini(&f.vp);
}

/* Lines wait for the memory component, the first for its latency. */
static void test_waits(void **state)
{
    const uint32_t word[] = {LOOP};
    struct fixture f;

    (void)state;
    BEGIN(&f, word);
    (void)sth_vp_run(&f.vp, 1);
    assert_in_range(f.vp.hart.state.cycles, 100, 120);
    sth_vp_fini(&f.vp);
}

static void test_memory(void **state)
{
    const uint32_t word[] = {LOOP};
    const uint32_t end = RAM_BASE + STH_PLATFORM_FIRMWARE_BYTES;
    uint32_t value = NOP, seen = 0;
    struct fixture f;

    (void)state;
    BEGIN(&f, word);
    (void)sth_vp_run(&f.vp, 1000);
    assert_true(sth_vp_poke(&f.vp, RAM_BASE, &value, 4));
    assert_true(sth_vp_peek(&f.vp, RAM_BASE, &seen, 4));
    assert_int_equal(seen, NOP);
    assert_false(sth_vp_peek(&f.vp, end - 2, &seen, 4));
    assert_false(sth_vp_poke(&f.vp, STH_PLATFORM_UART_BASE, &value, 4));
    (void)sth_vp_run(&f.vp, 1010);
    assert_int_not_equal(f.vp.hart.state.pc, RAM_BASE);
    sth_vp_fini(&f.vp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hello),   cmocka_unit_test(test_timer),
        cmocka_unit_test(test_time),    cmocka_unit_test(test_interrupts),
        cmocka_unit_test(test_refuses), cmocka_unit_test(test_watched),
        cmocka_unit_test(test_limit),   cmocka_unit_test(test_waits),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
