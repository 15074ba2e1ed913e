/* Matrix product with its epilogue. */
#ifndef STH_GEMM_H
#define STH_GEMM_H

#include "sth_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sth_prelude;

enum sth_gemm_act {
    STH_GEMM_ACT_NONE,
    STH_GEMM_ACT_GELU,       /* v (1 + erf(v / sqrt(2))) / 2 */
    STH_GEMM_ACT_GELU_TANH,  /* its tanh form */
    STH_GEMM_ACT_QUICK_GELU, /* v / (1 + e^(-1.702 v)) */
    STH_GEMM_ACT_SILU,       /* v / (1 + e^-v) */
    STH_GEMM_ACT_RELU,       /* max(v, 0) */
    STH_GEMM_ACT_RELU2,      /* max(v, 0)^2 */
    STH_GEMM_ACT_SIGMOID,    /* 1 / (1 + e^-v) */
    STH_GEMM_ACT_COUNT
};

/*
 * out = act(x * w * xscale * wscale + bias) * mul + residual
 *     = rotate(x * w * xscale * wscale + bias)  with cos and sin
 * x (m, k) and w (k, n), or w (n, k) when transposed: both bf16, or both i8
 * with xscale (1, m) and wscale (1, n) in fp32.  Of i8, a w that is not
 * transposed is stored in rows of pairs: an operand of ceil(k / 2) rows and 2 n
 * columns, where row l holds w[2l][c] in column 2c and w[2l + 1][c] in column
 * 2c + 1; what is there beyond an odd k does not matter.  bias (1, n), out,
 * mul and residual (m, n) are bf16 or fp32.  NULL: absent.  out may be mul or
 * residual.  Sums are scaled, and every further step is done, in fp32 in the
 * order of the line above; the type of out comes last.
 *
 * cos and sin (m, n / heads / 2), bf16 or fp32, rotate the pairs (i, i + d/2)
 * of every head of d = n / heads columns as struct sth_rope does.  Then w is
 * not transposed and its columns are stored in halves: the first halves of all
 * heads of the tensor, then the second halves.  Column c of the first half of
 * head h of the view is element h * d/2 + c of an operand's row, its partner
 * is half a row of the tensor, stride / 2 bytes, further.  There is no act, mul
 * or residual.
 */
struct sth_gemm {
    const struct sth_operand *out;
    const struct sth_operand *x;
    const struct sth_operand *w;
    const struct sth_operand *bias;
    const struct sth_operand *mul;
    const struct sth_operand *residual;
    const struct sth_operand *cos;
    const struct sth_operand *sin;
    const struct sth_operand *xscale;
    const struct sth_operand *wscale;
    enum sth_gemm_act act;
    /* What makes x and xscale, beside the product; NULL: they are there. */
    const struct sth_prelude *prelude;
    /*
     * What is made of out behind it, and is begun beside the last blocks where
     * there is room: *next_rows becomes the rows that were.  NULL: nothing.
     */
    const struct sth_prelude *next;
    uint32_t *next_rows;
    bool transposed;
    uint32_t heads; /* with cos and sin */
};

/*
 * Errors stick in the schedule: SPACE when no tiling fits, TYPE when the array
 * does not multiply such operands.
 */
void sth_kernel_gemm(struct sth_schedule *s, const struct sth_gemm *gemm);

#ifdef __cplusplus
}
#endif

#endif
