/*
 * The hardware/software contract as C constants: every .def table of this
 * directory expanded once.  Nothing here is written twice; change the table.
 */
#ifndef STH_SPEC_H
#define STH_SPEC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parameters: one member a row of params.def, in its order. */
struct sth_params {
#define PARAM(c, ...) uint32_t c;
#include "params.def"
#undef PARAM
};

enum sth_param {
#define PARAM(c, v, ...) STH_PARAM_##v,
#include "params.def"
#undef PARAM
    STH_PARAM_COUNT
};

/* The largest value of each parameter. */
enum sth_param_max {
#define PARAM(c, v, def, min, max, ...) STH_MAX_##v = (max),
#include "params.def"
#undef PARAM
};

/* Register offsets in bytes. */
enum sth_reg {
#define REG(name, offset, access, reset, doc) STH_REG_##name = (offset),
#define FIELD(reg, name, lsb, width, doc)
#include "regs.def"
#undef REG
#undef FIELD
    STH_REG_CAP_BASE = 0x080,
    STH_REG_CNT_BASE = 0x200,
    STH_REG_SPACE = 0x1000
};

enum sth_reg_reset {
#define REG(name, offset, access, reset, doc) STH_RESET_##name = (reset),
#define FIELD(reg, name, lsb, width, doc)
#include "regs.def"
#undef REG
#undef FIELD
};

/* Register field masks, in place, and positions. */
enum sth_reg_field {
#define REG(name, offset, access, reset, doc)
#define FIELD(reg, name, lsb, width, doc)                                      \
    STH_##reg##_##name = (int)(((1u << (width)) - 1u) << (lsb)),               \
    STH_##reg##_##name##_LSB = (lsb),
#include "regs.def"
#undef REG
#undef FIELD
};

/* Counters, in the order of their registers. */
enum sth_counter {
#define COUNTER(name, doc) STH_CNT_##name,
#include "counters.def"
#undef COUNTER
    STH_CNT_COUNT
};

/* Fault codes. */
enum sth_fault {
#define FAULT(name, code, doc) STH_FAULT_##name = (code),
#include "faults.def"
#undef FAULT
    STH_FAULT_COUNT
};

/* Engines, opcodes. */
enum sth_engine {
#define ENGINE(name, number, doc) STH_ENGINE_##name = (number),
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)
#include "commands.def"
#undef ENGINE
    STH_ENGINE_COUNT
};

enum sth_opcode {
#define ENGINE(name, number, doc)
#undef CMD
#define CMD(name, opcode, engine, doc) STH_OP_##name = (opcode),
#include "commands.def"
#undef CMD
#undef CFIELD
};

/* Command fields: word, position and width of each. */
enum sth_command_field {
#define CMD(name, opcode, engine, doc)
#define CFIELD(cmd, name, word, lsb, width, doc)                               \
    STH_##cmd##_##name##_WORD = (word), STH_##cmd##_##name##_LSB = (lsb),      \
    STH_##cmd##_##name##_WIDTH = (width),
#include "commands.def"
#undef ENGINE
#undef CMD
#undef CFIELD
};

/* Values of enumerated fields: STH_DTYPE_BF16, STH_FUNC_EXP, ... */
enum sth_enum {
#define ENUM(table, name, value, doc) STH_##table##_##name = (value),
#include "enums.def"
#undef ENUM
};

enum sth_latency {
#define LATENCY(name, cycles, doc) STH_LAT_##name = (cycles),
#include "latency.def"
#undef LATENCY
};

enum sth_depth {
#define DEPTH(name, count, doc) STH_DEPTH_##name = (count),
#include "depth.def"
#undef DEPTH
};

/* Operands of the array; of a chip a sum of these. */
enum sth_data_type {
#define DATA_TYPE(name, value, doc) STH_DATA_TYPE_##name = (value),
#include "data_types.def"
#undef DATA_TYPE
};

/* STH_AXI_BURST, STH_AXI_CACHE, ... */
enum sth_axi {
#define AXI(name, value, doc) STH_AXI_##name = (value),
#include "axi.def"
#undef AXI
};

#define STH_COMMAND_WORDS 16
#define STH_COMMAND_BYTES 64
#define STH_SEMAPHORES 16
#define STH_RING_LOG2_MIN 6 /* log2 of commands in the ring */
#define STH_RING_LOG2_MAX 16
#define STH_ADDR_BITS 40
#define STH_ADDR_MASK ((UINT64_C(1) << STH_ADDR_BITS) - 1)
#define STH_BURST_BYTES 4096 /* no burst crosses such a boundary */
#define STH_BURST_BEATS 256  /* the longest AXI4 burst */

/* Memory is divided into blocks of so many bytes: no burst leaves its own. */
static inline uint32_t sth_burst_block(uint32_t bus_bytes)
{
    uint32_t longest = STH_BURST_BEATS * bus_bytes;

    return longest < STH_BURST_BYTES ? longest : STH_BURST_BYTES;
}

/* One command as it lies in the ring: little-endian words. */
struct sth_command {
    uint32_t word[STH_COMMAND_WORDS];
};

