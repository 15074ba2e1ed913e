/*
 * The double-precision reference against evaluations of each operation that
 * are written from its definition, on tensors of a few elements.
 */
#include "tool_files.h"

#include "sth_reference.h"

#include <math.h>

enum { TENSORS = 16 };

struct world {
    void *arena;
    struct sth_trace trace;
    struct sth_source source[TENSORS];
    struct sth_reference *reference;
};

static uint32_t ops_done;

static void on_progress(void *user, uint32_t done)
{
    (void)user;
    ops_done = done;
}

static struct world evaluate(const char *lines)
{
    struct sth_trace_error error;
    struct world w = {0};
    char text[4096], why[256];
    size_t bytes, bound;

    bytes =
        (size_t)snprintf(text, sizeof(text), "systolith-trace 1\n%s", lines);
    bound = sth_trace_arena_bound(text, bytes);
    w.arena = malloc(bound);
    assert_non_null(w.arena);
    if (sth_trace_parse(&w.trace, text, bytes, w.arena, bound, &error))
        fail_msg("line %u: %s", error.line, error.message);
    assert_in_range(w.trace.tensors, 1, TENSORS);
    for (uint32_t i = 0; i < w.trace.tensors; i++) {
        const struct sth_trace_tensor *t = &w.trace.tensor[i];

        if (!sth_source_open(&w.source[i], t->source, t->dtype, t->rows,
                             t->cols, ".", why, sizeof(why)))
            fail_msg("%s", why);
    }
    ops_done = 0;
    w.reference = sth_reference_run(&w.trace, w.source, on_progress, NULL);
    assert_non_null(w.reference);
    assert_int_equal(ops_done, w.trace.ops);
    return w;
}

static void discard(struct world *w)
{
    for (uint32_t i = 0; i < w->trace.tensors; i++)
        sth_source_close(&w->source[i]);
    sth_reference_destroy(w->reference);
    free(w->arena);
}

static uint32_t find(const struct world *w, const char *name)
{
    for (uint32_t i = 0; i < w->trace.tensors; i++)
        if (!strcmp(w->trace.tensor[i].name, name))
            return i;
    fail_msg("no tensor %s", name);
    return 0;
}

/* Element (row, col) as its source gives it. */
static double in(struct world *w, const char *name, uint32_t row, uint32_t col)
{
    uint32_t i = find(w, name);
    uint8_t raw[4];
    double value;

    assert_true(sth_source_encode(
        &w->source[i], (uint64_t)row * w->trace.tensor[i].cols + col, 1, raw));
    sth_tensor_decode(w->trace.tensor[i].dtype, raw, 1, &value);
    return value;
}

static double out(const struct world *w, const char *name, uint32_t row,
                  uint32_t col)
{
    uint32_t i = find(w, name);
    const double *values = sth_reference_tensor(w->reference, i);

    assert_non_null(values);
    return values[row * w->trace.tensor[i].cols + col];
}

static void assert_near(double got, double expected)
{
    if (!(fabs(got - expected) <= 1e-12 * (1 + fabs(expected))))
        fail_msg("%.17g instead of %.17g", got, expected);
}

