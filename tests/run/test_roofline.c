/*
 * The roofline: bounds and promises follow from constructed paths, figures keep
 * below their roofs, and the parts of a run's cycles add up to all of them.
 */
#include "model_fixture.h"
#include "tool_files.h"

#include "sth_roofline.h"
#include "sth_tracegen.h"

#include <math.h>

static const struct sth_roofline_peaks peaks = {
    .macs = 256,
    .products = 1,
    .lanes = 16,
    .bytes = 16,
    .bus_bytes = 16,
    .memory = {.name = "fixed", .latency = 100}};

static struct sth_roofline_point point_of(const uint64_t *critical,
                                          const uint64_t *demand)
{
    struct sth_roofline_point point;

    sth_roofline_point(&peaks, &(struct sth_work){0}, 1, 1, 1000, critical,
                       demand, &point);
    assert_true(point.share >= 0 && point.share <= 1);
    assert_true(point.lift && *point.lift);
    return point;
}

/* Half of the bound's cycles are gained, unless another asks for what is left.
 */
static void test_promise(void **state)
{
    const uint64_t critical[STH_BOUND_COUNT] = {[STH_BOUND_ARRAY] = 600,
                                                [STH_BOUND_LOAD] = 300,
                                                [STH_BOUND_ISSUE] = 100};
    uint64_t demand[STH_BOUND_COUNT] = {
        [STH_BOUND_ARRAY] = 600, [STH_BOUND_LOAD] = 650};
    struct sth_roofline_point point = point_of(critical, demand);

    (void)state;
    assert_int_equal(point.bound, STH_BOUND_ARRAY);
    assert_int_equal(point.next, STH_BOUND_LOAD);
    assert_int_equal(point.critical, 1000);
    assert_true(fabs(point.share - 0.6) < 1e-9);
    /* The 100 in line, and 650 of load instead of 300 and half of 600. */
    assert_true(fabs(point.promise - 1000.0 / 750) < 1e-9);
    demand[STH_BOUND_LOAD] = 600;
    point = point_of(critical, demand);
    assert_int_equal(point.next, STH_BOUND_ARRAY);
    assert_true(fabs(point.promise - 1000.0 / 700) < 1e-9);
    assert_int_equal(point.with, STH_BOUND_ARRAY);
    demand[STH_BOUND_LOAD] = 700;
    demand[STH_BOUND_BEATS] = 50;
    point = point_of(critical, demand);
    assert_int_equal(point.bound, STH_BOUND_ARRAY);
    assert_int_equal(point.with, STH_BOUND_ARRAY);
    assert_int_equal(point.next, STH_BOUND_LOAD);
    assert_true(fabs(point.promise - 1000.0 / 850) < 1e-9);
    demand[STH_BOUND_LOAD] = 5000;
    demand[STH_BOUND_VECTOR] = 5000;
    assert_true(point_of(critical, demand).promise == 1);
}

/* Where another has work for as long, half of both is promised, and no more
 * than a memory moves over a bus of twice the width. */
static void test_two_bounds(void **state)
{
    const uint64_t critical[STH_BOUND_COUNT] = {[STH_BOUND_WEIGHTS] = 100,
                                                [STH_BOUND_LOAD] = 800,
                                                [STH_BOUND_ISSUE] = 100};
    const uint64_t demand[STH_BOUND_COUNT] = {[STH_BOUND_WEIGHTS] = 940,
                                              [STH_BOUND_LOAD] = 900,
                                              [STH_BOUND_BEATS] = 50};
    struct sth_roofline_peaks slow = peaks;
    const struct sth_work work = {.load_bytes = 14400};
    struct sth_roofline_point point = point_of(critical, demand);
    char text[STH_ROOFLINE_NAME];

    (void)state;
    assert_int_equal(point.bound, STH_BOUND_WEIGHTS);
    assert_int_equal(point.with, STH_BOUND_LOAD);
    assert_int_equal(point.next, STH_BOUND_WEIGHTS);
    assert_true(fabs(point.share - 0.9) < 1e-9);
    assert_true(fabs(point.promise - 1000.0 / 600) < 1e-9);
    assert_string_equal(sth_roofline_bound(&point, text), "weights + load");
    assert_non_null(strstr(point.lift, "; and a wider bus"));
    slow.bytes = slow.memory.bytes_per_cycle = 20;
    sth_roofline_point(&slow, &work, 1, 1, 1000, critical, demand, &point);
    assert_int_equal(point.with, STH_BOUND_LOAD);
    assert_int_equal(point.next, STH_BOUND_MEMORY);
    assert_true(fabs(point.promise - 1000.0 / 820) < 1e-9);
}

