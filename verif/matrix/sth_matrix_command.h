// Random legal commands of the matrix engine, and numbers worth multiplying.
#ifndef STH_MATRIX_COMMAND_H
#define STH_MATRIX_COMMAND_H

#include <cstdint>

#include "sth_bench_random.h"
#include "sth_spec.h"

extern "C" {
#include "sth_matrix_ref.h"
}

constexpr uint32_t kRows = STH_BUILD_ArrayRows;
constexpr uint32_t kCols = STH_BUILD_ArrayCols;
constexpr uint32_t kWord = 2 * kRows > 4 * kCols ? 2 * kRows : 4 * kCols;
constexpr uint32_t kAccRows = STH_BUILD_AccBytes / (4 * kCols);
constexpr uint32_t kSpBytes = STH_MATRIX_REF_SP_BYTES;

// A command as the engine gets it and as the reference does.
struct MatrixCommand {
    sth_command word;
    sth_matrix_ref_cmd ref;
};

// Zeros, subnormals and ordinary magnitudes; `Special` also infinities, NaN and
// what overflows; `Tiny` those whose products differ by subnormals.
enum class Numbers { Ordinary, Special, Tiny };
uint16_t random_bf16(bench::Random &random, Numbers numbers);

// Any legal command whose operands lie within the scratchpad.
MatrixCommand random_command(bench::Random &random);

// The words of a command.
sth_command encode(const sth_matrix_ref_cmd &cmd, uint32_t post, bool irq);

#endif
