/*
 * What the roofline says is tried out: the chip or memory gets twice of what
 * bounds an operation, and the operation must gain a third of what is promised
 * at least; twice of what is no part of its critical path must bring less, and
 * so must twice of one of two bounds.
 */
#include "tool_files.h"

#include "sth_roofline.h"
#include "sth_tracegen.h"

/* The bounds that a figure of the configuration lifts. */
enum lift { LIFT_ARRAY, LIFT_LANES, LIFT_UNITS, LIFT_BUS, LIFT_MEMORY, LIFTS };

struct lifted_case {
    const char *config, *memory, *more_memory; /* twice as much of it */
    const char *keys;                          /* of the configuration */
    const char *shape;                         /* of a product, or */
    struct sth_attention_request attention;
    int expected; /* enum lift, or LIFT_BOTH */
};

#define FAST "fixed:20:0", NULL

/* Two of them bound it: the array and the bus. */
enum { LIFT_BOTH = LIFTS + 1 };

static const struct lifted_case cases[] = {
    {"edge", FAST, "", "512x512x512", {0}, LIFT_ARRAY},
    {"nano", FAST, "", "128x128x128", {0}, LIFT_ARRAY},
    {"wide", FAST, "", "1024x1024x512", {0}, LIFT_ARRAY},
    {"edge", FAST, "", "256x1024x300", {0}, LIFT_ARRAY},
    {"server", FAST, "", "2048x2048x1024", {0}, LIFT_ARRAY},
    {"edge", FAST, "", "8x1024x1024", {0}, LIFT_BUS},
    {"edge", FAST, "", "1x2048x1024", {0}, LIFT_BUS},
    {"wide", FAST, "bus_bytes 16", "8x2048x512", {0}, LIFT_BUS},
    {"server", FAST, "bus_bytes 32", "64x4096x1024", {0}, LIFT_BUS},
    {"nano", FAST, "bus_bytes 4", "4x256x256", {0}, LIFT_BUS},
    {"edge", "fixed:50:2", "fixed:50:4", "", "32x1024x512", {0}, LIFT_MEMORY},
    {"wide", "fixed:50:4", "fixed:50:8", "", "16x2048x512", {0}, LIFT_MEMORY},
    {"server",
     "fixed:80:16",
     "fixed:80:32",
     "",
     "64x4096x1024",
     {0},
     LIFT_MEMORY},
    {"nano", "fixed:50:1", "fixed:50:2", "", "64x256x256", {0}, LIFT_MEMORY},
    {"edge",
     FAST,
     "vector_lanes 4",
     NULL,
     {.heads = 4, .kv_heads = 4, .dim = 64, .seq = 256, .batch = 1},
     LIFT_UNITS},
    {"server",
     FAST,
     "vector_lanes 32",
     NULL,
     {.heads = 4, .kv_heads = 4, .dim = 128, .seq = 512, .batch = 1},
     LIFT_LANES},
    {"server",
     FAST,
     "vector_lanes 64",
     NULL,
     {.heads = 8, .kv_heads = 2, .dim = 64, .seq = 512, .batch = 1},
     LIFT_LANES},
    {"server",
     FAST,
     "vector_share 4",
     NULL,
     {.heads = 4, .kv_heads = 4, .dim = 128, .seq = 1024, .batch = 1},
     LIFT_UNITS},
    {"server",
     FAST,
     "vector_share 4",
     NULL,
     {.heads = 4, .kv_heads = 4, .dim = 64, .seq = 512, .batch = 2},
     LIFT_UNITS},
    {"edge", FAST, "", "32x1024x1024", {0}, LIFT_BOTH},
    {"edge", FAST, "", "31x2048x512", {0}, LIFT_BOTH},
    {"wide", FAST, "bus_bytes 16", "16x2048x512", {0}, LIFT_BOTH},
    {"server", FAST, "bus_bytes 128", "256x4096x2048", {0}, LIFT_BOTH},
    {"edge",
     FAST,
     "",
     NULL,
     {.heads = 32,
      .kv_heads = 8,
      .dim = 64,
      .seq = 1,
      .past = 1000,
      .batch = 1},
     LIFT_BUS},
};