/* Twice the rows for each weight tile stream all the same. */
static void test_rows_remain_of_weights(void **state)
{
    const uint64_t critical[STH_BOUND_COUNT] = {[STH_BOUND_WEIGHTS] = 1000};
    const struct sth_work work = {.least_rows = 700};
    struct sth_roofline_point point;

    (void)state;
    sth_roofline_point(&peaks, &work, 1, 1, 1000, critical, critical, &point);
    assert_int_equal(point.bound, STH_BOUND_WEIGHTS);
    assert_int_equal(point.next, STH_BOUND_ARRAY);
    assert_true(fabs(point.promise - 1000.0 / 700) < 1e-9);
}

/* The array's weights are not less for a larger array with the same rows. */
static void test_an_engine_has_all_of_its_demand(void **state)
{
    const uint64_t critical[STH_BOUND_COUNT] = {
        [STH_BOUND_ARRAY] = 600, [STH_BOUND_WEIGHTS] = 400};
    const uint64_t demand[STH_BOUND_COUNT] = {
        [STH_BOUND_ARRAY] = 600, [STH_BOUND_WEIGHTS] = 450};
    struct sth_roofline_point point = point_of(critical, demand);

    (void)state;
    assert_int_equal(point.next, STH_BOUND_WEIGHTS);
    assert_true(fabs(point.promise - 1000.0 / 750) < 1e-9);
}

static void test_hidden_operations(void **state)
{
    const uint64_t none[STH_BOUND_COUNT] = {0};
    struct sth_roofline_point point = point_of(none, none);
    char text[STH_ROOFLINE_NAME];

    (void)state;
    assert_string_equal(sth_roofline_bound(&point, text), "hidden");
    assert_true(point.promise == 1);
}

/* A memory that carries less than the bus, each way or both together. */
static void test_memory_bytes(void **state)
{
    struct sth_roofline_peaks slow = peaks;
    const struct sth_work loads = {.load_bytes = 3900};
    const struct sth_work both = {.load_bytes = 12000, .store_bytes = 12000};
    const uint64_t none[STH_BOUND_COUNT] = {0};
    struct sth_roofline_point point;

    (void)state;
    slow.bytes = slow.memory.bytes_per_cycle = 4;
    sth_roofline_point(&slow, &loads, 1, 1, 1000, none, none, &point);
    assert_true(fabs(point.bytes_attainable - 4) < 1e-9);
    slow.memory.clock_mhz = 1000;
    sth_mem_config_preset(&slow.memory, 0, 1); /* 25.6 bytes a cycle */
    slow.bytes = 16;
    sth_roofline_point(&slow, &both, 1, 1, 1000, none, none, &point);
    assert_true(fabs(point.bytes_attainable - 12.8) < 1e-9);
}

static void test_attainable(void **state)
{
    const struct sth_work work = {.load_bytes = 8000, .store_bytes = 100};
    const uint64_t none[STH_BOUND_COUNT] = {0};
    struct sth_roofline_point point;

    (void)state;
    sth_roofline_point(&peaks, &work, 32000, 1, 1000, none, none, &point);
    assert_true(fabs(point.intensity - 4) < 1e-9);
    assert_true(fabs(point.macs_attainable - 64) < 1e-9);
    assert_true(fabs(point.macs_attained - 32) < 1e-9);
    assert_true(fabs(point.bytes_attained - 8) < 1e-9);
    sth_roofline_point(&peaks, &work, 250000, 1, 1000, none, none, &point);
    assert_true(fabs(point.macs_attainable - 256) < 1e-9);
    sth_roofline_point(&peaks, &(struct sth_work){0}, 0, 1, 0, none, none,
                       &point);
    assert_true(point.intensity == 0 && point.macs_attainable == 0);
}

