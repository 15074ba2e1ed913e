#include "sth_front_tests.h"

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
    SET(c, LOAD_SP, 0x1f000);
    SET(c, LOAD_LEN, 0x100);
    SET(c, LOAD_N1, 4);
    SET(c, LOAD_N2, 3);
    SET(c, LOAD_MEM_S1, 0x300);
    SET(c, LOAD_MEM_S2, 0x300);
    SET(c, LOAD_SP_S1, 0x300);
    SET(c, LOAD_SP_S2, 0x300);
    return c;
}

sth_command legal_matmul(bool bf16, bool west)
{
    const uint32_t es = bf16 ? 2 : 1;
    const uint32_t a = 8 * es, w = (west ? 8 : 16) * es;
    sth_command c = make(STH_OP_MATMUL);
    SET(c, MATMUL_BF16, bf16);
    SET(c, MATMUL_WEST, west);
    SET(c, MATMUL_M, 100);
    SET(c, MATMUL_N, 33);
    SET(c, MATMUL_K, 18);
    SET(c, MATMUL_A_ROW, 4 * a);
    SET(c, MATMUL_A_K, 2 * a);
    SET(c, MATMUL_A, 0x20000 - a - 99 * 4 * a - 2 * 2 * a);
    SET(c, MATMUL_W_ROW, 4 * w);
    // The full tile before the last ends higher than the last.
    SET(c, MATMUL_W_K, w);
    SET(c, MATMUL_W_N, w);
    uint32_t span = west ? 2 * w + 1 * w + 15 * 4 * w : 2 * w + w + 7 * 4 * w;
    SET(c, MATMUL_W, 0x20000 - w - span);
    SET(c, MATMUL_ACC_N, 150);
    SET(c, MATMUL_ACC, 1024 - 300 - 100);
    return c;
}

sth_command legal_vector()
{
    sth_command c = make(STH_OP_VECTOR);
    SET(c, VECTOR_ROWS, 20);
    SET(c, VECTOR_COLS, 40);
    SET(c, VECTOR_REDUCE, STH_REDUCE_SUM);
    SET(c, VECTOR_MULSEL, STH_OPERAND_STREAM);
    SET(c, VECTOR_ADDSEL, STH_OPERAND_SCALAR);
    SET(c, VECTOR_WRITE, 1);
    SET(c, VECTOR_X_TYPE, STH_DTYPE_FP32);
    SET(c, VECTOR_X_ROW, 3);
    SET(c, VECTOR_X_TILE, 1);
    SET(c, VECTOR_X_ADDR, 1024 - 1 - 19 * 3 - 2);
    SET(c, VECTOR_Y_SP, 1);
    SET(c, VECTOR_Y_TYPE, STH_DTYPE_BF16);
    SET(c, VECTOR_Y_ROW, 6);
    SET(c, VECTOR_Y_TILE, 2);
    SET(c, VECTOR_Y_ADDR, 0x20000 - 32 - (19 * 6 + 2 * 2) * 16);
    SET(c, VECTOR_Z_SP, 1);
    SET(c, VECTOR_Z_TYPE, STH_DTYPE_I32);
    SET(c, VECTOR_Z_ROW, 4);
    SET(c, VECTOR_Z_TILE, 0xffff);
    SET(c, VECTOR_Z_ADDR, 0x20000 - 64 - 4 * 16);
    SET(c, VECTOR_D_SP, 1);
    SET(c, VECTOR_D_TYPE, STH_DTYPE_I8);
    SET(c, VECTOR_D_ROW, 3);
    SET(c, VECTOR_D_TILE, 1);
    SET(c, VECTOR_D_ADDR, 0x20000 - 16 - (19 * 3 + 2) * 16);
    SET(c, VECTOR_R_ADDR, 1024 - 2);
    SET(c, VECTOR_MASK_OFFSET, 0xfffff);
    return c;
}
