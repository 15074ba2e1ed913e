/* Attention against doubles: prefill, decode, shared heads, every chip. */
#include "firmware_fixture.h"

#include "sth_attention.h"

struct shape {
    uint32_t heads, kv_heads, depth, batch, seq, past;
    bool causal;
};

static double score(struct fixture *t, const struct sth_operand *q,
                    const struct sth_operand *k, const struct shape *s,
                    uint32_t row, uint32_t head, uint32_t key)
{
    uint32_t kv = head / (s->heads / s->kv_heads);
    double sum = 0;

    for (uint32_t i = 0; i < s->depth; i++)
        sum += fixture_get(t, q, row, head * s->depth + i) *
               fixture_get(t, k, key, kv * s->depth + i);
    return sum / sqrt(s->depth);
}

/* Expected values of one head of one query. */
static void expect(struct fixture *t, const struct sth_operand *q,
                   const struct sth_operand *k, const struct sth_operand *v,
                   const struct shape *s, uint32_t row, uint32_t head,
                   double *out)
{
    uint32_t keys = s->past + s->seq, first = row / s->seq * keys;
    uint32_t kv = head / (s->heads / s->kv_heads);
    uint32_t visible = s->causal ? s->past + row % s->seq + 1 : keys;
    double *weight = calloc(keys, sizeof *weight);
    double largest = -INFINITY, sum = 0;

    for (uint32_t j = 0; j < visible; j++) {
        weight[j] = score(t, q, k, s, row, head, first + j);
        largest = fmax(largest, weight[j]);
    }
    for (uint32_t j = 0; j < visible; j++) {
        weight[j] = exp(weight[j] - largest);
        sum += weight[j];
    }
    for (uint32_t i = 0; i < s->depth; i++) {
        out[i] = 0;
        for (uint32_t j = 0; j < visible; j++)
            out[i] += weight[j] / sum *
                      fixture_get(t, v, first + j, kv * s->depth + i);
    }
    free(weight);
}

static void check(const char *config, const struct shape *s, uint64_t seed)
{
    struct fixture t;
    uint32_t rows = s->batch * s->seq, keys = s->past + s->seq;
    struct sth_operand q, k, v, out;
    struct sth_attention a;
    double should[512];
    char what[128];

    fixture_open(&t, config, seed);
    q = fixture_filled(&t, STH_DTYPE_BF16, rows, s->heads * s->depth, 2);
    k = fixture_filled(&t, STH_DTYPE_BF16, s->batch * keys,
                       s->kv_heads * s->depth, 2);
    v = fixture_filled(&t, STH_DTYPE_BF16, s->batch * keys,
                       s->kv_heads * s->depth, 1);
    out = fixture_tensor(&t, STH_DTYPE_BF16, rows, s->heads * s->depth);
    a = (struct sth_attention){
        .out = &out,
        .q = &q,
        .k = &k,
        .v = &v,
        .heads = s->heads,
        .kv_heads = s->kv_heads,
        .batch = s->batch,
        .seq = s->seq,
        .past = s->past,
        .scale = fixture_float_bits(1 / sqrt(s->depth)),
        .causal = s->causal,
    };
    sth_kernel_attention(&t.schedule, &a);
    fixture_finish(&t);
    snprintf(what, sizeof what, "%s heads=%u/%u d=%u b=%u s=%u p=%u c=%d",
             config, s->heads, s->kv_heads, s->depth, s->batch, s->seq, s->past,
             s->causal);
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t h = 0; h < s->heads; h++) {
            expect(&t, &q, &k, &v, s, r, h, should);
            for (uint32_t i = 0; i < s->depth; i++)
                fixture_near(what, r, h * s->depth + i,
                             fixture_get(&t, &out, r, h * s->depth + i),
                             should[i], 1e-2, 8e-3);
        }
    fixture_close(&t);
}

static const char *const configs[] = {"nano", "edge", "wide", "server"};

static void check_all(const struct shape *shapes, size_t count)
{
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < count; i++)
            check(configs[k], &shapes[i], i + 1);
}

static void test_attention_prefill_matches(void **unused)
{
    static const struct shape shapes[] = {
        {1, 1, 16, 1, 1, 0, true},    {2, 2, 16, 1, 20, 0, true},
        {4, 2, 20, 1, 33, 0, true},   {4, 1, 64, 1, 64, 0, true},
        {2, 2, 64, 2, 50, 0, false},  {8, 2, 32, 1, 128, 0, true},
        {3, 3, 7, 2, 37, 5, true},    {2, 1, 128, 1, 70, 30, true},
        {6, 2, 16, 1, 16, 300, true}, {4, 4, 24, 2, 9, 64, false},
    };

    (void)unused;
    check_all(shapes, sizeof shapes / sizeof shapes[0]);
}

static void test_attention_decode_matches(void **unused)
{
    static const struct shape shapes[] = {
        {1, 1, 16, 1, 1, 7, true},     {8, 2, 64, 1, 1, 100, true},
        {12, 12, 64, 2, 1, 130, true}, {8, 1, 128, 3, 1, 333, true},
        {4, 2, 20, 1, 1, 1000, false}, {6, 3, 16, 4, 1, 700, true},
        {8, 8, 32, 2, 1, 399, true},   {4, 1, 12, 7, 1, 90, true},
    };

    (void)unused;
    check_all(shapes, sizeof shapes / sizeof shapes[0]);
}

static void test_attention_any_order_matches(void **unused)
{
    static const struct shape s = {4, 2, 16, 1, 48, 16, true};

    (void)unused;
    for (uint64_t seed = 1; seed < 40; seed++)
        check("nano", &s, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attention_prefill_matches),
        cmocka_unit_test(test_attention_decode_matches),
        cmocka_unit_test(test_attention_any_order_matches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
