/* Attention against doubles: prefill, decode, shared heads, every chip. */
#include "firmware_fixture.h"

#include "sth_attention.h"
#include "sth_attention_plan.h"

struct shape {
    uint32_t heads, kv_heads, depth, batch, seq, past;
    bool causal;
    uint32_t window;
    double cap;
    bool alibi;
};

static double slope(uint32_t head)
{
    return 0.3 / (head + 1);
}

static double score(struct fixture *t, const struct sth_operand *q,
                    const struct sth_operand *k, const struct shape *s,
                    uint32_t row, uint32_t head, uint32_t key)
{
    uint32_t kv = head / (s->heads / s->kv_heads);
    double sum = 0;

    for (uint32_t i = 0; i < s->depth; i++)
        sum += fixture_get(t, q, row, head * s->depth + i) *
               fixture_get(t, k, key, kv * s->depth + i);
    sum /= sqrt(s->depth);
    if (s->cap != 0)
        sum = s->cap * tanh(sum / s->cap);
    return sum;
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
    uint32_t hidden =
        s->window && visible > s->window ? visible - s->window : 0;
    double *weight = calloc(keys, sizeof *weight);
    double largest = -INFINITY, sum = 0;

    for (uint32_t j = hidden; j < visible; j++) {
        weight[j] = score(t, q, k, s, row, head, first + j);
        if (s->alibi)
            weight[j] += slope(head) * j;
        largest = fmax(largest, weight[j]);
    }
    for (uint32_t j = hidden; j < visible; j++) {
        weight[j] = exp(weight[j] - largest);
        sum += weight[j];
    }
    for (uint32_t i = 0; i < s->depth; i++) {
        out[i] = 0;
        for (uint32_t j = hidden; j < visible; j++)
            out[i] += weight[j] / sum *
                      fixture_get(t, v, first + j, kv * s->depth + i);
    }
    free(weight);
}

/* The plan that a test asks for, instead of the best. */
struct asked {
    const struct fixture *fixture;
    const struct sth_attention_plan *plan;
};

static bool recall(void *user, const struct sth_plan_key *key, void *to,
                   size_t bytes)
{
    const struct asked *asked = user;
    struct sth_attention_plan plan = *asked->plan;

    assert_int_equal(bytes, sizeof plan);
    assert_null(sth_attention_plan_complete(
        &plan, &asked->fixture->schedule.driver->params, key->shape));
    memcpy(to, &plan, sizeof plan);
    return true;
}

static void check_plan(const char *config, const struct shape *s, uint64_t seed,
                       const struct sth_attention_plan *plan)
{
    struct fixture t;
    struct asked asked = {&t, plan};
    const struct sth_judge judge = {.user = &asked, .recall = recall};
    uint32_t rows = s->batch * s->seq, keys = s->past + s->seq;
    struct sth_operand q, k, v, out, alibi;
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
    alibi = fixture_tensor(&t, STH_DTYPE_FP32, s->heads, keys + 3);
    for (uint32_t h = 0; h < s->heads; h++)
        for (uint32_t j = 0; j < keys; j++)
            fixture_set(&t, &alibi, h, j, slope(h) * j);
    a = (struct sth_attention){
        .alibi = s->alibi ? &alibi : NULL,
        .window = s->window,
        .cap = s->cap != 0 ? fixture_float_bits(s->cap) : 0,
        .out = &out,
        .q = &q,
        .k = &k,
        .v = &v,
        .heads = s->heads,
        .kv_heads = s->kv_heads,
        .batch = s->batch,
        .seq = s->seq,
        .past = s->past,
        .scale =
            fixture_float_bits(1 / sqrt(s->depth) / (s->cap != 0 ? s->cap : 1)),
        .causal = s->causal,
    };
    if (plan != NULL)
        t.schedule.judge = &judge;
    sth_kernel_attention(&t.schedule, &a);
    t.schedule.judge = NULL;
    fixture_finish(&t);
    snprintf(what, sizeof what,
             "%s heads=%u/%u d=%u b=%u s=%u p=%u c=%d w=%u cap=%g alibi=%d",
             config, s->heads, s->kv_heads, s->depth, s->batch, s->seq, s->past,
             s->causal, s->window, s->cap, s->alibi);
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

static void check(const char *config, const struct shape *s, uint64_t seed)
{
    check_plan(config, s, seed, NULL);
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
        {1, 1, 16, 1, 1, 0, true, 0, 0, false},
        {2, 2, 16, 1, 20, 0, true, 0, 0, false},
        {4, 2, 20, 1, 33, 0, true, 0, 0, false},
        {4, 1, 64, 1, 64, 0, true, 0, 0, false},
        {2, 2, 64, 2, 50, 0, false, 0, 0, false},
        {8, 2, 32, 1, 128, 0, true, 0, 0, false},
        {3, 3, 7, 2, 37, 5, true, 0, 0, false},
        {2, 1, 128, 1, 70, 30, true, 0, 0, false},
        {6, 2, 16, 1, 16, 300, true, 0, 0, false},
        {4, 4, 24, 2, 9, 64, false, 0, 0, false},
    };

    (void)unused;
    check_all(shapes, sizeof shapes / sizeof shapes[0]);
}

