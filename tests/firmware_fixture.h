/*
 * What the firmware's tests share: a functional device that runs the engines
 * in random order, tensors filled from a seed, and comparison with doubles.
 *
 * The device executes a command in one go, as soon as its waits allow, in an
 * order drawn from a seed.  A missing semaphore therefore shows as wrong data
 * for some seed, and a missing post as a deadlock.
 */
#ifndef FIRMWARE_FIXTURE_H
#define FIRMWARE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sth_config.h"
#include "sth_decode.h"
#include "sth_device.h"
#include "sth_disasm.h"
#include "sth_driver.h"
#include "sth_hal.h"
#include "sth_load_kernel.h"
#include "sth_matmul.h"
#include "sth_mem.h"
#include "sth_numerics.h"
#include "sth_random.h"
#include "sth_schedule.h"
#include "sth_spec.h"
#include "sth_store_kernel.h"
#include "sth_vector_kernel.h"

#define FIXTURE_QUEUE 4096u

struct fixture_device {
    struct sth_device device;
    struct sth_params params;
    struct sth_decoder decoder;
    struct sth_onchip chip;
    struct sth_mem *mem;
    uint32_t reg[STH_REG_SPACE / 4];
    uint32_t head, retired;
    uint32_t semaphore[STH_SEMAPHORES];
    uint32_t semaphore_max; /* largest value ever seen */
    struct sth_command queue[STH_ENGINE_COUNT][FIXTURE_QUEUE];
    uint32_t first[STH_ENGINE_COUNT], last[STH_ENGINE_COUNT];
    uint32_t commands[STH_ENGINE_COUNT];
    uint32_t waits;        /* waits executed */
    uint32_t waits_called; /* of the device */
    bool faulted;
    bool frozen; /* nothing moves: a dead device */
    uint64_t random;
    uint64_t time;
};

/* 31 bits. */
static inline uint32_t fixture_random(uint64_t *state)
{
    return (uint32_t)(sth_random_next(state) >> 33);
}

static inline void fixture_execute(struct fixture_device *f,
                                   const struct sth_command *c)
{
    switch (STH_GET(c, ANY_OPCODE)) {
    case STH_OP_LOAD:
        sth_kernel_load(&f->chip, c, f->mem);
        break;
    case STH_OP_STORE:
        sth_kernel_store(&f->chip, c, f->mem);
        break;
    case STH_OP_MATMUL:
        sth_kernel_matmul(&f->chip, c);
        break;
    case STH_OP_VECTOR:
        sth_kernel_vector(&f->chip, c);
        break;
    default:
        break;
    }
}

static inline void fixture_fault(struct fixture_device *f, uint32_t code,
                                 uint32_t word)
{
    f->faulted = true;
    f->reg[STH_REG_FAULT_CODE / 4] = code;
    f->reg[STH_REG_FAULT_INDEX / 4] = f->head;
    f->reg[STH_REG_FAULT_ADDR_LO / 4] = word;
    f->reg[STH_REG_IRQ_STATUS / 4] |= STH_IRQ_STATUS_FAULT;
}

/* Moves commands from the ring to the queues until one of them is full. */
static inline void fixture_fetch(struct fixture_device *f)
{
    while (!f->faulted && f->head != f->reg[STH_REG_TAIL / 4]) {
        uint64_t base = f->reg[STH_REG_RING_BASE_LO / 4];
        uint32_t mask = (1u << f->reg[STH_REG_RING_LOG2 / 4]) - 1u;
        struct sth_command c;
        struct sth_decode_fault fault;
        uint32_t e;

        base |= (uint64_t)f->reg[STH_REG_RING_BASE_HI / 4] << 32;
        sth_mem_read(f->mem, base + (f->head & mask) * 64u, &c, sizeof c);
        fault = sth_decode_check(&f->decoder, &c);
        if (fault.code != STH_FAULT_NONE) {
            fixture_fault(f, fault.code, fault.word);
            return;
        }
        e = (uint32_t)sth_decode_engine(&c);
        if (f->last[e] - f->first[e] == f->params.queue_depth)
            return;
        f->queue[e][f->last[e]++ % FIXTURE_QUEUE] = c;
        f->head++;
    }
}

