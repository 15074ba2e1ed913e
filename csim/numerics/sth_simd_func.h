/*
 * The function unit on vectors: what sth_func_eval() defines, with the same
 * tables; see sth_simd.h.
 */
#ifndef STH_SIMD_FUNC_H
#define STH_SIMD_FUNC_H

#include "sth_func.h"
#include "sth_simd.h"
#include "sth_spec.h"

/* What bit slicing makes of a prescaled argument; sth_numerics.c. */
struct slices {
    vi row, exponent, sign;
    vf m, centre;
    vi is_special;
    vf special;
};

INLINE void slice_segment(struct slices *s, vi row, vi fraction, int bits)
{
    vi top = fraction & fill_vi(0x7fffffu & ~(0x7fffffu >> bits));

    s->row = row + (fraction >> (23 - bits));
    s->m = (vf)(fraction | fill_vi(STH_FP32_ONE));
    s->centre = (vf)(top | fill_vi(STH_FP32_ONE | 0x800000u >> (bits + 1)));
}

INLINE void slice_exp(struct slices *s, vf u)
{
    const vi exponent = ((vi)u >> 23) & 0xff;
    vi fixed = vi_truncate(u * fill_vf(0x4b000000u)); /* 2^23 */

    slice_segment(s, fill_vi(STH_FUNC_ROW_EXP), fixed & 0x7fffff, 5);
    s->exponent = fixed >> 23;
    s->sign = fill_vi(0);
    s->is_special = exponent >= 127 + 8;
    s->special = (vf)(~((vi)u >> 31) & fill_vi(STH_FP32_INF));
}

INLINE void slice_recip(struct slices *s, vf u)
{
    const vi exponent = ((vi)u >> 23) & 0xff;
    const vi zero = exponent == 0;

    s->sign = (vi)u & fill_vi(STH_FP32_SIGN);
    slice_segment(s, fill_vi(STH_FUNC_ROW_RECIP), (vi)u & 0x7fffff, 6);
    s->exponent = 127 - exponent;
    s->is_special = zero | (exponent == 255);
    s->special = (vf)(s->sign | (zero & fill_vi(STH_FP32_INF)));
}

INLINE void slice_rsqrt(struct slices *s, vf u)
{
    const vi exponent = ((vi)u >> 23) & 0xff;
    const vi odd = ~exponent & 1;
    const vi zero = exponent == 0;
    const vi negative = (vi)u >> 31;
    const vi sign = (vi)u & fill_vi(STH_FP32_SIGN);

    slice_segment(s, fill_vi(STH_FUNC_ROW_RSQRT) + (odd << 6), (vi)u & 0x7fffff,
                  6);
    s->exponent = (127 - exponent + odd) >> 1;
    s->sign = fill_vi(0);
    s->is_special = zero | negative | (exponent == 255);
    s->special = (vf)select_vi(zero, sign | fill_vi(STH_FP32_INF),
                               negative & fill_vi(STH_FP32_NAN));
}

INLINE void slice_tanh(struct slices *s, vf u)
{
    const vi octave = (((vi)u >> 23) & 0xff) - 127;
    const vi fraction = (vi)u & 0x7fffff;
    const vi high = octave >= -2;
    const vi big = octave >= 3;
    struct slices low;

    slice_segment(&low, fill_vi(STH_FUNC_ROW_TANH) + ((octave + 10) << 3),
                  fraction, 3);
    slice_segment(s, fill_vi(STH_FUNC_ROW_TANH_HIGH) + ((octave + 2) << 5),
                  fraction, 5);
    s->row = select_vi(high, s->row, low.row);
    s->centre = select_vf(high, s->centre, low.centre);
    s->exponent = fill_vi(0);
    s->sign = (vi)u & fill_vi(STH_FP32_SIGN);
    s->is_special = (octave < -10) | big;
    s->special = (vf)select_vi(big, s->sign | fill_vi(STH_FP32_ONE), (vi)u);
}

