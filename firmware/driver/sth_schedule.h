/*
 * Scheduler: turns "this command reads that buffer" into semaphores.
 *
 * Kernels build commands in program order and name what each reads and writes.
 * The scheduler keeps the newest commands in a window where their POST bits
 * can still be set, and gives every ordered pair of engines one semaphore, so
 * that the n-th post of a pair always meets the n-th wait.  Since each engine
 * starts and retires its commands in order, waiting for one command implies
 * all earlier ones of that engine and everything those had waited for; a
 * vector clock for each engine holds what is already implied, and waits that
 * are implied are not emitted.
 *
 * Matrix and vector finish their own commands in order; loads overlap loads
 * and stores overlap stores, so these two also synchronise with themselves.
 *
 * No semaphore passes 255: a token is outstanding from the retirement of its
 * producer to the start of its consumer.  Such consumers are either in the
 * consumer's queue (at most 32 + 1) or not yet dispatched, and then they are
 * less than a window (128) behind a dispatched producer: 161 tokens at most.
 *
 * Errors of the driver and arguments that are refused stick: after one,
 * emitting does nothing, and `field` names what was refused.
 */
#ifndef STH_SCHEDULE_H
#define STH_SCHEDULE_H

#include "sth_driver.h"
#include "sth_judge.h"
#include "sth_plan_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STH_SCHEDULE_WINDOW 128
#define STH_SCHEDULE_TOUCHES 16
#define STH_SCHEDULE_BUFFERS 256
#define STH_SCHEDULE_HISTORY 256
#define STH_TENSOR_BANDS 16

/*
 * Tickets of the last commands that read and wrote something; ticket n of an
 * engine is the n-th command of that engine, 0 means never.  They are compared
 * however old they are, so they never wrap.
 */
struct sth_hazard {
    uint64_t read[STH_ENGINE_COUNT];
    uint64_t write[STH_ENGINE_COUNT];
};

enum sth_schedule_space { STH_SCHEDULE_SP, STH_SCHEDULE_ACC };

/* A range of an on-chip memory: bytes of scratchpad or accumulator rows. */
struct sth_buffer {
    enum sth_schedule_space space;
    uint32_t addr;
    uint32_t size;
    struct sth_hazard hazard;
};

/* Last store and last load of each band of rows of a tensor in memory. */
struct sth_tensor_bands {
    uint64_t store[STH_TENSOR_BANDS];
    uint64_t load[STH_TENSOR_BANDS];
};

struct sth_tensor_state {
    uint32_t band_rows; /* rows in a band */
    struct sth_tensor_bands bands;
};

/*
 * A 2-D operand in memory: a view of a tensor.  `before` is the state of the
 * tensor when the operation began: an operation orders itself after earlier
 * ones, and orders its own accesses through on-chip buffers.
 */
struct sth_operand {
    uint64_t addr; /* of element (0, 0) of the view */
    uint32_t rows;
    uint32_t cols;
    uint64_t stride;   /* bytes between rows */
    uint32_t dtype;    /* enum DTYPE: I8, BF16 or FP32 */
    uint32_t row0;     /* first row of the view inside the tensor */
    uint32_t row_step; /* rows of the tensor to the next of the view; 0: 1 */
    struct sth_tensor_state *tensor;
    struct sth_tensor_bands before;
};

struct sth_schedule_entry {
    struct sth_command command;
    uint64_t clock[STH_ENGINE_COUNT]; /* tickets retired before it starts */
};

struct sth_schedule_touch {
    struct sth_hazard *hazard;       /* on-chip, or NULL */
    struct sth_tensor_state *tensor; /* in memory, or NULL */
    uint32_t first, last;            /* bands */
    bool write;
};

struct sth_schedule {
    struct sth_driver *driver;
    enum sth_fw_err err;
    const char *field; /* that err is about; NULL: none */
    /* What plans are made with; init() leaves no judge and a fixed memory. */
    const struct sth_judge *judge;
    struct sth_plan_memory memory;
    bool
        trial; /* one operation: what its tensors waited for is of no account */
    uint32_t trial_blocks; /* of it that are emitted at most */
    struct sth_schedule_entry window[STH_SCHEDULE_WINDOW];
    uint32_t first; /* stream index of the oldest command in the window */
    uint32_t next;  /* stream index of the next command, modulo 2^32 */
    uint64_t ticket[STH_ENGINE_COUNT];
    uint64_t clock[STH_ENGINE_COUNT][STH_ENGINE_COUNT];
    /* Stream index of ticket t of an engine, at t % window. */
    uint32_t position[STH_ENGINE_COUNT][STH_SCHEDULE_WINDOW];
    /* The command under construction. */
    struct sth_command command;
    uint32_t engine;
    uint64_t need[STH_ENGINE_COUNT];
    struct sth_schedule_touch touch[STH_SCHEDULE_TOUCHES];
    uint32_t touches;
    /* On-chip allocation of the running operation, and what was before. */
    struct sth_buffer buffer[STH_SCHEDULE_BUFFERS];
    uint32_t buffers;
    uint32_t used[2];
    struct sth_buffer history[STH_SCHEDULE_HISTORY];
    uint32_t histories;
    struct sth_hazard floor[2]; /* of everything history no longer lists */
    uint32_t syncs;             /* SYNC commands that had to be inserted */
};