/* The command whose bytes lie in memory. */
static inline struct sth_command
sth_command_from_bytes(const uint8_t bytes[STH_COMMAND_BYTES])
{
    struct sth_command command;

    for (int i = 0; i < STH_COMMAND_WORDS; i++)
        command.word[i] =
            (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
            (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24;
    return command;
}

/* Value of a field; the sign is not extended. */
#define STH_GET(command, field)                                                \
    sth_command_get(command, STH_##field##_WORD, STH_##field##_LSB,            \
                    STH_##field##_WIDTH)
/* Sets a field to a value, which must fit. */
#define STH_SET(command, field, value)                                         \
    sth_command_set(command, STH_##field##_WORD, STH_##field##_LSB,            \
                    STH_##field##_WIDTH, (uint32_t)(value))

static inline uint32_t sth_command_get(const struct sth_command *command,
                                       unsigned word, unsigned lsb,
                                       unsigned width)
{
    return (command->word[word] >> lsb) & (0xffffffffu >> (32 - width));
}

static inline void sth_command_set(struct sth_command *command, unsigned word,
                                   unsigned lsb, unsigned width, uint32_t value)
{
    uint32_t mask = (0xffffffffu >> (32 - width)) << lsb;

    command->word[word] =
        (command->word[word] & ~mask) | ((value << lsb) & mask);
}

/* The memory address of a LOAD or STORE: their fields lie alike. */
static inline uint64_t sth_command_memory(const struct sth_command *command)
{
    return (uint64_t)STH_GET(command, LOAD_MEM_HI) << 32 |
           STH_GET(command, LOAD_MEM_LO);
}

static inline void sth_command_set_memory(struct sth_command *command,
                                          uint64_t address)
{
    STH_SET(command, LOAD_MEM_LO, address);
    STH_SET(command, LOAD_MEM_HI, address >> 32);
}

/* log2 of the ring's size for a value of register RING_LOG2. */
static inline uint32_t sth_ring_log2(uint32_t value)
{
    return value < STH_RING_LOG2_MIN || value > STH_RING_LOG2_MAX
               ? STH_RING_LOG2_MIN
               : value;
}

/* Bytes of one element of the table DTYPE. */
static inline uint32_t sth_dtype_bytes(uint32_t dtype)
{
    return dtype == STH_DTYPE_I8 ? 1 : dtype == STH_DTYPE_BF16 ? 2 : 4;
}

/*
 * Depth of a product in lanes, of which each is a bf16 or two int8: even depth
 * in the low byte, odd in the high one.
 */
#define STH_LANE_BYTES 2u
static inline uint32_t sth_depth_lanes(uint32_t k, uint32_t bf16)
{
    return bf16 != 0 ? k : k / 2 + k % 2;
}

/* Products that a PE begins in a cycle. */
static inline uint32_t sth_pe_products(uint32_t bf16)
{
    return bf16 != 0 ? 1 : 2;
}

/*
 * Rows of the array that the sums of a weight tile of so many lanes of depth
 * pass before they can leave: a power of two, 4 at least.
 */
static inline uint32_t sth_exit_rows(uint32_t lanes)
{
    uint32_t rows = 4;

    while (rows < lanes)
        rows *= 2;
    return rows;
}

/* Lanes of a depth tile at least. */
#define STH_TILE_LANES_MIN 4u

/* Lanes of a depth tile of a MATMUL; its HALVES may be more than are legal. */
static inline uint32_t sth_tile_lanes(const struct sth_params *p,
                                      const struct sth_command *matmul)
{
    return p->array_rows >> STH_GET(matmul, MATMUL_HALVES);
}

/* Bytes of one scratchpad word: a row of bf16 activations or of fp32 lanes. */
static inline uint32_t sth_sp_word_bytes(const struct sth_params *p)
{
    uint32_t a = 2 * p->array_rows;
    uint32_t b = 4 * p->array_cols;

    return a > b ? a : b;
}

/* Bytes of one accumulator row. */
static inline uint32_t sth_acc_row_bytes(const struct sth_params *p)
{
    return 4 * p->array_cols;
}

/* Commands asked for and not yet with the decoder at most. */
static inline uint32_t sth_fetch_ahead(const struct sth_params *p)
{
    uint32_t most = STH_DEPTH_FETCH_BEATS * p->bus_bytes / STH_COMMAND_BYTES;

    most = most > 2 ? most : 2;
    return p->fetch_depth < most ? p->fetch_depth : most;
}

/* Steps in which the vector engine takes a chunk of array_cols columns. */
static inline uint32_t sth_vector_steps(const struct sth_params *p)
{
    return p->array_cols / p->vector_lanes;
}

/* Cycles of such a step: with a function, lanes take turns. */
static inline uint32_t sth_vector_turns(const struct sth_params *p,
                                        uint32_t function)
{
    return function != 0 ? p->vector_share : 1;
}

/* Results, and rows of reductions, on their way from launch to write. */
static inline uint32_t sth_vector_results(const struct sth_params *p)
{
    return p->vector_share == 1 ? STH_DEPTH_VECTOR_RESULTS_ALONE
                                : STH_DEPTH_VECTOR_RESULTS;
}

static inline uint32_t sth_vector_sums(const struct sth_params *p)
{
    return p->vector_share == 1 ? STH_DEPTH_VECTOR_SUMS_ALONE
                                : STH_DEPTH_VECTOR_SUMS;
}

/* FNV-1a over the parameters as little-endian words, in table order. */
static inline uint32_t sth_params_hash(const struct sth_params *p)
{
    uint32_t hash = 2166136261u;
#define PARAM(c, ...)                                                          \
    for (int i = 0; i < 32; i += 8)                                            \
        hash = (hash ^ ((p->c >> i) & 0xffu)) * 16777619u;
#include "params.def"
#undef PARAM
    return hash;
}

#ifdef __cplusplus
}
#endif

#endif
