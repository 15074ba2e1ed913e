/* The common part of every engine, with an engine and a core of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sth_engine.h"

enum { WORK = 10, LOG_MAX = 32 };

struct world {
    struct sth_params params;
    struct sth_clock clock;
    struct sth_engine_port port;
    uint64_t counter[STH_CNT_COUNT];
    struct sth_engine_state engine;
    uint32_t semaphores; /* above zero */
    uint32_t accounts;
    struct {
        char what;
        uint32_t index;
        uint64_t cycle;
    } log[LOG_MAX];
    uint32_t logged;
};

static struct world w;

static void note(char what, uint32_t index)
{
    w.log[w.logged].what = what;
    w.log[w.logged].index = index;
    w.log[w.logged++].cycle = w.clock.now;
}

static void account(void *above)
{
    assert_ptr_equal(above, &w);
    w.accounts++;
}

static uint64_t semaphores_from(void *above, uint32_t mask)
{
    assert_ptr_equal(above, &w);
    return (mask & ~w.semaphores) == 0 ? w.clock.now : STH_NEVER;
}

static void started(void *above, const struct sth_engine_state *engine,
                    const struct sth_flight *flight)
{
    assert_ptr_equal(above, &w);
    assert_ptr_equal(engine, &w.engine);
    note('s', flight->index);
}

static void retired(void *above, struct sth_engine_state *engine,
                    const struct sth_flight *flight)
{
    assert_ptr_equal(above, &w);
    assert_ptr_equal(engine, &w.engine);
    note('r', flight->index);
}

/* Each command takes as many cycles as its word 5 says. */
static void start(struct sth_engine_state *engine, struct sth_flight *flight)
{
    uint64_t now = engine->clock->now;

    sth_engine_finish(engine, flight, now + flight->command.word[5]);
    engine->ready = now + 1;
}

static uint64_t next(const struct sth_engine_state *engine)
{
    (void)engine;
    return STH_NEVER;
}

static void reset(struct sth_engine_state *engine)
{
    (void)engine;
}

static struct sth_engine_ops ops;

static int setup(void **state)
{
    const struct sth_engine_site site = {&w.params, &w.clock, &w.port,
                                         w.counter};

    (void)state;
    memset(&w, 0, sizeof(w));
    w.params.queue_depth = 5;
    sth_clock_init(&w.clock);
    w.clock.now = 100;
    w.port = (struct sth_engine_port){&w, account, semaphores_from, started,
                                      retired};
    ops = (struct sth_engine_ops){
        .flights = 2, .start = start, .next = next, .reset = reset};
    sth_engine_init(&w.engine, &site, STH_ENGINE_STORE, &ops);
    return 0;
}

static void push(uint32_t index, uint32_t cycles, uint32_t wait)
{
    struct sth_command command = {{STH_OP_STORE}};

    command.word[5] = cycles;
    STH_SET(&command, ANY_WAIT, wait);
    sth_engine_push(&w.engine, &command, index);
}

/* Lets the engine act whenever it says that it has to. */
static void run(void)
{
    uint64_t cycle;

    while ((cycle = sth_clock_next(&w.clock)) != STH_NEVER) {
        int turn = w.engine.turn;

        assert_int_equal(cycle, w.clock.next[turn]);
        assert_true(cycle >= w.clock.now);
        w.clock.now = cycle;
        w.clock.actor[turn].step(w.clock.actor[turn].block);
        assert_true(w.clock.next[turn] > cycle);
    }
}

static void expect(uint32_t i, char what, uint32_t index, uint64_t cycle)
{
    assert_true(i < w.logged);
    assert_int_equal(w.log[i].what, what);
    assert_int_equal(w.log[i].index, index);
    assert_int_equal(w.log[i].cycle, cycle);
}

static void test_engine_retires_in_order(void **state)
{
    (void)state;
    push(7, 50, 0);
    push(8, 3, 0);
    run();
    expect(0, 's', 7, 100 + STH_LAT_GRANT);
    expect(1, 's', 8, 100 + 2 * STH_LAT_GRANT);
    expect(2, 'r', 7, 150 + STH_LAT_GRANT);
    expect(3, 'r', 8, 151 + STH_LAT_GRANT);
    assert_int_equal(w.logged, 4);
    assert_false(sth_engine_busy(&w.engine));
    assert_true(w.accounts >= 4);
}

