/*
 * Estimates of plans whose parts a plain product or a plain attention lacks:
 * loads of ALiBi's biases, and a norm with a quantisation beside the array.
 * Each case is one in which that part is a good share of what it takes.
 */
#include "plan_fixture.h"

#include "sth_attention_plan.h"
#include "sth_gemm_plan.h"
#include "sth_plan_measure.h"

struct seen {
    const char *kernel; /* whose estimate is asked for */
    uint64_t estimate;
    bool beside;
};

static void see_trial(void *user, const struct sth_trial *trial,
                      uint64_t cycles, bool whole)
{
    (void)user, (void)trial, (void)cycles, (void)whole;
}

static void see_taken(void *user, const struct sth_plan_key *key,
                      const void *plan, bool again)
{
    const struct sth_gemm_plan *gemm = plan;
    struct seen *seen = user;

    (void)again;
    if (strcmp(key->kernel, seen->kernel) != 0)
        return;
    if (strcmp(key->kernel, "gemm") == 0) {
        seen->estimate = gemm->cycles;
        seen->beside = gemm->beside;
    } else {
        seen->estimate = ((const struct sth_attention_plan *)plan)->cycles;
    }
}

/* What the trace takes, and the estimate of the kernel's plan. */
static uint64_t measure(const char *chip, const char *memory, const char *trace,
                        struct seen *seen)
{
    const struct sth_plan_watch watch = {seen, see_trial, see_taken};
    struct sth_config config;
    char why[256];
    uint64_t cycles = 0;

    assert_true(sth_config_find(chip, ".", &config, why, sizeof why));
    assert_true(sth_mem_config_parse(&config.memory, memory, why, sizeof why));
    assert_int_equal(
        sth_plan_measure(&config, trace, strlen(trace), &watch, NULL, &cycles),
        STH_FW_ERR_OK);
    return cycles;
}

static void assert_near(const struct seen *seen, uint64_t cycles, uint64_t off)
{
    if (100 * seen->estimate < (100 - off) * cycles ||
        100 * seen->estimate > (100 + off) * cycles)
        fail_msg("estimate %lu, %lu cycles", (unsigned long)seen->estimate,
                 (unsigned long)cycles);
}

/* One token behind a cache that all heads share: of each key they load `dim`
 * of k and of v, and a bias for each head. */
static void test_estimate_has_the_loads_of_biases(void **state)
{
    static const struct {
        const char *chip, *memory;
        unsigned heads, dim, keys;
    } cases[] = {{"server", "fixed:100:64", 32, 64, 4096},
                 {"edge", "fixed:100:4", 8, 16, 1024},
                 {"edge", "fixed:100:0", 8, 16, 1024}};

    (void)state;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const unsigned heads = cases[i].heads, dim = cases[i].dim;
        const unsigned keys = cases[i].keys;
        struct seen seen = {.kernel = "attention"};
        char trace[1024];

        snprintf(trace, sizeof trace,
                 "systolith-trace 1\n"
                 "tensor q bf16 1x%u seed:1:1\n"
                 "tensor k bf16 %ux%u seed:2:1\n"
                 "tensor v bf16 %ux%u seed:3:1\n"
                 "tensor b fp32 %ux%u alibi:8:1\n"
                 "tensor y bf16 1x%u zero\n"
                 "op attention out=y q=q k=k v=v heads=%u kv_heads=1 batch=1 "
                 "seq=1 past=%u causal=1 scale=0x3e000000 alibi=b\n"
                 "output y\n",
                 heads * dim, keys, dim, keys, dim, heads, keys, heads * dim,
                 heads, keys - 1);
        assert_near(&seen,
                    measure(cases[i].chip, cases[i].memory, trace, &seen), 4);
    }
}

/* Beside the array the vector engine takes longer than alone, and longer than
 * the product. */
static void test_estimate_has_the_waits_beside_a_product(void **state)
{
    static const unsigned columns[] = {256, 320, 448};

    (void)state;
    for (uint32_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const unsigned n = columns[i];
        struct seen seen = {.kernel = "gemm"};
        char trace[1024];
        uint64_t cycles;

        snprintf(trace, sizeof trace,
                 "systolith-trace 1\n"
                 "tensor x bf16 256x256 seed:1:1\n"
                 "tensor g bf16 1x256 seed:2:1\n"
                 "tensor w i8 %ux256 seed:4:30\n"
                 "tensor ws fp32 1x%u seed:6:0.001:0.02\n"
                 "tensor n fp32 256x256 zero\n"
                 "tensor q i8 256x256 zero\n"
                 "tensor qs fp32 1x256 zero\n"
                 "tensor y bf16 256x%u zero\n"
                 "op rmsnorm out=n x=x gamma=g eps=0x3727c5ac "
                 "invn=0x3b800000\n"
                 "op quantize out=q scale=qs x=n\n"
                 "op matmul out=y x=q w=w wt=1 xscale=qs wscale=ws\n"
                 "output y\n",
                 n, n, n);
        cycles = measure("edge", "fixed:100:0", trace, &seen);
        assert_true(seen.beside);
        assert_near(&seen, cycles, 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimate_has_the_loads_of_biases),
        cmocka_unit_test(test_estimate_has_the_waits_beside_a_product),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
