/*
 * A model that answers: what a pass takes is the sum of its parts, each part is
 * what its operations alone take, and bytes are told apart to the last.
 */
#include "tool_files.h"

#include "sth_serve_spread.h"

enum { HIDDEN = 64, LAYERS = 3, WIDTH = 96, VOCABULARY = 112 };

static const char gpt2[] =
    "{\"model_type\": \"gpt2\", \"n_embd\": 64, \"n_head\": 4, \"n_layer\": 3,"
    "\"n_inner\": 96, \"n_positions\": 64, \"vocab_size\": 112,"
    "\"layer_norm_epsilon\": 1e-5, \"activation_function\": \"gelu_new\"}";
static const char mixtral[] =
    "{\"model_type\": \"mixtral\", \"hidden_size\": 32, \"vocab_size\": 48,"
    "\"num_attention_heads\": 4, \"num_key_value_heads\": 2,"
    "\"num_hidden_layers\": 2, \"intermediate_size\": 40,"
    "\"max_position_embeddings\": 64, \"num_local_experts\": 8,"
    "\"num_experts_per_tok\": 2, \"rms_norm_eps\": 1e-5,"
    "\"rope_theta\": 1e4, \"hidden_act\": \"silu\"}";

static struct sth_model model;

static struct sth_serve_request request(const char *text, const char *config)
{
    struct sth_serve_request q = {
        .name = "test",
        .model = &model,
        .work = {.seq = 12,
                 .batch = 1,
                 .layers = LAYERS,
                 .whole = true,
                 .topk = 1,
                 .seed = 1},
        .generate = 3,
        .draws = 1,
        .session = {.home = "."},
    };
    char path[TEST_PATH], error[1024];

    write_temporary(path, text, strlen(text));
    if (!sth_model_load(path, NULL, &model, error, sizeof(error)) ||
        !sth_config_find(config, ".", &q.session.config, error, sizeof(error)))
        fail_msg("%s", error);
    q.work.layers = model.layers;
    unlink(path);
    return q;
}

static void serve(struct sth_serve *s, const struct sth_serve_request *q)
{
    char error[1024];

    if (sth_serve_run(s, q, error, sizeof(error)))
        fail_msg("%s", error);
}

static uint64_t sum3(const uint64_t bytes[STH_TRAFFIC_CLASSES])
{
    return bytes[0] + bytes[1] + bytes[2];
}

/* The same work as one session that simulates every part. */
static void every_part(struct sth_session *session,
                       const struct sth_serve_request *q,
                       const struct sth_trace_request *work)
{
    struct sth_session_request run = q->session;
    char path[TEST_PATH], error[1024], *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_true(sth_tracegen_layers(out, q->model, work));
    assert_int_equal(fclose(out), 0);
    write_temporary(path, text, bytes);
    free(text);
    run.trace_path = path;
    run.mode = STH_CSIM_TIME_ONLY;
    run.by_layer = true;
    run.all_layers = true;
    if (sth_session_run(session, &run, error, sizeof(error)))
        fail_msg("%s", error);
    unlink(path);
}

/* Without what an array does beside a causal mask. */
static uint64_t needed_macs(const struct sth_session *session)
{
    uint64_t macs = 0;

    for (uint32_t i = 0; i < session->phases; i++)
        macs += session->phase[i].macs;
    return macs;
}