/* The third of two flights: with a place that is free, or a cycle later. */
static void test_engine_that_is_full_starts_at_a_retirement(void **state)
{
    for (int late = 0; late < 2; late++) {
        setup(state);
        ops.full_waits = late;
        for (uint32_t i = 0; i < 3; i++)
            push(i, WORK, 0);
        run();
        expect(2, 'r', 0, 100 + STH_LAT_GRANT + WORK);
        expect(3, 's', 2, 100 + STH_LAT_GRANT + WORK + (uint64_t)late);
    }
}

static void test_engine_waits_for_semaphores(void **state)
{
    (void)state;
    push(0, WORK, 6);
    run();
    assert_int_equal(w.logged, 0);
    assert_true(sth_engine_waits(&w.engine));
    w.semaphores = 4;
    sth_engine_posted(&w.engine, 200);
    run();
    assert_int_equal(w.logged, 0);
    w.semaphores = 6;
    sth_engine_posted(&w.engine, 300);
    run();
    expect(0, 's', 0, 300);
    assert_false(sth_engine_waits(&w.engine));
}

/* Any number of places; one that is left is free QUEUE cycles later, and
 * dispatch hears of it, whenever it began to wait. */
static void test_engine_queue_is_full_at_its_depth(void **state)
{
    uint32_t index = 99;

    (void)state;
    w.semaphores = 0;
    for (uint32_t i = 0; i < 5; i++) {
        assert_false(sth_engine_full(&w.engine));
        push(i, WORK, 1);
    }
    assert_true(sth_engine_full(&w.engine));
    assert_int_equal(sth_engine_queued(&w.engine, 4)->index, 4);
    assert_null(sth_engine_queued(&w.engine, 5));
    assert_true(sth_engine_first(&w.engine, &index));
    assert_int_equal(index, 0);
    sth_engine_await(&w.engine, true);
    w.semaphores = 1;
    w.clock.now = w.clock.next[w.engine.turn];
    sth_engine_step(&w.engine);
    assert_true(sth_engine_full(&w.engine));
    assert_int_equal(w.clock.next[STH_TURN_DISPATCH],
                     w.clock.now + STH_LAT_QUEUE);
    w.clock.next[STH_TURN_DISPATCH] = STH_NEVER;
    sth_engine_await(&w.engine, true);
    assert_int_equal(w.clock.next[STH_TURN_DISPATCH],
                     w.clock.now + STH_LAT_QUEUE);
    w.clock.now += STH_LAT_QUEUE;
    assert_false(sth_engine_full(&w.engine));
}

static void test_engine_that_is_stopped_finishes_what_it_has(void **state)
{
    (void)state;
    push(0, WORK, 0);
    push(1, WORK, 0);
    w.clock.now = w.clock.next[w.engine.turn];
    sth_engine_step(&w.engine);
    sth_engine_stop(&w.engine);
    run();
    expect(0, 's', 0, 100 + STH_LAT_GRANT);
    expect(1, 'r', 0, 100 + STH_LAT_GRANT + WORK);
    assert_int_equal(w.logged, 2);
    assert_true(sth_engine_stopped(&w.engine));
    sth_engine_reset(&w.engine);
    assert_false(sth_engine_stopped(&w.engine));
    assert_null(sth_engine_queued(&w.engine, 0));
}

/* Nobody starts during a soft reset. */
static void test_engine_starts_nothing_in_a_reset(void **state)
{
    (void)state;
    sth_clock_hold(&w.clock, STH_HOLD_RESET, true);
    push(0, WORK, 0);
    w.clock.now = w.clock.next[w.engine.turn];
    sth_engine_step(&w.engine);
    assert_int_equal(w.logged, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_engine_retires_in_order, setup),
        cmocka_unit_test(test_engine_that_is_full_starts_at_a_retirement),
        cmocka_unit_test_setup(test_engine_waits_for_semaphores, setup),
        cmocka_unit_test_setup(test_engine_queue_is_full_at_its_depth, setup),
        cmocka_unit_test_setup(test_engine_that_is_stopped_finishes_what_it_has,
                               setup),
        cmocka_unit_test_setup(test_engine_starts_nothing_in_a_reset, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
