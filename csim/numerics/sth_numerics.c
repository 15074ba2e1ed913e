#include "sth_numerics.h"

#include "sth_spec.h"

/*
 * m * 2^e rounded to fp32, m not zero.  A sticky one may stand in bit 0 of m
 * for everything below it if m has at least 26 significant bits.
 */
static uint32_t round_pack(uint32_t sign, uint64_t m, int e)
{
    for (int step = 32; step != 0; step /= 2) {
        if (m >> (64 - step) == 0) {
            m <<= step;
            e -= step;
        }
    }
    uint32_t significand = (uint32_t)(m >> 40);
    uint64_t rest = m & 0xffffffffffu;
    const uint64_t half = (uint64_t)1 << 39;

    if (rest > half || (rest == half && (significand & 1) != 0))
        significand++;
    /* Rounding up to 2^24 leaves a zero fraction. */
    return sth_fp32_pack(sign, e + 63 + 127 + (int)(significand >> 24),
                         significand & STH_FP32_FRACTION);
}

uint32_t sth_fp32_add(uint32_t a, uint32_t b)
{
    uint32_t magnitude_a = a & ~STH_FP32_SIGN;
    uint32_t magnitude_b = b & ~STH_FP32_SIGN;

    if (sth_fp32_is_nan(a) || sth_fp32_is_nan(b))
        return STH_FP32_NAN;
    if (sth_fp32_is_inf(a))
        return sth_fp32_is_inf(b) && a != b ? STH_FP32_NAN : a;
    if (sth_fp32_is_inf(b))
        return b;

    uint32_t big = magnitude_a < magnitude_b ? b : a;
    uint32_t small = magnitude_a < magnitude_b ? a : b;
    uint64_t m = (uint64_t)sth_fp32_significand(big) << 32;
    uint64_t n = (uint64_t)sth_fp32_significand(small) << 32;
    int distance = sth_fp32_exponent(big) - sth_fp32_exponent(small);

    /* 32 extra bits: a shift of up to 32 loses nothing. */
    if (distance > 32)
        n = n != 0;
    else
        n >>= distance;
    m = ((a ^ b) & STH_FP32_SIGN) != 0 ? m - n : m + n;
    if (m == 0)
        return a & b & STH_FP32_SIGN;
    return round_pack(big & STH_FP32_SIGN, m,
                      sth_fp32_exponent(big) - 127 - 23 - 32);
}

uint32_t sth_fp32_sub(uint32_t a, uint32_t b)
{
    return sth_fp32_add(a, b ^ STH_FP32_SIGN);
}

uint32_t sth_fp32_mul(uint32_t a, uint32_t b)
{
    uint32_t sign = (a ^ b) & STH_FP32_SIGN;
    bool zero = sth_fp32_is_zero(a) || sth_fp32_is_zero(b);

    if (sth_fp32_is_nan(a) || sth_fp32_is_nan(b))
        return STH_FP32_NAN;
    if (sth_fp32_is_inf(a) || sth_fp32_is_inf(b))
        return zero ? STH_FP32_NAN : sign | STH_FP32_INF;
    if (zero)
        return sign;
    return round_pack(
        sign, (uint64_t)sth_fp32_significand(a) * sth_fp32_significand(b),
        sth_fp32_exponent(a) + sth_fp32_exponent(b) - 2 * (127 + 23));
}

/* Unsigned integers in the order of the numbers. */
static uint32_t order_key(uint32_t v)
{
    return (v & STH_FP32_SIGN) != 0 ? ~v : v | STH_FP32_SIGN;
}

uint32_t sth_fp32_max(uint32_t a, uint32_t b)
{
    a = sth_fp32_canonical(a);
    b = sth_fp32_canonical(b);
    if (sth_fp32_is_nan(a) || sth_fp32_is_nan(b))
        return STH_FP32_NAN;
    return order_key(a) < order_key(b) ? b : a;
}