static double activation(int which, double v)
{
    if (which == 1)
        return v / 2 * (1 + erf(v / sqrt(2)));
    if (which == 3)
        return v * (1 / (1 + exp(-1.702 * v)));
    if (which == 4)
        return v / 2 * (1 + tanh(sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
    if (which == 2)
        return v * (1 / (1 + exp(-v)));
    return v;
}

static void test_reference_matmul_with_everything(void **state)
{
    static const char *const acts[] = {"", " act=gelu", " act=silu",
                                       " act=quick_gelu", " act=gelu_tanh"};

    (void)state;
    for (int transposed = 0; transposed < 2; transposed++)
        for (int act = 0; act < 5; act++) {
            char text[1024];
            struct world w;

            snprintf(text, sizeof(text),
                     "tensor x bf16 3x40 seed:1:1\n"
                     "tensor w bf16 %s seed:2:0.2\n"
                     "tensor b bf16 1x5 seed:3:1\n"
                     "tensor r fp32 3x5 seed:4:1\n"
                     "tensor m bf16 3x5 seed:5:1\n"
                     "tensor y fp32 3x5 zero\n"
                     "op matmul out=y x=x w=w bias=b mul=m residual=r wt=%d%s\n"
                     "output y\n",
                     transposed ? "5x40" : "40x5", transposed, acts[act]);
            w = evaluate(text);
            for (uint32_t i = 0; i < 3; i++)
                for (uint32_t j = 0; j < 5; j++) {
                    double sum = 0;

                    for (uint32_t d = 0; d < 40; d++)
                        sum += in(&w, "x", i, d) * (transposed
                                                        ? in(&w, "w", j, d)
                                                        : in(&w, "w", d, j));
                    assert_near(out(&w, "y", i, j),
                                activation(act, sum + in(&w, "b", 0, j)) *
                                        in(&w, "m", i, j) +
                                    in(&w, "r", i, j));
                }
            discard(&w);
        }
}

static void test_reference_matmul_rotates_heads(void **state)
{
    struct world w = evaluate("tensor x bf16 3x7 seed:1:1\n"
                              "tensor w bf16 7x12 seed:2:1\n"
                              "tensor b bf16 1x12 seed:3:1\n"
                              "tensor c fp32 3x3 seed:4:1\n"
                              "tensor s fp32 3x3 seed:5:1\n"
                              "tensor y fp32 3x12 zero\n"
                              "op matmul out=y x=x w=w bias=b cos=c sin=s "
                              "heads=2\n");

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t j = 0; j < 12; j++) {
            const bool low = j % 6 < 3;
            const uint32_t other = low ? j + 3 : j - 3;
            double a = in(&w, "b", 0, j), b = in(&w, "b", 0, other);

            for (uint32_t d = 0; d < 7; d++) {
                a += in(&w, "x", i, d) * in(&w, "w", d, j);
                b += in(&w, "x", i, d) * in(&w, "w", d, other);
            }
            assert_near(out(&w, "y", i, j),
                        a * in(&w, "c", i, j % 3) +
                            (low ? -b : b) * in(&w, "s", i, j % 3));
        }
    discard(&w);
}

static void test_reference_matmul_scales_int8(void **state)
{
    struct world w = evaluate("tensor x i8 2x6 seed:1:40\n"
                              "tensor w i8 6x3 seed:2:40\n"
                              "tensor xs fp32 1x2 seed:3:0.1:1\n"
                              "tensor ws fp32 1x3 seed:4:0.1:1\n"
                              "tensor y bf16 2x3 zero\n"
                              "op matmul out=y x=x w=w xscale=xs wscale=ws\n");

    (void)state;
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t j = 0; j < 3; j++) {
            double sum = 0;

            for (uint32_t d = 0; d < 6; d++)
                sum += in(&w, "x", i, d) * in(&w, "w", d, j);
            assert_near(out(&w, "y", i, j),
                        sum * in(&w, "xs", 0, i) * in(&w, "ws", 0, j));
        }
    discard(&w);
}

static void test_reference_norms(void **state)
{
    /* eps 0.125, 1/n for n = 5 */
    struct world w = evaluate(
        "tensor x bf16 3x5 seed:1:2:0.5\n"
        "tensor g bf16 1x5 seed:2:1\n"
        "tensor b fp32 1x5 seed:3:1\n"
        "tensor l bf16 3x5 zero\n"
        "tensor r bf16 3x5 zero\n"
        "op layernorm out=l x=x gamma=g beta=b eps=0x3e000000 "
        "invn=0x3e4ccccd\n"
        "op rmsnorm out=r x=x gamma=g eps=0x3e000000 invn=0x3e4ccccd\n");

    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        double sum = 0, squares = 0;

        for (uint32_t j = 0; j < 5; j++) {
            sum += in(&w, "x", i, j);
            squares += pow(in(&w, "x", i, j), 2);
        }
        for (uint32_t j = 0; j < 5; j++) {
            double mean = sum / 5, variance = squares / 5 - mean * mean;
            double x = in(&w, "x", i, j), g = in(&w, "g", 0, j);

            assert_near(out(&w, "l", i, j),
                        (x - mean) / sqrt(variance + 0.125) * g +
                            in(&w, "b", 0, j));
            assert_near(out(&w, "r", i, j), x / sqrt(squares / 5 + 0.125) * g);
        }
    }
    discard(&w);
}

static void test_reference_quantize_is_exact(void **state)
{
    struct world w = evaluate("tensor x bf16 2x8 seed:1:1\n"
                              "tensor q i8 2x8 zero\n"
                              "tensor s fp32 1x2 zero\n"
                              "tensor w i8 8x3 seed:2:40\n"
                              "tensor ws fp32 1x3 seed:3:0.1:1\n"
                              "tensor y bf16 2x3 zero\n"
                              "op quantize out=q scale=s x=x\n"
                              "op matmul out=y x=q w=w xscale=s wscale=ws\n");

    (void)state;
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t j = 0; j < 3; j++) {
            double sum = 0;

            for (uint32_t d = 0; d < 8; d++)
                sum += in(&w, "x", i, d) * in(&w, "w", d, j);
            assert_near(out(&w, "y", i, j), sum * in(&w, "ws", 0, j));
        }
    /* Neither the integers nor their scale can be compared alone. */
    assert_null(sth_reference_tensor(w.reference, find(&w, "q")));
    assert_null(sth_reference_tensor(w.reference, find(&w, "s")));
    discard(&w);
}

