/*
 * The chip's arithmetic on bit patterns: the strict definition that every
 * other implementation (RTL, vectorised kernels) must match bit for bit.
 *
 * fp32 is IEEE binary32 with round to nearest even.  Subnormal inputs count as
 * zero of the same sign; a result below 2^-126 in magnitude after rounding
 * (with unbounded exponent) is zero of the same sign.  Every NaN result is
 * STH_FP32_NAN.  Only integer operations are used, so the host's rounding mode
 * and compiler flags do not matter.
 */
#ifndef STH_NUMERICS_H
#define STH_NUMERICS_H

#include <stdbool.h>
#include <stdint.h>

#define STH_FP32_NAN 0x7fc00000u
#define STH_FP32_INF 0x7f800000u
#define STH_FP32_SIGN 0x80000000u
#define STH_FP32_ONE 0x3f800000u
#define STH_FP32_HALF 0x3f000000u

/* Constants of spec/functions.def: STH_FCONST_LOG2E, ... */
enum sth_fconst {
#define FCONST(name, bits, doc) STH_FCONST_##name = (bits),
#define FUNC_ROW(table, row, c0, c1, c2)
#include "functions.def"
#undef FCONST
#undef FUNC_ROW
};

/* One polynomial segment: c0 + d * (c1 + d * c2). */
struct sth_func_row {
    uint32_t c0;
    uint32_t c1;
    uint32_t c2;
};

#define STH_FUNC_ROWS 448
#define STH_FUNC_ROW_TANH 0       /* 8 rows in each octave from 2^-10 */
#define STH_FUNC_ROW_TANH_HIGH 64 /* 32 rows in each octave from 2^-2 */
#define STH_FUNC_ROW_EXP 224
#define STH_FUNC_ROW_RSQRT 256
#define STH_FUNC_ROW_RECIP 384

/* All tables of spec/functions.def, in the order of their row numbers. */
extern const struct sth_func_row sth_func_rows[STH_FUNC_ROWS];

static inline bool sth_fp32_is_nan(uint32_t v)
{
    return (v & ~STH_FP32_SIGN) > STH_FP32_INF;
}

static inline bool sth_fp32_is_inf(uint32_t v)
{
    return (v & ~STH_FP32_SIGN) == STH_FP32_INF;
}

/* Zero or subnormal, which the chip does not tell apart. */
static inline bool sth_fp32_is_zero(uint32_t v)
{
    return (v & STH_FP32_INF) == 0;
}

/* v as the chip holds it: subnormals are signed zeros, one NaN. */
static inline uint32_t sth_fp32_canonical(uint32_t v)
{
    if (sth_fp32_is_nan(v))
        return STH_FP32_NAN;
    return sth_fp32_is_zero(v) ? v & STH_FP32_SIGN : v;
}

uint32_t sth_fp32_add(uint32_t a, uint32_t b);
uint32_t sth_fp32_sub(uint32_t a, uint32_t b);
uint32_t sth_fp32_mul(uint32_t a, uint32_t b);

/* NaN if either is; otherwise the greater, where -0 is below +0. */
uint32_t sth_fp32_max(uint32_t a, uint32_t b);
uint32_t sth_fp32_abs(uint32_t v);

uint32_t sth_fp32_from_i32(int32_t v);
uint32_t sth_fp32_from_bf16(uint16_t v);

/* Round to nearest even; integers saturate and NaN becomes 0. */
uint16_t sth_fp32_to_bf16(uint32_t v);
int32_t sth_fp32_to_i32(uint32_t v);
int8_t sth_fp32_to_i8(uint32_t v);

/*
 * Conversions by element type (STH_DTYPE_*).  raw holds the element in its low
 * bits and what is above them does not matter; a result has them zero for
 * BF16 and copies of the sign for I8.
 */
uint32_t sth_fp32_from_type(unsigned dtype, uint32_t raw);
uint32_t sth_fp32_to_type(unsigned dtype, uint32_t v);

/* Product of two array operands: the low 8 bits as int8, or bf16. */
uint32_t sth_pe_mul(bool bf16, uint16_t a, uint16_t w);

/* Sum of two array partial sums: int32 modulo 2^32, or fp32. */
uint32_t sth_acc_add(bool bf16, uint32_t a, uint32_t b);

/* The function STH_FUNC_* of v; codes outside the table act as NONE. */
uint32_t sth_func_eval(unsigned func, uint32_t v);

#endif
