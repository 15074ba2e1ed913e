/* The bursts of a command and their slots, against a walk byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sth_dma.h"
#include "sth_random.h"

static uint64_t seed_state;

static uint32_t draw(uint32_t n)
{
    return (uint32_t)(sth_random_next(&seed_state) >> 33) % n;
}

static struct sth_command draw_copy(uint32_t bus)
{
    struct sth_command c = {{STH_OP_LOAD}};
    uint32_t unit = draw(2) ? 1 : bus;

    STH_SET(&c, LOAD_MEM_LO, draw(4096) * unit);
    STH_SET(&c, LOAD_SP, draw(1000));
    STH_SET(&c, LOAD_LEN, 1 + draw(draw(2) ? 9000 : 3 * bus));
    STH_SET(&c, LOAD_N1, 1 + draw(5));
    STH_SET(&c, LOAD_N2, 1 + draw(4));
    STH_SET(&c, LOAD_MEM_S1, draw(3000) * unit);
    STH_SET(&c, LOAD_MEM_S2, draw(3000) * unit);
    STH_SET(&c, LOAD_SP_S1, draw(300));
    STH_SET(&c, LOAD_SP_S2, draw(300));
    return c;
}

/* No more are said to be left than there are, and some if there is one. */
static void expect_left(struct sth_dma dma)
{
    uint32_t said = sth_dma_left(&dma), left = 0;

    for (; dma.pending; left++)
        sth_dma_advance(&dma, 0, 0);
    assert_in_range(said, left > 0, left);
}

/* Takes the bytes of one run off the bursts. */
static void expect_run(struct sth_dma *dma, uint32_t bus, uint64_t addr,
                       uint32_t sp, uint32_t length)
{
    for (uint32_t done = 0; done < length;) {
        const struct sth_burst b = dma->burst;

        assert_true(dma->pending);
        assert_int_equal(b.addr % bus, 0);
        assert_int_equal(b.addr + b.skip, addr + done);
        assert_int_equal(b.sp, sp + done);
        assert_in_range(b.beats, 1, STH_BURST_BEATS);
        assert_in_range(b.skip, 0, bus - 1);
        /* All of the beats, and no other, hold bytes of the run. */
        assert_int_equal(b.beats, (b.skip + b.bytes + bus - 1) / bus);
        assert_int_equal(b.addr / sth_burst_block(bus),
                         (b.addr + b.beats * bus - 1) / sth_burst_block(bus));
        done += b.bytes;
        /* A burst ends where it has to and nowhere else. */
        assert_true(done == length ||
                    (b.addr + b.beats * bus) % sth_burst_block(bus) == 0);
        sth_dma_advance(dma, 0, 0);
    }
}

static void test_dma_bursts_cover_each_run(void **state)
{
    (void)state;
    for (seed_state = 1; seed_state < 3000; seed_state++) {
        uint64_t seed = seed_state;
        uint32_t bus = 4u << draw(10);
        struct sth_command c = draw_copy(bus);
        struct sth_dma dma;

        sth_dma_reset(&dma, 2 + draw(STH_SLOTS_MAX - 1));
        sth_dma_begin(&dma, &c, bus, 0);
        for (uint32_t i2 = 0; i2 < STH_GET(&c, LOAD_N2); i2++)
            for (uint32_t i1 = 0; i1 < STH_GET(&c, LOAD_N1); i1++) {
                expect_left(dma);
                expect_run(&dma, bus,
                           STH_GET(&c, LOAD_MEM_LO) +
                               (uint64_t)i1 * STH_GET(&c, LOAD_MEM_S1) +
                               (uint64_t)i2 * STH_GET(&c, LOAD_MEM_S2),
                           STH_GET(&c, LOAD_SP) + i1 * STH_GET(&c, LOAD_SP_S1) +
                               i2 * STH_GET(&c, LOAD_SP_S2),
                           STH_GET(&c, LOAD_LEN));
            }
        assert_false(dma.pending);
        assert_int_equal(sth_dma_left(&dma), 0);
        seed_state = seed;
    }
}

/* Runs that are alike may be skipped: the rest is the same. */
static void test_dma_skip_is_advance(void **state)
{
    uint32_t skipped = 0;

    (void)state;
    for (uint64_t seed = 1; seed < 2000; seed++) {
        struct sth_command c;
        struct sth_dma a, b;
        uint32_t n;

        seed_state = seed;
        c = draw_copy(16);
        sth_dma_reset(&a, 8);
        sth_dma_begin(&a, &c, 16, 0);
        if (!a.cursor.alike || a.cursor.runs == 0)
            continue;
        b = a;
        n = 1 + draw(a.cursor.runs);
        skipped += n;
        sth_dma_skip(&a, n);
        for (uint32_t i = 0; i < n; i++)
            sth_dma_advance(&b, 0, 0);
        assert_int_equal(sth_dma_left(&a), sth_dma_left(&b));
        while (a.pending && b.pending) {
            assert_memory_equal(&a.burst, &b.burst, sizeof(a.burst));
            sth_dma_advance(&a, 0, 0);
            sth_dma_advance(&b, 0, 0);
        }
        assert_int_equal(a.pending, b.pending);
    }
    assert_true(skipped > 100);
}

/* The slot of an earlier burst, whatever their number. */
static void test_dma_slots_go_round(void **state)
{
    struct sth_command c = {{STH_OP_LOAD}};

    (void)state;
    STH_SET(&c, LOAD_LEN, 4);
    STH_SET(&c, LOAD_N1, 1000);
    STH_SET(&c, LOAD_N2, 1);
    STH_SET(&c, LOAD_MEM_S1, 4096);
    for (uint32_t slots = 2; slots <= STH_SLOTS_MAX; slots++) {
        struct sth_dma dma;

        sth_dma_reset(&dma, slots);
        sth_dma_begin(&dma, &c, 16, 0);
        for (uint32_t n = 1; n < 3 * slots; n++) {
            /* The n-th burst holds its slot until cycle 1000 n. */
            sth_dma_advance(&dma, n, 1000 * n);
            for (uint32_t back = 1; back <= slots && back <= n; back++)
                assert_int_equal(*sth_dma_slot(&dma, back),
                                 1000 * (n - back + 1));
            assert_int_equal(dma.issue,
                             n < slots ? n + 1 : 1000 * (n - slots + 1));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dma_bursts_cover_each_run),
        cmocka_unit_test(test_dma_skip_is_advance),
        cmocka_unit_test(test_dma_slots_go_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
