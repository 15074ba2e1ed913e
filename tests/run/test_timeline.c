/*
 * The timeline of a run: slices of a track never overlap, each command is there
 * once and names its operation, and waits and rates add up to the counters.
 */
#include "tool_files.h"

#include "sth_session.h"
#include "sth_timeline.h"

#include <jansson.h>
#include <math.h>

/* Two products, attention and a pass whose name is no JSON text. */
static const char trace[] =
    "systolith-trace 1\n"
    "steps 2\n"
    "tensor x bf16 40x48 seed:1:1\n"
    "tensor w bf16 48x48 seed:2:0.1\n"
    "tensor y bf16 40x48 zero\n"
    "tensor o bf16 40x48 zero\n"
    "tensor z bf16 40x48 zero\n"
    "op matmul name=first out=y x=x w=w\n"
    "op attention out=o q=x k=y v=y heads=3 kv_heads=3 batch=1 seq=40 past=0 "
    "causal=1 scale=0x3e800000\n"
    "op matmul name=last out=z x=o w=w residual=y\n"
    "op add name=\"sum\\\xff out=z a=z b=x\n"
    "output z\n";

struct run {
    struct sth_session session;
    json_t *root;
    json_t *events;
};

static void begin(struct run *r, const char *config, const char *memory)
{
    struct sth_session_request q = {.backend = STH_BACKEND_CSIM,
                                    .mode = STH_CSIM_TIME_ONLY,
                                    .home = ".",
                                    .no_reference = true,
                                    .keep_events = true};
    char path[TEST_PATH], error[1024], *text;
    json_error_t problem;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    assert_non_null(out);
    if (!sth_config_find(config, ".", &q.config, error, sizeof(error)) ||
        !sth_mem_config_parse(&q.config.memory, memory, error, sizeof(error)))
        fail_msg("%s", error);
    write_temporary(path, trace, strlen(trace));
    q.trace_path = path;
    if (sth_session_run(&r->session, &q, error, sizeof(error)))
        fail_msg("%s", error);
    unlink(path);
    assert_true(sth_timeline_write(out, &r->session));
    assert_int_equal(fclose(out), 0);
    r->root = json_loads(text, 0, &problem);
    if (!r->root)
        fail_msg("line %d: %s", problem.line, problem.text);
    r->events = json_object_get(r->root, "traceEvents");
    free(text);
}

static void end(struct run *r)
{
    json_decref(r->root);
    sth_session_fini(&r->session);
}

