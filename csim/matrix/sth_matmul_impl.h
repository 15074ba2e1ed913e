/* What MATMUL's kernels of all instruction sets share. */
#ifndef STH_MATMUL_IMPL_H
#define STH_MATMUL_IMPL_H

#include <stdbool.h>

#include "sth_onchip.h"

/* One for each instruction set; array_cols is at least its lanes. */
#define ISA(name, suffix, lanes) extern sth_kernel sth_matmul_##suffix;
STH_ISA_TABLE(ISA)
#undef ISA

/* The fields of the command. */
struct sth_matmul {
    uint32_t a, a_row, a_k;
    uint32_t w, w_row, w_k, w_n;
    uint32_t acc, acc_n;
    uint32_t m, n, k;
    uint32_t lanes; /* of depth */
    bool bf16, west, accumulate;
};

static inline struct sth_matmul
sth_matmul_fields(const struct sth_command *command)
{
    const uint32_t k = STH_GET(command, MATMUL_K);
    const uint32_t bf16 = STH_GET(command, MATMUL_BF16);

    return (struct sth_matmul){
        .a = STH_GET(command, MATMUL_A),
        .a_row = STH_GET(command, MATMUL_A_ROW),
        .a_k = STH_GET(command, MATMUL_A_K),
        .w = STH_GET(command, MATMUL_W),
        .w_row = STH_GET(command, MATMUL_W_ROW),
        .w_k = STH_GET(command, MATMUL_W_K),
        .w_n = STH_GET(command, MATMUL_W_N),
        .acc = STH_GET(command, MATMUL_ACC),
        .acc_n = STH_GET(command, MATMUL_ACC_N),
        .m = STH_GET(command, MATMUL_M),
        .n = STH_GET(command, MATMUL_N),
        .k = k,
        .lanes = sth_depth_lanes(k, bf16),
        .bf16 = bf16 != 0,
        .west = STH_GET(command, MATMUL_WEST) != 0,
        .accumulate = STH_GET(command, MATMUL_ACCUMULATE) != 0,
    };
}

#endif