uint32_t sth_fp32_abs(uint32_t v)
{
    return sth_fp32_canonical(v) & ~STH_FP32_SIGN;
}

uint32_t sth_fp32_from_i32(int32_t v)
{
    uint32_t bits = (uint32_t)v;

    if (v == 0)
        return 0;
    return v < 0 ? round_pack(STH_FP32_SIGN, 0u - bits, 0)
                 : round_pack(0, bits, 0);
}

uint32_t sth_fp32_from_bf16(uint16_t v)
{
    return sth_fp32_canonical((uint32_t)v << 16);
}

uint16_t sth_fp32_to_bf16(uint32_t v)
{
    v = sth_fp32_canonical(v);
    if (sth_fp32_is_nan(v))
        return (uint16_t)(STH_FP32_NAN >> 16);
    /* A carry out of the fraction belongs in the exponent, up to infinity. */
    return (uint16_t)((v + 0x7fffu + ((v >> 16) & 1)) >> 16);
}

int32_t sth_fp32_to_i32(uint32_t v)
{
    bool negative = (v & STH_FP32_SIGN) != 0;
    int exponent = sth_fp32_exponent(v) - 127;

    if (sth_fp32_is_nan(v) || exponent < -1)
        return 0;
    if (exponent >= 31)
        return negative ? INT32_MIN : INT32_MAX;

    /* 32 fraction bits below the units: e - 23 + 32 is 8 at least. */
    uint64_t fixed = (uint64_t)sth_fp32_significand(v) << (exponent + 9);
    int64_t integer = (int64_t)(fixed >> 32);
    uint32_t rest = (uint32_t)fixed;

    if (rest > 0x80000000u || (rest == 0x80000000u && (integer & 1) != 0))
        integer++;
    return (int32_t)(negative ? -integer : integer);
}

int8_t sth_fp32_to_i8(uint32_t v)
{
    int32_t integer = sth_fp32_to_i32(v);

    if (integer > INT8_MAX)
        return INT8_MAX;
    return (int8_t)(integer < INT8_MIN ? INT8_MIN : integer);
}

/* Two's complement of the low 8 bits, without implementation-defined casts. */
static int32_t sign_extend_i8(uint32_t raw)
{
    return (int32_t)((raw & 0xff) ^ 0x80) - 0x80;
}

static int32_t sign_extend_i32(uint32_t raw)
{
    return raw > INT32_MAX ? -(int32_t)~raw - 1 : (int32_t)raw;
}

uint32_t sth_fp32_from_type(unsigned dtype, uint32_t raw)
{
    switch (dtype) {
    case STH_DTYPE_I8:
        return sth_fp32_from_i32(sign_extend_i8(raw));
    case STH_DTYPE_BF16:
        return sth_fp32_from_bf16((uint16_t)raw);
    case STH_DTYPE_I32:
        return sth_fp32_from_i32(sign_extend_i32(raw));
    default:
        return sth_fp32_canonical(raw);
    }
}

uint32_t sth_fp32_to_type(unsigned dtype, uint32_t v)
{
    switch (dtype) {
    case STH_DTYPE_I8:
        return (uint32_t)sth_fp32_to_i8(v);
    case STH_DTYPE_BF16:
        return sth_fp32_to_bf16(v);
    case STH_DTYPE_I32:
        return (uint32_t)sth_fp32_to_i32(v);
    default:
        return sth_fp32_canonical(v);
    }
}

uint32_t sth_pe_mul(bool bf16, uint16_t a, uint16_t w)
{
    if (bf16)
        return sth_fp32_mul((uint32_t)a << 16, (uint32_t)w << 16);
    return (uint32_t)(sign_extend_i8(a) * sign_extend_i8(w) +
                      sign_extend_i8(a >> 8) * sign_extend_i8(w >> 8));
}

uint32_t sth_acc_add(bool bf16, uint32_t a, uint32_t b)
{
    return bf16 ? sth_fp32_add(a, b) : a + b;
}