static void check_pass(const struct sth_serve_request *q,
                       const struct sth_serve_tally *tally, int64_t step)
{
    const uint32_t parts = q->work.layers + 2;
    uint32_t pasts[8];
    const struct sth_trace_request work = sth_serve_work(q, 0, step, pasts);
    struct sth_serve_sum sum = {.cycles = 0};
    struct sth_session all, alone;
    struct sth_trace_request layer = work;

    assert_int_equal(tally->parts, parts);
    assert_string_equal(tally->part[0].name, "embed");
    assert_string_equal(tally->part[1].name, "l0");
    assert_string_equal(tally->part[parts - 1].name, "head");
    for (uint32_t i = 0; i < parts; i++)
        sth_serve_add(&sum, &tally->part[i].sum);
    assert_memory_equal(&sum, &tally->sum, sizeof(sum));

    every_part(&all, q, &work);
    assert_int_equal(all.layers.simulated, parts);
    assert_int_equal(sum.cycles, all.csim.cycles);
    assert_int_equal(sum.commands, all.commands);
    assert_int_equal(sum.macs, needed_macs(&all));
    assert_int_equal(sum3(sum.traffic.read),
                     all.csim.counter[STH_CNT_LOAD_BYTES]);
    assert_int_equal(sum3(sum.traffic.written),
                     all.csim.counter[STH_CNT_STORE_BYTES]);
    sth_session_fini(&all);

    layer.whole = false;
    layer.layers = 1;
    every_part(&alone, q, &layer);
    assert_int_equal(tally->part[1].sum.cycles, alone.csim.cycles);
    assert_int_equal(tally->part[1].sum.macs, needed_macs(&alone));
    sth_session_fini(&alone);
}

static void test_serve_a_pass_is_the_sum_of_its_parts(void **state)
{
    static const char *const configs[] = {"nano", "edge", "server"};

    (void)state;
    for (int c = 0; c < 3; c++) {
        struct sth_serve_request q =
            request(c == 1 ? mixtral : gpt2, configs[c]);
        struct sth_serve s;

        serve(&s, &q);
        assert_int_equal(s.runs, 1);
        assert_int_equal(s.run[0].steps, 2);
        check_pass(&q, &s.run[0].prefill, -1);
        check_pass(&q, &s.run[0].step[0], 0);
        check_pass(&q, &s.run[0].step[1], 1);
        assert_int_equal(s.run[0].step[1].past, 13);
        sth_serve_fini(&s);
    }
}

/* What a step has to multiply and to move, from the model's shape. */
static void test_serve_a_step_moves_what_its_shape_says(void **state)
{
    struct sth_serve_request q = request(gpt2, "edge");
    const uint64_t seen = 12 + 1, h = HIDDEN;
    const uint64_t products = h * 3 * h + h * h + 2 * h * WIDTH;
    struct sth_serve s;
    const struct sth_serve_sum *step;

    (void)state;
    serve(&s, &q);
    step = &s.run[0].step[0].sum;
    assert_int_equal(step->macs,
                     LAYERS * (products + 2 * seen * h) + VOCABULARY * h);
    assert_int_equal(step->traffic.read[STH_TRAFFIC_CACHE],
                     LAYERS * 2 * seen * h * 2);
    assert_int_equal(step->traffic.written[STH_TRAFFIC_CACHE],
                     LAYERS * 2 * h * 2);
    assert_int_equal(step->traffic.written[STH_TRAFFIC_WEIGHTS], 0);
    /* Matrices, biases, norms; the table as the vocabulary's matrix, and the
     * rows of a token and a position. */
    assert_int_equal(step->traffic.read[STH_TRAFFIC_WEIGHTS],
                     2 * (LAYERS * (products + 3 * h + h + WIDTH + h + 4 * h) +
                          2 * h + VOCABULARY * h + 2 * h));
    assert_int_equal(s.run[0].prefill.sum.traffic.written[STH_TRAFFIC_CACHE],
                     LAYERS * 2 * 12 * h * 2);
    sth_serve_fini(&s);
}

static void test_serve_figures_follow_the_clock(void **state)
{
    struct sth_serve_request q = request(gpt2, "edge");
    struct sth_serve s;
    uint64_t count, cycles;

    (void)state;
    q.session.config.memory.clock_mhz = 500;
    serve(&s, &q);
    cycles = s.run[0].step[0].sum.cycles + s.run[0].step[1].sum.cycles;
    assert_int_equal(sth_serve_steps_sum(&s, &count).cycles, cycles);
    assert_int_equal(count, 2);
    assert_true(sth_serve_rates(&s).each == (double)cycles / 2 / 500 * 1e-6);
    assert_true(sth_serve_rates(&s).first ==
                (double)s.run[0].prefill.sum.cycles / 500 * 1e-6);
    sth_serve_fini(&s);
}

