/*
 * The chip's arithmetic on vectors of LANES lanes.  A file for one instruction
 * set includes its header (sth_simd_sse2.h, ...) before this one; that defines
 * LANES, vf, vi and the few operations that the compiler's vectors lack:
 *
 *   vi_from_i8, vi_from_u16    load LANES elements, extended to 32 bits
 *   vi_pairs_from_i8           load 2 * LANES elements, extended to 16 bits
 *   vi_to_i8, vi_to_u16        store the low bits of values in range
 *   vi_round, vi_truncate      convert from fp32
 *   vi_multiply_pairs          sums of two 16-bit products in each lane
 *   vf_gather                  32-bit values at base + 4 * index
 *   vf_even, vf_odd            even or odd lanes of two vectors in a row
 *
 * The caller is between sth_isa_enter_float_mode() and
 * sth_isa_leave_float_mode(), so that each float operation is the chip's, but
 * for the pattern of a NaN: that is made canonical where a value is written.
 * Values loaded into a vf are flushed there, because moving one is no
 * operation.
 */
#ifndef STH_SIMD_H
#define STH_SIMD_H

#ifndef LANES
#error "include the header of an instruction set first"
#endif

#include <stdint.h>
#include <string.h>

#include "sth_digest.h"
#include "sth_numerics.h"

#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define INLINE static inline __attribute__((always_inline))

typedef uint32_t vu __attribute__((vector_size(4 * LANES)));

INLINE vi load_vi(const void *p)
{
    vi v;

    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store_vi(void *p, vi v)
{
    memcpy(p, &v, sizeof v);
}

INLINE vf load_vf(const void *p)
{
    return (vf)load_vi(p);
}

INLINE void store_vf(void *p, vf v)
{
    store_vi(p, (vi)v);
}

INLINE vi fill_vi(uint32_t bits)
{
    return (vi)((vu){0} + bits);
}

INLINE vf fill_vf(uint32_t bits)
{
    return (vf)fill_vi(bits);
}

INLINE vi select_vi(vi mask, vi yes, vi no)
{
    return (yes & mask) | (no & ~mask);
}

INLINE vf select_vf(vi mask, vf yes, vf no)
{
    return (vf)select_vi(mask, (vi)yes, (vi)no);
}

/* first, first + 1, ... */
INLINE vi count_vi(uint32_t first)
{
    static const int32_t lanes[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                      8, 9, 10, 11, 12, 13, 14, 15};

    return load_vi(lanes) + fill_vi(first);
}

INLINE vi is_nan(vf v)
{
    return (vi)(v != v);
}

INLINE vf canonical_nan(vf v)
{
    return select_vf(is_nan(v), fill_vf(STH_FP32_NAN), v);
}

/* Subnormals become zeros of their sign. */
INLINE vf flush(vf v)
{
    vi zero = ((vi)v & fill_vi(STH_FP32_INF)) == fill_vi(0);

    return (vf)((vi)v & ~(zero & fill_vi(~STH_FP32_SIGN)));
}

INLINE void add_to_digest(struct sth_digest *digest, uint32_t addr, vi v)
{
    uint32_t *to = sth_digest_vector(digest, addr, LANES);

    store_vi(to, load_vi(to) ^ v);
}

INLINE vf max_vf(vf a, vf b)
{
    /* Order of the numbers in int32: magnitudes of negatives inverted. */
    vi key_a = (vi)a ^ (((vi)a >> 31) & 0x7fffffff);
    vi key_b = (vi)b ^ (((vi)b >> 31) & 0x7fffffff);
    vf greater = select_vf(key_a > key_b, a, b);

    return select_vf(is_nan(a) | is_nan(b), fill_vf(STH_FP32_NAN), greater);
}

#endif
