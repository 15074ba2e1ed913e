/* Random programs: legal, the same every time, and free of races. */
#include "tool_files.h"

#include "sth_decode.h"
#include "sth_disasm.h"
#include "sth_program.h"
#include "sth_random_run.h"
#include "systolith.h"

enum { SEEDS = 100, LENGTH = 40 };

static const char *const configs[] = {"nano", "edge", "wide", "server"};

static struct sth_program *new_program(void)
{
    struct sth_program *p = malloc(sizeof(*p));

    assert_non_null(p);
    return p;
}

static void test_program_repeats_and_seeds_differ(void **state)
{
    const struct sth_params params = shipped("edge");
    struct sth_program *a = new_program(), *b = new_program();

    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_true(sth_program_generate(a, &params, seed, LENGTH));
        assert_true(sth_program_generate(b, &params, seed, LENGTH));
        assert_memory_equal(a, b, sizeof(*a));
        assert_true(sth_program_generate(b, &params, seed + 1, LENGTH));
        assert_memory_not_equal(a->command, b->command, sizeof(a->command));
    }
    free(a);
    free(b);
}

static void test_program_is_legal_on_every_configuration(void **state)
{
    struct sth_program *p = new_program();

    (void)state;
    for (size_t c = 0; c < sizeof(configs) / sizeof(configs[0]); c++) {
        const struct sth_params params = shipped(configs[c]);
        struct sth_decoder decoder;
        uint32_t engines[STH_ENGINE_COUNT] = {0};

        sth_decode_init(&decoder, &params);
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            assert_true(sth_program_generate(p, &params, seed, LENGTH));
            assert_in_range(p->commands, 8, LENGTH);
            for (uint32_t i = 0; i < p->commands; i++) {
                assert_int_equal(
                    sth_decode_check(&decoder, &p->command[i]).code,
                    STH_FAULT_NONE);
                engines[sth_decode_engine(&p->command[i])]++;
            }
        }
        /* Every engine has its share of the work. */
        for (int e = 0; e < STH_ENGINE_COUNT; e++)
            assert_true(engines[e] > SEEDS);
    }
    free(p);
}

static void test_program_runs_clean_on_every_configuration(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof(configs) / sizeof(configs[0]); c++) {
        const struct sth_params params = shipped(configs[c]);

        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct sth_random_result result;

            sth_random_run(NULL, &params, seed, LENGTH, &result);
            if (!result.passed)
                fail_msg("systolith random --config %s --seed %u --count 1 "
                         "--csim-only: %s",
                         configs[c], (unsigned)seed, result.text);
        }
    }
}

static void test_program_longest_fits_its_ring(void **state)
{
    const struct sth_params params = shipped("nano");
    struct sth_random_result result;

    (void)state;
    sth_random_run(NULL, &params, 3, STH_PROGRAM_MAX, &result);
    assert_true(result.passed);
    assert_true(result.commands > STH_PROGRAM_MAX / 2);
}

/* Runs a program on the C model with its sanitizer; the caller destroys. */
struct run {
    struct sth_mem *mem;
    struct sth_device *dev;
    const struct sth_diagnostic *list;
    size_t count;
};

static struct run run_program(const struct sth_params *params,
                              const struct sth_program *p)
{
    const struct sth_csim_options options = {.sanitize = true};
    struct run r;

    r.mem = sth_mem_create(&p->memory, params->bus_bytes, false);
    assert_non_null(r.mem);
    r.dev = sth_csim_create(params, r.mem, &options);
    assert_non_null(r.dev);
    r.dev->ops->mem_write(r.dev, p->ring, p->command,
                          p->commands * sizeof(p->command[0]));
    r.dev->ops->reg_write(r.dev, STH_REG_RING_BASE_LO, (uint32_t)p->ring);
    r.dev->ops->reg_write(r.dev, STH_REG_RING_LOG2, 8);
    r.dev->ops->reg_write(r.dev, STH_REG_CTRL, STH_CTRL_ENABLE);
    r.dev->ops->reg_write(r.dev, STH_REG_TAIL, p->commands);
    r.dev->ops->wait(r.dev, 10000000);
    r.count = sth_csim_report(r.dev, &r.list);
    return r;
}

