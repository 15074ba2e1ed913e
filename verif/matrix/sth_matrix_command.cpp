#include "sth_matrix_command.h"

using bench::Random;

uint16_t random_bf16(Random &random, Numbers numbers)
{
    bool specials = numbers == Numbers::Special;
    uint32_t sign = random.bits() & 0x8000, fraction = random.bits() & 127;
    uint32_t kind = static_cast<uint32_t>(random.below(64)), exponent;

    if (kind < 4)
        return static_cast<uint16_t>(sign);
    if (specials && kind == 8) { // subnormal or zero, infinity or NaN
        exponent = random.percent(50) ? 255 : 0;
        fraction *= random.percent(50);
    } else if (numbers == Numbers::Tiny) {
        exponent = static_cast<uint32_t>(random.range(63, 65));
    } else if (kind < 8) {
        exponent = static_cast<uint32_t>(random.range(40, 79));
    } else if (specials && kind == 9) {
        exponent = static_cast<uint32_t>(random.range(180, 254));
    } else {
        exponent = static_cast<uint32_t>(random.range(122, 131));
    }
    return static_cast<uint16_t>(sign | exponent << 7 | fraction);
}

static uint32_t random_size(Random &random, uint32_t unit)
{
    switch (random.below(4)) {
    case 0:
        return static_cast<uint32_t>(random.range(1, 3));
    case 1:
        return unit * static_cast<uint32_t>(random.range(1, 2));
    default:
        return static_cast<uint32_t>(random.range(1, 2 * unit + 3));
    }
}

// Whether chunks and rows stay within the memories.
static bool fits(const sth_matrix_ref_cmd &cmd, uint32_t lanes, uint32_t a_unit,
                 uint32_t w_unit)
{
    uint32_t rows = kRows >> cmd.halves;
    uint32_t nt = (cmd.n + kCols - 1) / kCols - 1;
    uint32_t kt = (lanes + rows - 1) / rows - 1;
    uint32_t w_rows = cmd.west ? (nt ? kCols : cmd.n) : (kt ? rows : lanes);
    uint32_t a_end = cmd.a + (cmd.m - 1) * cmd.a_row + kt * cmd.a_k + a_unit;
    uint32_t w_end =
        cmd.w + (w_rows - 1) * cmd.w_row + kt * cmd.w_k + nt * cmd.w_n + w_unit;

    return a_end <= kSpBytes && w_end <= kSpBytes &&
           cmd.acc + nt * cmd.acc_n + cmd.m <= kAccRows;
}

MatrixCommand random_command(Random &random)
{
    auto below = [&](uint32_t n) {
        return static_cast<uint32_t>(random.below(n));
    };

    for (;;) {
        sth_matrix_ref_cmd cmd = {};

        cmd.sync = below(10) == 0;
        cmd.bf16 = below(2);
        cmd.west = below(2);
        cmd.accumulate = below(2);
        cmd.m = random_size(random, kRows);
        cmd.n = random_size(random, kCols);
        uint32_t lanes = random_size(random, kRows); // of depth
        cmd.k = cmd.bf16 ? lanes : 2 * lanes - below(2);
        while (kRows >> cmd.halves > STH_TILE_LANES_MIN && below(2))
            cmd.halves++;
        uint32_t a_unit = 2 * (kRows >> cmd.halves);
        uint32_t w_unit = cmd.west ? a_unit : 2 * kCols;
        cmd.a = a_unit * below(kSpBytes / a_unit);
        cmd.a_row = a_unit * below(6);
        cmd.a_k = a_unit * below(40);
        cmd.w = w_unit * below(kSpBytes / w_unit);
        cmd.w_row = w_unit * below(6);
        cmd.w_k = w_unit * below(40);
        cmd.w_n = w_unit * below(40);
        // Few rows, so that commands meet each other's sums.
        cmd.acc = below(2) ? below(kAccRows) : below(8);
        cmd.acc_n = below(cmd.m + 3);
        if (fits(cmd, lanes, a_unit, w_unit))
            return {encode(cmd, below(1 << 16), below(2)), cmd};
    }
}

sth_command encode(const sth_matrix_ref_cmd &cmd, uint32_t post, bool irq)
{
    sth_command command = {};

    STH_SET(&command, ANY_OPCODE,
            cmd.sync ? STH_OP_SYNC_MATRIX : STH_OP_MATMUL);
    STH_SET(&command, ANY_POST, post);
    STH_SET(&command, ANY_IRQ, irq);
    if (cmd.sync)
        return command;
    STH_SET(&command, MATMUL_A, cmd.a);
    STH_SET(&command, MATMUL_W, cmd.w);
    STH_SET(&command, MATMUL_ACC, cmd.acc);
    STH_SET(&command, MATMUL_M, cmd.m);
    STH_SET(&command, MATMUL_N, cmd.n);
    STH_SET(&command, MATMUL_K, cmd.k);
    STH_SET(&command, MATMUL_BF16, cmd.bf16);
    STH_SET(&command, MATMUL_WEST, cmd.west);
    STH_SET(&command, MATMUL_ACCUMULATE, cmd.accumulate);
    STH_SET(&command, MATMUL_HALVES, cmd.halves);
    STH_SET(&command, MATMUL_A_ROW, cmd.a_row);
    STH_SET(&command, MATMUL_A_K, cmd.a_k);
    STH_SET(&command, MATMUL_W_ROW, cmd.w_row);
    STH_SET(&command, MATMUL_W_K, cmd.w_k);
    STH_SET(&command, MATMUL_W_N, cmd.w_n);
    STH_SET(&command, MATMUL_ACC_N, cmd.acc_n);
    return command;
}
