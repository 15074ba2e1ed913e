// Random legal commands of the vector engine, and the cycles they take.
#ifndef STH_VECTOR_COMMAND_H
#define STH_VECTOR_COMMAND_H

#include <cstdint>
#include <vector>

#include "sth_bench_random.h"
#include "sth_spec.h"

constexpr uint32_t kCols = STH_COLS;
constexpr uint32_t kLanes = STH_LANES;
constexpr uint32_t kShare = STH_SHARE;
constexpr uint32_t kWord = STH_WORD;
// Small memories: five regions each, compared whole after every command.
constexpr uint32_t kSpBytes = 2048 * kCols;
constexpr uint32_t kAccRows = 640;
constexpr uint32_t kAccBytes = kAccRows * 4 * kCols;

struct Operand {
    uint32_t sp, type, addr, row, tile;
};

struct VectorCommand {
    sth_command word;
    bool sync;
    uint32_t rows, cols, tiles, mulsel, addsel, func, reduce;
    bool carry, write;
    Operand x, y, z, d;
    uint32_t r;
};

// Words worth computing with: ordinary magnitudes, specials, anything.
void randomize(bench::Random &random, std::vector<uint8_t> &bytes);

VectorCommand random_command(bench::Random &random);

// Cycles from the handshake to the retirement when no grant is denied.
uint64_t duration(const VectorCommand &command);

#endif
