/* A fresh core for each test of the C model, and what such tests ask for. */
#ifndef CSIM_FIXTURE_H
#define CSIM_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"

enum { S0 = 1, S1 = 2, S2 = 4, PATIENCE = 1000000 };

static struct program program;

static inline int setup_mode(void **state, enum sth_csim_mode mode)
{
    program_open(&program, mode, false);
    program_setup(&program);
    *state = &program;
    return 0;
}

static inline int setup(void **state)
{
    return setup_mode(state, STH_CSIM_FUNCTION_AND_TIME);
}

static inline int teardown(void **state)
{
    program_close(*state);
    return 0;
}

static inline void put(struct program *p, struct sth_command command)
{
    program_put(p, &command);
}

static inline bool run(struct program *p)
{
    program_ring(p);
    return program_wait(p, PATIENCE);
}

static inline struct sth_event next_event(struct program *p)
{
    struct sth_event event;

    assert_true(p->dev->ops->next_event(p->dev, &event));
    return event;
}

static inline uint64_t counter(struct program *p, enum sth_counter number)
{
    uint64_t counters[STH_CNT_COUNT];

    sth_csim_get_counters(p->dev, counters);
    return counters[number];
}

static inline void assert_fault(struct program *p, enum sth_fault code,
                                uint32_t index, uint64_t addr)
{
    assert_int_equal(
        reg_read(p, STH_REG_STATUS) &
            (STH_STATUS_FAULTED | STH_STATUS_BUSY | STH_STATUS_ENGINE_BUSY),
        STH_STATUS_FAULTED);
    assert_int_equal(reg_read(p, STH_REG_FAULT_CODE), code);
    assert_int_equal(reg_read(p, STH_REG_FAULT_INDEX), index);
    assert_int_equal(reg_read(p, STH_REG_FAULT_ADDR_LO), (uint32_t)addr);
    assert_int_equal(reg_read(p, STH_REG_FAULT_ADDR_HI), addr >> 32);
    assert_int_equal(reg_read(p, STH_REG_IRQ_STATUS) & STH_IRQ_STATUS_FAULT,
                     STH_IRQ_STATUS_FAULT);
}

/* Two matrices, their product, saturated to int8, back in memory. */
static inline void put_product(struct program *p)
{
    struct sth_command rows = command_load(0x1000, 0, 16);

    STH_SET(&rows, LOAD_N1, 16);
    STH_SET(&rows, LOAD_MEM_S1, 16);
    STH_SET(&rows, LOAD_SP_S1, 32);
    put(p, rows);
    put(p, with(command_load(0x2000, 512, 256), 0, S0));
    put(p, with(command_matmul(0, 512, 0, 16, 16, 16), S0, S1));
    put(p, with(command_vector(0, 1024, 16, 16), S1, S2));
    put(p, with_irq(with(command_store(0x3000, 1024, 256), S2, 0)));
}

static inline void assert_product(struct program *p)
{
    int8_t a[256], identity[256] = {0}, out[256];

    for (int i = 0; i < 256; i++)
        a[i] = (int8_t)(i - 128);
    /* Rows of pairs: (k, k) is byte k % 2 of pair k. */
    for (int k = 0; k < 16; k++)
        identity[k / 2 * 32 + 2 * k + k % 2] = 1;
    p->dev->ops->mem_write(p->dev, 0x1000, a, 256);
    p->dev->ops->mem_write(p->dev, 0x2000, identity, 256);
    put_product(p);
    assert_true(run(p));
    p->dev->ops->mem_read(p->dev, 0x3000, out, 256);
    assert_memory_equal(out, a, 256);
}

#endif