static double line_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    assert_non_null(at);
    return strtod(at + strcspn(at, "0123456789"), NULL);
}

static void assert_near(double is, double expected)
{
    assert_true(is > 0.99999 * expected && is < 1.00001 * expected);
}

/* What is read of two prompts with two steps behind: of the batch, and of each
 * of its tokens. */
static void test_serve_reports_say_so(void **state)
{
    struct sth_serve_request q = request(gpt2, "edge");
    const struct sth_serve_sum *a, *b;
    double first, steps, macs, bytes[2];
    struct sth_serve s;
    json_t *root, *list;
    char *text;
    size_t size;
    FILE *out;

    (void)state;
    q.work.batch = 2;
    q.session.config.memory.clock_mhz = 500;
    serve(&s, &q);
    a = &s.run[0].step[0].sum;
    b = &s.run[0].step[1].sum;
    first = (double)s.run[0].prefill.sum.cycles / 500e6;
    steps = (double)(a->cycles + b->cycles) / 500e6;
    macs = (double)(a->macs + b->macs) / 4;
    bytes[0] = (double)(sum3(a->traffic.read) + sum3(b->traffic.read)) / 4;
    bytes[1] =
        (double)(sum3(a->traffic.written) + sum3(b->traffic.written)) / 4;

    out = open_memstream(&text, &size);
    sth_serve_text(out, &s);
    fclose(out);
    assert_near(line_of(text, "time to first token "), 1e3 * first);
    assert_near(line_of(text, "time per output token "), 1e3 * steps / 2);
    assert_near(line_of(text, "tokens a second "), 2 * 2 / steps);
    assert_near(line_of(text, "in all "), 1e3 * (first + steps));
    assert_near(line_of(text, "a token of a step "), macs);
    assert_near(line_of(strstr(text, "a token of a step "), " MACs, "),
                bytes[0]);
    free(text);

    out = open_memstream(&text, &size);
    assert_true(sth_serve_json(out, &s));
    fclose(out);
    root = json_loads(text, 0, NULL);
#define KEY(name) json_real_value(json_object_get(root, name))
    assert_near(KEY("time_to_first_token"), first);
    assert_near(KEY("time_per_output_token"), steps / 2);
    assert_near(KEY("tokens_per_second"), 2 * 2 / steps);
    assert_near(KEY("tokens_per_second_of_a_sequence"), 2 / steps);
    assert_near(KEY("macs_per_token"), macs);
#undef KEY
    for (int w = 0; w < 2; w++) {
        const char *key;
        json_t *value;
        double sum = 0;

        list = json_object_get(root, w ? "bytes_written_per_token"
                                       : "bytes_read_per_token");
        json_object_foreach(list, key, value) sum += json_real_value(value);
        assert_near(sum, bytes[w]);
    }
    json_decref(root);
    free(text);
    sth_serve_fini(&s);
}

/* What the report has before a step: of each sequence. */
static void check_pasts(const struct sth_serve *s, size_t step,
                        const uint32_t *expected, size_t count)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    json_t *root, *pass, *past;

    assert_true(sth_serve_json(out, s));
    fclose(out);
    root = json_loads(text, 0, NULL);
    pass = json_array_get(json_object_get(root, "runs"), 0);
    pass = json_array_get(json_object_get(pass, "steps"), step);
    past = json_object_get(pass, "past");
    assert_int_equal(json_array_size(past), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(json_integer_value(json_array_get(past, i)),
                         expected[i]);
    json_decref(root);
    free(text);
}

