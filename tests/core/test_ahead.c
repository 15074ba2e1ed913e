/*
 * Engines that run ahead of the events change nothing: chips, memories and
 * programs at random, played event by event and ahead, retire every command
 * in the same cycle and count the same.
 */
#include "tool_files.h"

#include "csim_program.h"
#include "sth_decode.h"
#include "sth_program.h"
#include "sth_random.h"

#include <inttypes.h>

enum { COMMANDS_MAX = 512, EVENTS_MAX = 4096 };

static uint64_t seed_state;
static uint32_t watchdog; /* of the program at hand; 0: none */

/* From 0 to n - 1. */
static uint32_t draw(uint32_t n)
{
    return (uint32_t)(sth_random_next(&seed_state) >> 33) % n;
}

/* Any number from 2 to max, more often a small one. */
static uint32_t draw_count(uint32_t max)
{
    return 2 + draw(1 + draw(max - 1));
}

static struct sth_params draw_params(void)
{
    struct sth_params p;
    char error[128];

    do {
        p = (struct sth_params){.array_rows = 4u << draw(5),
                                .array_cols = 4u << draw(5),
                                .sp_banks = 2u << draw(4),
                                .acc_banks = 2u << draw(4),
                                .bus_bytes = 4u << draw(8),
                                .queue_depth = draw_count(STH_MAX_QueueDepth),
                                .fetch_depth = draw_count(STH_MAX_FetchDepth),
                                .load_slots = draw_count(STH_MAX_LoadSlots),
                                .store_slots = draw_count(STH_MAX_StoreSlots)};
        p.vector_lanes = p.array_cols >> draw(3);
        p.data_types = 1 + draw(3);
        p.vector_share = 1u << draw(3);
        p.sp_bytes = sth_sp_word_bytes(&p) * p.sp_banks * (2 + draw(400));
        p.acc_bytes = sth_acc_row_bytes(&p) * p.acc_banks * (2 + draw(200));
    } while (!sth_config_check(&p, error, sizeof(error)));
    return p;
}

static struct sth_mem_config draw_memory(void)
{
    struct sth_mem_config memory;
    char text[64], error[256];

    sth_mem_config_default(&memory);
    if (draw(4) == 0) {
        snprintf(text, sizeof(text), "%s",
                 sth_mem_preset_name(draw(sth_mem_preset_count())));
    } else {
        snprintf(text, sizeof(text), "fixed:%u:%u", 1 + draw(draw(2) ? 300 : 8),
                 draw(2) ? 0 : 1 + draw(64));
    }
    assert_true(sth_mem_config_parse(&memory, text, error, sizeof(error)));
    if (draw(4) == 0) {
        memory.stall_percent = 1 + draw(60);
        memory.seed = draw(1000);
    }
    return memory;
}

/* Makes a command longer than random programs have them, if that is legal. */
static void stretch(const struct sth_params *p, struct sth_command *c)
{
    switch (STH_GET(c, ANY_OPCODE)) {
    case STH_OP_MATMUL:
        STH_SET(c, MATMUL_N, 1 + draw(20 * p->array_cols));
        STH_SET(c, MATMUL_K, 1 + draw(20 * p->array_rows));
        STH_SET(c, MATMUL_A_ROW, 2 * p->array_rows * draw(40));
        STH_SET(c, MATMUL_W_ROW, 2 * p->array_cols * draw(40));
        STH_SET(c, MATMUL_A_K, 0);
        STH_SET(c, MATMUL_ACC_N, 0);
        break;
    case STH_OP_LOAD:
    case STH_OP_STORE:
        STH_SET(c, LOAD_LEN, 1 + draw(draw(2) ? 4096 : 3 * p->bus_bytes));
        STH_SET(c, LOAD_N1, 1 + draw(60));
        STH_SET(c, LOAD_N2, 1 + draw(4));
        STH_SET(c, LOAD_MEM_S1, (draw(2) ? 4096 : p->bus_bytes) * draw(5));
        STH_SET(c, LOAD_SP_S1, draw(2) ? 0 : draw(100));
        break;
    case STH_OP_VECTOR:
        STH_SET(c, VECTOR_ROWS, 1 + draw(200));
        break;
    default:
        break;
    }
}

/*
 * Commands without the order that their data would need, so that engines meet
 * in every way; now and then one waits for the one before.
 */
