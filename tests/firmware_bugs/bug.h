/*
 * What the planted bugs share: accelerator 0 without a driver, so that they can
 * do it wrong.  The ring holds 64 commands; nothing of it is written at first.
 */
#ifndef BUG_H
#define BUG_H

#include <stdbool.h>
#include <stdint.h>

#include "sth_board.h"
#include "sth_console.h"
#include "sth_platform.h"
#include "sth_spec.h"

#define REG_AT(offset)                                                         \
    (*(volatile uint32_t *)(uintptr_t)(STH_PLATFORM_ACCEL_BASE + (offset)))
#define REG(name) REG_AT(STH_REG_##name)

enum { S0 = 1, S1 = 2, IRQ = 1 << STH_ANY_IRQ_LSB, RING = 64 };

static struct sth_command ring[RING]
    __attribute__((section(".noinit"), aligned(4096), unused));
static volatile uint8_t input[256] __attribute__((aligned(64), unused)) = {1};
static volatile uint8_t output[256] __attribute__((aligned(64), unused));
static uint32_t tail;

static inline uint32_t bus(const volatile void *at)
{
    return (uint32_t)(uintptr_t)at - STH_PLATFORM_RAM_BASE;
}

static inline void reset(void)
{
    REG(CTRL) = STH_CTRL_SOFT_RESET;
    while ((REG(CTRL) & STH_CTRL_SOFT_RESET) != 0)
        ;
}

/* All but ENABLE. */
static inline void set_up(void)
{
    reset();
    REG(RING_BASE_LO) = bus(ring);
    REG(RING_LOG2) = STH_RING_LOG2_MIN;
    REG(IRQ_ENABLE) = STH_IRQ_ENABLE_COMMAND | STH_IRQ_ENABLE_FAULT;
}

static inline void start(void)
{
    set_up();
    REG(CTRL) = STH_CTRL_ENABLE;
}

/* Copies `bytes` between memory and the scratchpad. */
static inline struct sth_command copy(uint32_t opcode, const volatile void *mem,
                                      uint32_t sp, uint32_t bytes,
                                      uint32_t wait, uint32_t post)
{
    return (struct sth_command){{opcode, wait | post << STH_ANY_POST_LSB,
                                 bus(mem), 0, sp, bytes, 1 | 1u << 16}};
}

static inline struct sth_command load(const volatile void *mem, uint32_t wait,
                                      uint32_t post)
{
    return copy(STH_OP_LOAD, mem, 0, 64, wait, post);
}

/* It raises the interrupt. */
static inline struct sth_command store(volatile void *mem, uint32_t wait,
                                       uint32_t post)
{
    return copy(STH_OP_STORE | IRQ, mem, 0, 64, wait, post);
}

static inline void put(struct sth_command command)
{
    ring[tail++ % RING] = command;
}

static inline void doorbell(void)
{
    __asm__ volatile("fence iorw, iorw" ::: "memory");
    REG(TAIL) = tail;
}

/* Until an interrupt, without a limit. */
static inline void sleep(void)
{
    (void)sth_board_sleep(UINT64_MAX, false);
}

/* Until all commands have retired; the last one interrupts.  A fault ends the
 * run. */
static inline void finish(void)
{
    for (;;) {
        REG(IRQ_STATUS) = STH_IRQ_STATUS_COMMAND;
        if ((REG(STATUS) & STH_STATUS_FAULTED) != 0)
            sth_board_exit(STH_BOARD_STATUS_FAILED);
        if (REG(RETIRED) == tail)
            return;
        sleep();
    }
}

/* 64 bytes of input to output, by way of the chip. */
static inline void put_copy(void)
{
    put(load(input, 0, S0));
    put(store(output, S0, 0));
}

#endif
