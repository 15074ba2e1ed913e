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

#include "sth_fp32.h"

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

/* Product of two array operands: of bf16, or of both int8 and their sum. */
uint32_t sth_pe_mul(bool bf16, uint16_t a, uint16_t w);

/* Sum of two array partial sums: int32 modulo 2^32, or fp32. */
uint32_t sth_acc_add(bool bf16, uint32_t a, uint32_t b);

#endif
