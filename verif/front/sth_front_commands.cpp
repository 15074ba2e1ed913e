#include "sth_front_tests.h"

// What an operand's address is made of; the largest command below has
// kCols + 4 rows, of which x has three accumulator rows each.
constexpr uint32_t kRows = kParams.array_rows, kCols = kParams.array_cols;
constexpr uint32_t kSp = kParams.sp_bytes;
constexpr uint32_t kAccRows = kParams.acc_bytes / (4 * kCols);
static_assert(kAccRows >= 3 * kCols + 20 && kAccRows >= 400 &&
                  kSp / kCols >= 6 * kCols + 30,
              "the commands do not fit the chip");

#define SET(c, field, value) STH_SET(&(c), field, value)

sth_command make(uint32_t opcode, uint32_t wait, uint32_t post, bool irq)
{
    sth_command c = {};
    SET(c, ANY_OPCODE, opcode);
    SET(c, ANY_IRQ, irq);
    SET(c, ANY_WAIT, wait);
    SET(c, ANY_POST, post);
    return c;
}

sth_command legal_copy(uint32_t opcode)
{
    sth_command c = make(opcode);
    SET(c, LOAD_MEM_LO, 0xfffff000u);
    SET(c, LOAD_MEM_HI, 0xff);
    SET(c, LOAD_SP, kSp - 0x1000);
    SET(c, LOAD_LEN, 0x100);
    SET(c, LOAD_N1, 4);
    SET(c, LOAD_N2, 3);
    SET(c, LOAD_MEM_S1, 0x300);
    SET(c, LOAD_MEM_S2, 0x300);
    SET(c, LOAD_SP_S1, 0x300);
    SET(c, LOAD_SP_S2, 0x300);
    return c;
}

sth_command legal_matmul(bool bf16, bool west, uint32_t halves)
{
    // Chunks: a PE takes two int8 of the depth, or one bf16.
    const uint32_t rows = kRows >> halves;
    const uint32_t a = 2 * rows, w = 2 * (west ? rows : kCols);
    sth_command c = make(STH_OP_MATMUL);
    SET(c, MATMUL_BF16, bf16);
    SET(c, MATMUL_WEST, west);
    SET(c, MATMUL_M, 100);
    SET(c, MATMUL_N, 2 * kCols + 1);
    SET(c, MATMUL_HALVES, halves);
    SET(c, MATMUL_K, (2 * rows + 2) * (bf16 ? 1 : 2));
    SET(c, MATMUL_A_ROW, 4 * a);
    SET(c, MATMUL_A_K, 2 * a);
    SET(c, MATMUL_A, kSp - a - 99 * 4 * a - 2 * 2 * a);
    SET(c, MATMUL_W_ROW, 4 * w);
    // The full tile before the last ends higher than the last.
    SET(c, MATMUL_W_K, w);
    SET(c, MATMUL_W_N, w);
    uint32_t span = 3 * w + ((west ? kCols : rows) - 1) * 4 * w;
    SET(c, MATMUL_W, kSp - w - span);
    SET(c, MATMUL_ACC_N, 150);
    SET(c, MATMUL_ACC, kAccRows - 300 - 100);
    return c;
}

sth_command legal_vector()
{
    const uint32_t rows = kCols + 4;
    sth_command c = make(STH_OP_VECTOR);
    SET(c, VECTOR_ROWS, rows);
    SET(c, VECTOR_COLS, 2 * kCols + kCols / 2);
    SET(c, VECTOR_REDUCE, STH_REDUCE_SUM);
    SET(c, VECTOR_MULSEL, STH_OPERAND_STREAM);
    SET(c, VECTOR_ADDSEL, STH_OPERAND_SCALAR);
    SET(c, VECTOR_WRITE, 1);
    SET(c, VECTOR_X_TYPE, STH_DTYPE_FP32);
    SET(c, VECTOR_X_ROW, 3);
    SET(c, VECTOR_X_TILE, 1);
    SET(c, VECTOR_X_ADDR, kAccRows - 1 - (rows - 1) * 3 - 2);
    SET(c, VECTOR_Y_SP, 1);
    SET(c, VECTOR_Y_TYPE, STH_DTYPE_BF16);
    SET(c, VECTOR_Y_ROW, 6);
    SET(c, VECTOR_Y_TILE, 2);
    SET(c, VECTOR_Y_ADDR, kSp - 2 * kCols - ((rows - 1) * 6 + 2 * 2) * kCols);
    SET(c, VECTOR_Z_SP, 1);
    SET(c, VECTOR_Z_TYPE, STH_DTYPE_I32);
    SET(c, VECTOR_Z_ROW, 4);
    SET(c, VECTOR_Z_TILE, 0xffff);
    SET(c, VECTOR_Z_ADDR, kSp - 4 * kCols - 4 * kCols);
    SET(c, VECTOR_D_SP, 1);
    SET(c, VECTOR_D_TYPE, STH_DTYPE_I8);
    SET(c, VECTOR_D_ROW, 3);
    SET(c, VECTOR_D_TILE, 1);
    SET(c, VECTOR_D_ADDR, kSp - kCols - ((rows - 1) * 3 + 2) * kCols);
    SET(c, VECTOR_R_ADDR, kAccRows - 2);
    SET(c, VECTOR_MASK_OFFSET, 0xfffff);
    SET(c, VECTOR_MASK_ROWS, 0xfff);
    SET(c, VECTOR_MASK_WINDOW, 0x1fff);
    return c;
}
