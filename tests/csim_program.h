/*
 * A device with a program in its ring, for tests of the C model.
 */
#ifndef CSIM_PROGRAM_H
#define CSIM_PROGRAM_H

#include <string.h>

#include "systolith.h"

enum { RING = 0x100000 };

struct program {
    struct sth_params params;
    struct sth_mem *mem;
    struct sth_device *dev;
    uint32_t tail;
};

/* The edge configuration: 16 x 16. */
static inline struct sth_params program_params(void)
{
    struct sth_params params = {
#define PARAM(c, v, def, ...) .c = (def),
#include "params.def"
#undef PARAM
    };

    return params;
}

static inline void program_open(struct program *p, enum sth_csim_mode mode,
                                bool sanitize)
{
    struct sth_csim_options options = {.mode = mode, .sanitize = sanitize};
    struct sth_mem_config config;

    memset(p, 0, sizeof(*p));
    p->params = program_params();
    sth_mem_config_default(&config);
    p->mem = sth_mem_create(&config, p->params.bus_bytes,
                            mode == STH_CSIM_TIME_ONLY);
    p->dev = sth_csim_create(&p->params, p->mem, &options);
}

static inline void program_close(struct program *p)
{
    p->dev->ops->destroy(p->dev);
    sth_mem_destroy(p->mem);
}

static inline uint32_t reg_read(struct program *p, uint32_t offset)
{
    return p->dev->ops->reg_read(p->dev, offset);
}

static inline void reg_write(struct program *p, uint32_t offset, uint32_t value)
{
    p->dev->ops->reg_write(p->dev, offset, value);
}

/* Sets up the ring and both interrupts. */
static inline void program_setup(struct program *p)
{
    reg_write(p, STH_REG_RING_BASE_LO, RING);
    reg_write(p, STH_REG_RING_LOG2, 10);
    reg_write(p, STH_REG_IRQ_ENABLE,
              STH_IRQ_ENABLE_COMMAND | STH_IRQ_ENABLE_FAULT);
    reg_write(p, STH_REG_CTRL, STH_CTRL_ENABLE);
}

/* Appends a command without ringing the doorbell. */
static inline void program_put(struct program *p,
                               const struct sth_command *command)
{
    p->dev->ops->mem_write(
        p->dev, RING + (uint64_t)(p->tail % 1024) * STH_COMMAND_BYTES, command,
        sizeof(*command));
    p->tail++;
}

static inline void program_ring(struct program *p)
{
    reg_write(p, STH_REG_TAIL, p->tail);
}

static inline bool program_wait(struct program *p, uint64_t cycles)
{
    return p->dev->ops->wait(p->dev, cycles);
}

/* Semaphores, as masks. */
static inline struct sth_command with(struct sth_command command, uint32_t wait,
                                      uint32_t post)
{
    STH_SET(&command, ANY_WAIT, wait);
    STH_SET(&command, ANY_POST, post);
    return command;
}

static inline struct sth_command with_irq(struct sth_command command)
{
    STH_SET(&command, ANY_IRQ, 1);
    return command;
}

static inline struct sth_command command_sync(uint32_t opcode)
{
    struct sth_command command = {{opcode}};

    return command;
}

/* bytes at mem to or from sp, in one run. */
static inline struct sth_command command_copy(uint32_t opcode, uint32_t mem,
                                              uint32_t sp, uint32_t bytes)
{
    struct sth_command command = {{opcode}};

    STH_SET(&command, LOAD_MEM_LO, mem);
    STH_SET(&command, LOAD_SP, sp);
    STH_SET(&command, LOAD_LEN, bytes);
    STH_SET(&command, LOAD_N1, 1);
    STH_SET(&command, LOAD_N2, 1);
    return command;
}

static inline struct sth_command command_load(uint32_t mem, uint32_t sp,
                                              uint32_t bytes)
{
    return command_copy(STH_OP_LOAD, mem, sp, bytes);
}

static inline struct sth_command command_store(uint32_t mem, uint32_t sp,
                                               uint32_t bytes)
{
    return command_copy(STH_OP_STORE, mem, sp, bytes);
}

/* int8, operands as close as they may be, n within one column tile. */
static inline struct sth_command command_matmul(uint32_t a, uint32_t w,
                                                uint32_t acc, uint32_t m,
                                                uint32_t n, uint32_t k)
{
    struct sth_command command = {{STH_OP_MATMUL}};

    STH_SET(&command, MATMUL_A, a);
    STH_SET(&command, MATMUL_W, w);
    STH_SET(&command, MATMUL_ACC, acc);
    STH_SET(&command, MATMUL_M, m);
    STH_SET(&command, MATMUL_N, n);
    STH_SET(&command, MATMUL_K, k);
    STH_SET(&command, MATMUL_A_ROW, (k + 31) / 32 * 32);
    STH_SET(&command, MATMUL_A_K, 32);
    STH_SET(&command, MATMUL_W_ROW, 32);
    STH_SET(&command, MATMUL_W_K, 512);
    STH_SET(&command, MATMUL_W_N, 32);
    STH_SET(&command, MATMUL_ACC_N, m);
    return command;
}

/* int32 accumulator rows to saturated int8 in the scratchpad. */
static inline struct sth_command command_vector(uint32_t acc, uint32_t sp,
                                                uint32_t rows, uint32_t cols)
{
    struct sth_command command = {{STH_OP_VECTOR}};

    STH_SET(&command, VECTOR_ROWS, rows);
    STH_SET(&command, VECTOR_COLS, cols);
    STH_SET(&command, VECTOR_WRITE, 1);
    STH_SET(&command, VECTOR_X_ADDR, acc);
    STH_SET(&command, VECTOR_X_TYPE, STH_DTYPE_I32);
    STH_SET(&command, VECTOR_X_ROW, 1);
    STH_SET(&command, VECTOR_D_ADDR, sp);
    STH_SET(&command, VECTOR_D_SP, 1);
    STH_SET(&command, VECTOR_D_TYPE, STH_DTYPE_I8);
    STH_SET(&command, VECTOR_D_ROW, 1);
    return command;
}

#endif
