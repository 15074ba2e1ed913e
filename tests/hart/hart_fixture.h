/*
 * A processor with memory, read-only memory, and a device that keeps what it is
 * asked; a program is words from the start of memory on.
 */
#ifndef HART_FIXTURE_H
#define HART_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hart_asm.h"
#include "sth_hart.h"
#include "sth_hart_cycles.h"

enum { RAM_BYTES = 32768, ROM_BYTES = 4096, FOREVER = 1000000 };
#define RAM 0x80000000u
#define ROM 0x20000000u
#define DEVICE 0x10000000u
#define HANDLER (RAM + 0x1000u)
#define DATA (RAM + 0x4000u)

struct hart_fixture {
    struct sth_hart hart;
    struct sth_hart_state *s;
    uint8_t ram[RAM_BYTES], rom[ROM_BYTES];
    /* The device: its last access, when, how many; what it answers. */
    struct sth_hart_access access;
    uint64_t at;
    uint32_t accesses, answer, wait;
    void (*during)(struct hart_fixture *f);
    uint32_t fills, fill_addr;
    uint64_t time;
};

static bool hart_access(void *user, struct sth_hart_access *access)
{
    struct hart_fixture *f = user;

    if (access->addr - DEVICE >= 4096)
        return false;
    access->wait = f->wait;
    if (!access->write)
        access->value = f->answer;
    f->access = *access;
    f->at = f->s->cycles;
    f->accesses++;
    if (f->during)
        f->during(f);
    return true;
}

static uint32_t hart_fill(void *user, uint32_t addr)
{
    struct hart_fixture *f = user;

    f->fills++;
    f->fill_addr = addr;
    f->at = f->s->cycles;
    return 21;
}

static uint64_t hart_time(void *user)
{
    return ((const struct hart_fixture *)user)->time;
}

/* Without waits; two windows. */
static inline struct sth_hart_config hart_config(struct hart_fixture *f)
{
    return (struct sth_hart_config){
        .hartid = 3,
        .reset_pc = RAM,
        .line_bytes = 16,
        .fetch_lines = 4,
        .data_lines = 4,
        .windows = 2,
        .window = {{.base = RAM, .bytes = RAM_BYTES, .host = f->ram},
                   {.base = ROM,
                    .bytes = ROM_BYTES,
                    .host = f->rom,
                    .read_only = true}},
        .owner = {.user = f,
                  .access = hart_access,
                  .fill = hart_fill,
                  .time = hart_time},
    };
}

static inline void hart_begin(struct hart_fixture *f,
                              const struct sth_hart_config *config)
{
    assert_true(sth_hart_init(&f->hart, config));
    f->s = &f->hart.state;
    f->s->mtvec = HANDLER;
}

static inline int hart_setup(void **state)
{
    struct hart_fixture *f = calloc(1, sizeof(*f));
    struct sth_hart_config config;

    if (!f)
        return -1;
    config = hart_config(f);
    hart_begin(f, &config);
    *state = f;
    return 0;
}

static inline int hart_teardown(void **state)
{
    struct hart_fixture *f = *state;

    sth_hart_fini(&f->hart);
    free(f);
    return 0;
}

/* Another configuration instead. */
static inline void hart_again(struct hart_fixture *f,
                              const struct sth_hart_config *config)
{
    sth_hart_fini(&f->hart);
    hart_begin(f, config);
}

static inline void hart_put(struct hart_fixture *f, uint32_t addr,
                            const uint32_t *words, size_t count)
{
    uint8_t *to = sth_hart_memory(&f->hart, addr, (uint32_t)(4 * count));

    assert_non_null(to);
    memcpy(to, words, 4 * count);
    sth_hart_memory_changed(&f->hart, addr, (uint32_t)(4 * count));
}

static inline uint32_t hart_get(struct hart_fixture *f, uint32_t addr)
{
    uint32_t word;

    memcpy(&word, sth_hart_memory(&f->hart, addr, 4), 4);
    return word;
}

/* Words at an address, by name: PUT(f, RAM, addi(A0, ZERO, 1), LOOP). */
#define PUT(f, addr, ...)                                                      \
    hart_put(f, addr, (const uint32_t[]){__VA_ARGS__},                         \
             sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

/* So many instructions or traps, each a good one. */
static inline void hart_steps(struct hart_fixture *f, unsigned count)
{
    while (count--)
        assert_int_equal(sth_hart_step(&f->hart), STH_HART_STOP_TIME);
}

/* Cycles of one step. */
static inline uint64_t hart_cost(struct hart_fixture *f)
{
    const uint64_t before = f->s->cycles;

    hart_steps(f, 1);
    return f->s->cycles - before;
}

/* A step that traps: with this cause and value, where the program was. */
static inline void hart_traps(struct hart_fixture *f, uint32_t cause,
                              uint32_t value)
{
    const uint32_t pc = f->s->pc;
    const uint64_t traps = f->s->traps, retired = f->s->retired;

    hart_steps(f, 1);
    assert_int_equal(f->s->traps, traps + 1);
    assert_int_equal(f->s->retired, retired);
    assert_int_equal(f->s->mcause, cause);
    assert_int_equal(f->s->mtval, value);
    assert_int_equal(f->s->mepc, pc);
    f->s->unsaved = false;
}

#define HART_TEST(test)                                                        \
    cmocka_unit_test_setup_teardown(test, hart_setup, hart_teardown)

#endif
