/* STORE's kernel, byte by byte. */
#include "kernel_fixture.h"
#include "sth_store_kernel.h"

/* What STORE is to write, as far as the digest goes. */
static void expect(void *context, uint64_t mem, uint32_t sp)
{
    struct copied *t = context;
    uint32_t at = (uint32_t)mem;

    t->digest ^= rotl((uint32_t)t->sp[sp] << 8 * (at % 4), oracle_rotation(at));
}

/* Whether STORE wrote a byte. */
static void see(void *context, uint64_t mem, uint32_t sp)
{
    struct copied *t = context;
    uint8_t byte;

    sth_mem_read(t->mem, mem, &byte, 1);
    assert_int_equal(byte, t->sp[sp]);
}

static void test_store_random_moves_bytes_and_digest(void **state)
{
    (void)state;
    compare_copies(STH_OP_STORE, sth_kernel_store, expect, see);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_random_moves_bytes_and_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