/* The driver must be freshly initialised or recovered (no commands yet). */
void sth_schedule_init(struct sth_schedule *schedule,
                       struct sth_driver *driver);

/* First error since init; OK while all is well. */
static inline enum sth_fw_err
sth_schedule_error(const struct sth_schedule *schedule)
{
    return schedule->err;
}

/* Makes err stick unless an earlier one does, with the name of a field. */
void sth_schedule_fail_at(struct sth_schedule *schedule, enum sth_fw_err err,
                          const char *field);
static inline void sth_schedule_fail(struct sth_schedule *schedule,
                                     enum sth_fw_err err)
{
    sth_schedule_fail_at(schedule, err, NULL);
}

/* The error ARGUMENT: the field has a value without meaning. */
static inline void sth_schedule_refuse(struct sth_schedule *schedule,
                                       const char *field)
{
    sth_schedule_fail_at(schedule, STH_FW_ERR_ARGUMENT, field);
}

/*
 * Whether a kernel goes on to another block: not after an error, nor when a
 * trial has its blocks.
 */
bool sth_schedule_next_block(struct sth_schedule *schedule);

/* Frees every buffer: the next operation allocates from empty memories. */
void sth_schedule_begin_operation(struct sth_schedule *schedule);

/*
 * Takes the next `size` bytes (rounded up to whole words) of scratchpad or
 * rows of accumulator.  Commands that use the buffer order themselves after
 * the users of the same range in earlier operations.  Never NULL: when there
 * is no room the error SPACE sticks and a dummy is returned.
 */
struct sth_buffer *sth_schedule_alloc(struct sth_schedule *schedule,
                                      enum sth_schedule_space space,
                                      uint32_t size);

/* What a buffer of so many bytes takes of the scratchpad. */
static inline uint64_t sth_schedule_sp_bytes(const struct sth_params *params,
                                             uint64_t bytes)
{
    uint32_t word = sth_sp_word_bytes(params);

    return (bytes + word - 1) / word * word;
}

/* What is left in a memory: bytes or rows. */
uint32_t sth_schedule_room(const struct sth_schedule *schedule,
                           enum sth_schedule_space space);

/*
 * Builds one command: open() returns the zeroed command with its opcode set,
 * reads()/writes() name what it touches, emit() sends it.  At most
 * STH_SCHEDULE_TOUCHES operands.
 */
struct sth_command *sth_schedule_open(struct sth_schedule *schedule,
                                      uint32_t opcode);
void sth_schedule_reads(struct sth_schedule *schedule,
                        struct sth_buffer *buffer);
void sth_schedule_writes(struct sth_schedule *schedule,
                         struct sth_buffer *buffer);
/* Writes a part that the engine's own earlier commands did not write. */
void sth_schedule_fills(struct sth_schedule *schedule,
                        struct sth_buffer *buffer);
/* Rows [row, row + rows) of a view in memory. */
void sth_schedule_reads_rows(struct sth_schedule *schedule,
                             const struct sth_operand *operand, uint32_t row,
                             uint32_t rows);
void sth_schedule_writes_rows(struct sth_schedule *schedule,
                              const struct sth_operand *operand, uint32_t row,
                              uint32_t rows);
/* After ticket `ticket` of engine `engine`, for explicit ordering. */
void sth_schedule_after(struct sth_schedule *schedule, uint32_t engine,
                        uint64_t ticket);
/* Returns the ticket of the command on its engine. */
uint64_t sth_schedule_emit(struct sth_schedule *schedule);

/* Sends everything in the window to the device. */
void sth_schedule_flush(struct sth_schedule *schedule);

/* Flushes and waits until everything has retired; all semaphores are zero. */
STH_FW_MUST_CHECK enum sth_fw_err
sth_schedule_finish(struct sth_schedule *schedule);

#ifdef __cplusplus
}
#endif

#endif
