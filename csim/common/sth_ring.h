/*
 * Rings whose places follow from a number that counts on for ever, modulo
 * 2^32: their size has to be a power of two.
 */
#ifndef STH_RING_H
#define STH_RING_H

/* All bits of x > 0 below its highest one. */
#define STH_BITS_2(x) ((x) | (x) >> 1)
#define STH_BITS_4(x) (STH_BITS_2(x) | STH_BITS_2(x) >> 2)
#define STH_BITS_8(x) (STH_BITS_4(x) | STH_BITS_4(x) >> 4)
#define STH_BITS_16(x) (STH_BITS_8(x) | STH_BITS_8(x) >> 8)

/* The least power of two that is n or more; a constant, 2 <= n <= 65536. */
#define STH_RING_PLACES(n) (STH_BITS_16((n)-1) + 1)

#endif
