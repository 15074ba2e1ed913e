/* Who uses a bank when: the queries against a look at every tile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "sth_banks.h"
#include "sth_random.h"

enum { ROWS = 8, COLS = 4, TILES = 600 };

static const struct sth_params params = {.array_rows = ROWS,
                                         .array_cols = COLS,
                                         .sp_bytes = 65536,
                                         .sp_banks = 4,
                                         .acc_bytes = 16384,
                                         .acc_banks = 4,
                                         .bus_bytes = 8};

static uint64_t seed_state;

static uint32_t draw(uint32_t n)
{
    return (uint32_t)(sth_random_next(&seed_state) >> 33) % n;
}

static int setup(void **state)
{
    struct sth_banks *banks =
        calloc(1, sizeof(*banks) + sth_banks_room(&params) * sizeof(uint32_t));

    sth_banks_init(banks, &params, (uint32_t *)(void *)(banks + 1));
    *state = banks;
    return 0;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

/* The tile after `before`, as matrix would place it: its steps beside the rows
 * of that one, delayed by a pattern now and then. */
static struct sth_weight_tile draw_tile(struct sth_banks *banks,
                                        const struct sth_weight_tile *before)
{
    struct sth_weight_tile t = {.w = 32 * draw(64),
                                .w_row = 32 * draw(3),
                                .reads = 1 + draw(ROWS),
                                .pattern = -1,
                                .a = 32 * draw(64),
                                .a_row = 32 * draw(3),
                                .acc = draw(100),
                                .adds = draw(2) != 0};

    t.first_step = before->last_step + 1 + draw(20);
    t.last_step = t.first_step + ROWS - 1;
    if (draw(3) == 0) {
        uint32_t *read;

        /* One that no tile nearby has. */
        t.pattern = (int32_t)(banks->tiles % STH_PATTERNS);
        read = sth_banks_pattern(banks, t.pattern);
        for (uint32_t i = 0; i < ROWS; i++)
            read[i] = i;
        read[t.reads - 1] += 3;
        t.last_step += 3;
    }
    t.first_row = t.last_step + 1;
    if (t.first_row <= before->last_row)
        t.first_row = before->last_row + 1;
    t.last_row = t.first_row + draw(30);
    /* Its sums leave behind those. */
    t.fall = STH_LAT_PE_SUM * (draw(2) != 0 ? ROWS : ROWS / 2);
    if (t.first_row + t.fall <= before->last_row + before->fall)
        t.fall = before->fall;
    return t;
}

static void announce(struct sth_banks *banks, struct sth_weight_tile tile)
{
    *sth_banks_new_tile(banks) = tile;
    sth_banks_announce_tile(banks);
}

static uint32_t bank_of(uint32_t addr)
{
    return addr / sth_sp_word_bytes(&params) % params.sp_banks;
}

static bool tile_reads(const struct sth_banks *banks,
                       const struct sth_weight_tile *t, uint64_t cycle,
                       uint32_t bank)
{
    if (cycle >= t->first_row && cycle <= t->last_row &&
        bank_of(t->a + (uint32_t)(cycle - t->first_row) * t->a_row) == bank)
        return true;
    for (uint32_t i = 0; i < t->reads; i++) {
        uint64_t step =
            t->pattern < 0
                ? i
                : banks->read[(uint32_t)t->pattern * banks->pattern_places + i];

        if (cycle == t->first_step + step &&
            bank_of(t->w + i * t->w_row) == bank)
            return true;
    }
    return false;
}

static bool tile_sums(const struct sth_weight_tile *t, uint64_t cycle,
                      uint64_t delay, uint32_t bank)
{
    delay += t->fall;
    return cycle >= t->first_row + delay && cycle <= t->last_row + delay &&
           (t->acc + (uint32_t)(cycle - delay - t->first_row)) %
                   params.acc_banks ==
               bank;
}