static void test_attention_decode_matches(void **unused)
{
    static const struct shape shapes[] = {
        {1, 1, 16, 1, 1, 7, true, 0, 0, false},
        {8, 2, 64, 1, 1, 100, true, 0, 0, false},
        {12, 12, 64, 2, 1, 130, true, 0, 0, false},
        {8, 1, 128, 3, 1, 333, true, 0, 0, false},
        {4, 2, 20, 1, 1, 1000, false, 0, 0, false},
        {6, 3, 16, 4, 1, 700, true, 0, 0, false},
        {8, 8, 32, 2, 1, 399, true, 0, 0, false},
        {4, 1, 12, 7, 1, 90, true, 0, 0, false},
    };

    (void)unused;
    check_all(shapes, sizeof shapes / sizeof shapes[0]);
}

static void test_attention_windows_match(void **unused)
{
    static const struct shape shapes[] = {
        {2, 2, 16, 1, 20, 0, true, 5, 0, false},
        {4, 2, 20, 1, 33, 0, true, 1, 0, false},
        {4, 1, 64, 1, 64, 0, true, 16, 0, false},
        {8, 2, 32, 1, 128, 0, true, 40, 0, false},
        {3, 3, 7, 2, 37, 5, true, 11, 0, false},
        {2, 1, 128, 1, 70, 300, true, 64, 0, false},
        {6, 2, 16, 1, 16, 300, true, 90, 0, false},
        {8, 2, 64, 3, 1, 400, true, 100, 0, false},
        {2, 1, 16, 1, 300, 0, true, 3, 0, false},
        {2, 2, 16, 2, 200, 100, true, 129, 0, false},
        {2, 1, 16, 1, 24, 0, true, 24, 0, false},
        {2, 1, 16, 1, 24, 8, true, 31, 0, false},
        {1, 1, 8, 1, 700, 0, true, 200, 0, false},
    };

    (void)unused;
    check_all(shapes, sizeof shapes / sizeof shapes[0]);
}

static void test_attention_caps_match(void **unused)
{
    static const struct shape shapes[] = {
        {2, 2, 16, 1, 20, 0, true, 0, 2, false},
        {4, 2, 20, 2, 33, 7, true, 0, 5, false},
        {4, 1, 64, 1, 300, 0, true, 100, 1, false},
        {8, 2, 32, 2, 1, 400, true, 0, 3, false},
        {2, 1, 16, 1, 300, 0, true, 3, 50, false},
        {3, 1, 16, 1, 40, 900, false, 0, 2, false},
    };

    (void)unused;
    check_all(shapes, sizeof shapes / sizeof shapes[0]);
}

static void test_attention_biases_match(void **unused)
{
    static const struct shape shapes[] = {
        {2, 2, 16, 1, 20, 0, true, 0, 0, true},
        {4, 2, 20, 2, 33, 7, true, 0, 0, true},
        {4, 1, 64, 1, 256, 0, true, 0, 0, true},
        {4, 4, 64, 1, 128, 128, true, 0, 0, true},
        {8, 2, 32, 3, 1, 400, true, 0, 0, true},
        {6, 6, 32, 1, 1, 77, true, 0, 0, true},
        {2, 1, 16, 1, 300, 0, true, 9, 0, true},
        {3, 1, 16, 1, 40, 900, false, 0, 0, true},
    };

    (void)unused;
    check_all(shapes, sizeof shapes / sizeof shapes[0]);
}