static uint32_t draw_commands(struct sth_program *program,
                              const struct sth_params *params,
                              struct sth_command *command)
{
    static const uint32_t opcodes[] = {STH_OP_LOAD, STH_OP_STORE, STH_OP_MATMUL,
                                       STH_OP_VECTOR};
    uint32_t tries = 20 + draw(300), count = 0, semaphore = 0;
    bool chained = draw(2) == 0;
    struct sth_decoder decoder;

    sth_decode_init(&decoder, params);
    for (uint32_t i = 0; i < tries; i++) {
        struct sth_command c = {0}, longer;

        if (!sth_program_command(program, params, sth_random_next(&seed_state),
                                 opcodes[draw(4)], &c))
            continue;
        longer = c;
        stretch(params, &longer);
        if (draw(2) && sth_decode_check(&decoder, &longer).code == 0)
            c = longer;
        if (semaphore) {
            STH_SET(&c, ANY_WAIT, 1u << (semaphore - 1));
            semaphore = 0;
        } else if (chained && draw(3) == 0) {
            semaphore = 1 + draw(8);
            STH_SET(&c, ANY_POST, 1u << (semaphore - 1));
        }
        command[count++] = c;
    }
    return count;
}

struct outcome {
    uint32_t events;
    struct sth_event event[EVENTS_MAX];
    uint64_t counter[STH_CNT_COUNT];
    struct sth_csim_statistics statistics;
};

static void play(const struct sth_params *params,
                 const struct sth_mem_config *memory,
                 const struct sth_command *command, uint32_t count,
                 uint64_t poll, bool in_order, struct outcome *outcome)
{
    const struct sth_csim_options options = {.mode = STH_CSIM_TIME_ONLY,
                                             .in_order = in_order,
                                             .event_capacity = EVENTS_MAX};
    struct program p = {.params = *params};
    uint64_t limit;

    memset(outcome, 0, sizeof(*outcome));
    p.mem = sth_mem_create(memory, params->bus_bytes, true);
    p.dev = sth_csim_create(params, p.mem, &options);
    program_setup(&p);
    reg_write(&p, STH_REG_RING_LOG2, 10);
    for (uint32_t i = 0; i < count; i++)
        program_put(&p, &command[i]);
    reg_write(&p, STH_REG_WATCHDOG, watchdog);
    limit = p.dev->ops->cycles(p.dev) + 3000000;
    program_ring(&p);
    while (reg_read(&p, STH_REG_RETIRED) != count &&
           p.dev->ops->cycles(p.dev) < limit)
        sth_csim_pass(p.dev, poll);
    while (p.dev->ops->next_event(p.dev, &outcome->event[outcome->events]))
        outcome->events++;
    sth_csim_get_counters(p.dev, outcome->counter);
    sth_csim_get_statistics(p.dev, &outcome->statistics);
    program_close(&p);
}

/* Returns how many commands retired, in both ways alike. */
static uint32_t expect_same(const struct sth_params *params,
                            const struct sth_mem_config *memory,
                            const struct sth_command *command, uint32_t count,
                            uint64_t poll, uint64_t seed)
{
    static struct outcome ahead, in_order;

    play(params, memory, command, count, poll, false, &ahead);
    play(params, memory, command, count, poll, true, &in_order);
    for (uint32_t i = 0; i < in_order.events; i++) {
        const struct sth_event *a = &ahead.event[i], *b = &in_order.event[i];

        if (a->index != b->index || a->start != b->start || a->end != b->end)
            fail_msg("seed %" PRIu64 ", event %u: command %u from %" PRIu64
                     " to %" PRIu64 ", in order %u from %" PRIu64
                     " to %" PRIu64,
                     seed, i, a->index, a->start, a->end, b->index, b->start,
                     b->end);
    }
    for (uint32_t i = 0; i < STH_CNT_COUNT; i++)
        if (ahead.counter[i] != in_order.counter[i])
            fail_msg("seed %" PRIu64 ", counter %u: %" PRIu64
                     ", in order %" PRIu64,
                     seed, i, ahead.counter[i], in_order.counter[i]);
    assert_int_equal(ahead.events, in_order.events);
    assert_int_equal(ahead.statistics.cycles, in_order.statistics.cycles);
    assert_int_equal(ahead.statistics.load_bursts,
                     in_order.statistics.load_bursts);
    assert_int_equal(ahead.statistics.store_bursts,
                     in_order.statistics.store_bursts);
    return ahead.events;
}

