#include "sth_func.h"

#include "sth_numerics.h"
#include "sth_spec.h"

const struct sth_func_row sth_func_rows[STH_FUNC_ROWS] = {
#define FCONST(name, bits, doc)
#define FUNC_ROW(table, row, c0, c1, c2) [row] = {c0, c1, c2},
#include "functions.def"
#undef FCONST
#undef FUNC_ROW
};

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
    uint32_t half = STH_FP32_HIDDEN >> (bits + 1);

    return (struct slice){
        .row = row + (int)index,
        .m = STH_FP32_ONE | fraction,
        .centre = STH_FP32_ONE | index << (23 - bits) | half,
    };
}

/* |u| in units of 2^-23, truncated; below 256. */
static uint32_t fixed_of(uint32_t u)
{
    uint32_t fixed = sth_fp32_significand(u);
    int shift = sth_fp32_exponent(u) - 127;

    return shift >= 0 ? fixed << shift : shift > -24 ? fixed >> -shift : 0;
}

static struct slice slice_exp(uint32_t u)
{
    if (sth_fp32_exponent(u) >= 127 + 8)
        return special((u & STH_FP32_SIGN) != 0 ? 0 : STH_FP32_INF);

    uint32_t fixed = fixed_of(u);

    /* n = floor, f = the rest. */
    if ((u & STH_FP32_SIGN) != 0)
        fixed = 0u - fixed;

    struct slice s = segment(STH_FUNC_ROW_EXP, fixed & STH_FP32_FRACTION, 5);

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

    struct slice s = segment(STH_FUNC_ROW_RECIP, u & STH_FP32_FRACTION, 6);

    s.exponent = 127 - sth_fp32_exponent(u);
    s.sign = sign;
    return s;
}

static struct slice slice_rsqrt(uint32_t u)
{
    int exponent = sth_fp32_exponent(u);

    if (sth_fp32_is_zero(u))
        return special((u & STH_FP32_SIGN) | STH_FP32_INF);
    if ((u & STH_FP32_SIGN) != 0)
        return special(STH_FP32_NAN);
    if (sth_fp32_is_inf(u))
        return special(0);

    /* An even biased exponent is an odd power of two: the rows of 2 m. */
    int odd = (exponent & 1) == 0;
    struct slice s =
        segment(STH_FUNC_ROW_RSQRT + 64 * odd, u & STH_FP32_FRACTION, 6);

    s.exponent = (127 - exponent + odd) / 2;
    return s;
}

static struct slice slice_tanh(uint32_t u)
{
    uint32_t sign = u & STH_FP32_SIGN;
    int octave = sth_fp32_exponent(u) - 127;
    struct slice s;

    if (octave < -10)
        return special(u);
    if (octave >= 3)
        return special(sign | STH_FP32_ONE);
    if (octave < -2)
        s = segment(STH_FUNC_ROW_TANH + 8 * (octave + 10),
                    u & STH_FP32_FRACTION, 3);
    else
        s = segment(STH_FUNC_ROW_TANH_HIGH + 32 * (octave + 2),
                    u & STH_FP32_FRACTION, 5);
    s.sign = sign;
    return s;
}

static struct slice slice_erf(uint32_t u)
{
    uint32_t sign = u & STH_FP32_SIGN;

    if ((u ^ sign) >= STH_FUNC_ERF_END)
        return special(sign | STH_FP32_ONE);

    uint32_t fixed = fixed_of(u), fraction = fixed & STH_FP32_FRACTION;
    int whole = (int)(fixed >> 23);
    struct slice s;

    if (whole == 0)
        s = segment(STH_FUNC_ROW_ERF, fraction, 5);
    else if (whole < 4)
        s = segment(STH_FUNC_ROW_ERF_1 + 16 * (whole - 1), fraction, 4);
    else
        s = segment(STH_FUNC_ROW_ERF_HIGH + 8 * (whole - 4), fraction, 3);
    s.sign = sign;
    return s;
}

/* Whether t / 2 + 1 / 2 is the result. */
static bool is_halved(unsigned func)
{
    return func == STH_FUNC_SIGMOID || func == STH_FUNC_GELU_TANH ||
           func == STH_FUNC_PHI;
}

static uint32_t prescale_of(unsigned func)
{
    switch (func) {
    case STH_FUNC_EXP:
        return STH_FCONST_LOG2E;
    case STH_FUNC_SIGMOID:
        return STH_FCONST_HALF;
    case STH_FUNC_GELU_TANH:
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
    case STH_FUNC_GELU_TANH:
        return slice_tanh(u);
    case STH_FUNC_PHI:
        return slice_erf(u);
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
        t = sth_fp32_pack(s.sign, sth_fp32_exponent(p) + s.exponent,
                          p & STH_FP32_FRACTION);
    }
    if (is_halved(func))
        t = sth_fp32_add(sth_fp32_mul(t, STH_FP32_HALF), STH_FP32_HALF);
    return t;
}