/* Those whose window begins behind the first steps of their block. */
static void test_attention_rows_without_keys_match(void **unused)
{
    static const struct shape shapes[] = {
        {2, 2, 16, 1, 80, 0, true, 3, 0, false},
        {2, 1, 16, 1, 77, 30, true, 20, 3, false},
        {1, 1, 16, 1, 80, 0, true, 1, 0, true},
    };
    /* More queries than keys in a step. */
    static const struct sth_attention_plan plan = {.lanes = 16,
                                                   .sequences = 1,
                                                   .kv_heads = 1,
                                                   .fold = 1,
                                                   .heads = 1,
                                                   .queries = 40,
                                                   .keys = 16,
                                                   .tile = 16,
                                                   .kv_slots = 4,
                                                   .score_slots = 1,
                                                   .ahead = 1};

    (void)unused;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        check_plan("edge", &shapes[i], i + 1, &plan);
}

/* Units deeper than the array or not, a last block of fewer heads or sequences.
 */
static void test_attention_folds_match(void **unused)
{
    static const struct {
        struct shape shape;
        uint32_t sequences, kv_heads, fold, queries, keys, tile;
    } cases[] = {
        {{4, 4, 8, 1, 1, 40, true, 0, 0, false}, 1, 4, 2, 1, 41, 41},
        {{8, 4, 8, 3, 1, 70, true, 0, 0, false}, 2, 4, 2, 1, 32, 16},
        {{6, 6, 5, 1, 30, 3, true, 0, 0, false}, 1, 4, 2, 10, 33, 33},
        {{12, 6, 5, 2, 12, 20, true, 7, 0, false}, 1, 6, 3, 4, 16, 16},
        {{8, 4, 12, 2, 6, 40, true, 0, 3, false}, 2, 4, 4, 6, 16, 16},
        {{8, 4, 12, 1, 16, 33, true, 0, 0, true}, 1, 2, 2, 16, 32, 16},
        {{4, 4, 24, 2, 1, 50, false, 0, 0, false}, 2, 4, 4, 1, 16, 16},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct shape *s = &cases[i].shape;
        struct sth_attention_plan plan = {
            .lanes = 4u << i % 2,
            .sequences = cases[i].sequences,
            .kv_heads = cases[i].kv_heads,
            .fold = cases[i].fold,
            .heads = s->heads / s->kv_heads,
            .queries = cases[i].queries,
            .keys = cases[i].keys,
            .tile = cases[i].tile,
            .kv_slots = 4,
            .prefetch = 2,
            .score_slots = 2,
            .ahead = 1,
        };

        for (plan.spread = 0; plan.spread < 2; plan.spread++) {
            check_plan("edge", s, i + 1, &plan);
            check_plan("wide", s, i + 1, &plan);
        }
    }
}

/* All keys stay, k and v in buffers of their own, and more of them or not. */
static void test_attention_apart_matches(void **unused)
{
    static const struct shape shapes[] = {
        {2, 2, 20, 1, 48, 0, true, 0, 0, false},
        {4, 4, 8, 2, 5, 60, true, 0, 0, false},
        {4, 2, 24, 2, 1, 50, false, 0, 0, false},
    };
    static const uint32_t tiles[] = {3, 5, 4};
    struct sth_attention_plan plan = {.lanes = 8,
                                      .sequences = 1,
                                      .kv_heads = 1,
                                      .fold = 1,
                                      .queries = 1,
                                      .keys = 16,
                                      .tile = 16,
                                      .score_slots = 2,
                                      .ahead = 1};

    (void)unused;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        plan.heads = shapes[i].heads / shapes[i].kv_heads;
        for (plan.prefetch = 0; plan.prefetch <= STH_ATTENTION_PREFETCH;
             plan.prefetch++) {
            plan.kv_slots = 2 * (tiles[i] + plan.prefetch);
            check_plan("edge", &shapes[i], i + 1, &plan);
        }
    }
}

static void test_attention_any_order_matches(void **unused)
{
    static const struct shape s = {4, 2, 16, 1, 48, 16, true, 0, 0, false};

    (void)unused;
    for (uint64_t seed = 1; seed < 40; seed++)
        check("nano", &s, seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attention_prefill_matches),
        cmocka_unit_test(test_attention_decode_matches),
        cmocka_unit_test(test_attention_windows_match),
        cmocka_unit_test(test_attention_caps_match),
        cmocka_unit_test(test_attention_biases_match),
        cmocka_unit_test(test_attention_rows_without_keys_match),
        cmocka_unit_test(test_attention_folds_match),
        cmocka_unit_test(test_attention_apart_matches),
        cmocka_unit_test(test_attention_any_order_matches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