static json_int_t number(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);

    if (!value)
        value = json_object_get(json_object_get(event, "args"), key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *text(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);

    if (!value)
        value = json_object_get(json_object_get(event, "args"), key);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

static bool is(const json_t *event, const char *kind)
{
    return !strcmp(text(event, "ph"), kind);
}

/* A slice that has begun before another one of its track has ended it. */
static void check_apart(const json_t *events, size_t i)
{
    const json_t *a = json_array_get(events, i), *b;
    json_int_t from = number(a, "ts"), to = from + number(a, "dur");

    for (size_t k = i + 1; k < json_array_size(events); k++) {
        b = json_array_get(events, k);
        if (is(b, "X") && number(a, "pid") == number(b, "pid") &&
            number(a, "tid") == number(b, "tid"))
            assert_true(number(b, "ts") >= to ||
                        number(b, "ts") + number(b, "dur") <= from);
    }
}

static void test_slices_of_a_track_are_apart(void **state)
{
    static const char *const memories[] = {"fixed:20:0", "ddr4-3200"};
    struct run r;

    (void)state;
    for (size_t m = 0; m < sizeof(memories) / sizeof(*memories); m++) {
        begin(&r, "nano", memories[m]);
        for (size_t i = 0; i < json_array_size(r.events); i++)
            if (is(json_array_get(r.events, i), "X"))
                check_apart(r.events, i);
        end(&r);
    }
}

/* Commands of the engines: of each track those below the last are commands. */
static bool is_command(const json_t *event)
{
    return is(event, "X") && number(event, "pid") == 1 &&
           number(event, "tid") % 1000 != 999;
}

static void test_commands_name_their_operation(void **state)
{
    static const char *const names[] = {"first", "attention", "last",
                                        "\"sum\\?"};
    size_t index, seen = 0;
    const json_t *event;
    struct run r;

    (void)state;
    begin(&r, "nano", "fixed:20:0");
    json_array_foreach(r.events, index, event)
    {
        const struct sth_session_phase *p;
        json_int_t command;
        uint32_t op = 0;

        if (!is_command(event))
            continue;
        command = number(event, "index");
        while (op < r.session.phases && command >= r.session.phase[op].last)
            op++;
        p = &r.session.phase[op];
        if (op < r.session.phases && command >= p->first) {
            assert_string_equal(text(event, "operation"), names[op % 4]);
            assert_int_equal(number(event, "line"), 8 + op % 4);
        } else {
            assert_string_equal(text(event, "operation"), "");
        }
        assert_true(*text(event, "command"));
        seen++;
    }
    assert_int_equal(seen, r.session.commands);
    assert_int_equal(seen, r.session.event_count);
    end(&r);
}

static void test_every_operation_has_a_slice(void **state)
{
    const struct sth_session_phase *p;
    size_t index, seen = 0;
    const json_t *event;
    struct run r;

    (void)state;
    begin(&r, "nano", "fixed:20:0");
    json_array_foreach(r.events, index, event)
    {
        if (!is(event, "X") || number(event, "pid") != 2)
            continue;
        p = &r.session.phase[seen++];
        assert_int_equal(number(event, "ts"), p->csim.start);
        assert_int_equal(number(event, "ts") + number(event, "dur"),
                         p->csim.end);
        assert_int_equal(number(event, "macs"), p->macs);
    }
    assert_int_equal(seen, 8);
    end(&r);
}

/* An engine waits in the cycles that its counter counts, and in others in which
 * it holds started commands still. */
static void test_waits_hold_those_counted(void **state)
{
    static const enum sth_counter counted[STH_ENGINE_COUNT] = {
        STH_CNT_LOAD_SEM, STH_CNT_MATRIX_SEM, STH_CNT_VECTOR_SEM,
        STH_CNT_STORE_SEM};
    uint64_t waited[STH_ENGINE_COUNT] = {0};
    const json_t *event;
    size_t index;
    struct run r;

    (void)state;
    begin(&r, "nano", "fixed:20:0");
    json_array_foreach(r.events, index, event)
    {
        if (is(event, "X") && number(event, "pid") == 1 && !is_command(event))
            waited[number(event, "tid") / 1000] +=
                (uint64_t)number(event, "dur");
    }
    for (int e = 0; e < STH_ENGINE_COUNT; e++) {
        assert_true(waited[e] > 0);
        assert_true(waited[e] >= r.session.csim.counter[counted[e]]);
        assert_true(waited[e] <= r.session.csim.cycles);
    }
    /* Vector holds one command at a time. */
    assert_int_equal(waited[STH_ENGINE_VECTOR],
                     r.session.csim.counter[STH_CNT_VECTOR_SEM]);
    end(&r);
}

/* The area below a counter, with the width of its stretches. */
static double area(const struct run *r, const char *name)
{
    json_int_t last = -1, width = 0;
    const json_t *event;
    double sum = 0;
    size_t index;

    json_array_foreach(r->events, index, event)
    {
        if (!is(event, "C") || strcmp(text(event, "name"), name))
            continue;
        if (last >= 0)
            width = number(event, "ts") - last;
        last = number(event, "ts");
        sum += json_number_value(
            json_object_get(json_object_get(event, "args"), "a cycle"));
    }
    return sum * (double)width;
}

static void test_rates_add_up(void **state)
{
    struct run r;

    (void)state;
    begin(&r, "nano", "fixed:20:0");
    assert_true(fabs(area(&r, "bytes loaded") /
                         (double)r.session.csim.counter[STH_CNT_LOAD_BYTES] -
                     1) < 0.01);
    assert_true(fabs(area(&r, "bytes stored") /
                         (double)r.session.csim.counter[STH_CNT_STORE_BYTES] -
                     1) < 0.01);
    assert_true(fabs(area(&r, "array rows") /
                         (double)r.session.csim.counter[STH_CNT_ARRAY_STREAM] -
                     1) < 0.01);
    assert_true(area(&r, "vector elements") > 0);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices_of_a_track_are_apart),
        cmocka_unit_test(test_commands_name_their_operation),
        cmocka_unit_test(test_every_operation_has_a_slice),
        cmocka_unit_test(test_waits_hold_those_counted),
        cmocka_unit_test(test_rates_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