static enum lift lift_for(enum sth_bound bound)
{
    switch (bound) {
    case STH_BOUND_ARRAY:
        return LIFT_ARRAY;
    case STH_BOUND_VECTOR:
        return LIFT_LANES;
    case STH_BOUND_FUNCTION:
        return LIFT_UNITS;
    case STH_BOUND_LOAD:
    case STH_BOUND_STORE:
        return LIFT_BUS;
    case STH_BOUND_MEMORY:
        return LIFT_MEMORY;
    default:
        return LIFTS;
    }
}

static void write_case(char path[TEST_PATH], const struct lifted_case *c)
{
    uint32_t m, n, k;
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    if (c->shape) {
        assert_int_equal(sscanf(c->shape, "%ux%ux%u", &m, &n, &k), 3);
        sth_tracegen_gemm(out, m, n, k, false, 1);
    } else {
        sth_tracegen_attention(out, &c->attention);
    }
    fclose(out);
    write_temporary(path, text, bytes);
    free(text);
}

static bool is_expected(const struct lifted_case *c, enum lift what)
{
    return c->expected == LIFT_BOTH ? what == LIFT_ARRAY || what == LIFT_BUS
                                    : what == (enum lift)c->expected;
}

/* Gives a chip twice of something; false: it cannot have it. */
static bool lift(struct sth_config *config, const struct lifted_case *c,
                 enum lift what)
{
    struct sth_params *p = &config->params;
    char error[512];

    switch (what) {
    case LIFT_ARRAY: /* rows; columns need twice the memories and the bus */
        p->array_rows *= 2;
        break;
    case LIFT_LANES:
        p->vector_lanes *= 2;
        break;
    case LIFT_UNITS:
        p->vector_share /= 2;
        break;
    case LIFT_BUS:
        p->bus_bytes *= 2;
        break;
    default:
        return c->more_memory &&
               sth_mem_config_parse(&config->memory, c->more_memory, error,
                                    sizeof(error));
    }
    return sth_config_check(p, error, sizeof(error));
}

/* The cycles of a run, and what bounds its operation. */
static uint64_t run(const struct sth_config *config, const char *path,
                    struct sth_roofline_point *point)
{
    struct sth_session_request q = {.config = *config,
                                    .mode = STH_CSIM_TIME_ONLY,
                                    .roofline = true,
                                    .no_reference = true,
                                    .home = ".",
                                    .trace_path = path};
    struct sth_session session;
    struct sth_roofline_peaks peaks;
    uint64_t cycles;
    char error[1024];

    if (sth_session_run(&session, &q, error, sizeof(error)))
        fail_msg("%s: %s", config->name, error);
    sth_roofline_peaks(&session, &peaks);
    *point = sth_roofline_of(&peaks, &session.phase[0]);
    cycles = session.csim.cycles;
    sth_session_fini(&session);
    return cycles;
}

static struct sth_config chip_of(const struct lifted_case *c)
{
    struct sth_config config;
    char error[512], key[32];
    unsigned value;

    if (!sth_config_find(c->config, ".", &config, error, sizeof(error)) ||
        !sth_mem_config_parse(&config.memory, c->memory, error, sizeof(error)))
        fail_msg("%s", error);
    if (sscanf(c->keys, "%31s %u", key, &value) == 2) {
        if (!strcmp(key, "bus_bytes"))
            config.params.bus_bytes = value;
        else if (!strcmp(key, "vector_lanes"))
            config.params.vector_lanes = value;
        else
            config.params.vector_share = value;
    }
    if (!sth_config_check(&config.params, error, sizeof(error)))
        fail_msg("%s", error);
    return config;
}

/* Times as fast with twice of one thing, or of all that is expected. */
static double gain(const struct sth_config *chip, const struct lifted_case *c,
                   int what, const char *path, uint64_t cycles)
{
    struct sth_roofline_point lifted;
    struct sth_config more = *chip;
    double factor;

    for (int l = 0; l < LIFTS; l++)
        if ((what == LIFTS ? is_expected(c, (enum lift)l) : l == what) &&
            !lift(&more, c, (enum lift)l))
            return 0;
    factor = (double)cycles / (double)run(&more, path, &lifted);
    print_message("  lift %d: %.3f\n", what, factor);
    return factor;
}

