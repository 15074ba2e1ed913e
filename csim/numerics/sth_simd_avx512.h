/* Vectors of 16 lanes, and what sth_simd.h needs of them: AVX-512 F, BW, DQ and
 * VL. */
#ifndef STH_SIMD_AVX512_H
#define STH_SIMD_AVX512_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LANES 16

typedef float vf __attribute__((vector_size(64)));
typedef int32_t vi __attribute__((vector_size(64)));

static inline vi vi_from_i8(const uint8_t *p)
{
    return (vi)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p));
}

static inline vi vi_pairs_from_i8(const uint8_t *p)
{
    return (vi)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)p));
}

static inline vi vi_from_u16(const uint8_t *p)
{
    return (vi)_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
}

static inline void vi_to_i8(uint8_t *p, vi v)
{
    _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8((__m512i)v));
}

static inline void vi_to_u16(uint8_t *p, vi v)
{
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtepi32_epi16((__m512i)v));
}

static inline vi vi_round(vf v)
{
    return (vi)_mm512_cvtps_epi32((__m512)v);
}

static inline vi vi_truncate(vf v)
{
    return (vi)_mm512_cvttps_epi32((__m512)v);
}

static inline vi vi_multiply_pairs(vi a, vi b)
{
    return (vi)_mm512_madd_epi16((__m512i)a, (__m512i)b);
}

static inline vf vf_gather(const void *base, vi index)
{
    return (vf)_mm512_i32gather_ps((__m512i)index, base, 4);
}

static inline vf vf_even(vf a, vf b)
{
    const vi index = {0,  2,  4,  6,  8,  10, 12, 14,
                      16, 18, 20, 22, 24, 26, 28, 30};

    return (vf)_mm512_permutex2var_ps((__m512)a, (__m512i)index, (__m512)b);
}

static inline vf vf_odd(vf a, vf b)
{
    const vi index = {1,  3,  5,  7,  9,  11, 13, 15,
                      17, 19, 21, 23, 25, 27, 29, 31};

    return (vf)_mm512_permutex2var_ps((__m512)a, (__m512i)index, (__m512)b);
}

#endif
