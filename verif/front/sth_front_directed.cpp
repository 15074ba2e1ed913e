// The decoder of the RTL: changes to legal commands with the fault they must
// raise, on any chip.
#include "sth_front_tests.h"

#define SET(c, field, value) STH_SET(&(c), field, value)

namespace
{

enum : uint32_t {
    LEGAL = STH_FAULT_NONE,
    OPCODE = STH_FAULT_OPCODE,
    RESERVED = STH_FAULT_RESERVED,
    FIELD_ = STH_FAULT_FIELD,
    ALIGN = STH_FAULT_ALIGN,
    RANGE = STH_FAULT_RANGE
};

// Changes one word of a legal command and states the verdict.
struct Directed {
    uint32_t word, add;
    bool replace; // else added to the legal value
    uint32_t code, fault_word;
};

void expect(Front &front, const char *name, sth_command command, uint32_t word,
            uint32_t value, uint32_t code, uint32_t fault_word)
{
    command.word[word] = value;
    front.report.test(name);
    expect_verdict(front, command,
                   {code, fault_word,
                    code == LEGAL ? int(sth_decode_engine(&command)) : -1});
}

void directed(Front &front, const char *name, const sth_command &base,
              const std::vector<Directed> &cases)
{
    expect(front, name, base, 0, base.word[0], LEGAL, 0);
    for (const Directed &d : cases)
        expect(front, name, base, d.word,
               d.replace ? d.add : base.word[d.word] + d.add, d.code,
               d.fault_word);
}

void test_copies(Front &front)
{
    const std::vector<Directed> sync = {
        {0, 0x200, false, RESERVED, 0},        {0, 0x04, false, OPCODE, 0},
        {1, 0xffff0000u, true, LEGAL, 0},      {2, 1, true, RESERVED, 2},
        {15, 0x80000000u, true, RESERVED, 15},
    };
    for (uint32_t op = STH_OP_SYNC_LOAD; op <= STH_OP_SYNC_STORE; op++)
        directed(front, "sync", make(op), sync);

    const std::vector<Directed> copy = {
        {0, 0x02, false, OPCODE, 0},
        {0, 0x200, false, RESERVED, 0},
        {3, 0x100, false, RESERVED, 3},
        {5, 0x01000000u, false, RESERVED, 5},
        {9, 0x10000000u, false, RESERVED, 9},
        {10, 0x80000000u, false, RESERVED, 10},
        {11, 1, false, RESERVED, 11},
        {15, 1, false, RESERVED, 15},
        {5, 0, true, FIELD_, 5},
        {6, 0x00030000u, true, FIELD_, 6},
        {6, 0x00000004u, true, FIELD_, 6},
        {2, 1, false, RANGE, 2},
        {4, 1, false, RANGE, 4},
        {4, 0xffffffffu, true, RANGE, 4},
        {5, 1, false, RANGE, 2},
        {6, 1, false, RANGE, 2},
        {6, 0xffffffffu, true, RANGE, 2},
        {7, 1, false, RANGE, 2},
        {7, 0xffffffffu, true, RANGE, 2},
        {8, 1, false, RANGE, 2},
        {9, 1, false, RANGE, 4},
        {10, 1, false, RANGE, 4},
        {10, 0xffffff, true, RANGE, 4},
    };
    directed(front, "load", legal_copy(STH_OP_LOAD), copy);
    directed(front, "store", legal_copy(STH_OP_STORE), copy);
}

void test_matmul(Front &front)
{
    const uint32_t cols = kParams.array_cols;
    uint32_t most = 0; // halvings that are legal

    while (kParams.array_rows >> most > STH_TILE_LANES_MIN)
        most++;
    for (uint32_t form = 0; form < 4 * (most + 1); form++) {
        bool bf16 = form & 1, west = form & 2;
        uint32_t halves = form / 4, rows = kParams.array_rows >> halves;
        sth_command base = legal_matmul(bf16, west, halves);
        if (!(kParams.data_types &
              (bf16 ? STH_DATA_TYPE_BF16 : STH_DATA_TYPE_INT8))) {
            expect(front, "matmul of a type that there is not", base, 6,
                   base.word[6], FIELD_, 6);
            continue;
        }
        uint32_t a = 2 * rows, w = 2 * (west ? rows : cols);
        const std::vector<Directed> matmul = {
            {0, 1, false, OPCODE, 0},
            {4, 0x01000000u, false, RESERVED, 4},
            {6, 0x00400000u, false, RESERVED, 6},
            {6, (most + 1 - halves) << STH_MATMUL_HALVES_LSB, false, FIELD_, 6},
            {12, 0x01000000u, false, RESERVED, 12},
            {13, 1, false, RESERVED, 13},
            {5, (2 * cols + 1) << 16, true, FIELD_, 5},
            {5, 100, true, FIELD_, 5},
            {6, base.word[6] & 0xffff0000u, true, FIELD_, 6},
            {2, 0u - a / 2, false, ALIGN, 2},
            {3, 0u - w / 2, false, ALIGN, 3},
            {7, 0u - a / 2, false, ALIGN, 7},
            {8, 0u - a / 2, false, ALIGN, 8},
            {9, 0u - w / 2, false, ALIGN, 9},
            {10, 0u - w / 2, false, ALIGN, 10},
            {11, 0u - w / 2, false, ALIGN, 11},
            {2, a, false, RANGE, 2},
            {3, w, false, RANGE, 3},
            {4, 1, false, RANGE, 4},
            {5, 1, false, RANGE, 2},
            {7, a, false, RANGE, 2},
            {8, a, false, RANGE, 2},
            {9, w, false, RANGE, 3},
            {10, w, false, RANGE, 3},
            {11, w, false, RANGE, 3},
            {12, 1, false, RANGE, 4},
            {7, 0xffffffu & ~31u, true, RANGE, 2},
            // One row less: everything but the alignment rules stays legal.
            {5, 0u - 1, false, LEGAL, 0},
        };
        directed(front, "matmul", base, matmul);
    }
}

void test_vector(Front &front)
{
    const sth_command v = legal_vector();
    const uint32_t cols = kParams.array_cols;
    const uint32_t sp_space = 1u << STH_VECTOR_X_SP_LSB,
                   type = 1u << STH_VECTOR_X_TYPE_LSB;
    const std::vector<Directed> vector = {
        {0, 1, false, OPCODE, 0},
        {6, 1u << 31, false, RESERVED, 6},
        {14, 1u << 24, false, RESERVED, 14},
        {2, 40u << 16, true, FIELD_, 2},
        {2, 20, true, FIELD_, 2},
        {3, 8, false, FIELD_, 3},
        {3, 7, false, LEGAL, 0},
        {3, 3u << 4, false, FIELD_, 3},
        {3, 3u << 9, false, FIELD_, 3},  // MULSEL 5
        {3, 2u << 9, false, LEGAL, 0},   // SELF: y is ignored
        {3, 1u << 12, false, FIELD_, 3}, // ADDSEL SELF
        {3, 3u << 15, false, FIELD_, 3},
        {3, 0, true, FIELD_, 3},
        {6, type, false, LEGAL, 0},
        {6, 0u - type, false, FIELD_, 6},
        {6, 0u - 2 * type, false, FIELD_, 6},
        {8, 0u - sp_space, false, FIELD_, 8},
        {12, 0u - sp_space, false, FIELD_, 12},
        {8, 0u - cols, false, ALIGN, 8},
        {9, 1, false, ALIGN, 9},
        {9, 1u << 16, false, ALIGN, 9},
        {10, 0u - 2 * cols, false, ALIGN, 10},
        {11, 2, false, ALIGN, 11},
        {11, 0u - (3u << 16), false, LEGAL, 0},
        {12, 0u - cols / 2, false, ALIGN, 12},
        {6, 1, false, RANGE, 6},
        {7, 1, false, RANGE, 6},
        {7, 1u << 16, false, RANGE, 6},
        {7, 0xffffffffu, true, RANGE, 6},
        {8, 2 * cols, false, RANGE, 8},
        {9, 2, false, RANGE, 8},
        {9, 2u << 16, false, RANGE, 8},
        {10, 4 * cols, false, RANGE, 10},
        {11, 4, false, RANGE, 10},
        {12, cols, false, RANGE, 12},
        {13, 1, false, RANGE, 12},
        {13, 1u << 16, false, RANGE, 12},
        {14, 1, false, RANGE, 14},
        {2, 1, false, RANGE, 6},
        // Without its users the operand is ignored.
        {3, 1u << 18, true, LEGAL, 0},
    };
    directed(front, "vector", v, vector);
    sth_command reduce = v;
    SET(reduce, VECTOR_WRITE, 0);
    SET(reduce, VECTOR_D_TYPE, STH_DTYPE_BF16);
    SET(reduce, VECTOR_D_ADDR, 0xffffff);
    expect(front, "vector without d", reduce, 0, reduce.word[0], LEGAL, 0);
    SET(reduce, VECTOR_WRITE, 1);
    SET(reduce, VECTOR_REDUCE, STH_REDUCE_NONE);
    reduce.word[12] = v.word[12];
    SET(reduce, VECTOR_R_ADDR, 0xffffff);
    expect(front, "vector without r", reduce, 0, reduce.word[0], LEGAL, 0);
}

} // namespace

void test_directed(Front &front)
{
    front.begin();
    test_copies(front);
    test_matmul(front);
    test_vector(front);
}