/* Returns how many lifts were to bring nothing. */
static unsigned try_case(const struct lifted_case *c, const char *path)
{
    struct sth_config chip = chip_of(c);
    struct sth_roofline_point point;
    uint64_t cycles = run(&chip, path, &point);
    char bound[STH_ROOFLINE_NAME];
    unsigned idle = 0;

    print_message("%s %s: %s %.0f %%, promise %.2f\n", c->config,
                  c->shape ? c->shape : "attention",
                  sth_roofline_bound(&point, bound), 100 * point.share,
                  point.promise);
    assert_true(is_expected(c, lift_for(point.bound)));
    assert_true(is_expected(c, lift_for(point.with)));
    assert_int_equal(c->expected == LIFT_BOTH, point.bound != point.with);
    assert_true(gain(&chip, c, LIFTS, path, cycles) - 1 >=
                (point.promise - 1) / 3);
    for (int l = 0; l < LIFTS; l++)
        if (point.share > 0.8 && point.next == point.bound &&
            (c->expected == LIFT_BOTH || l != c->expected)) {
            double factor = gain(&chip, c, l, path, cycles);

            assert_true(factor - 1 < (point.promise - 1) / 3);
            idle += factor > 0;
        }
    return idle;
}

static void test_twice_of_the_bound_helps(void **state)
{
    char path[TEST_PATH];
    unsigned idle = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        write_case(path, &cases[i]);
        idle += try_case(&cases[i], path);
        unlink(path);
    }
    assert_true(idle >= 20);
}

enum { OPERATIONS = 16 };

/* The operations of GPT-2's layer on server: cycles and what bounds them. */
static uint32_t run_layer(uint32_t tokens, uint32_t bus_bytes,
                          struct sth_roofline_point point[OPERATIONS])
{
    struct sth_session_request q = {.mode = STH_CSIM_TIME_ONLY,
                                    .roofline = true,
                                    .no_reference = true,
                                    .home = "."};
    const struct sth_trace_request request = {
        .seq = tokens, .batch = 1, .layers = 1, .seed = 1};
    struct sth_session session;
    struct sth_roofline_peaks peaks;
    struct sth_model model;
    char path[TEST_PATH], error[1024], *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    uint32_t phases;

    if (!sth_model_load("configs/models/gpt2.json", NULL, &model, error,
                        sizeof(error)) ||
        !sth_config_find("server", ".", &q.config, error, sizeof(error)))
        fail_msg("%s", error);
    assert_true(sth_tracegen_layers(out, &model, &request));
    fclose(out);
    write_temporary(path, text, bytes);
    free(text);
    q.config.params.bus_bytes = bus_bytes;
    q.trace_path = path;
    if (sth_session_run(&session, &q, error, sizeof(error)))
        fail_msg("%s", error);
    sth_roofline_peaks(&session, &peaks);
    phases = session.phases;
    assert_in_range(phases, 1, OPERATIONS);
    for (uint32_t i = 0; i < phases; i++)
        point[i] = sth_roofline_of(&peaks, &session.phase[i]);
    sth_session_fini(&session);
    unlink(path);
    return phases;
}

/* 64 tokens leave half of a tile's time to its weights, which come as slowly
 * over the bus: a wider bus alone brings nothing, with twice the tokens it
 * does. */
static void test_two_bounds_of_a_layer(void **state)
{
    struct sth_roofline_point is[OPERATIONS], wider[OPERATIONS],
        both[OPERATIONS];
    const uint32_t count = run_layer(64, 256, is);
    unsigned tied = 0;

    (void)state;
    assert_int_equal(run_layer(64, 512, wider), count);
    assert_int_equal(run_layer(128, 512, both), count);
    for (uint32_t i = 0; i < count; i++) {
        const double third = (is[i].promise - 1) / 3;
        const double cycles = (double)is[i].cycles;

        if (!is[i].critical || is[i].bound != STH_BOUND_WEIGHTS ||
            is[i].with != STH_BOUND_LOAD)
            continue;
        print_message("  %u: %.2f; bus %.2f, both %.2f\n", i, is[i].promise,
                      cycles / (double)wider[i].cycles,
                      2 * cycles / (double)both[i].cycles);
        assert_true(cycles / (double)wider[i].cycles - 1 < third);
        assert_true(2 * cycles / (double)both[i].cycles - 1 >= third);
        tied++;
    }
    assert_in_range(tied, 3, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twice_of_the_bound_helps),
        cmocka_unit_test(test_two_bounds_of_a_layer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