static void run_seeds(bool legal)
{
    struct sth_program *program = malloc(sizeof(*program));
    static struct sth_command command[COMMANDS_MAX];
    const char *more = getenv("AHEAD_SEEDS");
    uint64_t seeds = more ? strtoull(more, NULL, 10) : 150;

    assert_non_null(program);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct sth_params params;
        struct sth_mem_config memory;
        uint32_t count;

        seed_state = 2 * seed + legal;
        params = draw_params();
        memory = draw_memory();
        assert_true(sth_program_generate(program, &params, seed,
                                         8 + draw(STH_PROGRAM_MAX - 8)));
        if (legal) {
            count = program->commands;
            memcpy(command, program->command, count * sizeof(command[0]));
        } else {
            count = draw_commands(program, &params, command);
        }
        watchdog = draw(2) ? 0 : 150 + draw(5000);
        expect_same(&params, &memory, command, count,
                    draw(2) ? 1000000 : 1 + draw(3000), seed);
        watchdog = 0;
    }
    free(program);
}

static void test_ahead_agrees_on_legal_programs(void **state)
{
    (void)state;
    run_seeds(true);
}

static void test_ahead_agrees_on_engines_that_meet(void **state)
{
    (void)state;
    run_seeds(false);
}

/* More tiles than are remembered, from the first command on. */
static void test_ahead_forgets_no_tile_too_early(void **state)
{
    const struct sth_params params = {.array_rows = 4,
                                      .array_cols = 4,
                                      .sp_bytes = 65536,
                                      .sp_banks = 4,
                                      .acc_bytes = 16384,
                                      .acc_banks = 4,
                                      .bus_bytes = 8,
                                      .queue_depth = 4,
                                      .fetch_depth = 8,
                                      .load_slots = 8,
                                      .store_slots = 4,
                                      .vector_lanes = 4,
                                      .data_types = 3,
                                      .vector_share = 4};
    struct sth_mem_config memory;

    (void)state;
    sth_mem_config_default(&memory);
    for (uint32_t m = 1; m <= 600; m = 3 * m + 1) {
        struct sth_command c[4];

        for (uint32_t tiles = 254; tiles <= 514; tiles++) {
            /* The first writes come before its sums, the others among them. */
            for (int i = 0; i < 3; i += 2) {
                c[i] = command_vector(0, 0, 200, 4);
                STH_SET(&c[i], VECTOR_D_SP, 0);
                STH_SET(&c[i], VECTOR_D_TYPE, STH_DTYPE_FP32);
            }
            c[1] = command_matmul(0, 4096, 0, m, 4, 8 * tiles);
            STH_SET(&c[1], MATMUL_A_ROW, 8);
            STH_SET(&c[1], MATMUL_A_K, 0);
            STH_SET(&c[1], MATMUL_W_K, 0);
            c[3] = command_store(0x20000, 0, 4096);
            assert_int_equal(
                expect_same(&params, &memory, c, 4, 1000000, tiles), 4);
            if (m > 20)
                tiles += 37;
        }
    }
}

/*
 * No tile at all: a vector that is followed, since it reads beside a store,
 * takes the same time whatever the cycle of its first write.
 */
static void test_ahead_takes_no_empty_slot_for_a_tile(void **state)
{
    struct sth_params params = program_params();
    struct outcome *o = malloc(sizeof(*o));
    struct sth_mem_config memory;
    uint64_t cycles = 0;

    (void)state;
    assert_non_null(o);
    params.array_rows = params.array_cols = params.vector_lanes = 64;
    sth_mem_config_default(&memory);
    for (uint32_t latency = 1; latency < 200; latency++) {
        struct sth_command c[2] = {command_store(0x20000, 8192, 4096),
                                   command_vector(0, 0, 32, 64)};

        STH_SET(&c[1], VECTOR_X_SP, 1);
        STH_SET(&c[1], VECTOR_X_TYPE, STH_DTYPE_I8);
        STH_SET(&c[1], VECTOR_D_SP, 0);
        STH_SET(&c[1], VECTOR_D_TYPE, STH_DTYPE_FP32);
        memory.latency = latency;
        play(&params, &memory, c, 2, 1000000, false, o);
        assert_int_equal(o->events, 2);
        for (int i = 0; i < 2; i++) {
            const struct sth_event *e = &o->event[i];

            if (e->engine != STH_ENGINE_VECTOR)
                continue;
            if (cycles == 0)
                cycles = e->end - e->start;
            assert_int_equal(e->end - e->start, cycles);
        }
    }
    assert_true(cycles > 32);
    free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ahead_agrees_on_legal_programs),
        cmocka_unit_test(test_ahead_agrees_on_engines_that_meet),
        cmocka_unit_test(test_ahead_forgets_no_tile_too_early),
        cmocka_unit_test(test_ahead_takes_no_empty_slot_for_a_tile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