static void test_overlapping_commands_count_once(void **state)
{
    const struct sth_params params = {
        .array_rows = 16, .array_cols = 16, .vector_lanes = 16};
    struct sth_command command = {{0}};
    struct sth_event first = {.start = 10, .end = 50};
    struct sth_event second = {.start = 20, .end = 70};
    struct sth_work work = {0};
    uint64_t end = 0;

    (void)state;
    STH_SET(&command, ANY_OPCODE, STH_OP_LOAD);
    STH_SET(&command, LOAD_LEN, 100);
    STH_SET(&command, LOAD_N1, 3);
    STH_SET(&command, LOAD_N2, 2);
    sth_work_add(&work, &end, &first, &command, &params);
    sth_work_add(&work, &end, &second, &command, &params);
    assert_int_equal(work.busy[STH_ENGINE_LOAD], 60);
    assert_int_equal(work.load_bytes, 1200);
    assert_int_equal(work.commands, 2);
}

/* Each cycle up to the last retirement is on the critical path, once. */
static void check_critical(const struct sth_session *s)
{
    uint64_t sum = 0, end = 0;

    for (uint32_t i = 0; i < s->phases; i++) {
        for (int b = 0; b < STH_BOUND_COUNT; b++)
            sum += s->phase[i].critical[b];
        for (int e = 0; e < STH_ENGINE_COUNT; e++)
            if (s->phase[i].csim.engine_end[e] > end)
                end = s->phase[i].csim.engine_end[e];
    }
    assert_true(sum > 0);
    assert_int_equal(sum, end);
}

static void check_parts(const struct sth_session_side *side)
{
    uint64_t part[STH_PART_COUNT], sum = 0;

    sth_work_parts(side->counter, part);
    for (int i = 0; i < STH_PART_COUNT; i++)
        sum += part[i];
    assert_true(sum > 0);
    assert_int_equal(sum, side->cycles);
}

static const struct sth_model model = {
    MODEL_LLAMA,    .hidden = 40, .heads = 4,  .kv_heads = 2,
    .head_dim = 10, .rotary = 10, .layers = 2, .intermediate = 56};

static void write_layers(char path[TEST_PATH])
{
    struct sth_trace_request request = {
        .seq = 6, .batch = 1, .layers = 2, .seed = 1};
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    assert_true(sth_tracegen_layers(out, &model, &request));
    fclose(out);
    write_temporary(path, text, bytes);
    free(text);
}

/* Where the RTL of the build lies that this test is one of. */
static const char *rtl_folder(void)
{
    static char path[TEST_PATH];
    const char *build = getenv("BUILD");

    snprintf(path, sizeof(path), "%s/rtl", build ? build : "build");
    return path;
}

static void run(struct sth_session *session, const char *config,
                const char *memory, enum sth_session_backend backend,
                const char *path)
{
    struct sth_session_request q = {.backend = backend,
                                    .roofline = true,
                                    .no_reference = true,
                                    .home = ".",
                                    .library_dir = rtl_folder(),
                                    .trace_path = path,
                                    .seed = 1};
    char error[1024];

    if (!sth_config_find(config, ".", &q.config, error, sizeof(error)) ||
        !sth_mem_config_parse(&q.config.memory, memory, error, sizeof(error)) ||
        sth_session_run(session, &q, error, sizeof(error)))
        fail_msg("%s: %s", config, error);
}

static void test_parts_add_up_on_csim(void **state)
{
    static const char *const configs[] = {"nano", "edge", "wide", "server"};
    static const char *const memories[] = {"fixed:100:0", "fixed:9:3",
                                           "ddr4-3200", "hbm2e"};
    char path[TEST_PATH];

    (void)state;
    write_layers(path);
    for (size_t c = 0; c < sizeof(configs) / sizeof(*configs); c++) {
        for (size_t m = 0; m < 2; m++) {
            struct sth_session session;

            run(&session, configs[c], memories[(c + m) % 4], STH_BACKEND_CSIM,
                path);
            check_parts(&session.csim);
            check_critical(&session);
            sth_session_fini(&session);
        }
    }
    unlink(path);
}