INLINE void slice_erf(struct slices *s, vf u)
{
    const vi sign = (vi)u & fill_vi(STH_FP32_SIGN);
    const vi magnitude = (vi)u ^ sign;
    const vi fixed =
        vi_truncate((vf)magnitude * fill_vf(0x4b000000u)); /* 2^23 */
    const vi fraction = fixed & 0x7fffff;
    const vi whole = fixed >> 23;
    struct slices wide, wider;

    slice_segment(s, fill_vi(STH_FUNC_ROW_ERF), fraction, 5);
    slice_segment(&wide, fill_vi(STH_FUNC_ROW_ERF_1) + ((whole - 1) << 4),
                  fraction, 4);
    slice_segment(&wider, fill_vi(STH_FUNC_ROW_ERF_HIGH) + ((whole - 4) << 3),
                  fraction, 3);
    s->row = select_vi(whole >= 1, wide.row, s->row);
    s->row = select_vi(whole >= 4, wider.row, s->row);
    s->centre = select_vf(whole >= 1, wide.centre, s->centre);
    s->centre = select_vf(whole >= 4, wider.centre, s->centre);
    s->exponent = fill_vi(0);
    s->sign = sign;
    s->is_special = magnitude >= fill_vi(STH_FUNC_ERF_END);
    s->special = (vf)(sign | fill_vi(STH_FP32_ONE));
}

/* The segment's polynomial, and what happens to its exponent and sign. */
INLINE vf evaluate_slices(const struct slices *s, vf u)
{
    /* Rows of special lanes are out of range: take row 0. */
    const vi index = (s->row & ~(s->is_special | is_nan(u))) * 3;
    const vf d = s->m - s->centre;
    vf p = vf_gather(&sth_func_rows[0].c2, index) * d;
    vi exponent, bits;

    p = p + vf_gather(&sth_func_rows[0].c1, index);
    p = p * d;
    p = p + vf_gather(&sth_func_rows[0].c0, index);
    exponent = (((vi)p >> 23) & 0xff) + s->exponent;
    bits = ((vi)p & 0x7fffff) | exponent << 23;
    bits = select_vi(exponent >= 255, fill_vi(STH_FP32_INF), bits);
    bits &= exponent > 0;
    p = select_vf(s->is_special, s->special, (vf)(bits | s->sign));
    return select_vf(is_nan(u), u, p);
}

INLINE vf function_vf(uint32_t func, vf v)
{
    const vf half = fill_vf(STH_FP32_HALF);
    struct slices s;

    switch (func) {
    case STH_FUNC_EXP:
        v = v * fill_vf(STH_FCONST_LOG2E);
        slice_exp(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_RECIP:
        slice_recip(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_RSQRT:
        slice_rsqrt(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_TANH:
        slice_tanh(&s, v);
        return evaluate_slices(&s, v);
    case STH_FUNC_SIGMOID:
        v = v * half;
        slice_tanh(&s, v);
        return evaluate_slices(&s, v) * half + half;
    case STH_FUNC_GELU_TANH:
        v = v * fill_vf(STH_FCONST_GELU_HALF_SLOPE);
        slice_tanh(&s, v);
        return evaluate_slices(&s, v) * half + half;
    case STH_FUNC_PHI:
        slice_erf(&s, v);
        return evaluate_slices(&s, v) * half + half;
    default:
        return v;
    }
}

static void apply_function(uint32_t func, uint32_t *to, const uint32_t *from,
                           uint32_t lanes)
{
#define CASE(code)                                                             \
    case code:                                                                 \
        for (uint32_t i = 0; i < lanes; i += LANES)                            \
            store_vf(to + i, function_vf(code, load_vf(from + i)));            \
        break;
    switch (func) {
        CASE(STH_FUNC_EXP)
        CASE(STH_FUNC_RECIP)
        CASE(STH_FUNC_RSQRT)
        CASE(STH_FUNC_TANH)
        CASE(STH_FUNC_SIGMOID)
        CASE(STH_FUNC_GELU_TANH)
        CASE(STH_FUNC_PHI)
    default:
        memcpy(to, from, lanes * sizeof *to);
        break;
    }
#undef CASE
}

#endif