/* Runs the oldest command of an engine if its waits allow. */
static inline bool fixture_step(struct fixture_device *f, uint32_t e)
{
    struct sth_command *c = &f->queue[e][f->first[e] % FIXTURE_QUEUE];
    uint32_t wait, post;

    if (f->first[e] == f->last[e])
        return false;
    wait = STH_GET(c, ANY_WAIT);
    post = STH_GET(c, ANY_POST);
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++)
        if ((wait >> s & 1u) != 0 && f->semaphore[s] == 0)
            return false;
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        f->semaphore[s] -= wait >> s & 1u;
        f->waits += wait >> s & 1u;
    }
    fixture_execute(f, c);
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++) {
        f->semaphore[s] += post >> s & 1u;
        if (f->semaphore[s] > f->semaphore_max)
            f->semaphore_max = f->semaphore[s];
    }
    if (STH_GET(c, ANY_IRQ) != 0)
        f->reg[STH_REG_IRQ_STATUS / 4] |= STH_IRQ_STATUS_COMMAND;
    f->first[e]++;
    f->commands[e]++;
    f->retired++;
    return true;
}

/* Runs until the interrupt line is high or nothing can move. */
static inline bool fixture_run(struct fixture_device *f)
{
    for (;;) {
        uint32_t e = fixture_random(&f->random) % STH_ENGINE_COUNT;
        bool moved = false;

        if ((f->reg[STH_REG_IRQ_STATUS / 4] & f->reg[STH_REG_IRQ_ENABLE / 4]) !=
            0)
            return true;
        if (f->frozen)
            return false;
        fixture_fetch(f);
        for (uint32_t i = 0; i < STH_ENGINE_COUNT && !moved; i++)
            moved = fixture_step(f, (e + i) % STH_ENGINE_COUNT);
        if (!moved && (f->faulted || f->head == f->reg[STH_REG_TAIL / 4]))
            break;
        if (!moved) {
            fixture_fetch(f);
            for (uint32_t i = 0; i < STH_ENGINE_COUNT && !moved; i++)
                moved = fixture_step(f, i);
            if (!moved)
                break;
        }
    }
    return (f->reg[STH_REG_IRQ_STATUS / 4] & f->reg[STH_REG_IRQ_ENABLE / 4]) !=
           0;
}

static inline void fixture_reset(struct fixture_device *f)
{
    uint32_t hash = f->reg[STH_REG_CFG_HASH / 4];

    for (uint32_t r = STH_REG_CTRL / 4; r < STH_REG_CAP_BASE / 4; r++)
        f->reg[r] = 0;
    f->reg[STH_REG_CFG_HASH / 4] = hash;
    f->head = f->retired = 0;
    f->faulted = false;
    memset(f->semaphore, 0, sizeof f->semaphore);
    memset(f->first, 0, sizeof f->first);
    memset(f->last, 0, sizeof f->last);
    memset(f->commands, 0, sizeof f->commands);
}

static inline uint32_t fixture_reg_read(struct sth_device *dev, uint32_t offset)
{
    struct fixture_device *f = (struct fixture_device *)dev;
    uint32_t value = 0;

    f->time++;
    switch (offset) {
    case STH_REG_HEAD:
        return f->head;
    case STH_REG_RETIRED:
        return f->retired;
    case STH_REG_STATUS:
        value = f->faulted                               ? STH_STATUS_FAULTED
                : f->retired != f->reg[STH_REG_TAIL / 4] ? STH_STATUS_BUSY
                                                         : 0;
        for (uint32_t e = 0; e < STH_ENGINE_COUNT; e++)
            if (f->first[e] != f->last[e])
                value |= 1u << (STH_STATUS_ENGINE_BLOCKED_LSB + e);
        return value;
    case STH_REG_SEM0:
    case STH_REG_SEM1:
    case STH_REG_SEM2:
    case STH_REG_SEM3:
        for (uint32_t i = 0; i < 4; i++)
            value |= f->semaphore[offset - STH_REG_SEM0 + i] << (8 * i);
        return value;
    case STH_REG_CNT_BASE + 8 * STH_CNT_LOAD_COMMANDS:
        return f->commands[STH_ENGINE_LOAD];
    case STH_REG_CNT_BASE + 8 * STH_CNT_MATRIX_COMMANDS:
        return f->commands[STH_ENGINE_MATRIX];
    case STH_REG_CNT_BASE + 8 * STH_CNT_VECTOR_COMMANDS:
        return f->commands[STH_ENGINE_VECTOR];
    case STH_REG_CNT_BASE + 8 * STH_CNT_STORE_COMMANDS:
        return f->commands[STH_ENGINE_STORE];
    default:
        return f->reg[offset / 4 % (STH_REG_SPACE / 4)];
    }
}