static void test_parts_add_up_on_rtl(void **state)
{
    struct sth_session session;
    char path[TEST_PATH], library[TEST_PATH + 32];

    (void)state;
    snprintf(library, sizeof(library), "%s/nano/libsth_rtl.so", rtl_folder());
    if (access(library, R_OK) != 0)
        skip();
    write_layers(path);
    run(&session, "nano", "fixed:30:0", STH_BACKEND_BOTH, path);
    check_parts(&session.csim);
    check_parts(&session.rtl);
    sth_session_fini(&session);
    unlink(path);
}

static void test_work_matches_the_counters(void **state)
{
    struct sth_session session;
    struct sth_work all = {0};
    char path[TEST_PATH];

    (void)state;
    write_layers(path);
    run(&session, "edge", "lpddr5-6400", STH_BACKEND_CSIM, path);
    for (uint32_t i = 0; i < session.phases; i++)
        sth_work_sum(&all, &session.phase[i].work);
    assert_int_equal(all.load_bytes, session.csim.counter[STH_CNT_LOAD_BYTES]);
    assert_int_equal(all.store_bytes,
                     session.csim.counter[STH_CNT_STORE_BYTES]);
    assert_int_equal(all.rows, session.csim.counter[STH_CNT_ARRAY_STREAM]);
    for (unsigned e = 0; e < STH_ENGINE_STORE; e++)
        assert_int_equal(all.busy[e],
                         session.csim.counter[STH_CNT_LOAD_BUSY + e]);
    sth_session_fini(&session);
    unlink(path);
}

static void test_reports(void **state)
{
    struct sth_session session;
    struct sth_roofline_peaks p;
    json_t *root, *list, *item;
    char path[TEST_PATH], *text;
    size_t bytes, i;
    FILE *out;

    (void)state;
    write_layers(path);
    run(&session, "edge", "ddr4-3200", STH_BACKEND_CSIM, path);
    sth_roofline_peaks(&session, &p);
    assert_true(p.macs == 256 && p.bytes == 16);
    root = sth_roofline_json(&session);
    list = json_object_get(root, "operations");
    assert_int_equal(json_array_size(list), session.phases);
    json_array_foreach(list, i, item)
    {
        double is = json_real_value(json_object_get(item, "mac_per_cycle"));
        double could =
            json_real_value(json_object_get(item, "mac_per_cycle_attainable"));

        assert_true(is <= could * 1.0001);
        assert_true(json_string_length(json_object_get(item, "lift")) > 0);
    }
    assert_non_null(json_object_get(root, "csim_cycles"));
    assert_null(json_object_get(root, "rtl_cycles"));
    json_decref(root);
    out = open_memstream(&text, &bytes);
    assert_true(sth_roofline_svg(out, &session));
    sth_roofline_text(out, &session);
    fclose(out);
    assert_true(strncmp(text, "<svg ", 5) == 0);
    assert_non_null(strstr(text, "</svg>\n"));
    assert_non_null(strstr(text, ">attention</text>"));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    free(text);
    sth_session_fini(&session);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_promise),
        cmocka_unit_test(test_two_bounds),
        cmocka_unit_test(test_rows_remain_of_weights),
        cmocka_unit_test(test_an_engine_has_all_of_its_demand),
        cmocka_unit_test(test_hidden_operations),
        cmocka_unit_test(test_memory_bytes),
        cmocka_unit_test(test_attainable),
        cmocka_unit_test(test_overlapping_commands_count_once),
        cmocka_unit_test(test_parts_add_up_on_csim),
        cmocka_unit_test(test_parts_add_up_on_rtl),
        cmocka_unit_test(test_work_matches_the_counters),
        cmocka_unit_test(test_reports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