/* Without prompts every token is a step's; sequences keep their own pasts. */
static void test_serve_steps_alone_and_several_pasts(void **state)
{
    static const uint32_t given[] = {3, 7, 7};
    struct sth_serve_request q = request(gpt2, "nano");
    struct sth_trace_request work;
    uint32_t pasts[3];
    struct sth_serve s;

    (void)state;
    q.work.seq = 0;
    q.work.batch = 3;
    q.work.past = 7;
    q.work.pasts = given;
    work = sth_serve_work(&q, 0, 2, pasts);
    assert_int_equal(work.past, 9);
    assert_int_equal(work.pasts[0], 5);
    assert_int_equal(work.pasts[2], 9);
    assert_int_equal(work.room, 10);
    assert_int_equal(work.experts.draw, 2);
    assert_int_equal(sth_serve_work(&q, 1, 0, pasts).experts.draw, 3);
    serve(&s, &q);
    assert_false(s.run[0].has_prefill);
    assert_int_equal(s.run[0].steps, 3);
    check_pass(&q, &s.run[0].step[2], 2);
    check_pasts(&s, 2, (const uint32_t[]){5, 9, 9}, 3);
    assert_int_equal(s.run[0].step[0].sum.traffic.read[STH_TRAFFIC_CACHE],
                     LAYERS * 2 * (4 + 8 + 8) * HIDDEN * 2);
    assert_true(sth_serve_rates(&s).first == 0);
    sth_serve_fini(&s);
}

/* Draws choose other experts, but balanced ones are balanced in each. */
static void test_serve_draws_spread_the_cycles_of_experts(void **state)
{
    struct sth_serve_request q = request(mixtral, "nano");
    struct sth_serve_spread spread;
    struct sth_serve s;

    (void)state;
    q.generate = 1;
    q.draws = 6;
    serve(&s, &q);
    assert_true(sth_serve_spread(&spread, &s, STH_SERVE_FIRST_LAYER));
    assert_int_equal(spread.count, 6 * 2);
    assert_true(spread.deviation > 0 && spread.least < spread.most);
    assert_true(sth_serve_spread(&spread, &s, STH_SERVE_FIRST));
    assert_true(spread.count == 6 && spread.deviation > 0);
    assert_true(sth_serve_spread(&spread, &s, STH_SERVE_EACH));
    assert_int_equal(spread.count, 0);
    sth_serve_fini(&s);

    q.work.experts.balanced = true;
    serve(&s, &q);
    assert_true(sth_serve_spread(&spread, &s, STH_SERVE_FIRST));
    assert_int_equal(spread.count, 6);
    assert_true(spread.deviation == 0 && spread.least == spread.most);
    sth_serve_fini(&s);
}

static void test_spread_of_known_values(void **state)
{
    uint64_t value[20], one = 7;
    struct sth_serve_spread s;

    (void)state;
    for (uint64_t i = 0; i < 20; i++)
        value[i] = 20 - i;
    sth_serve_spread_of(&s, value, 20);
    assert_true(s.mean > 10.4999 && s.mean < 10.5001);
    assert_true(s.deviation > 5.9160 && s.deviation < 5.9162); /* sqrt(35) */
    assert_int_equal(s.least, 1);
    assert_int_equal(s.p5, 1);
    assert_int_equal(s.median, 10);
    assert_int_equal(s.p95, 19);
    assert_int_equal(s.most, 20);
    sth_serve_spread_of(&s, &one, 1);
    assert_true(s.mean == 7 && s.deviation == 0 && s.p95 == 7);
    sth_serve_spread_of(&s, NULL, 0);
    assert_int_equal(s.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serve_a_pass_is_the_sum_of_its_parts),
        cmocka_unit_test(test_serve_a_step_moves_what_its_shape_says),
        cmocka_unit_test(test_serve_figures_follow_the_clock),
        cmocka_unit_test(test_serve_reports_say_so),
        cmocka_unit_test(test_serve_steps_alone_and_several_pasts),
        cmocka_unit_test(test_serve_draws_spread_the_cycles_of_experts),
        cmocka_unit_test(test_spread_of_known_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