static void end_run(struct run *r)
{
    r->dev->ops->destroy(r->dev);
    sth_mem_destroy(r->mem);
}

/* The n-th set WAIT or POST bit of a program; false when there are fewer. */
static bool find_bit(const struct sth_program *p, bool wait, uint32_t n,
                     uint32_t *command, uint32_t *bit)
{
    for (uint32_t i = 0; i < p->commands; i++) {
        uint32_t mask = wait ? STH_GET(&p->command[i], ANY_WAIT)
                             : STH_GET(&p->command[i], ANY_POST);

        for (uint32_t b = 0; b < STH_SEMAPHORES; b++)
            if (mask >> b & 1u && n-- == 0) {
                *command = i;
                *bit = 1u << b;
                return true;
            }
    }
    return false;
}

/* "command 12" stands in a diagnostic for every command it names. */
static bool names(const char *text, uint32_t index)
{
    char word[32];
    const char *at = text;

    snprintf(word, sizeof(word), "command %u", index);
    while ((at = strstr(at, word)) != NULL) {
        at += strlen(word);
        if (*at < '0' || *at > '9')
            return true;
    }
    return false;
}

static void test_program_without_a_wait_races(void **state)
{
    const struct sth_params params = shipped("edge");
    struct sth_program *p = new_program();
    uint32_t races = 0, tries = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint32_t command, bit;
        struct run r;

        assert_true(sth_program_generate(p, &params, seed, LENGTH));
        if (!find_bit(p, true, (uint32_t)seed % 5, &command, &bit))
            continue;
        STH_SET(&p->command[command], ANY_WAIT,
                STH_GET(&p->command[command], ANY_WAIT) & ~bit);
        r = run_program(&params, p);
        tries++;
        for (size_t i = 0; i < r.count; i++) {
            const struct sth_diagnostic *d = &r.list[i];

            if (d->kind != STH_DIAGNOSTIC_RACE)
                continue;
            assert_int_not_equal(d->index, d->other);
            assert_true(names(d->text, d->index));
            assert_true(names(d->text, d->other));
            races++;
            break;
        }
        end_run(&r);
    }
    /* A wait can be redundant when another chain gives the same order. */
    print_message("%u of %u missing waits are races\n", races, tries);
    assert_true(tries >= 30);
    assert_true(races * 2 > tries);
    free(p);
}

static void test_program_without_a_post_deadlocks(void **state)
{
    const struct sth_params params = shipped("edge");
    struct sth_program *p = new_program();
    uint32_t tries = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint32_t command, bit;
        const struct sth_diagnostic *d;
        char waits[64];
        struct run r;

        assert_true(sth_program_generate(p, &params, seed, LENGTH));
        if (!find_bit(p, false, (uint32_t)seed % 5, &command, &bit))
            continue;
        STH_SET(&p->command[command], ANY_POST,
                STH_GET(&p->command[command], ANY_POST) & ~bit);
        r = run_program(&params, p);
        tries++;
        assert_true(r.count > 0);
        d = &r.list[r.count - 1];
        assert_int_equal(d->kind, STH_DIAGNOSTIC_DEADLOCK);
        snprintf(waits, sizeof(waits), "%s waits at command %u",
                 sth_engine_name(sth_decode_engine(&p->command[d->index])),
                 d->index);
        assert_non_null(strstr(d->text, waits));
        assert_non_null(strstr(d->text, "for semaphore"));
        end_run(&r);
    }
    assert_true(tries >= 30);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program_repeats_and_seeds_differ),
        cmocka_unit_test(test_program_is_legal_on_every_configuration),
        cmocka_unit_test(test_program_runs_clean_on_every_configuration),
        cmocka_unit_test(test_program_longest_fits_its_ring),
        cmocka_unit_test(test_program_without_a_wait_races),
        cmocka_unit_test(test_program_without_a_post_deadlocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
