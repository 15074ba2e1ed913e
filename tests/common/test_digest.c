/* Tests of the digest against its formula. */
#include "kernel_fixture.h"
#include "sth_digest.h"

static void test_digest_vectors_equal_lanes(void **state)
{
    (void)state;
    random_state = 7;
    for (uint32_t width = 1; width <= STH_DIGEST_WIDTH; width *= 2) {
        struct sth_digest digest;
        uint32_t want = 0;

        sth_digest_init(&digest);
        for (unsigned i = 0; i < 1000; i++) {
            uint32_t addr = random_u32() & ~(4 * width - 1);
            uint32_t *to = sth_digest_vector(&digest, addr, width);

            for (uint32_t j = 0; j < width; j++) {
                uint32_t data = random_u32();

                to[j] ^= data;
                want ^= rotl(data, oracle_rotation(addr + 4 * j));
            }
        }
        assert_int_equal(sth_digest_value(&digest), want);
    }
}

/* Bytes at any address, in pieces of any size. */
static void test_digest_bytes_equal_lanes(void **state)
{
    uint8_t data[700];

    (void)state;
    random_state = 8;
    for (unsigned i = 0; i < 300; i++) {
        uint32_t addr = random_u32(), bytes = 1 + pick(sizeof data);
        uint32_t split = pick(bytes), want = 0;
        struct sth_digest digest;

        random_fill(data, sizeof data);
        for (uint32_t b = 0; b < bytes; b++)
            want ^= rotl((uint32_t)data[b] << 8 * ((addr + b) % 4),
                         oracle_rotation(addr + b));
        sth_digest_init(&digest);
        sth_digest_add_bytes(&digest, addr + split, data + split,
                             bytes - split);
        sth_digest_add_bytes(&digest, addr, data, split);
        assert_int_equal(sth_digest_value(&digest), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_vectors_equal_lanes),
        cmocka_unit_test(test_digest_bytes_equal_lanes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
