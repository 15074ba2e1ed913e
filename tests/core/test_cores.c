/*
 * Two cores on one memory, alike or not: driven as docs/library.md says, the
 * one that is behind first, they share its time, and neither acts on what is
 * not known yet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "csim_program.h"

enum { COMMANDS = 12, LIMIT = 200000 };

/* Where each command ended, by core. */
struct outcome {
    uint64_t end[2][COMMANDS];
};

/* Core `number` copies blocks of its own, in and out, in many bursts. */
static void put_copies(struct program *p, uint32_t number)
{
    for (uint32_t i = 0; i < COMMANDS; i++) {
        uint32_t mem = 0x200000 + number * 0x100000 + i * 8192;
        uint32_t opcode = i % 3 == 2 ? STH_OP_STORE : STH_OP_LOAD;
        struct sth_command c = command_copy(opcode, mem, i * 4096, 64);

        STH_SET(&c, LOAD_N1, 40 + 20 * number);
        STH_SET(&c, LOAD_MEM_S1, 128);
        STH_SET(&c, LOAD_SP_S1, 64);
        program_put(p, &c);
    }
}

/* A smaller chip on the same bus, which holds less and waits sooner. */
static struct sth_params small_params(void)
{
    struct sth_params params = program_params();

    params.array_rows = 8;
    params.array_cols = 4;
    params.vector_lanes = 4;
    params.sp_banks = 2;
    params.load_slots = 3;
    params.store_slots = 2;
    params.fetch_depth = 2;
    return params;
}

/* The core that is behind; the first of several. */
static struct program *behind(struct program *p, uint32_t cores)
{
    struct program *least = p;

    for (uint32_t i = 1; i < cores; i++)
        if (p[i].dev->ops->cycles(p[i].dev) <
            least->dev->ops->cycles(least->dev))
            least = &p[i];
    return least;
}

/* The first core is edge's; the second as well, or small. */
static void play(const char *memory, uint32_t cores, bool alike, bool in_order,
                 struct outcome *o)
{
    const struct sth_csim_options options = {.mode = STH_CSIM_TIME_ONLY,
                                             .in_order = in_order};
    struct program p[2] = {
        {.params = program_params()},
        {.params = alike ? program_params() : small_params()}};
    struct sth_mem_config config;
    struct sth_event event;
    uint32_t retired = 0;
    char error[256];

    memset(o, 0, sizeof(*o));
    sth_mem_config_default(&config);
    assert_true(sth_mem_config_parse(&config, memory, error, sizeof(error)));
    p[0].mem = sth_mem_create(&config, p[0].params.bus_bytes, true);
    for (uint32_t i = 0; i < cores; i++) {
        p[i].dev = sth_csim_create(&p[i].params, p[0].mem, &options);
        assert_non_null(p[i].dev);
        program_setup(&p[i]);
        put_copies(&p[i], i);
        program_ring(&p[i]);
    }
    for (uint32_t n = 0; retired < cores * COMMANDS && n < LIMIT; n++) {
        struct program *core = behind(p, cores);

        sth_csim_pass(core->dev, 1);
        while (core->dev->ops->next_event(core->dev, &event)) {
            o->end[core - p][event.index] = event.end;
            retired++;
        }
    }
    assert_int_equal(retired, cores * COMMANDS);
    for (uint32_t i = 0; i < cores; i++)
        p[i].dev->ops->destroy(p[i].dev);
    sth_mem_destroy(p[0].mem);
}

static const char *const memories[] = {"fixed:100:0", "fixed:7:5", "ddr4-3200"};

static void test_cores_share_the_time_of_memory(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof(memories) / sizeof(memories[0]); m++)
        for (int alike = 0; alike < 2; alike++) {
            struct outcome alone, both;

            play(memories[m], 1, alike, false, &alone);
            play(memories[m], 2, alike, false, &both);
            /* The other one's beats come between, a small one's at times. */
            assert_true(!alike || both.end[0][COMMANDS - 1] >
                                      alone.end[0][COMMANDS - 1] +
                                          alone.end[0][COMMANDS - 1] / 10);
            assert_memory_not_equal(both.end[0], alone.end[0],
                                    sizeof(both.end[0]));
            for (int i = 0; i < COMMANDS; i++)
                assert_true(both.end[0][i] >= alone.end[0][i]);
        }
}

static void test_cores_act_on_nothing_that_is_to_come(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof(memories) / sizeof(memories[0]); m++)
        for (int alike = 0; alike < 2; alike++) {
            struct outcome ahead, in_order;

            play(memories[m], 2, alike, false, &ahead);
            play(memories[m], 2, alike, true, &in_order);
            assert_memory_equal(&ahead, &in_order, sizeof(ahead));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cores_share_the_time_of_memory),
        cmocka_unit_test(test_cores_act_on_nothing_that_is_to_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