/* A quantisation that writes a part of a tensor leaves the rest alone. */
static void test_reference_quantize_into_a_view(void **state)
{
    struct world w =
        evaluate("tensor x bf16 2x4 seed:1:1\n"
                 "tensor q i8 2x4 zero\n"
                 "tensor s fp32 1x4 seed:7:0.5:2\n"
                 "tensor a i8 2x4 seed:5:30\n"
                 "tensor w i8 4x1 seed:2:40\n"
                 "tensor ws fp32 1x1 seed:3:0:1\n"
                 "tensor y fp32 2x1 zero\n"
                 "op quantize out=q scale=s[:,0:2] x=x\n"
                 "op matmul out=y x=a w=w xscale=s[:,2:4] wscale=ws\n");

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        double sum = 0;

        for (uint32_t d = 0; d < 4; d++)
            sum += in(&w, "a", i, d) * in(&w, "w", d, 0);
        assert_near(out(&w, "y", i, 0), sum * in(&w, "s", 0, 2 + i));
    }
    discard(&w);
}

static void test_reference_rope_rotates_halves(void **state)
{
    struct world w = evaluate("tensor x bf16 3x8 seed:1:1\n"
                              "tensor c fp32 3x2 rope:cos:100:4:3\n"
                              "tensor s fp32 3x2 rope:sin:100:4:3\n"
                              "tensor y bf16 3x8 zero\n"
                              "op rope out=y x=x cos=c sin=s heads=2\n");

    (void)state;
    for (uint32_t t = 0; t < 3; t++)
        for (uint32_t head = 0; head < 2; head++)
            for (uint32_t i = 0; i < 2; i++) {
                double angle = (4 + t) * pow(100, -(double)i / 2);
                double a = in(&w, "x", t, head * 4 + i);
                double b = in(&w, "x", t, head * 4 + i + 2);

                assert_true(fabs(out(&w, "y", t, head * 4 + i) -
                                 (a * cos(angle) - b * sin(angle))) < 1e-6);
                assert_true(fabs(out(&w, "y", t, head * 4 + i + 2) -
                                 (b * cos(angle) + a * sin(angle))) < 1e-6);
            }
    discard(&w);
}

/* Four query heads on two KV heads, two sequences, past tokens. */
static void check_attention(bool causal)
{
    enum { B = 2, S = 3, P = 2, H = 4, KV = 2, D = 2, T = P + S };
    char text[1024];
    struct world w;

    snprintf(text, sizeof(text),
             "tensor q bf16 6x8 seed:1:1\n"
             "tensor k bf16 10x4 seed:2:1\n"
             "tensor v bf16 10x4 seed:3:1\n"
             "tensor y bf16 6x8 zero\n"
             "op attention out=y q=q k=k v=v heads=4 kv_heads=2 batch=2 seq=3 "
             "past=2 causal=%d scale=0x3f000000\n",
             causal);
    w = evaluate(text);
    for (uint32_t b = 0; b < B; b++)
        for (uint32_t s = 0; s < S; s++)
            for (uint32_t h = 0; h < H; h++) {
                uint32_t keys = causal ? P + s + 1 : T;
                double weight[T], sum = 0;

                for (uint32_t t = 0; t < keys; t++) {
                    double dot = 0;

                    for (uint32_t d = 0; d < D; d++)
                        dot += in(&w, "q", b * S + s, h * D + d) *
                               in(&w, "k", b * T + t, h / (H / KV) * D + d);
                    weight[t] = exp(0.5 * dot);
                    sum += weight[t];
                }
                for (uint32_t d = 0; d < D; d++) {
                    double y = 0;

                    for (uint32_t t = 0; t < keys; t++)
                        y += weight[t] / sum *
                             in(&w, "v", b * T + t, h / (H / KV) * D + d);
                    assert_near(out(&w, "y", b * S + s, h * D + d), y);
                }
            }
    discard(&w);
}

static void test_reference_attention(void **state)
{
    (void)state;
    check_attention(false);
    check_attention(true);
}

