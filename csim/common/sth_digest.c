#include "sth_digest.h"

/* A lane in the chip's byte order. */
static uint32_t load_lane(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

/* A whole group of 32 lanes, added as vectors of 4. */
static void add_group(struct sth_digest *digest, uint32_t address,
                      const uint8_t *data)
{
    for (uint32_t i = 0; i < 32; i += 4) {
        uint32_t *to = sth_digest_vector(digest, address + 4 * i, 4);

        for (uint32_t j = 0; j < 4; j++)
            to[j] ^= load_lane(data + 4 * (i + j));
    }
}

void sth_digest_add_bytes(struct sth_digest *digest, uint32_t address,
                          const uint8_t *data, size_t bytes)
{
    for (; bytes && address % 4; address++, data++, bytes--)
        sth_digest_add(digest, address, (uint32_t)*data << 8 * (address % 4));
    for (; bytes >= 4 && address % 128; address += 4, data += 4, bytes -= 4)
        sth_digest_add(digest, address, load_lane(data));
    for (; bytes >= 128; address += 128, data += 128, bytes -= 128)
        add_group(digest, address, data);
    for (; bytes >= 4; address += 4, data += 4, bytes -= 4)
        sth_digest_add(digest, address, load_lane(data));
    for (; bytes; address++, data++, bytes--)
        sth_digest_add(digest, address, (uint32_t)*data << 8 * (address % 4));
}

uint32_t sth_digest_value(const struct sth_digest *digest)
{
    uint32_t by_rotation[32] = {0}, value = 0;

    for (unsigned k = 0; k < STH_DIGEST_WIDTH; k++)
        for (unsigned j = 0; j < 32; j++)
            by_rotation[j ^ k] ^= digest->lane[k][j];
    for (unsigned r = 0; r < 32; r++)
        value ^= sth_digest_rotate(by_rotation[r], r);
    return value;
}
