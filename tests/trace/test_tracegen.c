/* Generated traces parse and have the shapes of their models. */
#include "model_fixture.h"
#include "tool_files.h"

#include "sth_trace.h"
#include "sth_tracegen.h"
#include "sth_tracegen_op.h"

struct parsed {
    char *text;
    size_t bytes;
    void *arena;
    struct sth_trace trace;
};

static void parse(struct parsed *p)
{
    size_t bound = sth_trace_arena_bound(p->text, p->bytes);
    struct sth_trace_error error;

    p->arena = malloc(bound);
    assert_non_null(p->arena);
    if (sth_trace_parse(&p->trace, p->text, p->bytes, p->arena, bound, &error))
        fail_msg("line %u: %s", error.line, error.message);
}

static struct parsed generate(const struct sth_model *model,
                              const struct sth_trace_request *request)
{
    struct parsed p = {0};
    FILE *out = open_memstream(&p.text, &p.bytes);

    assert_non_null(out);
    assert_true(sth_tracegen_layers(out, model, request));
    assert_int_equal(fclose(out), 0);
    parse(&p);
    return p;
}

static void discard(struct parsed *p)
{
    free(p->arena);
    free(p->text);
}

static const struct sth_trace_tensor *find(const struct parsed *p,
                                           const char *name)
{
    for (uint32_t i = 0; i < p->trace.tensors; i++)
        if (!strcmp(p->trace.tensor[i].name, name))
            return &p->trace.tensor[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static uint32_t count_kind(const struct parsed *p, enum sth_trace_kind kind)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < p->trace.ops; i++)
        count += p->trace.op[i].kind == kind;
    return count;
}

static const struct sth_model models[] = {
    {MODEL_GPT2, .hidden = 24, .heads = 3, .kv_heads = 3, .head_dim = 8,
     .layers = 4, .intermediate = 40},
    {MODEL_BERT, .hidden = 24, .heads = 3, .kv_heads = 3, .head_dim = 8,
     .layers = 4, .intermediate = 40},
    {MODEL_LLAMA, .hidden = 20, .heads = 4, .kv_heads = 2, .head_dim = 6,
     .rotary = 6, .layers = 4, .intermediate = 36},
    {MODEL_MIXTRAL, .hidden = 20, .heads = 4, .kv_heads = 2, .head_dim = 6,
     .rotary = 6, .layers = 4, .intermediate = 36, .expert_intermediate = 36,
     .experts = 4, .experts_active = 2},
};

static void check_attention(const struct parsed *p, const struct sth_model *m,
                            const struct sth_trace_request *r)
{
    for (uint32_t i = 0; i < p->trace.ops; i++) {
        const struct sth_trace_op *op = &p->trace.op[i];
        const uint32_t *n = op->number;

        if (op->kind != STH_TRACE_KIND_ATTENTION)
            continue;
        assert_int_equal(n[STH_TRACE_NUMBER_HEADS], m->heads);
        assert_int_equal(n[STH_TRACE_NUMBER_KV_HEADS], m->kv_heads);
        assert_int_equal(n[STH_TRACE_NUMBER_BATCH], r->batch);
        assert_int_equal(n[STH_TRACE_NUMBER_SEQ], r->seq);
        assert_int_equal(n[STH_TRACE_NUMBER_PAST], r->past);
        assert_int_equal(n[STH_TRACE_NUMBER_CAUSAL], m->causal);
        assert_int_equal(op->view[STH_TRACE_VIEW_Q].cols,
                         m->heads * m->head_dim);
        assert_int_equal(op->view[STH_TRACE_VIEW_K].rows,
                         r->batch * (r->past + r->seq));
        assert_int_equal(op->view[STH_TRACE_VIEW_K].cols,
                         m->kv_heads * m->head_dim);
    }
}

/* Tensors that are the x of a product, each once. */
static uint32_t inputs_of_products(const struct parsed *p)
{
    uint32_t inputs = 0;

    for (uint32_t i = 0; i < p->trace.ops; i++) {
        bool again = p->trace.op[i].kind != STH_TRACE_KIND_MATMUL;

        for (uint32_t j = 0; j < i && !again; j++)
            again = p->trace.op[j].kind == STH_TRACE_KIND_MATMUL &&
                    p->trace.op[j].view[STH_TRACE_VIEW_X].tensor ==
                        p->trace.op[i].view[STH_TRACE_VIEW_X].tensor;
        inputs += !again;
    }
    return inputs;
}

static uint32_t count_rotated(const struct parsed *p)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < p->trace.ops; i++)
        count += p->trace.op[i].view[STH_TRACE_VIEW_COS].tensor >= 0;
    return count;
}

