/* MATMUL's kernels against the definition of the command. */
#include "kernel_fixture.h"
#include "sth_matmul.h"
#include "sth_numerics.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static uint32_t oracle_matmul(const struct sth_params *p,
                              const struct memories *at,
                              const struct sth_command *c)
{
    uint32_t R = p->array_rows >> STH_GET(c, MATMUL_HALVES);
    uint32_t C = p->array_cols, digest = 0;
    uint32_t M = STH_GET(c, MATMUL_M), N = STH_GET(c, MATMUL_N);
    uint32_t K = STH_GET(c, MATMUL_K);
    bool bf16 = STH_GET(c, MATMUL_BF16), west = STH_GET(c, MATMUL_WEST);
    uint32_t es = bf16 ? 2 : 1, D = bf16 ? R : 2 * R;

    for (uint32_t nt = 0; nt < (N + C - 1) / C; nt++)
        for (uint32_t kt = 0; kt < (K + D - 1) / D; kt++)
            for (uint32_t m = 0; m < M; m++)
                for (uint32_t col = 0; col < C; col++) {
                    uint32_t s = 0, addr;

                    if (nt * C + col >= N)
                        continue;
                    for (uint32_t r = 0; r <= D; r++) {
                        uint32_t a_at, w_at, a = 0, w = 0;

                        a_at = STH_GET(c, MATMUL_A) +
                               m * STH_GET(c, MATMUL_A_ROW) +
                               kt * STH_GET(c, MATMUL_A_K) + r * es;
                        w_at = STH_GET(c, MATMUL_W) +
                               kt * STH_GET(c, MATMUL_W_K) +
                               nt * STH_GET(c, MATMUL_W_N);
                        if (west)
                            w_at += col * STH_GET(c, MATMUL_W_ROW) + r * es;
                        else if (bf16)
                            w_at += r * STH_GET(c, MATMUL_W_ROW) + 2 * col;
                        else /* element r % 2 of a pair */
                            w_at += r / 2 * STH_GET(c, MATMUL_W_ROW) + 2 * col +
                                    r % 2;
                        if (r < D && kt * D + r < K) {
                            a = sth_onchip_get(at->sp + a_at, es);
                            w = sth_onchip_get(at->sp + w_at, es);
                        }
                        if (bf16)
                            s = sth_fp32_add(s, sth_fp32_mul(a << 16, w << 16));
                        else
                            s += (uint32_t)((int8_t)a * (int8_t)w);
                    }
                    addr = (STH_GET(c, MATMUL_ACC) +
                            nt * STH_GET(c, MATMUL_ACC_N) + m) *
                               4 * C +
                           4 * col;
                    if (kt > 0 || STH_GET(c, MATMUL_ACCUMULATE)) {
                        uint32_t old = sth_onchip_get(at->acc + addr, 4);

                        s = bf16 ? sth_fp32_add(old, s) : old + s;
                    }
                    digest ^= put(at->acc, addr, 4, s);
                }
    return digest;
}

static struct sth_command draw_matmul(const struct sth_params *p)
{
    struct sth_command c = {{STH_OP_MATMUL}};
    uint32_t C = p->array_cols, R = p->array_rows;
    uint32_t bf16 = pick(2), west = pick(2), lane = bf16 ? 1 : 2;
    uint32_t halves = 0, a, w;

    while (R > 4 && pick(3) == 0) {
        R /= 2;
        halves++;
    }
    a = 2 * R;
    w = 2 * (west ? R : C);
    STH_SET(&c, MATMUL_HALVES, halves);
    STH_SET(&c, MATMUL_BF16, bf16);
    STH_SET(&c, MATMUL_WEST, west);
    STH_SET(&c, MATMUL_ACCUMULATE, pick(2));
    STH_SET(&c, MATMUL_M, 1 + pick(pick(2) ? 4 : 40));
    STH_SET(&c, MATMUL_N, 1 + pick(pick(2) ? 2 * C + C / 2 : C));
    STH_SET(&c, MATMUL_K, 1 + pick(lane * (pick(2) ? 3 * R : R)));
    STH_SET(&c, MATMUL_A, multiple(a, SP_BYTES / 2));
    STH_SET(&c, MATMUL_A_ROW, multiple(a, 4 * a));
    STH_SET(&c, MATMUL_A_K, multiple(a, 8 * a));
    STH_SET(&c, MATMUL_W, multiple(w, SP_BYTES / 2));
    STH_SET(&c, MATMUL_W_ROW, multiple(w, 4 * w));
    STH_SET(&c, MATMUL_W_K, multiple(w, 8 * w));
    STH_SET(&c, MATMUL_W_N, multiple(w, 8 * w));
    STH_SET(&c, MATMUL_ACC, pick(ACC_BYTES / (4 * C)));
    STH_SET(&c, MATMUL_ACC_N, pick(50));
    return c;
}

static void test_matmul_random_matches_oracle(void **state)
{
    const struct kernel_test test = {sth_kernel_matmul, oracle_matmul,
                                     draw_matmul, 1};

    (void)state;
    compare_shapes(&test);
}

/* The host's float mode neither matters to a kernel nor is left changed. */
static void test_matmul_host_float_mode_is_kept(void **state)
{
#if defined(__x86_64__)
    const unsigned modes[] = {0x1f80, 0x1f80 | 0x6000, 0x9fc0};
    struct sth_config config;
    uint8_t *sp = new_memory(SP_BYTES), *acc = new_memory(ACC_BYTES);
    struct sth_command c = {{STH_OP_MATMUL}};
    uint32_t digest[3];

    load_edge(&config);
    random_state = 3;
    random_fill(sp, SP_BYTES);
    STH_SET(&c, MATMUL_BF16, 1);
    STH_SET(&c, MATMUL_M, 16);
    STH_SET(&c, MATMUL_N, 16);
    STH_SET(&c, MATMUL_K, 16);
    STH_SET(&c, MATMUL_A_ROW, 32);
    STH_SET(&c, MATMUL_W_ROW, 32);
    for (int i = 0; i < 3; i++) {
        struct sth_onchip chip = {&config.params, sp, acc, sth_isa_best()};

        _mm_setcsr(modes[i]);
        digest[i] = sth_kernel_matmul(&chip, &c);
        assert_int_equal(_mm_getcsr(), modes[i]);
    }
    _mm_setcsr(0x1f80);
    assert_int_equal(digest[0], digest[1]);
    assert_int_equal(digest[0], digest[2]);
    free(sp);
    free(acc);
#endif
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matmul_random_matches_oracle),
        cmocka_unit_test(test_matmul_host_float_mode_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
