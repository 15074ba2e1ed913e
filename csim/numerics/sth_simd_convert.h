/* Chunks of elements to fp32 and back, on vectors; see sth_simd.h. */
#ifndef STH_SIMD_CONVERT_H
#define STH_SIMD_CONVERT_H

#include "sth_simd.h"
#include "sth_spec.h"

/* Converts one chunk to fp32. */
static void load_chunk(uint32_t *to, const uint8_t *from, uint32_t type,
                       uint32_t lanes)
{
    switch (type) {
    case STH_DTYPE_I8:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i, __builtin_convertvector(vi_from_i8(from + i), vf));
        break;
    case STH_DTYPE_BF16:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i, flush((vf)(vi_from_u16(from + 2 * i) << 16)));
        break;
    case STH_DTYPE_I32:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i,
                     __builtin_convertvector(load_vi(from + 4 * i), vf));
        break;
    default:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + i, flush(load_vf(from + 4 * i)));
        break;
    }
}

/* Saturated, rounded to nearest even, NaN as 0. */
INLINE vi to_i32(vf v)
{
    const vf limit = fill_vf(0x4f000000u); /* 2^31 */
    vi integer = vi_round(v);              /* INT32_MIN when it does not fit */

    integer ^= (vi)(v >= limit);
    return integer & ~is_nan(v);
}

INLINE vi to_i8(vf v)
{
    const vf low = fill_vf(0xc3000000u);  /* -128 */
    const vf high = fill_vf(0x42fe0000u); /* 127 */
    vf clamped = select_vf((vi)(v > high), high, v);

    clamped = select_vf((vi)(clamped < low), low, clamped);
    return vi_round(clamped) & ~is_nan(v);
}

/* bf16 in the low half of each lane. */
INLINE vi to_bf16(vf v)
{
    vu bits = (vu)canonical_nan(v);

    return (vi)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

/* Converts one chunk from fp32. */
static void store_chunk(uint8_t *to, const uint32_t *from, uint32_t type,
                        uint32_t lanes)
{
    switch (type) {
    case STH_DTYPE_I8:
        for (uint32_t i = 0; i < lanes; i += LANES)
            vi_to_i8(to + i, to_i8(load_vf(from + i)));
        break;
    case STH_DTYPE_BF16:
        for (uint32_t i = 0; i < lanes; i += LANES)
            vi_to_u16(to + 2 * i, to_bf16(load_vf(from + i)));
        break;
    case STH_DTYPE_I32:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vi(to + 4 * i, to_i32(load_vf(from + i)));
        break;
    default:
        for (uint32_t i = 0; i < lanes; i += LANES)
            store_vf(to + 4 * i, canonical_nan(load_vf(from + i)));
        break;
    }
}

#endif