static void test_reference_elementwise_and_in_place(void **state)
{
    struct world w = evaluate("tensor a bf16 3x4 seed:1:1\n"
                              "tensor b fp32 3x4 seed:2:1\n"
                              "tensor p fp32 3x4 zero\n"
                              "op mul out=p a=a b=b\n"
                              "op add out=a a=a b=p\n"
                              "tensor s fp32 7x4 zero\n"
                              "op copy out=s[1:6:2] x=p\n"
                              "op copy out=p[0:2] x=s[3:6:2]\n");

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t j = 0; j < 4; j++) {
            double a = in(&w, "a", i, j), b = in(&w, "b", i, j);

            assert_near(out(&w, "s", 1 + 2 * i, j), a * b);
            assert_near(out(&w, "s", 2 * i, j), 0);
            if (i > 0)
                assert_near(out(&w, "p", i - 1, j), a * b);
            assert_near(out(&w, "a", i, j), a + a * b);
        }
    discard(&w);
}

static void test_reference_copy_takes_views(void **state)
{
    struct world w = evaluate("tensor x bf16 4x6 seed:1:1\n"
                              "tensor y bf16 5x5 seed:2:1\n"
                              "op copy out=y[1:3,2:5] x=x[2:4,1:4]\n");

    (void)state;
    for (uint32_t i = 0; i < 5; i++)
        for (uint32_t j = 0; j < 5; j++) {
            bool inside = i >= 1 && i < 3 && j >= 2;

            assert_near(out(&w, "y", i, j),
                        inside ? in(&w, "x", i + 1, j - 1) : in(&w, "y", i, j));
        }
    assert_null(sth_reference_tensor(w.reference, find(&w, "x")));
    discard(&w);
}

static void test_reference_gather_and_scatter(void **state)
{
    /* weights 0.5 and -2 */
    struct world w = evaluate("tensor x bf16 4x3 seed:1:1\n"
                              "tensor g bf16 3x3 zero\n"
                              "tensor y bf16 4x3 seed:2:1\n"
                              "op gather out=g x=x rows=3,0,3\n"
                              "op scatter_add out=y x=x[1:3] rows=3,1 "
                              "weights=0x3f000000,0xc0000000\n");
    static const uint32_t from[] = {3, 0, 3};

    (void)state;
    for (uint32_t j = 0; j < 3; j++) {
        for (uint32_t i = 0; i < 3; i++)
            assert_near(out(&w, "g", i, j), in(&w, "x", from[i], j));
        assert_near(out(&w, "y", 0, j), in(&w, "y", 0, j));
        assert_near(out(&w, "y", 1, j),
                    in(&w, "y", 1, j) - 2 * in(&w, "x", 2, j));
        assert_near(out(&w, "y", 2, j), in(&w, "y", 2, j));
        assert_near(out(&w, "y", 3, j),
                    in(&w, "y", 3, j) + 0.5 * in(&w, "x", 1, j));
    }
    discard(&w);
}

/* Descending; a lower column before a higher one; as often as not equal. */
static void test_reference_topk(void **state)
{
    struct world w = evaluate("tensor x i8 9x30 seed:3:4\n"
                              "tensor y i8 9x30 zero\n"
                              "tensor i fp32 9x30 zero\n"
                              "op topk out=y[:,4:12] indices=i[:,1:9] x=x\n");

    (void)state;
    for (uint32_t i = 0; i < 9; i++)
        for (uint32_t j = 0; j < 8; j++) {
            double value = out(&w, "y", i, 4 + j);
            double index = out(&w, "i", i, 1 + j);
            uint32_t before = 0;

            assert_near(value, in(&w, "x", i, (uint32_t)index));
            for (uint32_t c = 0; c < 30; c++)
                before += in(&w, "x", i, c) > value ||
                          (in(&w, "x", i, c) == value && c < index);
            assert_int_equal(before, j);
        }
    discard(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_matmul_with_everything),
        cmocka_unit_test(test_reference_matmul_rotates_heads),
        cmocka_unit_test(test_reference_matmul_scales_int8),
        cmocka_unit_test(test_reference_norms),
        cmocka_unit_test(test_reference_quantize_is_exact),
        cmocka_unit_test(test_reference_quantize_into_a_view),
        cmocka_unit_test(test_reference_rope_rotates_halves),
        cmocka_unit_test(test_reference_attention),
        cmocka_unit_test(test_reference_elementwise_and_in_place),
        cmocka_unit_test(test_reference_copy_takes_views),
        cmocka_unit_test(test_reference_gather_and_scatter),
        cmocka_unit_test(test_reference_topk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