/* Rows that the experts of one layer gather, all together. */
static uint32_t gathered_rows(const struct parsed *p)
{
    uint32_t rows = 0;

    for (uint32_t i = 0; i < p->trace.ops; i++)
        if (p->trace.op[i].kind == STH_TRACE_KIND_GATHER)
            rows += p->trace.op[i].list[STH_TRACE_LIST_ROWS].count;
    return rows;
}

static void check(const struct sth_model *m, const struct sth_trace_request *r)
{
    struct parsed p = generate(m, r);
    const uint32_t tokens = r->batch * r->seq;
    const uint32_t copies = r->seq == 1 ? 1 : r->batch; /* to a cache */
    const uint32_t matmuls = count_kind(&p, STH_TRACE_KIND_MATMUL);
    const struct sth_trace_tensor *x = find(&p, "x");
    char name[32];

    assert_int_equal(x->rows, tokens);
    assert_int_equal(x->cols, m->hidden);
    for (uint32_t l = 0; l < r->layers; l++) {
        const struct sth_trace_tensor *out;

        snprintf(name, sizeof(name), "l%u.out", l);
        out = find(&p, name);
        assert_int_equal(out->rows, tokens);
        assert_int_equal(out->cols, m->hidden);
        assert_int_equal(out->dtype, STH_DTYPE_BF16);
        assert_true(out->output);
    }
    assert_int_equal(count_kind(&p, STH_TRACE_KIND_ATTENTION), r->layers);
    assert_int_equal(count_kind(&p, STH_TRACE_KIND_QUANTIZE),
                     r->int8 ? inputs_of_products(&p) : 0);
    check_attention(&p, m, r);
    if (m->fused) {
        assert_int_equal(matmuls, 4 * r->layers);
        assert_int_equal(count_kind(&p, STH_TRACE_KIND_LAYERNORM),
                         2 * r->layers);
        assert_int_equal(count_kind(&p, STH_TRACE_KIND_COPY),
                         r->past ? 2 * copies * r->layers : 0);
    } else if (!m->experts) {
        assert_int_equal(matmuls, 7 * r->layers);
        assert_int_equal(count_kind(&p, STH_TRACE_KIND_RMSNORM), 2 * r->layers);
        assert_int_equal(count_rotated(&p), 2 * r->layers);
        assert_int_equal(count_kind(&p, STH_TRACE_KIND_COPY),
                         r->past && copies > 1 ? 2 * copies * r->layers : 0);
    } else {
        assert_int_equal(gathered_rows(&p),
                         tokens * m->experts_active * r->layers);
        assert_int_equal(count_kind(&p, STH_TRACE_KIND_GATHER),
                         count_kind(&p, STH_TRACE_KIND_SCATTER_ADD));
    }
    discard(&p);
}

static void test_tracegen_every_combination_parses(void **state)
{
    static const struct {
        uint32_t seq, past;
    } phases[] = {{5, 0}, {1, 7}, {3, 4}, {1, 0}};

    (void)state;
    for (size_t m = 0; m < sizeof(models) / sizeof(models[0]); m++)
        for (int phase = 0; phase < 4; phase++)
            for (int bits = 0; bits < 8; bits++) {
                const struct sth_trace_request r = {
                    .seq = phases[phase].seq,
                    .past = phases[phase].past,
                    .batch = bits & 1 ? 3 : 1,
                    .layers = bits & 2 ? 2 : 1,
                    .int8 = bits & 4,
                    .seed = 11,
                };

                check(&models[m], &r);
            }
}

static void test_tracegen_is_deterministic(void **state)
{
    struct sth_trace_request r = {.seq = 6, .batch = 2, .layers = 2, .seed = 5};

    (void)state;
    for (size_t m = 0; m < sizeof(models) / sizeof(models[0]); m++) {
        struct parsed a, b, c;

        r.seed = 5;
        a = generate(&models[m], &r);
        b = generate(&models[m], &r);
        r.seed = 6;
        c = generate(&models[m], &r);
        assert_int_equal(a.bytes, b.bytes);
        assert_memory_equal(a.text, b.text, a.bytes);
        assert_string_not_equal(a.text, c.text);
        discard(&a);
        discard(&b);
        discard(&c);
    }
}

static void test_tracegen_tensors_have_seeds_of_their_own(void **state)
{
    const struct sth_trace_request r = {
        .seq = 2, .batch = 1, .layers = 2, .int8 = true, .seed = 1};
    struct parsed p = generate(&models[0], &r);

    (void)state;
    for (uint32_t i = 0; i < p.trace.tensors; i++)
        for (uint32_t j = 0; j < i; j++) {
            const char *a = p.trace.tensor[i].source;
            const char *b = p.trace.tensor[j].source;

            if (strncmp(a, "seed:", 5) || strncmp(b, "seed:", 5))
                continue;
            assert_int_not_equal(strtoull(a + 5, NULL, 10),
                                 strtoull(b + 5, NULL, 10));
        }
    discard(&p);
}