static inline void fixture_reg_write(struct sth_device *dev, uint32_t offset,
                                     uint32_t value)
{
    struct fixture_device *f = (struct fixture_device *)dev;

    f->time++;
    if (offset == STH_REG_CTRL && (value & STH_CTRL_SOFT_RESET) != 0)
        fixture_reset(f);
    else if (offset == STH_REG_IRQ_STATUS)
        f->reg[offset / 4] &= ~value;
    else
        f->reg[offset / 4] = value;
}

static inline void fixture_mem_read(struct sth_device *dev, uint64_t addr,
                                    void *to, size_t bytes)
{
    sth_mem_read(((struct fixture_device *)dev)->mem, addr, to, bytes);
}

static inline void fixture_mem_write(struct sth_device *dev, uint64_t addr,
                                     const void *from, size_t bytes)
{
    sth_mem_write(((struct fixture_device *)dev)->mem, addr, from, bytes);
}

static inline bool fixture_wait(struct sth_device *dev, uint64_t max_cycles)
{
    struct fixture_device *f = (struct fixture_device *)dev;

    f->time += max_cycles != 0;
    f->waits_called++;
    return fixture_run(f);
}

static const struct sth_device_ops fixture_ops = {
    .reg_read = fixture_reg_read,
    .reg_write = fixture_reg_write,
    .mem_read = fixture_mem_read,
    .mem_write = fixture_mem_write,
    .wait = fixture_wait,
};

/* As if driver and device had so many commands behind them. */
static inline void fixture_let_run_before(struct fixture_device *f,
                                          struct sth_driver *driver,
                                          uint32_t commands)
{
    f->head = f->retired = f->reg[STH_REG_TAIL / 4] = commands;
    driver->tail = driver->doorbell = driver->head = commands;
    driver->seen_retired = commands;
    driver->lapped = commands >= 1u << driver->config.ring_log2;
}

/* A device of a named configuration with poisoned on-chip memories. */
static inline struct fixture_device *fixture_create(const char *config,
                                                    uint64_t seed)
{
    struct fixture_device *f = calloc(1, sizeof *f);
    struct sth_mem_config memory;
    struct sth_config c;
    char error[256];

    assert_non_null(f);
    if (!sth_config_find(config, ".", &c, error, sizeof error))
        fail_msg("%s", error);
    f->device.ops = &fixture_ops;
    f->params = c.params;
    sth_decode_init(&f->decoder, &f->params);
    sth_mem_config_default(&memory);
    f->mem = sth_mem_create(&memory, f->params.bus_bytes, false);
    f->chip.params = &f->params;
    f->chip.sp = malloc(f->params.sp_bytes);
    f->chip.acc = malloc(f->params.acc_bytes);
    f->chip.isa = sth_isa_best();
    memset(f->chip.sp, 0xff, f->params.sp_bytes);
    memset(f->chip.acc, 0xff, f->params.acc_bytes);
    f->random = seed;
    f->reg[STH_REG_ID / 4] = (uint32_t)STH_RESET_ID;
    f->reg[STH_REG_VERSION / 4] = (uint32_t)STH_RESET_VERSION;
    f->reg[STH_REG_CFG_HASH / 4] = sth_params_hash(&f->params);
    memcpy(&f->reg[STH_REG_CAP_BASE / 4], &f->params, sizeof f->params);
    return f;
}

static inline void fixture_destroy(struct fixture_device *f)
{
    sth_mem_destroy(f->mem);
    free(f->chip.sp);
    free(f->chip.acc);
    free(f);
}

/* ---- a started machine with tensors ------------------------------------ */

#define FIXTURE_TENSORS 16u

struct fixture {
    struct fixture_device *device;
    struct sth_hal hal;
    struct sth_driver driver;
    struct sth_schedule schedule;
    struct sth_tensor_state state[FIXTURE_TENSORS];
    uint32_t tensors;
    uint64_t next_addr;
    uint64_t random;
};

static inline void fixture_open(struct fixture *t, const char *config,
                                uint64_t seed)
{
    struct sth_driver_config dc;

    memset(t, 0, sizeof *t);
    t->device = fixture_create(config, seed);
    t->random = seed + 99;
    t->next_addr = 1u << 20;
    sth_hal_host_init(&t->hal, &t->device->device);
    sth_driver_config_default(&dc);
    dc.ring_log2 = 7;
    assert_int_equal(sth_driver_init(&t->driver, &t->hal, &dc), 0);
    sth_schedule_init(&t->schedule, &t->driver);
}

static inline void fixture_close(struct fixture *t)
{
    fixture_destroy(t->device);
}

