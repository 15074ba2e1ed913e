/* Vectors of 4 lanes, and what sth_simd.h needs of them: SSE2, which every
 * x86-64 host has. */
#ifndef STH_SIMD_SSE2_H
#define STH_SIMD_SSE2_H

#include <emmintrin.h>
#include <stdint.h>
#include <string.h>

#define LANES 4

typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));

static inline vi vi_from_i8(const uint8_t *p)
{
    int32_t raw;
    __m128i x;

    memcpy(&raw, p, sizeof raw);
    x = _mm_cvtsi32_si128(raw);
    x = _mm_unpacklo_epi8(x, x);
    return (vi)_mm_srai_epi32(_mm_unpacklo_epi16(x, x), 24);
}

static inline vi vi_pairs_from_i8(const uint8_t *p)
{
    __m128i x = _mm_loadl_epi64((const __m128i *)p);

    return (vi)_mm_srai_epi16(_mm_unpacklo_epi8(x, x), 8);
}

static inline vi vi_from_u16(const uint8_t *p)
{
    return (vi)_mm_unpacklo_epi16(_mm_loadl_epi64((const __m128i *)p),
                                  _mm_setzero_si128());
}

static inline void vi_to_i8(uint8_t *p, vi v)
{
    __m128i x = _mm_packs_epi32((__m128i)v, (__m128i)v);
    int32_t raw = _mm_cvtsi128_si32(_mm_packs_epi16(x, x));

    memcpy(p, &raw, sizeof raw);
}

static inline void vi_to_u16(uint8_t *p, vi v)
{
    __m128i x = _mm_srai_epi32(_mm_slli_epi32((__m128i)v, 16), 16);

    _mm_storel_epi64((__m128i *)p, _mm_packs_epi32(x, x));
}

static inline vi vi_round(vf v)
{
    return (vi)_mm_cvtps_epi32((__m128)v);
}

static inline vi vi_truncate(vf v)
{
    return (vi)_mm_cvttps_epi32((__m128)v);
}

static inline vi vi_multiply_pairs(vi a, vi b)
{
    return (vi)_mm_madd_epi16((__m128i)a, (__m128i)b);
}

static inline vf vf_gather(const void *base, vi index)
{
    const float *p = base;

    return (vf){p[index[0]], p[index[1]], p[index[2]], p[index[3]]};
}

static inline vf vf_even(vf a, vf b)
{
    return (vf)_mm_shuffle_ps((__m128)a, (__m128)b, _MM_SHUFFLE(2, 0, 2, 0));
}

static inline vf vf_odd(vf a, vf b)
{
    return (vf)_mm_shuffle_ps((__m128)a, (__m128)b, _MM_SHUFFLE(3, 1, 3, 1));
}

#endif
