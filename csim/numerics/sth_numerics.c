#include "sth_numerics.h"

#include "sth_spec.h"

#define FRACTION 0x7fffffu
#define HIDDEN 0x800000u

const struct sth_func_row sth_func_rows[STH_FUNC_ROWS] = {
#define FCONST(name, bits, doc)
#define FUNC_ROW(table, row, c0, c1, c2) [row] = {c0, c1, c2},
#include "functions.def"
#undef FCONST
#undef FUNC_ROW
};

static int exponent_of(uint32_t v)
{
    return (int)((v >> 23) & 0xff);
}

/* The 24-bit significand; 0 for zeros and subnormals. */
static uint32_t significand_of(uint32_t v)
{
    return sth_fp32_is_zero(v) ? 0 : (v & FRACTION) | HIDDEN;
}

/* A number with the given biased exponent, which may be out of range. */
static uint32_t pack(uint32_t sign, int exponent, uint32_t fraction)
{
    if (exponent <= 0)
        return sign;
    if (exponent >= 255)
        return sign | STH_FP32_INF;
    return sign | (uint32_t)exponent << 23 | fraction;
}

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
    return pack(sign, e + 63 + 127 + (int)(significand >> 24),
                significand & FRACTION);
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
    uint64_t m = (uint64_t)significand_of(big) << 32;
    uint64_t n = (uint64_t)significand_of(small) << 32;
    int distance = exponent_of(big) - exponent_of(small);

    /* 32 extra bits: a shift of up to 32 loses nothing. */
    if (distance > 32)
        n = n != 0;
    else
        n >>= distance;
    m = ((a ^ b) & STH_FP32_SIGN) != 0 ? m - n : m + n;
    if (m == 0)
        return a & b & STH_FP32_SIGN;
    return round_pack(big & STH_FP32_SIGN, m, exponent_of(big) - 127 - 23 - 32);
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
    return round_pack(sign, (uint64_t)significand_of(a) * significand_of(b),
                      exponent_of(a) + exponent_of(b) - 2 * (127 + 23));
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
    int exponent = exponent_of(v) - 127;

    if (sth_fp32_is_nan(v) || exponent < -1)
        return 0;
    if (exponent >= 31)
        return negative ? INT32_MIN : INT32_MAX;

    /* 32 fraction bits below the units: e - 23 + 32 is 8 at least. */
    uint64_t fixed = (uint64_t)significand_of(v) << (exponent + 9);
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
    return (uint32_t)(sign_extend_i8(a) * sign_extend_i8(w));
}

uint32_t sth_acc_add(bool bf16, uint32_t a, uint32_t b)
{
    return bf16 ? sth_fp32_add(a, b) : a + b;
}

/* What bit slicing makes of the prescaled argument. */
struct slice {
    uint32_t special; /* the result, when row < 0 */
    int row;          /* of sth_func_rows */
    uint32_t m;       /* in [1, 2) */
    uint32_t centre;  /* of the row's segment, in [1, 2) */
    int exponent;     /* added to the polynomial's exponent */
    uint32_t sign;    /* of the result */
};

/* A result that needs no polynomial. */
static struct slice special(uint32_t result)
{
    return (struct slice){.special = result, .row = -1};
}

/* The segment of 2^bits equal ones in [1, 2), numbered from row. */
static struct slice segment(int row, uint32_t fraction, int bits)
{
    uint32_t index = fraction >> (23 - bits);
    uint32_t half = HIDDEN >> (bits + 1);

    return (struct slice){
        .row = row + (int)index,
        .m = STH_FP32_ONE | fraction,
        .centre = STH_FP32_ONE | index << (23 - bits) | half,
    };
}

static struct slice slice_exp(uint32_t u)
{
    int exponent = exponent_of(u);

    if (exponent >= 127 + 8)
        return special((u & STH_FP32_SIGN) != 0 ? 0 : STH_FP32_INF);
    /* |u| < 256 in units of 2^-23, truncated; then n = floor, f = the rest. */
    uint32_t fixed = significand_of(u);
    int shift = exponent - 127;

