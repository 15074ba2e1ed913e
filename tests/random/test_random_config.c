/* Random configurations: legal, the same every time, odd, and read back. */
#include "tool_files.h"

#include "sth_param_rule.h"
#include "sth_random_config.h"

enum { SEEDS = 2000 };

static void test_random_config_is_legal_and_repeats(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        for (int large = 0; large < 2; large++) {
            struct sth_config a, b;
            char error[512];

            sth_random_config(seed, large != 0, &a);
            sth_random_config(seed, large != 0, &b);
            if (!sth_config_check(&a.params, error, sizeof(error)))
                fail_msg("seed %u: %s", (unsigned)seed, error);
            assert_int_equal(sth_config_hash(&a), sth_config_hash(&b));
            assert_true(large ||
                        a.params.array_rows * a.params.array_cols <= 256);
        }
    }
}

static void test_random_config_is_read_as_written(void **state)
{
    char path[TEST_PATH], error[512];

    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct sth_config drawn, read;
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        sth_random_config(seed, seed % 2 != 0, &drawn);
        sth_random_config_print(out, &drawn);
        fclose(out);
        write_temporary(path, text, size);
        if (!sth_config_load(path, &read, error, sizeof(error)))
            fail_msg("%s", error);
        assert_int_equal(sth_config_hash(&drawn), sth_config_hash(&read));
        unlink(path);
        free(text);
    }
}

/* Each count takes odd values and both ends, each capacity no power of two. */
static void test_random_config_is_odd(void **state)
{
    static const enum sth_param counts[] = {
        STH_PARAM_QueueDepth, STH_PARAM_FetchDepth, STH_PARAM_LoadSlots,
        STH_PARAM_StoreSlots};
    uint32_t odd_bytes = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        const uint32_t max = sth_param_table(counts[i]).max;
        uint32_t seen[65] = {0};

        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct sth_config c;

            sth_random_config(seed, false, &c);
            seen[sth_param_get(&c.params, counts[i])]++;
        }
        for (uint32_t value = 2; value <= max; value++)
            assert_true(seen[value] > 0);
    }
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct sth_config c;

        sth_random_config(seed, true, &c);
        odd_bytes += (c.params.sp_bytes & (c.params.sp_bytes - 1)) != 0;
    }
    assert_true(odd_bytes > SEEDS / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_config_is_legal_and_repeats),
        cmocka_unit_test(test_random_config_is_read_as_written),
        cmocka_unit_test(test_random_config_is_odd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
