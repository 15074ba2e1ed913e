#include "sth_vectors.h"

#include "sth_random.h"

#include <stddef.h>

/* Magnitudes; each is used with both signs. */
static const uint32_t special[] = {
    0x00000000, 0x00000001, 0x00400000, 0x007fffff, 0x00800000, 0x00800001,
    0x00ffffff, 0x01000000, 0x017fffff, 0x0b800000, 0x1fffffff, 0x20000000,
    0x337fffff, 0x33800000, 0x33800001, 0x34000000, 0x3effffff, 0x3f000000,
    0x3f000001, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fb504f3, 0x3fc00000,
    0x3fffffff, 0x40000000, 0x40200000, 0x42fe0000, 0x42ff0000, 0x43000000,
    0x437f8000, 0x437f0000, 0x4b000000, 0x4b7fffff, 0x4b800000, 0x4effffff,
    0x4f000000, 0x4f000001, 0x5f7fffff, 0x7e800000, 0x7effffff, 0x7f000000,
    0x7f7f7fff, 0x7f7f8000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fbfffff,
    0x7fc00000, 0x7fffffff,
};

#define SPECIALS (2 * sizeof(special) / sizeof(special[0]))

static uint32_t special_value(size_t i)
{
    return special[i / 2] | (uint32_t)(i % 2) << 31;
}

void sth_vectors_init(struct sth_vectors *vectors, uint64_t seed)
{
    vectors->state = seed;
    vectors->count = 0;
}

uint64_t sth_vectors_directed(void)
{
    return SPECIALS * SPECIALS;
}

uint32_t sth_vectors_random(struct sth_vectors *vectors)
{
    return (uint32_t)(sth_random_next(&vectors->state) >> 32);
}

/* A fraction with few ones, few zeros, or any. */
static uint32_t fraction(struct sth_vectors *vectors)
{
    uint32_t r = sth_vectors_random(vectors);
    uint32_t sparse = 1u << (r & 31) | 1u << ((r >> 5) & 31);

    switch ((r >> 10) & 3) {
    case 0:
        return sparse & 0x7fffff;
    case 1:
        return ~sparse & 0x7fffff;
    case 2:
        return (sth_vectors_random(vectors) & 0x7fff) << 8;
    default:
        return sth_vectors_random(vectors) & 0x7fffff;
    }
}

static uint32_t compose(uint32_t sign, int exponent, uint32_t fraction_bits)
{
    if (exponent < 0)
        exponent = 0;
    if (exponent > 255)
        exponent = 255;
    return sign << 31 | (uint32_t)exponent << 23 | fraction_bits;
}

void sth_vectors_next(struct sth_vectors *vectors, uint32_t *a, uint32_t *b)
{
    uint64_t n = vectors->count++;

    if (n < sth_vectors_directed()) {
        *a = special_value((size_t)(n / SPECIALS));
        *b = special_value((size_t)(n % SPECIALS));
        return;
    }
    uint32_t r = sth_vectors_random(vectors);
    uint32_t sign = (r >> 8) & 1;
    int exponent = (int)((r >> 16) & 255);
    int jitter = (int)((r >> 24) & 7) - 4;

    *a = compose(sign, exponent, fraction(vectors));
    switch (r & 7) {
    case 0: /* anything */
        *a = sth_vectors_random(vectors);
        *b = sth_vectors_random(vectors);
        break;
    case 1: /* near cancellation */
        *b = *a ^ 0x80000000u ^ (fraction(vectors) >> (r >> 27));
        break;
    case 2: /* product around 2^-126 */
        *b = compose((r >> 9) & 1, 127 + 1 - exponent + jitter / 2,
                     fraction(vectors));
        break;
    case 3: /* product around 2^128 */
        *b = compose((r >> 9) & 1, 127 + 255 - exponent + jitter / 2,
                     fraction(vectors));
        break;
    case 4: /* the smaller one straddles the last place of the greater */
        *b = compose((r >> 9) & 1, exponent - 24 + jitter, fraction(vectors));
        break;
    case 5: /* exponents near each other */
        *b = compose((r >> 9) & 1, exponent + jitter, fraction(vectors));
        break;
    case 6: /* integer range, with halves and quarters */
        *a = compose(sign, 124 + (exponent & 63), fraction(vectors));
        *b = sth_vectors_random(vectors) >> (exponent & 31);
        break;
    default:
        *b = special_value(sth_vectors_random(vectors) % SPECIALS);
        break;
    }
}