static void test_banks_tell_what_matrix_uses(void **state)
{
    struct sth_banks *banks = *state;
    const uint64_t reads = banks->sum_read_delay;
    const uint64_t writes = banks->sum_write_delay;
    struct sth_weight_tile last = {.last_step = 100, .last_row = 100};
    struct sth_tile_hints hints[4] = {{0}};
    uint32_t busy = 0;

    seed_state = 1;
    for (uint32_t i = 0; i < TILES; i++) {
        last = draw_tile(banks, &last);
        announce(banks, last);
        if (i % 8 != 7)
            continue;
        /* As much as passes until the next look, never going back. */
        for (uint64_t cycle =
                 sth_banks_tile(banks, i > 20 ? i - 20 : 0)->first_step;
             cycle < sth_banks_tile(banks, i > 12 ? i - 12 : 0)->first_step;
             cycle++)
            for (uint32_t bank = 0; bank < 4; bank++) {
                const struct sth_two_banks two = {bank, bank};
                bool read = false, sum_read = false, sum_written = false;

                for (uint64_t n = i > 60 ? i - 60 : 0; n <= i; n++) {
                    const struct sth_weight_tile *t = sth_banks_tile(banks, n);

                    read |= tile_reads(banks, t, cycle, bank);
                    sum_read |= t->adds && tile_sums(t, cycle, reads, bank);
                    sum_written |= tile_sums(t, cycle, writes, bank);
                }
                busy += read || sum_read || sum_written;
                assert_int_equal(sth_banks_matrix_free(banks, &hints[bank],
                                                       cycle, cycle + 1, two),
                                 cycle + read);
                assert_int_equal(sth_banks_sum_read_free(banks, &hints[bank],
                                                         cycle, cycle + 1,
                                                         bank),
                                 cycle + sum_read);
                assert_int_equal(sth_banks_sum_write_free(banks, &hints[bank],
                                                          cycle, cycle + 1,
                                                          bank),
                                 cycle + sum_written);
            }
    }
    assert_true(busy > 1000);
}

static void test_banks_log_is_of_one_cycle(void **state)
{
    struct sth_banks *banks = *state;
    const struct sth_two_banks two = {2, 3};

    sth_banks_log(&banks->vector_writes, 5000, 3);
    assert_true(sth_banks_logged(&banks->vector_writes, 5000, two));
    assert_false(sth_banks_logged(&banks->vector_writes, 5000,
                                  (struct sth_two_banks){0, 1}));
    assert_false(sth_banks_logged(&banks->vector_writes, 5000 + STH_LOG, two));
    assert_false(sth_banks_logged(&banks->vector_reads, 5000, two));
    assert_int_equal(banks->vector_writes.latest, 5000);
}

/* A follower that says what it was asked. */
struct fake {
    uint64_t followed, concerned;
};

static void fake_follow(void *block, uint64_t now)
{
    ((struct fake *)block)->followed = now;
}

static uint64_t fake_concerned(const void *block)
{
    return ((const struct fake *)block)->concerned;
}

static void test_banks_settle_those_behind(void **state)
{
    struct sth_banks *banks = *state;
    struct fake vector = {0}, load = {0, 40}, store = {0, STH_NEVER};

    sth_banks_enlist_vector(banks,
                            (struct sth_follower){&vector, fake_follow, NULL});
    sth_banks_enlist_load(
        banks, (struct sth_follower){&load, fake_follow, fake_concerned});
    sth_banks_enlist_store(
        banks, (struct sth_follower){&store, fake_follow, fake_concerned});
    sth_banks_settle(banks, 7);
    assert_int_equal(vector.followed, 0);
    assert_int_equal(store.followed, 7);
    sth_banks_begin_vector(banks, false);
    sth_banks_settle(banks, 9);
    assert_int_equal(vector.followed, 9);
    assert_int_equal(store.followed, 9);
    assert_int_equal(sth_banks_disturbed_until(banks, false, false), 0);
    assert_int_equal(sth_banks_disturbed_until(banks, false, true), 40);
    assert_true(sth_banks_disturbed_until(banks, true, true) == STH_NEVER);
    announce(banks, (struct sth_weight_tile){.last_row = 1000});
    assert_int_equal(sth_banks_disturbed_until(banks, false, true),
                     1000 + banks->sum_write_delay + 1);
    assert_int_equal(sth_banks_reads_free_from(banks), 1001);
    sth_banks_begin_vector(banks, true);
    assert_true(sth_banks_reads_free_from(banks) == STH_NEVER);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_banks_tell_what_matrix_uses),
        TEST(test_banks_log_is_of_one_cycle),
        TEST(test_banks_settle_those_behind),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