/* Waits for the end; every semaphore must be used up. */
static inline void fixture_finish(struct fixture *t)
{
    enum sth_fw_err err = sth_schedule_finish(&t->schedule);

    if (err == STH_FW_ERR_FAULT) {
        struct sth_driver_fault fault;
        struct sth_command c;

        sth_driver_read_fault(&t->driver, &fault);
        sth_mem_read(t->device->mem, (fault.index % 128) * 64u, &c, sizeof c);
        fail_msg("fault %u at command %u, word %u, opcode %x", fault.code,
                 fault.index, (unsigned)fault.addr, c.word[0]);
    }
    if (err != STH_FW_ERR_OK)
        fail_msg("%s", sth_fw_err_text(err));
    for (uint32_t s = 0; s < STH_SEMAPHORES; s++)
        assert_int_equal(t->device->semaphore[s], 0);
}

static inline float fixture_bits_float(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t fixture_float_bits(double value)
{
    float narrow = (float)value;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof bits);
    return bits;
}

static inline uint16_t fixture_bf16(double value)
{
    return sth_fp32_to_bf16(fixture_float_bits(value));
}

/* A tensor in memory, unwritten. */
static inline struct sth_operand
fixture_tensor(struct fixture *t, uint32_t dtype, uint32_t rows, uint32_t cols)
{
    struct sth_operand o;

    memset(&o, 0, sizeof o);
    assert_true(t->tensors < FIXTURE_TENSORS);
    o.addr = t->next_addr;
    o.rows = rows;
    o.cols = cols;
    o.stride = (uint64_t)cols * sth_dtype_bytes(dtype);
    o.dtype = dtype;
    o.tensor = &t->state[t->tensors++];
    o.tensor->band_rows = (rows + STH_TENSOR_BANDS - 1) / STH_TENSOR_BANDS;
    t->next_addr += (o.stride * rows + 8191) / 4096 * 4096;
    return o;
}

static inline double fixture_get(struct fixture *t, const struct sth_operand *o,
                                 uint32_t row, uint32_t col)
{
    uint64_t addr =
        o->addr + row * o->stride + (uint64_t)col * sth_dtype_bytes(o->dtype);
    uint32_t bits = 0;

    sth_mem_read(t->device->mem, addr, &bits, sth_dtype_bytes(o->dtype));
    if (o->dtype == STH_DTYPE_I8)
        return (int8_t)bits;
    return fixture_bits_float(o->dtype == STH_DTYPE_BF16 ? bits << 16 : bits);
}

static inline void fixture_set(struct fixture *t, const struct sth_operand *o,
                               uint32_t row, uint32_t col, double value)
{
    uint64_t addr =
        o->addr + row * o->stride + (uint64_t)col * sth_dtype_bytes(o->dtype);
    uint32_t bits = o->dtype == STH_DTYPE_I8     ? (uint32_t)(int32_t)value
                    : o->dtype == STH_DTYPE_BF16 ? fixture_bf16(value)
                                                 : fixture_float_bits(value);

    sth_mem_write(t->device->mem, addr, &bits, sth_dtype_bytes(o->dtype));
}

/* Values around offset with the given spread; i8: whole numbers. */
static inline void fixture_fill(struct fixture *t, const struct sth_operand *o,
                                double scale, double offset)
{
    for (uint32_t r = 0; r < o->rows; r++) {
        for (uint32_t c = 0; c < o->cols; c++) {
            double g = 0;

            for (int i = 0; i < 4; i++)
                g += fixture_random(&t->random) / 2147483648.0 - 0.5;
            fixture_set(t, o, r, c, offset + scale * g * 1.7);
        }
    }
}

static inline struct sth_operand fixture_filled(struct fixture *t,
                                                uint32_t dtype, uint32_t rows,
                                                uint32_t cols, double scale)
{
    struct sth_operand o = fixture_tensor(t, dtype, rows, cols);

    fixture_fill(t, &o, scale, 0);
    return o;
}

/* A fresh view for the next operation: takes the state of the tensor. */
static inline struct sth_operand fixture_use(const struct sth_operand *o)
{
    struct sth_operand copy = *o;

    copy.before = o->tensor->bands;
    return copy;
}

/* The reference is near the device: error beyond tolerance fails. */
static inline void fixture_near(const char *what, uint32_t row, uint32_t col,
                                double is, double should, double relative,
                                double absolute)
{
    if (!(fabs(is - should) <= relative * fabs(should) + absolute))
        fail_msg("%s (%u, %u): %.9g instead of %.9g", what, row, col, is,
                 should);
}

#endif
