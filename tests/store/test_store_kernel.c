/* STORE's kernel, byte by byte. */
#include "kernel_fixture.h"
#include "sth_store_kernel.h"

/* What a test knows of one copy. */
struct copied {
    struct sth_mem *mem;
    uint8_t *sp;   /* what the kernel works on */
    uint8_t *want; /* what it has to leave */
    uint32_t digest;
};

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
    struct sth_config config;
    struct sth_mem_config mem_config;
    struct copied t = {.sp = new_memory(SP_BYTES),
                       .want = new_memory(SP_BYTES)};

    (void)state;
    load_edge(&config);
    sth_mem_config_default(&mem_config);
    t.mem = sth_mem_create(&mem_config, 16, false);
    assert_non_null(t.mem);
    for (unsigned i = 0; i < 250; i++) {
        struct sth_onchip chip = {&config.params, t.sp, NULL, STH_ISA_PORTABLE};
        struct sth_command c;

        random_state = i;
        random_copy(&c, STH_OP_STORE);
        random_fill(t.sp, SP_BYTES);
        memcpy(t.want, t.sp, SP_BYTES);
        t.digest = 0;
        for_copied_bytes(&c, &t, expect);
        assert_int_equal(sth_kernel_store(&chip, &c, t.mem), t.digest);
        assert_memory_equal(t.want, t.sp, SP_BYTES + GUARD);
        for_copied_bytes(&c, &t, see);
    }
    sth_mem_destroy(t.mem);
    free(t.sp);
    free(t.want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_random_moves_bytes_and_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
