/*
 * The digest of a command: what it wrote and where, in 32 bits.
 *
 * It is the exclusive or, over all 32-bit lanes written, of
 *
 *     rotate_left(data, (a ^ a >> 5 ^ a >> 10) & 31)
 *
 * where a is the lane's byte address in its space divided by four, and data is
 * the lane with the bytes that were not written as zero.  The order of writes
 * does not matter, nor how a lane's bytes are spread over several writes.  A
 * lane written twice counts twice.
 *
 * Lanes of one 128-byte group have a in consecutive numbers and a >> 5 in
 * common, so their rotations are j ^ h for j = 0..31 and one h.  Instead of
 * rotating each lane, the accumulator collects lanes by rotation: lane[k][j]
 * awaits a rotation of k ^ j.  The index k lets a vector of lanes be added
 * whole, with the low bits of h in k instead of permuting the vector.
 */
#ifndef STH_DIGEST_H
#define STH_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STH_DIGEST_WIDTH 16 /* lanes in the longest vector */

struct sth_digest {
    uint32_t lane[STH_DIGEST_WIDTH][32];
};

/* Rotation of the lane with byte address `address`. */
static inline unsigned sth_digest_rotation(uint32_t address)
{
    uint32_t a = address >> 2;

    return (a ^ a >> 5 ^ a >> 10) & 31;
}

static inline uint32_t sth_digest_rotate(uint32_t data, unsigned by)
{
    return data << by | data >> (-by & 31);
}

static inline void sth_digest_init(struct sth_digest *digest)
{
    memset(digest, 0, sizeof *digest);
}

/* Adds a lane at a byte address that is a multiple of four. */
static inline void sth_digest_add(struct sth_digest *digest, uint32_t address,
                                  uint32_t data)
{
    digest->lane[0][sth_digest_rotation(address)] ^= data;
}

/*
 * Where a vector of `width` lanes (a power of two up to STH_DIGEST_WIDTH) is
 * added whole; the byte address is a multiple of 4 * width.
 */
static inline uint32_t *sth_digest_vector(struct sth_digest *digest,
                                          uint32_t address, uint32_t width)
{
    uint32_t a = address >> 2;
    uint32_t h = (a >> 5 ^ a >> 10) & 31;

    return &digest->lane[h & (width - 1)][(a ^ h) & 31 & ~(width - 1)];
}

/* Adds bytes written at any byte address. */
void sth_digest_add_bytes(struct sth_digest *digest, uint32_t address,
                          const uint8_t *data, size_t bytes);

/* The digest of everything added. */
uint32_t sth_digest_value(const struct sth_digest *digest);

#endif
