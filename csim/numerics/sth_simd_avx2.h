/* Vectors of 8 lanes, and what sth_simd.h needs of them: AVX2. */
#ifndef STH_SIMD_AVX2_H
#define STH_SIMD_AVX2_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LANES 8

typedef float vf __attribute__((vector_size(32)));
typedef int32_t vi __attribute__((vector_size(32)));

static inline vi vi_from_i8(const uint8_t *p)
{
    return (vi)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p));
}

static inline vi vi_pairs_from_i8(const uint8_t *p)
{
    return (vi)_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)p));
}

static inline vi vi_from_u16(const uint8_t *p)
{
    return (vi)_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
}

static inline void vi_to_i8(uint8_t *p, vi v)
{
    __m128i x = _mm_packs_epi32(_mm256_castsi256_si128((__m256i)v),
                                _mm256_extracti128_si256((__m256i)v, 1));

    _mm_storel_epi64((__m128i *)p, _mm_packs_epi16(x, x));
}

static inline void vi_to_u16(uint8_t *p, vi v)
{
    _mm_storeu_si128((__m128i *)p,
                     _mm_packus_epi32(_mm256_castsi256_si128((__m256i)v),
                                      _mm256_extracti128_si256((__m256i)v, 1)));
}

static inline vi vi_round(vf v)
{
    return (vi)_mm256_cvtps_epi32((__m256)v);
}

static inline vi vi_truncate(vf v)
{
    return (vi)_mm256_cvttps_epi32((__m256)v);
}

static inline vi vi_multiply_pairs(vi a, vi b)
{
    return (vi)_mm256_madd_epi16((__m256i)a, (__m256i)b);
}

static inline vf vf_gather(const void *base, vi index)
{
    return (vf)_mm256_i32gather_ps(base, (__m256i)index, 4);
}

static inline vf vf_even(vf a, vf b)
{
    __m256i x = _mm256_castps_si256(
        _mm256_shuffle_ps((__m256)a, (__m256)b, _MM_SHUFFLE(2, 0, 2, 0)));

    return (vf)_mm256_permute4x64_epi64(x, _MM_SHUFFLE(3, 1, 2, 0));
}

static inline vf vf_odd(vf a, vf b)
{
    __m256i x = _mm256_castps_si256(
        _mm256_shuffle_ps((__m256)a, (__m256)b, _MM_SHUFFLE(3, 1, 3, 1)));

    return (vf)_mm256_permute4x64_epi64(x, _MM_SHUFFLE(3, 1, 2, 0));
}

#endif