static void test_tracegen_weights_of_a_token_sum_to_one(void **state)
{
    const struct sth_trace_request r = {
        .seq = 40, .batch = 1, .layers = 1, .seed = 9};
    struct parsed p = generate(&models[3], &r);
    double sum[40] = {0};

    (void)state;
    for (uint32_t i = 0; i < p.trace.ops; i++) {
        const struct sth_trace_op *op = &p.trace.op[i];
        const struct sth_trace_list *rows = &op->list[STH_TRACE_LIST_ROWS];

        if (op->kind != STH_TRACE_KIND_SCATTER_ADD)
            continue;
        for (uint32_t j = 0; j < rows->count; j++) {
            float weight;

            memcpy(&weight, &op->list[STH_TRACE_LIST_WEIGHTS].value[j], 4);
            assert_true(weight > 0);
            sum[rows->value[j]] += (double)weight;
        }
    }
    for (int t = 0; t < 40; t++)
        assert_true(sum[t] > 0.999999 && sum[t] < 1.000001);
    discard(&p);
}

/* So many tokens that the rows of one expert need several lines. */
static void test_tracegen_long_row_lists_are_split(void **state)
{
    struct sth_model model = models[3];
    const struct sth_trace_request r = {
        .seq = 9000, .batch = 1, .layers = 1, .seed = 2};
    struct parsed p;

    (void)state;
    model.experts = model.experts_active = 2;
    p = generate(&model, &r);
    assert_int_equal(count_kind(&p, STH_TRACE_KIND_GATHER), 2 * 5);
    assert_int_equal(gathered_rows(&p), 2 * 9000);
    discard(&p);
}

static void test_tracegen_gemm_parses(void **state)
{
    static const uint32_t shapes[][3] = {{1, 1, 1}, {33, 17, 65}, {7, 300, 2}};

    (void)state;
    for (int i = 0; i < 3; i++)
        for (int int8 = 0; int8 < 2; int8++) {
            const uint32_t *s = shapes[i];
            struct parsed p = {0};
            FILE *out = open_memstream(&p.text, &p.bytes);

            assert_non_null(out);
            sth_tracegen_gemm(out, s[0], s[1], s[2], int8, 3);
            fclose(out);
            parse(&p);
            assert_int_equal(p.trace.ops, 1);
            assert_int_equal(find(&p, "a")->rows, s[0]);
            assert_int_equal(find(&p, "a")->cols, s[2]);
            assert_int_equal(find(&p, "b")->rows, s[2]);
            assert_int_equal(find(&p, "b")->cols, s[1]);
            assert_int_equal(find(&p, "a")->dtype,
                             int8 ? STH_DTYPE_I8 : STH_DTYPE_BF16);
            assert_int_equal(find(&p, "c")->rows, s[0]);
            assert_int_equal(find(&p, "c")->cols, s[1]);
            assert_true(find(&p, "c")->output);
            assert_int_equal(p.trace.tensors, int8 ? 5 : 3);
            discard(&p);
        }
}

/* One operation each, of that word; another seed for each tensor. */
static void test_tracegen_every_operation_alone_parses(void **state)
{
    size_t count;
    const struct sth_alone *list = sth_tracegen_op_list(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct sth_alone_request request;
        struct parsed p = {0};
        char text[64], error[512];
        FILE *out = open_memstream(&p.text, &p.bytes);

        assert_non_null(out);
        snprintf(text, sizeof(text), "%s:%s", list[i].word,
                 strstr(list[i].form, "xK") ? "5x24x4" : "5x24");
        if (!sth_tracegen_op_parse(text, &request, error, sizeof(error)))
            fail_msg("%s", error);
        request.seed = 70;
        sth_tracegen_op(out, &request);
        fclose(out);
        parse(&p);
        assert_int_equal(p.trace.ops, 1);
        assert_string_equal(sth_trace_kind_text(p.trace.op[0].kind),
                            list[i].word);
        assert_int_equal(p.trace.tensor[0].rows, 5);
        assert_non_null(strstr(p.text, "seed:70:"));
        assert_true(p.trace.tensor[sth_trace_op_result(p.trace.op)].output);
        discard(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tracegen_every_combination_parses),
        cmocka_unit_test(test_tracegen_is_deterministic),
        cmocka_unit_test(test_tracegen_tensors_have_seeds_of_their_own),
        cmocka_unit_test(test_tracegen_weights_of_a_token_sum_to_one),
        cmocka_unit_test(test_tracegen_long_row_lists_are_split),
        cmocka_unit_test(test_tracegen_gemm_parses),
        cmocka_unit_test(test_tracegen_every_operation_alone_parses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
