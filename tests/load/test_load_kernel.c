/* LOAD's kernel, byte by byte. */
#include "kernel_fixture.h"
#include "sth_load_kernel.h"

/* Puts a byte where LOAD reads one, and where it is to write it. */
static void expect(void *context, uint64_t mem, uint32_t sp)
{
    struct copied *t = context;
    uint8_t byte = (uint8_t)random_u32();

    sth_mem_write(t->mem, mem, &byte, 1);
    t->digest ^= put(t->want, sp, 1, byte);
}

static void test_load_random_moves_bytes_and_digest(void **state)
{
    (void)state;
    compare_copies(STH_OP_LOAD, sth_kernel_load, expect, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_random_moves_bytes_and_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