    fixed = shift >= 0 ? fixed << shift : shift > -24 ? fixed >> -shift : 0;
    if ((u & STH_FP32_SIGN) != 0)
        fixed = 0u - fixed;

    struct slice s = segment(STH_FUNC_ROW_EXP, fixed & FRACTION, 5);

    /* Arithmetic shift: bits 31..23 as a signed number of nine bits. */
    s.exponent = (int)((fixed >> 23) ^ 0x100) - 0x100;
    return s;
}

static struct slice slice_recip(uint32_t u)
{
    uint32_t sign = u & STH_FP32_SIGN;

    if (sth_fp32_is_zero(u))
        return special(sign | STH_FP32_INF);
    if (sth_fp32_is_inf(u))
        return special(sign);

    struct slice s = segment(STH_FUNC_ROW_RECIP, u & FRACTION, 6);

    s.exponent = 127 - exponent_of(u);
    s.sign = sign;
    return s;
}

static struct slice slice_rsqrt(uint32_t u)
{
    int exponent = exponent_of(u);

    if (sth_fp32_is_zero(u))
        return special((u & STH_FP32_SIGN) | STH_FP32_INF);
    if ((u & STH_FP32_SIGN) != 0)
        return special(STH_FP32_NAN);
    if (sth_fp32_is_inf(u))
        return special(0);

    /* An even biased exponent is an odd power of two: the rows of 2 m. */
    int odd = (exponent & 1) == 0;
    struct slice s = segment(STH_FUNC_ROW_RSQRT + 64 * odd, u & FRACTION, 6);

    s.exponent = (127 - exponent + odd) / 2;
    return s;
}

static struct slice slice_tanh(uint32_t u)
{
    uint32_t sign = u & STH_FP32_SIGN;
    int octave = exponent_of(u) - 127;
    struct slice s;

    if (octave < -10)
        return special(u);
    if (octave >= 3)
        return special(sign | STH_FP32_ONE);
    if (octave < -2)
        s = segment(STH_FUNC_ROW_TANH + 8 * (octave + 10), u & FRACTION, 3);
    else
        s = segment(STH_FUNC_ROW_TANH_HIGH + 32 * (octave + 2), u & FRACTION,
                    5);
    s.sign = sign;
    return s;
}

static uint32_t prescale_of(unsigned func)
{
    switch (func) {
    case STH_FUNC_EXP:
        return STH_FCONST_LOG2E;
    case STH_FUNC_SIGMOID:
        return STH_FCONST_HALF;
    case STH_FUNC_GELU:
        return STH_FCONST_GELU_HALF_SLOPE;
    default:
        return STH_FP32_ONE;
    }
}

static struct slice slice_of(unsigned func, uint32_t u)
{
    if (sth_fp32_is_nan(u))
        return special(u);
    switch (func) {
    case STH_FUNC_EXP:
        return slice_exp(u);
    case STH_FUNC_RECIP:
        return slice_recip(u);
    case STH_FUNC_RSQRT:
        return slice_rsqrt(u);
    case STH_FUNC_TANH:
    case STH_FUNC_SIGMOID:
    case STH_FUNC_GELU:
        return slice_tanh(u);
    default:
        return special(u);
    }
}

uint32_t sth_func_eval(unsigned func, uint32_t v)
{
    struct slice s = slice_of(func, sth_fp32_mul(v, prescale_of(func)));
    uint32_t t = s.special;

    if (s.row >= 0) {
        const struct sth_func_row *c = &sth_func_rows[s.row];
        uint32_t d = sth_fp32_sub(s.m, s.centre);
        uint32_t p = sth_fp32_mul(c->c2, d);

        p = sth_fp32_add(p, c->c1);
        p = sth_fp32_mul(p, d);
        p = sth_fp32_add(p, c->c0);
        t = pack(s.sign, exponent_of(p) + s.exponent, p & FRACTION);
    }
    if (func == STH_FUNC_SIGMOID || func == STH_FUNC_GELU)
        t = sth_fp32_add(sth_fp32_mul(t, STH_FP32_HALF), STH_FP32_HALF);
    return t;
}
